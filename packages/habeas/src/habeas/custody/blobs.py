"""Blobs in a folder: durable files, each there whole or not at all."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable
from pathlib import Path

from habeas.foundation import durable
from habeas.foundation.errors import HabeasError

_DAY = 86_400
_MARK = "installation.json"
_NAME = re.compile(r"\A[0-9a-f]{32}\Z")


class BlobMissingError(HabeasError):
    """A ciphertext that is not in the store."""

    code = "blob-missing"
    status = 410
    remedy = "It was withdrawn or has expired; if neither, restore the store from its backup."


class FileBlobs:
    """Ciphertexts as files in *folder*, spread over 256 subfolders."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        durable.make(folder, private=True)

    def _path(self, name: str) -> Path:
        if not _NAME.match(name):
            raise BlobMissingError("This is not the name of a stored photo.")
        return self._folder / name[:2] / name

    def put(self, name: str, content: bytes) -> None:
        """Store durably."""
        path = self._path(name)
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
            return self._path(name).read_bytes()
        except FileNotFoundError as error:
            raise BlobMissingError("The sealed photo is no longer in the store.") from error

    def delete(self, name: str) -> None:
        """Delete *name*, and what a crash may have left of it."""
        durable.remove(self._path(name))

    def mark(self) -> str | None:
        """What `set_mark` has written beside the blobs; None where nobody did."""
        file = self._folder / _MARK
        return file.read_text() if file.exists() else None

    def set_mark(self, content: str) -> None:
        """Write whose blobs these are, durably."""
        durable.write(self._folder / _MARK, content.encode(), private=True)

    def names(self) -> Iterable[str]:
        """All names, half-written ones too: nobody refers to them, so they get swept."""
        return {
            path.name.removeprefix(".").removesuffix(".part") for path in self._folder.glob("??/*")
        }
