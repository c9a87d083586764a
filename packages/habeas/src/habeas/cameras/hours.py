"""Closed hours: the segments' hashes, their root, and what differs from it.

What the root is over is in `habeas.protocol.segments`.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

import av
import av.error
from pydantic import Field, model_validator

from habeas.cameras.counts import Counted, Length
from habeas.cover.errors import FootageError
from habeas.foundation import durable
from habeas.protocol import MalformedError
from habeas.protocol.document import Day, Document, Hex32, KeyName, Slug
from habeas.protocol.footage import HourName
from habeas.protocol.segments import NAME, SegmentRecord, root_of

__all__ = [
    "NAME", "Hour", "HourChangedError", "HourClosedError", "Packed", "RecordingError",
    "SegmentExistsError", "SegmentRecord", "UnknownHourError", "hour_of", "length_of", "read_hour",
    "record", "root_of", "sha256_of", "start_of", "verify", "write_hour",
]  # fmt: skip

#: Closed hours that stay read: a day's, and those that were played last.
_KEPT_READ = 64


class RecordingError(FootageError):
    """Recordings that are not what they must be."""

    code = "recording"
    remedy = "Check the folder of recordings; restore it from its backup if it was damaged."


class UnknownHourError(RecordingError):
    """No closed hour, or no segment, is there."""

    code = "unknown-hour"
    remedy = (
        "Check camera and time (UTC); recordings are deleted after the days that were announced."
    )


class HourClosedError(RecordingError):
    """A segment comes after its hour was closed: the root on the log would not fit any more."""

    code = "hour-closed"
    remedy = "Check the recorder's clock; a closed hour takes no more segments."


class SegmentExistsError(RecordingError):
    """A segment of this very start is there."""

    code = "segment-exists"
    remedy = "Check that only one recorder writes this camera."


class HourChangedError(RecordingError):
    """Segments differ from those that the hour was closed with."""

    code = "hour-changed"
    remedy = (
        "Somebody changed the recordings: do not rely on them, and tell the monitor of the log."
    )


_Bytes = Annotated[int, Field(ge=0)]


class Packed(Document):
    """Where an hour's segments lie in its object (`habeas.cameras.packs`).

    Attributes:
        size: of the object, bytes.
        sha256: of it.
        begins: of each segment's first byte in it, in the hour's order.
        lengths: of each segment, bytes.
    """

    size: _Bytes
    sha256: Hex32
    begins: tuple[_Bytes, ...]
    lengths: tuple[_Bytes, ...]

    @model_validator(mode="after")
    def _within(self) -> Packed:
        spans = zip(self.begins, self.lengths, strict=True)
        if any(begin + length > self.size for begin, length in spans):
            raise ValueError("a segment lies beyond the object")
        return self


class Hour(Document):
    """A closed hour.

    Attributes:
        root: Merkle root over `segments`.
        index: of its entry on the log; None while that is owed.
        log: the origin of that log, where it is one of hours; None for the log of everything.
        deleted: the day on which the segments were deleted; None while they are there.
        packed: how they lie in their object; None where they are files, or are gone.
    """

    #: An hour of segments of six seconds has 100 kB; cameras that break off have more.
    LIMIT = 4 * 1024 * 1024

    v: Literal[2] = 2
    camera: Slug
    hour: HourName
    segments: tuple[SegmentRecord, ...]
    root: Hex32
    index: Annotated[int, Field(ge=0)] | None = None
    log: KeyName | None = None
    deleted: Day | None = None
    packed: Packed | None = None

    @model_validator(mode="after")
    def _fits(self) -> Hour:
        if self.packed is not None and len(self.packed.begins) != len(self.segments):
            raise ValueError("it was packed with other segments")
        return self


def start_of(hour: str) -> datetime:
    """When the hour of this name begins, UTC.

    Raises:
        UnknownHourError: it is no hour's name.
    """
    try:
        return datetime.strptime(hour, "%Y-%m-%dT%HZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise UnknownHourError(f"{hour!r} is no hour.", "Write 2026-11-23T20Z.") from error


def hour_of(place: Path) -> str:
    """The name of the hour whose folder is *place*."""
    return f"{place.parent.name}T{place.name}Z"


def read_hour(place: Path) -> Hour | None:
    """The closed hour in the folder *place*; None while it is open.

    Raises:
        RecordingError: its hour.json cannot be used.
    """
    file = place / "hour.json"
    try:
        # It is never changed where it is: another file takes its name.
        status = file.stat()
        return _read(file, status.st_ino, status.st_mtime_ns, status.st_size)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, MalformedError) as error:
        raise RecordingError(f"{hour_of(place)}: hour.json cannot be read.") from error


@lru_cache(_KEPT_READ)
def _read(file: Path, *_: int) -> Hour:
    return Hour.read(json.loads(file.read_text()))


def write_hour(place: Path, hour: Hour) -> None:
    """Keep *hour* in its folder."""
    durable.write(place / "hour.json", hour.encode() + b"\n")


def verify(hour: Hour, name: str, sha256: str) -> None:
    """Raise `HourChangedError` unless *hour* was closed with this segment."""
    for each in hour.segments:
        if each.name == name and hmac.compare_digest(each.sha256, sha256):
            return
    raise HourChangedError(f"The segment {name} is not the one that {hour.hour} was closed with.")


def record(path: Path, counted: Counted) -> SegmentRecord:
    """What an hour is closed with for the segment in *path*."""
    # A segment that the disk has spoilt since is kept as it is, with no length.
    length, counts = length_of(path) or Length(0.0, 0), counted.counts
    return SegmentRecord(
        name=path.name, sha256=sha256_of(path), milliseconds=round(length.seconds * 1000),
        frames=length.frames, lost=counts.lost, whole=counts.whole, moving=counts.moving,
    )  # fmt: skip


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def length_of(path: Path) -> Length | None:
    """Length of the video in *path*, from its packets; None where none can be read.

    From the first picture that is shown to the end of the track. MP4 (ISO/IEC 14496-12, 8.6.1) has
    durations in the order of decoding: that of the packet that is shown last is another picture's.
    """
    try:
        with av.open(str(path)) as container:
            if not container.streams.video:
                return None
            stream = container.streams.video[0]
            begin, end, frames = None, 0.0, 0
            for packet in container.demux(stream):
                if packet.pts is None or packet.time_base is None:
                    continue
                frames += 1
                at = float(packet.pts * packet.time_base)
                decoded = packet.pts if packet.dts is None else packet.dts
                over = float((decoded + (packet.duration or 0)) * packet.time_base)
                begin, end = at if begin is None else min(begin, at), max(end, at, over)
    except (av.error.FFmpegError, OSError, ValueError):
        return None
    return None if begin is None else Length(round(end - begin, 3), frames)
