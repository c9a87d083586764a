"""Where the public part of a log lies: files that any web server can serve.

Writing makes a file visible, whole or not at all. Making it durable is a step of its own,
because one `fsync` for each of a batch's tiles would be most of what a batch costs; until
that step, the writer's database still holds the entries and can make the tiles again.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Protocol

CHECKPOINT = "checkpoint"

#: Called before each step that changes the disk, with its name; the crash tests stop there.
Step = Callable[[str], None]


def no_step(_: str) -> None:
    """Nothing happens between the steps of a service that is not under test."""


class Objects(Protocol):
    """What the log asks of the place of its public files. Errors are OSErrors."""

    def read(self, path: str) -> bytes:
        """The content at *path*.

        Raises:
            FileNotFoundError: there is none.
        """

    def partials(self, path: str) -> list[str]:
        """Paths of the partial files of the full tile or bundle at *path*."""

    def write(self, files: Iterable[tuple[str, bytes]]) -> None:
        """Store files: each is seen whole or not at all, and may not survive a power cut."""

    def sync(self, gone: Collection[str]) -> None:
        """Make durable what was written before, and delete *gone*."""

    def publish(self, note: bytes) -> None:
        """Store the checkpoint durably."""


class FolderObjects:
    """Files in a folder.

    Args:
        folder: made where it is missing.
        step: called before each write, fsync and rename.
    """

    def __init__(self, folder: Path, step: Step = no_step) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._step = step
        self._folders: set[Path] = {folder}
        self._lock = threading.Lock()
        self._unsynced: set[Path] = set()

    def read(self, path: str) -> bytes:
        """The content at *path*.

        Raises:
            FileNotFoundError: there is none.
        """
        return (self._folder / path).read_bytes()

    def partials(self, path: str) -> list[str]:
        """Paths of the partial files of a full one, and of what a crash left half written."""
        folder = self._folder / f"{path}.p"
        return [f"{path}.p/{each.name}" for each in folder.iterdir()] if folder.is_dir() else []

    def write(self, files: Iterable[tuple[str, bytes]]) -> None:
        """Write beside and rename: readers see the old file or the new one, whole."""
        for path, content in files:
            target = self._folder / path
            if target.parent not in self._folders:
                target.parent.mkdir(parents=True, exist_ok=True)
                with self._lock:
                    self._folders.add(target.parent)
                    self._unsynced.update(
                        each for each in target.parents if each.is_relative_to(self._folder)
                    )
            self._replace(target, content, durable=False)
            with self._lock:
                self._unsynced.update((target, target.parent))

    def _replace(self, target: Path, content: bytes, *, durable: bool) -> None:
        part = f"{target}.part"
        self._step("write")
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
        try:
            _write_all(handle, content)
            if durable:
                self._step("fsync")
                os.fsync(handle)
        finally:
            os.close(handle)
        self._step("rename")
        os.replace(part, target)  # noqa: PTH105 - the hot path of every batch

    def sync(self, gone: Collection[str]) -> None:
        """Make durable what was written before, and delete *gone*."""
        removed = {self._folder / path for path in gone}
        with self._lock:
            unsynced, self._unsynced = self._unsynced, set()
        try:
            # Files before the folders that name them.
            for path in sorted(unsynced - removed, key=lambda each: (each.is_dir(), str(each))):
                self._step("fsync")
                _sync(path)
        except OSError:
            with self._lock:
                self._unsynced |= unsynced
            raise
        for path in removed:
            self._step("delete")
            path.unlink(missing_ok=True)
        for folder in {path.parent for path in removed}:
            try:
                folder.rmdir()
            except OSError:
                continue  # not empty, or gone already
            with self._lock:
                self._folders.discard(folder)

    def publish(self, note: bytes) -> None:
        """Store the checkpoint durably."""
        self._replace(self._folder / CHECKPOINT, note, durable=True)
        self._step("fsync")
        _sync(self._folder)


def _write_all(handle: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(handle, view) :]


def _sync(path: Path) -> None:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return  # deleted since
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
