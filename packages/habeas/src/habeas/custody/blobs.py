"""Blobs in a folder: written beside, synced, renamed, so that a crash leaves all or nothing."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

from habeas.foundation.errors import HabeasError

_NAME = re.compile(r"\A[0-9a-f]{32}\Z")


class BlobMissingError(HabeasError):
    """A ciphertext that is not in the store."""

    code = "blob-missing"
    remedy = "It was withdrawn or has expired; if neither, restore the store from its backup."


class FileBlobs:
    """Ciphertexts as files in *folder*, spread over 256 subfolders."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def _path(self, name: str) -> Path:
        if not _NAME.match(name):
            raise BlobMissingError("This is not the name of a stored photo.")
        return self._folder / name[:2] / name

    def put(self, name: str, content: bytes) -> None:
        """Store durably."""
        path = self._path(name)
        path.parent.mkdir(exist_ok=True)
        part = path.with_suffix(".part")
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        for folder in (path.parent, self._folder):
            _sync_folder(folder)

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
        path = self._path(name)
        for file in (path, path.with_suffix(".part")):
            file.unlink(missing_ok=True)
        if path.parent.exists():
            _sync_folder(path.parent)

    def names(self) -> Iterable[str]:
        """All names, half-written ones too: nobody refers to them, so they get swept."""
        return {path.stem for path in self._folder.glob("??/*")}


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
