"""A closed hour as one object: a ZIP file (APPNOTE 6.3, stored), and where its segments lie in it.

    hour.json           the hour as it was closed: with its root on the log, it proves all others
    <HHMMSS.mmm>Z.mp4   the segments, byte by byte as they were recorded

It is made as it is read, so that it needs no room on a disk that fills up. The same hour always
gives the same bytes, whoever packs it and when. Where each segment lies is counted on the way and
kept in the hour's own file, so that one segment is one range of the object; `unzip` reads it too.

    RECORDINGS/<camera>/<day>/<hour>/object    the object may be in the store; with content, it is
                                               to go

That file is made before anything is sent, and goes only when the store has said that the object is
gone: none outlives its days unknown, and nothing has to be read to know what is still to be done.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

from habeas.cameras.bucket import HourBucket
from habeas.cameras.hours import Hour, HourChangedError, Packed, verify

MARK = "object"
#: Bytes that are read at a time.
_PIECE = 1024 * 1024
#: The same for every pack: nothing tells on which machine, or when, it was made.
_EPOCH = (1980, 1, 1, 0, 0, 0)
_HOUR = "hour.json"


class _Outlet:
    """What `zipfile` writes to; it cannot seek. What was written is taken out again."""

    def __init__(self) -> None:
        self.size = 0
        self._hash = hashlib.sha256()
        self._pieces: list[bytes] = []

    def write(self, content: bytes) -> int:
        self._pieces.append(bytes(content))
        self._hash.update(content)
        self.size += len(content)
        return len(content)

    def flush(self) -> None:
        """Nothing is held back."""

    def take(self) -> bytes:
        """All since it was last taken."""
        content = b"".join(self._pieces)
        self._pieces.clear()
        return content

    def sha256(self) -> str:
        """Of all that was written."""
        return self._hash.hexdigest()


def pack(hour: Hour, place: Path) -> Iterator[bytes | Packed]:
    """The object's bytes in pieces, and at the end how it is packed.

    Args:
        hour: closed, and not deleted.
        place: the folder of its segments.

    Raises:
        HourChangedError: a segment is not the one that the hour was closed with, or is missing.
        OSError: the disk does not give it.
    """
    out = _Outlet()
    begins, lengths = [], []
    with zipfile.ZipFile(out, "w") as made:  # type: ignore[call-overload]
        made.writestr(zipfile.ZipInfo(_HOUR, _EPOCH), as_closed(hour).encode())
        for each in hour.segments:
            path, hashed = place / each.name, hashlib.sha256()
            info = zipfile.ZipInfo(each.name, _EPOCH)
            try:
                info.file_size = path.stat().st_size
                source = path.open("rb")
            except FileNotFoundError as error:
                raise HourChangedError(
                    f"The segment {each.name} is missing from the hour {hour.hour}."
                ) from error
            with source, made.open(info, "w") as entry:
                begin = out.size
                while piece := source.read(_PIECE):
                    hashed.update(piece)
                    entry.write(piece)
                    yield out.take()
                begins.append(begin)
                lengths.append(out.size - begin)
            verify(hour, each.name, hashed.hexdigest())
    yield out.take()
    yield Packed(size=out.size, sha256=out.sha256(), begins=tuple(begins), lengths=tuple(lengths))


def segment(bucket: HourBucket, hour: Hour, name: str) -> bytes | None:
    """The bytes of one segment of a packed hour; None where the object is gone.

    They are what the store gives: hold them against the hour.

    Raises:
        BucketError: the store does not answer.
    """
    packed = hour.packed
    for number, each in enumerate(hour.segments if packed else ()):
        if each.name == name and packed:
            return bucket.get(name_of(hour), packed.begins[number], packed.lengths[number])
    return None


def lies(place: Path) -> bool:
    """Whether the hour in the folder *place* may have an object that is not to go."""
    return _size(place) == 0


def ended(place: Path) -> bool:
    """Whether the hour's object is to go."""
    return bool(_size(place))


def end(place: Path) -> None:
    """The hour was deleted: its object is to go, if it may have one."""
    # Never made here: whoever has just deleted the object has removed the file.
    with contextlib.suppress(FileNotFoundError), (place / MARK).open("r+b") as file:
        file.write(b"deleted\n")
        file.flush()
        os.fsync(file.fileno())


def _size(place: Path) -> int | None:
    with contextlib.suppress(FileNotFoundError):
        return (place / MARK).stat().st_size
    return None


def as_closed(hour: Hour) -> Hour:
    """*hour* as it was when it was closed: all that came later is left out."""
    return Hour(camera=hour.camera, hour=hour.hour, segments=hour.segments, root=hour.root)


def name_of(hour: Hour) -> str:
    """What the object is called; by its root, so that another hour never takes its place."""
    day, _, rest = hour.hour.partition("T")
    return f"{hour.camera}/{day}/{rest.removesuffix('Z')}/{hour.root}.zip"
