"""Blobs in an object store that speaks S3 (Amazon S3, Ceph, MinIO, SeaweedFS), by obstore.

An object is there whole or not at all, and durable when the store has answered; what was put is
read back all the same, because nothing else holds the ciphertext. A store that is slow is given up
after seconds, so that no process of the portal waits for it for minutes.

Unlike files, objects keep the time at which they were put (`docs/adr/0104-blobs-in-a-bucket.md`).
"""

from __future__ import annotations

import contextlib
import hmac
import logging
import re
import secrets
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from habeas.custody.blobs import (
    MARK,
    TRIED,
    TRIED_BYTES,
    BlobMissingError,
    BlobStoreError,
    other_content,
    place_of,
)
from habeas.foundation.buckets import BucketPatience, BucketPlaceError, first_line, open_bucket

if TYPE_CHECKING:
    from obstore.store import ObjectStore

_LOG = logging.getLogger("habeas.custody")
_NAMED = re.compile(r"[0-9a-f]{32}")
#: A photo has 150 kB.
_PATIENCE = BucketPatience(request=10, repeated=15, repetitions=2)


class BucketBlobs:
    """Ciphertexts as objects.

    Args:
        store: an obstore store, with its prefix.

    Raises:
        BlobStoreError: by every act, where the store does not answer, or refuses.
    """

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    @classmethod
    def open(cls, url: str) -> BucketBlobs:
        """The bucket at ``s3://BUCKET/PREFIX``; address and keys are those of the environment.

        ``AWS_ENDPOINT`` or ``AWS_REGION``, ``AWS_ACCESS_KEY_ID`` and ``AWS_SECRET_ACCESS_KEY``.

        Raises:
            BlobStoreError: this names no bucket, or the library is not installed.
        """
        try:
            return cls(open_bucket(url, "sealed photos", _PATIENCE))
        except BucketPlaceError as error:
            raise BlobStoreError(error.cause, error.remedy) from error

    def put(self, name: str, content: bytes) -> None:
        """Store durably, and read it back."""
        self._put_and_compare(place_of(name), content)

    def _put_and_compare(self, place: str, content: bytes) -> None:
        self._put(place, content)
        if not hmac.compare_digest(self._get(place) or b"", content):
            raise other_content()

    def _put(self, place: str, content: bytes) -> None:
        import obstore  # noqa: PLC0415 - only where it is wanted

        with _told():
            obstore.put(self._store, place, content, use_multipart=False)

    def get(self, name: str) -> bytes:
        """The content of *name*.

        Raises:
            BlobMissingError: there is none.
        """
        content = self._get(place_of(name))
        if content is None:
            raise BlobMissingError("The sealed photo is no longer in the store.")
        return content

    def _get(self, place: str) -> bytes | None:
        import obstore  # noqa: PLC0415 - only where it is wanted

        with _told(), contextlib.suppress(FileNotFoundError):
            return bytes(obstore.get(self._store, place).bytes())
        return None

    def delete(self, name: str) -> None:
        """Delete *name*; nothing happens where there is none."""
        self._delete(place_of(name))

    def _delete(self, place: str) -> None:
        import obstore  # noqa: PLC0415 - only where it is wanted

        with _told(), contextlib.suppress(FileNotFoundError):
            obstore.delete(self._store, place)

    def mark(self) -> str | None:
        """What `set_mark` has written beside the blobs; None where nobody did."""
        content = self._get(MARK)
        return None if content is None else content.decode(errors="replace")

    def set_mark(self, content: str) -> None:
        """Write whose blobs these are, durably."""
        self._put(MARK, content.encode())

    def verify_writable(self) -> None:
        """Put what nobody has seen before, read it back, delete it."""
        self._put_and_compare(TRIED, secrets.token_bytes(TRIED_BYTES))
        self._delete(TRIED)

    def names(self) -> Iterable[str]:
        """All names, in pages as the store gives them."""
        import obstore  # noqa: PLC0415 - only where it is wanted

        with _told():
            for page in obstore.list(self._store):
                for each in page:
                    name = each["path"].rpartition("/")[2]
                    if name not in (MARK, TRIED):
                        yield name


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Say a fault of the object store as one of the store of sealed photos."""
    from obstore.exceptions import BaseError  # noqa: PLC0415 - only where it is wanted

    try:
        yield
    except FileNotFoundError:
        raise
    except (BaseError, OSError) as error:
        # For the operator, and without the photo's name: beside the time it would be a trace.
        _LOG.warning("store of sealed photos: %s", _NAMED.sub("...", first_line(error)))
        raise BlobStoreError("The store of sealed photos does not do what it is asked.") from error
