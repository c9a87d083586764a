"""Closed hours: the segments' hashes, their root, and what differs from it.

The root is the Merkle root (RFC 6962 section 2.1) over the canonical JSON of
``{name, sha256, milliseconds, frames, lost, whole}`` of each segment, in order of name.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import av
import av.error
from pydantic import Field, StringConstraints

from habeas.cameras.counts import Counts
from habeas.cover.errors import FootageError
from habeas.foundation import durable
from habeas.protocol import MalformedError
from habeas.protocol.document import Day, Document, Hex32, Slug
from habeas.protocol.footage import HourName
from habeas.tlog import Frontier, leaf_hash

#: What a segment is called: its start within the day, to the millisecond.
NAME = re.compile(r"([01]\d|2[0-3])([0-5]\d)([0-5]\d)\.(\d{3})Z\.mp4")


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


class SegmentRecord(Document):
    """One segment of a closed hour.

    Attributes:
        milliseconds: its length as the file tells.
        frames: in it.
        lost: that the camera sent, and that were not written, since the segment before.
        whole: of its frames, covered as a whole because nobody could look at them.
    """

    name: Annotated[str, StringConstraints(pattern=f"^{NAME.pattern}$")]
    sha256: Hex32
    milliseconds: Annotated[int, Field(ge=0)]
    frames: Annotated[int, Field(ge=0)]
    lost: Annotated[int, Field(ge=0)]
    whole: Annotated[int, Field(ge=0)]


class Hour(Document):
    """A closed hour.

    Attributes:
        root: Merkle root over `segments`.
        index: of its entry on the log; None while that is owed.
        deleted: the day on which the segments were deleted; None while they are there.
    """

    v: Literal[2] = 2
    camera: Slug
    hour: HourName
    segments: tuple[SegmentRecord, ...]
    root: Hex32
    index: Annotated[int, Field(ge=0)] | None = None
    deleted: Day | None = None


def root_of(segments: tuple[SegmentRecord, ...]) -> str:
    """The hour's root, hex."""
    return Frontier().extend(leaf_hash(each.encode()) for each in segments).root().hex()


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
    try:
        return Hour.read(json.loads((place / "hour.json").read_text()))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, MalformedError) as error:
        raise RecordingError(f"{hour_of(place)}: hour.json cannot be read.") from error


def write_hour(place: Path, hour: Hour) -> None:
    """Keep *hour* in its folder."""
    durable.write(place / "hour.json", hour.encode() + b"\n")


def verify(hour: Hour, name: str, sha256: str) -> None:
    """Raise `HourChangedError` unless *hour* was closed with this segment."""
    for each in hour.segments:
        if each.name == name and hmac.compare_digest(each.sha256, sha256):
            return
    raise HourChangedError(f"The segment {name} is not the one that {hour.hour} was closed with.")


def record(path: Path, counted: Counts) -> SegmentRecord:
    """What an hour is closed with for the segment in *path*."""
    # A segment that the disk has spoilt since is kept as it is, with no length.
    length = length_of(path) or Length(0.0, 0)
    return SegmentRecord(
        name=path.name, sha256=sha256_of(path), milliseconds=round(length.seconds * 1000),
        frames=length.frames, lost=counted.lost, whole=counted.whole,
    )  # fmt: skip


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass(frozen=True)
class Length:
    """How long a video is."""

    seconds: float
    frames: int


def length_of(path: Path) -> Length | None:
    """Length of the video in *path*, from its packets; None where none can be read."""
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
                begin = at if begin is None else min(begin, at)
                end = max(end, at + float((packet.duration or 0) * packet.time_base))
    except (av.error.FFmpegError, OSError, ValueError):
        return None
    return None if begin is None else Length(round(end - begin, 3), frames)
