"""Segments on disk: written whole by the recorder, found again by when they arrived.

A segment gets its name only when it is whole and on the disk. A process that is killed leaves
a part without a name, which the next one deletes.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from habeas.cameras import counts, finished
from habeas.cameras.counts import Counts
from habeas.cameras.hours import (
    NAME,
    HourClosedError,
    SegmentExistsError,
    UnknownHourError,
    hour_of,
    length_of,
    read_hour,
    start_of,
    verify,
)
from habeas.cameras.registration import Register
from habeas.cover.errors import OutputError, UnreadableVideoError
from habeas.foundation import durable
from habeas.protocol.footage import hour_name

#: No segment is longer; the recorder makes them about 6 s long.
LONGEST = timedelta(seconds=60)
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class SegmentFile:
    """One segment on the disk; `start` is UTC."""

    camera: str
    start: datetime
    path: Path


class Archive(Register):
    """The register of cameras, and the segments that they recorded."""

    # Writing segments

    def new_part(self, camera: str) -> Path:
        """A file of no name yet, to write the next segment into."""
        parts = self.place(camera) / ".parts"
        durable.make(parts)
        return parts / f"{secrets.token_hex(8)}.mp4"

    def add(
        self, camera: str, start: datetime, part: Path, counted: Counts | None = None
    ) -> SegmentFile:
        """Give the whole segment in *part* its name; when this returns, it survives a crash.

        Args:
            camera: id.
            start: of the segment, with its time zone; counted in milliseconds.
            part: from `new_part`; it is gone afterwards.
            counted: what was lost since the segment before, and covered as a whole in this one.

        Raises:
            UnreadableVideoError: *part* is no video.
            HourClosedError, SegmentExistsError: as named.
            OutputError: the disk does not take it.
        """
        if length_of(part) is None:
            raise UnreadableVideoError("The segment is no video that can be read.")
        place = self.place(camera)
        segment = self._segment(camera, start)
        try:
            durable.sync(part)
            durable.make(segment.path.parent)
            with durable.locked(place):
                finished.reopen(place, segment.path.parent.parent.name)
                if (segment.path.parent / "hour.json").exists():
                    raise HourClosedError(f"The hour {hour_name(segment.start)} is closed.")
                counts.add(segment.path.parent, segment.path.name, counted or Counts())
                # Unlike renaming, linking never replaces what has the name already.
                os.link(part, segment.path)
                durable.sync(segment.path.parent)
            part.unlink()
        except FileExistsError as error:
            raise SegmentExistsError(f"{camera} has a segment {segment.path.name}.") from error
        except OSError as error:
            raise OutputError(f"The segment cannot be written: {error.strerror}.") from error
        return segment

    def sweep_parts(self, camera: str) -> int:
        """Delete what a killed recorder left half; tells how many. Call it before recording."""
        parts = list((self.place(camera) / ".parts").glob("*.mp4"))
        for each in parts:
            each.unlink(missing_ok=True)
        return len(parts)

    # Reading

    def segments(self, camera: str, start: datetime, end: datetime) -> list[SegmentFile]:
        """All segments that show something of the span *start* to *end*, in order."""
        found = []
        at = (start - LONGEST).astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        while at < end:
            place = self.hour_place(camera, hour_name(at))
            for each in self.on_disk(camera, place):
                if each.start >= end or each.start < start - LONGEST:
                    continue
                if each.start >= start or each.start + self._length(each) > start:
                    found.append(each)
            at += _HOUR
        return found

    def content(self, camera: str, start: datetime) -> bytes:
        """The bytes of the segment that begins at *start*.

        Raises:
            UnknownHourError: there is none, or it was deleted.
            HourChangedError: it is not the one that its hour was closed with.
        """
        segment = self._segment(camera, start)
        hour = read_hour(segment.path.parent)
        try:
            if hour is not None and hour.deleted:
                raise FileNotFoundError
            content = segment.path.read_bytes()
        except FileNotFoundError as error:
            raise UnknownHourError(f"There is no segment {segment.path.name} any more.") from error
        if hour is not None:
            verify(hour, segment.path.name, hashlib.sha256(content).hexdigest())
        return content

    def span(self, camera: str) -> tuple[datetime, datetime] | None:
        """Start of the first and of the last segment that are there; None where none is."""
        places = self.hours(camera)
        ends = []
        for order in (places, places[::-1]):
            for place in order:
                found = self.on_disk(camera, place)
                if found:
                    ends.append(found[0 if order is places else -1].start)
                    break
        return (ends[0], ends[1]) if len(ends) == 2 else None

    # Places and names

    def hour_place(self, camera: str, hour: str) -> Path:
        """The folder of an hour's segments."""
        start = start_of(hour)
        return self.place(camera) / start.strftime("%Y-%m-%d") / start.strftime("%H")

    def _segment(self, camera: str, start: datetime) -> SegmentFile:
        utc = start.astimezone(UTC)
        utc = utc.replace(microsecond=utc.microsecond // 1000 * 1000)
        name = f"{utc:%H%M%S}.{utc.microsecond // 1000:03d}Z.mp4"
        return SegmentFile(camera, utc, self.hour_place(camera, hour_name(utc)) / name)

    def hours(self, camera: str) -> list[Path]:
        """Folders of hours, oldest first, of all days that are not finished."""
        found = []
        for day in finished.days(self.place(camera)):
            for each in sorted(day.glob("??")):
                with contextlib.suppress(UnknownHourError):
                    start_of(hour_of(each))
                    found.append(each)
        return found

    def on_disk(self, camera: str, place: Path) -> list[SegmentFile]:
        """The segments of an hour's folder, in order; none once they count as deleted."""
        files = sorted(place.glob("*.mp4"))
        closed = read_hour(place) if files else None
        if closed is not None and closed.deleted:
            return []
        found = []
        for each in files:
            parts = NAME.fullmatch(each.name)
            if parts is not None:
                _, minute, second, milli = (int(part) for part in parts.groups())
                start = start_of(hour_of(place)).replace(
                    minute=minute, second=second, microsecond=milli * 1000
                )
                found.append(SegmentFile(camera, start, each))
        return found

    def _length(self, segment: SegmentFile) -> timedelta:
        closed = read_hour(segment.path.parent)
        for each in closed.segments if closed else ():
            if each.name == segment.path.name:
                return timedelta(milliseconds=each.milliseconds)
        length = length_of(segment.path)
        return timedelta(seconds=length.seconds if length else 0.0)
