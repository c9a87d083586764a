"""Files that survive a crash, whole or not at all."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def locked(place: Path) -> Iterator[None]:
    """One writer at a time in *place*; the kernel lets go when a process dies."""
    with (place / ".lock").open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def make(folder: Path) -> None:
    """Make *folder* and what is missing above it."""
    missing = []
    at = folder
    while not at.exists():
        missing.append(at)
        at = at.parent
    for each in reversed(missing):
        each.mkdir(exist_ok=True)
        sync(each.parent)


def write(file: Path, content: bytes) -> None:
    """All of *content* under the name; until then, what was there before."""
    part = file.with_name(f".{file.name}.part")
    with part.open("wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    part.replace(file)
    sync(file.parent)


def sync(path: Path) -> None:
    """Return when the file, or the folder's list of names, is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
