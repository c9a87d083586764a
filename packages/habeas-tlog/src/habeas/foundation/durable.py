"""POSIX.1-2017 files that survive a crash, whole or not at all.

A program may be killed, and a machine may lose its power, between any two system calls. So
a file is written beside its name, synced, renamed, and then its folder is synced:

- *Whole*: a reader, also one after a crash, finds the old content or the new one.
- *Durable*: what returned is on the disk (`fsync` of the file, then of the folder).
- *Private from the start*: a private file is 0600 and a private folder 0700 when it comes
  into being, whatever the process's umask; there is no moment at which others can read it.
- *One at a time*: writers of the same name wait for each other, and the last one counts.
- *No litter*: an error leaves nothing beside the file. A killed writer can leave one file
  ``.NAME.part`` beside it, which the next writer of that name takes over.

This holds on local file systems that have `flock` and atomic `rename`; not over NFS.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_PRIVATE_FILE = 0o600
_PRIVATE_FOLDER = 0o700
_FILE = 0o666
_FOLDER = 0o777


@contextlib.contextmanager
def locked(place: Path) -> Iterator[None]:
    """One writer at a time in the folder *place*; the kernel lets go when a process dies."""
    with (place / ".lock").open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def make(folder: Path, *, private: bool = False) -> None:
    """Make *folder* and what is missing above it; durable when this returns.

    Args:
        folder: nothing happens where it exists, and its permissions stay.
        private: what is made here is 0700; otherwise the umask decides.

    Raises:
        NotADirectoryError: a file has its name.
        OSError: it cannot be made.
    """
    missing = []
    at = folder
    while not at.exists():
        missing.append(at)
        at = at.parent
    for each in reversed(missing):
        each.mkdir(mode=_PRIVATE_FOLDER if private else _FOLDER, exist_ok=True)
        sync(each.parent)
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))


def write(file: Path, content: bytes, *, private: bool = False) -> None:
    """Give *file* the content; until this returns, it has all of that or what it had before.

    Args:
        file: its folder must exist.
        content: all of it.
        private: the file is 0600; otherwise the umask decides.

    Raises:
        OSError: the disk did not take it; *file* is as it was.
    """
    with writing(file, private=private) as part:
        part.write(content)


def create(file: Path, content: bytes, *, private: bool = False) -> None:
    """Like `write`, for a name that is not taken: of several writers, the first one counts.

    Raises:
        FileExistsError: there is a file of that name; it is as it was.
        OSError: the disk did not take it; there is no such file.
    """
    with _beside(file, private=private) as (part, opened):
        opened.write(content)
        _flush(opened)
        os.link(part, file)
    sync(file.parent)


@contextlib.contextmanager
def writing(file: Path, *, private: bool = False) -> Iterator[BinaryIO]:
    """Like `write`, for content that comes in pieces: the file is there when the block ends.

    Raises:
        OSError: the disk did not take it; *file* is as it was.
        Exception: whatever the block raised; *file* is as it was.
    """
    with _beside(file, private=private) as (part, opened):
        yield opened
        _flush(opened)
        part.replace(file)
    sync(file.parent)


def move(part: Path, file: Path) -> None:
    """Give a finished *part*, of the same file system, its name; durable when this returns."""
    sync(part)
    part.replace(file)
    sync(file.parent)
    if part.parent != file.parent:
        sync(part.parent)


def remove(file: Path) -> None:
    """Remove *file*, and what a killed writer left beside it; durable when this returns.

    Nothing happens where there is none.
    """
    for each in (_part(file), file):
        each.unlink(missing_ok=True)
    if file.parent.exists():
        sync(file.parent)


def sync(path: Path) -> None:
    """Return when the file, or the folder's list of names, is on the disk."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _part(file: Path) -> Path:
    return file.with_name(f".{file.name}.part")


@contextlib.contextmanager
def _beside(file: Path, *, private: bool) -> Iterator[tuple[Path, BinaryIO]]:
    """An empty file beside *file*, held by this writer alone; gone when the block ends."""
    part = _part(file)
    with _hold(part, _PRIVATE_FILE if private else _FILE) as opened:
        try:
            if private:
                # What a killed writer left may be readable by others.
                os.fchmod(opened.fileno(), _PRIVATE_FILE)
            opened.truncate(0)
            yield part, opened
        finally:
            # After a rename, the name may already be another writer's.
            if _is(part, opened):
                part.unlink()


def _hold(part: Path, mode: int) -> BinaryIO:
    """Open *part* with its lock held, made where it is missing."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    while True:
        opened = os.fdopen(os.open(part, flags, mode), "wb")
        fcntl.flock(opened, fcntl.LOCK_EX)
        if _is(part, opened):
            return opened
        opened.close()  # whoever held the lock before has renamed or removed this file


def _is(path: Path, opened: BinaryIO) -> bool:
    """Whether *path* still names the open file."""
    try:
        named = path.stat(follow_symlinks=False)
    except FileNotFoundError:
        return False
    return os.path.samestat(named, os.fstat(opened.fileno()))


def _flush(opened: BinaryIO) -> None:
    opened.flush()
    os.fsync(opened.fileno())
