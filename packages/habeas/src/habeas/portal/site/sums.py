"""GNU coreutils 9 section 6.5: a folder with the SHA-256 of each of its files in ``SHA256SUMS``.

Whoever keeps such a folder can check it without this program: ``sha256sum -c SHA256SUMS``. The
list is written last, so that a folder which has one is whole; a folder gets its name when it is.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from habeas.foundation import durable
from habeas.foundation.errors import HabeasError

SUMS = "SHA256SUMS"
_CHUNK = 1 << 20
_LINE = re.compile(r"\A([0-9a-f]{64})  ([^\\\n]+)\Z")
#: Told how many bytes were done since the last time.
Advance = Callable[[int], object]


class SumsError(HabeasError):
    """A folder that cannot be written, or is not what its sums say."""

    code = "backup-damaged"
    status = 503
    remedy = "Take another copy of this backup, or an older backup; nothing was restored."


class BackupPlaceError(HabeasError):
    """A place where no new folder can be made."""

    code = "backup-place"
    status = 503
    remedy = "Name a folder that does not exist yet; what is there was left as it is."


@contextlib.contextmanager
def building(folder: Path) -> Iterator[Path]:
    """A private folder beside *folder*, which gets its name when the block ends without an error.

    Raises:
        PlaceError: *folder* is not empty, cannot be made, or is being made by another process.
        Exception: whatever the block raised; nothing is left.
    """
    part = folder.with_name(f".{folder.name}.part")
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise BackupPlaceError(f"{folder} is not empty.")
        durable.make(folder.parent, private=True)
        part.mkdir(mode=0o700, exist_ok=True)
        handle = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        raise BackupPlaceError(
            f"{folder} cannot be made: {error.strerror}.", "Name a place that can be written to."
        ) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BackupPlaceError(
                f"{folder} is being made at this moment.", "Wait for it."
            ) from error
        _empty(part)
        try:
            yield part
            # Linux returns when all is on the disk: one wait, however many files there are.
            os.sync()
            part.rename(folder)
        except BaseException as error:
            shutil.rmtree(part, ignore_errors=True)
            if isinstance(error, OSError):
                raise BackupPlaceError(
                    f"{error.filename or folder}: {error.strerror}.",
                    "Make room, or name another place; nothing was kept.",
                ) from error
            raise
        durable.sync(folder.parent)
    finally:
        os.close(handle)


def copy(source: Path, target: Path, advance: Advance = lambda _: None) -> str:
    """Copy a file, private, with its time; gives the SHA-256 of what was copied (hex).

    Raises:
        OSError: it is no file, cannot be read, or cannot be written.
    """
    durable.make(target.parent, private=True)
    digest = hashlib.sha256()
    opened = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    with os.fdopen(opened, "rb") as read, _private(target) as write:
        while chunk := read.read(_CHUNK):
            digest.update(chunk)
            write(chunk)
            advance(len(chunk))
        # The time of a ciphertext is a whole day, and stays one.
        was = os.fstat(opened).st_mtime
    os.utime(target, (was, was))
    return digest.hexdigest()


def digest(file: Path) -> str:
    """The SHA-256 of a file (hex)."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def write(folder: Path, sums: Mapping[str, str]) -> None:
    """Write the list of *sums*, hex by name relative to *folder*."""
    lines = "".join(f"{sums[name]}  {name}\n" for name in sorted(sums))
    durable.write(folder / SUMS, lines.encode(), private=True)


def read(folder: Path) -> dict[str, str]:
    """The list, which names all files of *folder* and no other.

    Raises:
        SumsError: there is none, it is malformed, or files are missing or added.
    """
    try:
        lines = (folder / SUMS).read_text("utf-8").splitlines()
        here = {
            str((Path(place) / name).relative_to(folder))
            for place, _, names in os.walk(folder)
            for name in names
        } - {SUMS}
    except (OSError, ValueError) as error:
        raise SumsError(f"{folder} is no whole backup: it has no {SUMS} to read.") from error
    found = {}
    for number, line in enumerate(lines, 1):
        match = _LINE.match(line)
        if match is None or match[2] in found:
            raise SumsError(f"{folder / SUMS}, line {number}: this is no checksum of a file.")
        found[match[2]] = match[1]
    for name in sorted(here & found.keys()):
        if not stat.S_ISREG((folder / name).lstat().st_mode):
            raise SumsError(f"{folder / name} is no file.")
    for name in sorted(here ^ found.keys()):
        where = "is missing" if name in found else f"is not in {SUMS}"
        raise SumsError(f"{folder / name} {where}.")
    return found


@contextlib.contextmanager
def _private(target: Path) -> Iterator[Callable[[bytes], object]]:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(target, flags, 0o600), "wb") as opened:
        yield opened.write


def _empty(folder: Path) -> None:
    """Remove what a killed process has left."""
    for each in folder.iterdir():
        if each.is_dir() and not each.is_symlink():
            shutil.rmtree(each)
        else:
            each.unlink()
