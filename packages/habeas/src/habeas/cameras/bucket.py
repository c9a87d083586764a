"""Packed hours in an object store that speaks S3 (Amazon S3, Ceph, MinIO, SeaweedFS), by obstore.

An object is there whole or not at all, and durable when the store has answered. Large ones go up
in parts; what a killed upload leaves is no object, and a rule of the bucket should end it. Each
request is given up after seconds, so that nobody waits for a store that hangs.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from habeas.cover.errors import FootageError
from habeas.foundation.buckets import BucketPatience, BucketPlaceError, first_line, open_bucket

if TYPE_CHECKING:
    from obstore.store import ObjectStore

#: A part has 8 MB.
_PATIENCE = BucketPatience(request=20, repeated=45, repetitions=2)
_PART, _SIDE_BY_SIDE = 8 * 1024 * 1024, 2


class BucketError(FootageError):
    """The store of packed hours does not do what it is asked."""

    code = "recordings-bucket"
    status = 503
    remedy = "Try again later; the operator sees on the page of health how the store fares."


class HourBucket:
    """Objects by name.

    Args:
        store: an obstore store, with its prefix.

    Raises:
        BucketError: by every act, where the store does not answer, or refuses.
    """

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    @classmethod
    def open(cls, url: str, environment: Mapping[str, str] | None = None) -> HourBucket:
        """The bucket at ``s3://BUCKET/PREFIX``.

        Args:
            url: where.
            environment: ``AWS_ENDPOINT`` or ``AWS_REGION``, ``AWS_ACCESS_KEY_ID`` and
                ``AWS_SECRET_ACCESS_KEY``; what is absent is as in the process's own.

        Raises:
            BucketError: this names no bucket, or the library is not installed.
        """
        try:
            return cls(open_bucket(url, "recordings", _PATIENCE, environment))
        except BucketPlaceError as error:
            raise BucketError(error.cause, error.remedy) from error

    def put(self, name: str, pieces: Iterator[bytes]) -> None:
        """Store an object of any size; whatever *pieces* raises, there is none of this name."""
        import obstore  # noqa: PLC0415 - only where it is wanted

        failed: list[Exception] = []

        def watched() -> Iterator[bytes]:
            try:
                yield from pieces
            except Exception as error:
                failed.append(error)
                raise

        try:
            with _told():
                obstore.put(
                    self._store, name, watched(), chunk_size=_PART, max_concurrency=_SIDE_BY_SIDE
                )
        except Exception:
            # The library may say a fault of ours in its own words.
            if failed:
                raise failed[0] from None
            raise

    def get(self, name: str, begin: int, length: int) -> bytes | None:
        """So many bytes of an object from *begin* on, or what there is of them; None for none."""
        import obstore  # noqa: PLC0415 - only where it is wanted

        with _told(), contextlib.suppress(FileNotFoundError):
            return bytes(obstore.get_range(self._store, name, start=begin, length=length))
        return None

    def size(self, name: str) -> int | None:
        """Of an object, bytes; None where there is none."""
        import obstore  # noqa: PLC0415 - only where it is wanted

        with _told(), contextlib.suppress(FileNotFoundError):
            return int(obstore.head(self._store, name)["size"])
        return None

    def delete(self, name: str) -> None:
        """Delete an object; nothing happens where there is none."""
        import obstore  # noqa: PLC0415 - only where it is wanted

        with _told(), contextlib.suppress(FileNotFoundError):
            obstore.delete(self._store, name)
        if self.size(name) is not None:
            raise BucketError("The store of recordings still has what it was told to delete.")


@contextlib.contextmanager
def _told() -> Iterator[None]:
    from obstore.exceptions import BaseError  # noqa: PLC0415 - only where it is wanted

    try:
        yield
    except FileNotFoundError:
        raise
    except (BaseError, OSError) as error:
        raise BucketError(f"The store of recordings fails: {first_line(error)}.") from error
