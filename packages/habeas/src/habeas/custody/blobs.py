"""Blobs in a folder: durable files, each there whole or not at all."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from habeas.foundation import durable
from habeas.foundation.errors import HabeasError

_DAY = 86_400
#: Beside the blobs: whose they are.
MARK = "installation.json"
#: Beside them, for a moment: what `verify_writable` tries the store with, and its length in bytes,
#: about the shortest of a sealed photo.
TRIED, TRIED_BYTES = "tried", 16_384
_NAME = re.compile(r"\A[0-9a-f]{32}\Z")


class BlobMissingError(HabeasError):
    """A ciphertext that is not in the store."""

    code = "blob-missing"
    status = 410
    remedy = "It was withdrawn or has expired; if neither, restore the store from its backup."


class BlobStoreError(HabeasError):
    """The store does not take or give what it is asked for; what it holds stays as it was."""

    code = "blob-store"
    status = 503
    remedy = "Try again in a minute. For the operator: look at the store of sealed photos."


def other_content() -> BlobStoreError:
    """What to raise where a store does not give back what it has taken."""
    return BlobStoreError("The store of sealed photos gives back something else.")


def place_of(name: str) -> str:
    """Where the blob *name* lies, relative to the store: spread over 256 folders.

    Raises:
        BlobMissingError: it is no name that a blob ever gets.
    """
    if not _NAME.match(name):
        raise BlobMissingError("This is not the name of a stored photo.")
    return f"{name[:2]}/{name}"


class FileBlobs:
    """Ciphertexts as files in *folder*.

    Raises:
        BlobStoreError: by every act, where the disk does not do it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with _told():
            durable.make(folder, private=True)

    def _path(self, name: str) -> Path:
        return self._folder / place_of(name)

    def put(self, name: str, content: bytes) -> None:
        """Store durably."""
        path = self._path(name)
        with _told():
            durable.make(path.parent, private=True)
            durable.write(path, content, private=True)
            # The time of day would tell which photo came with which application.
            day = time.time() // _DAY * _DAY
            os.utime(path, (day, day))

    def get(self, name: str) -> bytes:
        """The content of *name*.

        Raises:
            BlobMissingError: there is none.
        """
        try:
            with _told():
                return self._path(name).read_bytes()
        except FileNotFoundError as error:
            raise BlobMissingError("The sealed photo is no longer in the store.") from error

    def delete(self, name: str) -> None:
        """Delete *name*, and what a crash may have left of it."""
        with _told():
            durable.remove(self._path(name))

    def mark(self) -> str | None:
        """What `set_mark` has written beside the blobs; None where nobody did."""
        with _told(), contextlib.suppress(FileNotFoundError):
            return (self._folder / MARK).read_text()
        return None

    def set_mark(self, content: str) -> None:
        """Write whose blobs these are, durably."""
        with _told():
            durable.write(self._folder / MARK, content.encode(), private=True)

    def verify_writable(self) -> None:
        """Write what nobody has seen before, read it back, delete it."""
        place, content = self._folder / TRIED, secrets.token_bytes(TRIED_BYTES)
        with _told():
            durable.write(place, content, private=True)
            if place.read_bytes() != content:
                raise other_content()
            durable.remove(place)

    def names(self) -> Iterable[str]:
        """All names, half-written ones too: nobody refers to them, so they get swept."""
        with _told():
            return {
                path.name.removeprefix(".").removesuffix(".part")
                for path in self._folder.glob("??/*")
            }


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Say a fault of the disk as one of the store; what is missing is another matter."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        raise BlobStoreError(
            f"The folder of sealed photos cannot be read or written: {error.strerror}."
        ) from error
