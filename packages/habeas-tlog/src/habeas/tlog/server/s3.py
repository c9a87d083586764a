"""A log's public files in an object store (S3 and what speaks like it), by obstore.

What is put there is durable when the store has answered. Tiles carry the headers that a
CDN needs, so that readers can be sent straight to the bucket.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import obstore
from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import ObjectStore

if TYPE_CHECKING:
    from obstore import Attributes

from habeas.foundation.buckets import BucketPatience, BucketPlaceError, first_line, open_bucket
from habeas.tlog.errors import PlaceError
from habeas.tlog.server.objects import CHECKPOINT

_IMMUTABLE = "public, max-age=31536000, immutable"
_PARALLEL = 16
#: Repetitions and their time are obstore's own: a batch waits rather than fails.
_PATIENCE = BucketPatience(request=15, repeated=180, repetitions=10, connect=5)
#: Entry bundles are stored as readers get them from the bucket, compressed.
_BUNDLES = "tile/entries/"
#: Read to learn whether a store that refuses an object refuses everything.
_PROBE = "probe"


class BucketObjects:
    """Objects in a bucket.

    Args:
        store: an obstore store, with its prefix.
    """

    def __init__(self, store: ObjectStore) -> None:
        self._store = store
        self._pool = ThreadPoolExecutor(_PARALLEL, thread_name_prefix="log-put")

    @classmethod
    def open(cls, url: str) -> BucketObjects:
        """The bucket at ``s3://bucket/prefix``, with credentials from the environment.

        Raises:
            PlaceError: that names no bucket, or the environment does not fit it.
        """
        try:
            return cls(open_bucket(url, "a log's files", _PATIENCE))
        except BucketPlaceError as error:
            raise PlaceError(error.cause, error.remedy) from error

    def read(self, path: str) -> bytes:
        """The content at *path*.

        Raises:
            FileNotFoundError: there is none.
            OSError: the store does not answer, or does not let us read.
        """
        try:
            content = bytes(obstore.get(self._store, path).bytes())
            return gzip.decompress(content) if path.startswith(_BUNDLES) else content
        except FileNotFoundError:
            raise
        except (PermissionDeniedError, UnauthenticatedError) as error:
            # Where listing is not allowed, S3 answers 403 for what is absent too.
            if self._readable():
                raise FileNotFoundError(path) from error
            raise OSError(
                f"the store lets nobody read {path} with these credentials: {first_line(error)}"
            ) from error
        except (EOFError, zlib.error, gzip.BadGzipFile):
            return b""  # a part of it was lost: no bundle has this form
        except BaseError as error:
            raise OSError(first_line(error)) from error

    def _readable(self) -> bool:
        """Whether the store gives back what was put there."""
        try:
            self._put(_PROBE, b"readable\n", {"Content-Type": "text/plain"})
            return bytes(obstore.get(self._store, _PROBE).bytes()) == b"readable\n"
        except (OSError, BaseError):
            return False

    def partials(self, path: str) -> list[str]:
        """Paths of the partial files of a full one; nothing where listing is not allowed."""
        try:
            pages = list(obstore.list(self._store, f"{path}.p"))
        except BaseError:
            return []
        return [f"{path}.p/{each['path'].rpartition('/')[2]}" for page in pages for each in page]

    def write(self, files: Iterable[tuple[str, bytes]]) -> None:
        """Put files, side by side.

        Raises:
            OSError: the store does not take one of them.
        """
        for _ in self._pool.map(self._write, list(files)):
            pass

    def _write(self, file: tuple[str, bytes]) -> None:
        path, content = file
        attributes: Attributes = {
            "Content-Type": "application/octet-stream",
            "Cache-Control": _IMMUTABLE,
        }
        if path.startswith(_BUNDLES):
            attributes["Content-Encoding"] = "gzip"
            content = gzip.compress(content, 6, mtime=0)
        self._put(path, content, attributes)

    def _put(self, path: str, content: bytes, attributes: Attributes) -> None:
        try:
            obstore.put(self._store, path, content, attributes=attributes, use_multipart=False)
        except BaseError as error:
            raise OSError(first_line(error)) from error

    def sync(self, gone: Collection[str]) -> None:
        """Delete *gone*; what was put is durable already."""
        for path in gone:
            try:
                obstore.delete(self._store, path)
            except FileNotFoundError:
                continue
            except BaseError as error:
                raise OSError(first_line(error)) from error

    def publish(self, note: bytes) -> None:
        """Put the checkpoint.

        Raises:
            OSError: the store does not take it.
        """
        attributes: Attributes = {
            "Content-Type": "text/plain; charset=utf-8",
            "Cache-Control": "public, max-age=1",
        }
        self._put(CHECKPOINT, note, attributes)
