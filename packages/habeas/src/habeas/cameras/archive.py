"""Segments on disk: written whole by the recorder, found again by when they arrived.

A segment gets its name only when it is whole and on the disk. A process that is killed leaves
a part without a name, which the next one deletes. Segments of closed hours may lie in an object
store (`habeas.cameras.packing`); all that is told of them stands beside them on the disk.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from habeas.cameras import counts, finished, packs
from habeas.cameras.bucket import BucketError, HourBucket
from habeas.cameras.counts import Counts
from habeas.cameras.hours import (
    NAME,
    Hour,
    HourClosedError,
    SegmentExistsError,
    SegmentRecord,
    UnknownHourError,
    hour_of,
    length_of,
    read_hour,
    start_of,
    verify,
)
from habeas.cameras.leases import verify_fence
from habeas.cameras.registration import RegisteredCameras
from habeas.cameras.timeline import Piece
from habeas.cover.errors import OutputError, UnreadableVideoError
from habeas.foundation import durable
from habeas.protocol.footage import hour_name

#: No segment is longer; the recorder makes them about 6 s long.
LONGEST = timedelta(seconds=60)
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class SegmentFile:
    """One segment; `start` is UTC. Once its hour is packed, it is no file at `path` any more."""

    camera: str
    start: datetime
    path: Path


class Archive(RegisteredCameras):
    """The register of cameras, and the segments that they recorded.

    Args:
        folder: of recordings; see `RegisteredCameras`.
        bucket: where packed hours lie; without one, those cannot be played.
    """

    def __init__(self, folder: Path, bucket: HourBucket | None = None) -> None:
        super().__init__(folder)
        self.bucket = bucket

    # Writing segments

    def new_part(self, camera: str) -> Path:
        """A file of no name yet, to write the next segment into."""
        parts = self.place(camera) / ".parts"
        durable.make(parts)
        return parts / f"{secrets.token_hex(8)}.mp4"

    def add(
        self,
        camera: str,
        start: datetime,
        part: Path,
        counted: Counts | None = None,
        *,
        token: int | None = None,
    ) -> SegmentFile:
        """Give the whole segment in *part* its name; when this returns, it survives a crash.

        Args:
            camera: id.
            start: of the segment, with its time zone; counted in milliseconds.
            part: from `new_part`; it is gone afterwards.
            counted: what was lost since the segment before, and covered as a whole in this one.
            token: of the lease under which it was recorded; None where leases are not used.

        Raises:
            LeaseError: somebody else records the camera by now: the segment does not count.
            UnreadableVideoError: *part* is no video.
            HourClosedError, SegmentExistsError: as named.
            OutputError: the disk does not take it.
        """
        length = length_of(part)
        if length is None:
            raise UnreadableVideoError("The segment is no video that can be read.")
        place = self.place(camera)
        segment = self._segment(camera, start)
        try:
            durable.sync(part)
            durable.make(segment.path.parent)
            with durable.locked(place):
                verify_fence(place, token)
                finished.reopen(place, segment.path.parent.parent.name)
                if (segment.path.parent / "hour.json").exists():
                    raise HourClosedError(f"The hour {hour_name(segment.start)} is closed.")
                counts.add(segment.path.parent, segment.path.name, counted or Counts(), length)
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
        """Delete what a killed recorder left half; tells how many. Call it before recording.

        All days are gone through once more, too: some may have been brought back from a copy, or
        recorded by a release that knew no list of them.
        """
        with durable.locked(self.place(camera)):
            finished.forget(self.place(camera))
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
            for each in self.kept(camera, place):
                if each.start >= end or each.start < start - LONGEST:
                    continue
                if each.start >= start or each.start + self._length(each) > start:
                    found.append(each)
            at += _HOUR
        return found

    def pieces(self, camera: str, hour: str) -> tuple[Piece, ...]:
        """What the segments of an hour say of themselves, in order; no video is read for it.

        Args:
            camera: id.
            hour: such as ``2026-11-23T20Z``; open or closed.

        Raises:
            RecordingError: its hour.json cannot be used.
        """
        place = self.hour_place(camera, hour)
        closed = read_hour(place)
        if closed is not None:
            segments = () if closed.deleted else closed.segments
            return tuple(_closed_piece(place, each) for each in segments)
        counted = counts.read(place)
        found = []
        for each in self.kept(camera, place):
            kept = counted.get(each.path.name, counts.Counted())
            length = kept.length or length_of(each.path) or counts.Length(0.0, 0)
            found.append(
                Piece(
                    each.start, timedelta(seconds=length.seconds), length.frames,
                    kept.counts.lost, kept.counts.whole, kept.counts.moving,
                )
            )  # fmt: skip
        return tuple(found)

    def content(self, camera: str, start: datetime) -> bytes:
        """The bytes of the segment that begins at *start*.

        Raises:
            UnknownHourError: there is none, or it was deleted.
            HourChangedError: it is not the one that its hour was closed with.
            BucketError: it lies in the object store, which does not answer.
        """
        segment = self._segment(camera, start)
        hour = read_hour(segment.path.parent)
        content = None
        if hour is None or not hour.deleted:
            try:
                content = segment.path.read_bytes()
            except FileNotFoundError:
                # It may have been packed a moment ago.
                hour = read_hour(segment.path.parent)
                content = self.packed(hour, segment.path.name) if hour is not None else None
        if content is None:
            raise UnknownHourError(f"There is no segment {segment.path.name} any more.")
        if hour is not None:
            verify(hour, segment.path.name, hashlib.sha256(content).hexdigest())
        return content

    def packed(self, hour: Hour, name: str) -> bytes | None:
        """The bytes of a segment of a packed hour, as the store gives them; None for none.

        Raises:
            BucketError: the store does not answer, or is not known here.
        """
        if hour.deleted or hour.packed is None:
            return None
        if self.bucket is None:
            raise BucketError(
                f"The hour {hour.hour} lies in an object store that was not named here.",
                "Name it: HABEAS_RECORDINGS_BUCKET=s3://BUCKET/PREFIX, with its keys.",
            )
        return packs.segment(self.bucket, hour, name)

    def span(self, camera: str) -> tuple[datetime, datetime] | None:
        """Start of the first and of the last segment that are there; None where none is.

        Looks from both ends, and not at what lies between.
        """
        days = finished.days(self.place(camera))
        first = next((each[0] for each in self._found(camera, days)), None)
        last = next((each[-1] for each in self._found(camera, days, newest=True)), None)
        return (first.start, last.start) if first and last else None

    def _found(
        self, camera: str, days: list[Path], *, newest: bool = False
    ) -> Iterator[list[SegmentFile]]:
        """Segments by hour, of hours that have any."""
        for day in reversed(days) if newest else days:
            for place in sorted(day.glob("??"), reverse=newest):
                with contextlib.suppress(UnknownHourError):
                    if found := self.kept(camera, place):
                        yield found

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

    def kept(self, camera: str, place: Path) -> list[SegmentFile]:
        """The segments of an hour's folder, in order; none once they count as deleted."""
        closed = read_hour(place)
        if closed is not None and closed.deleted:
            return []
        if closed is not None and closed.packed is not None:
            names = [each.name for each in closed.segments]
        else:
            files = sorted(place.glob("*.mp4"))
            names = [each.name for each in files if NAME.fullmatch(each.name) is not None]
        return [SegmentFile(camera, _begin(place, each), place / each) for each in names]

    def _length(self, segment: SegmentFile) -> timedelta:
        closed = read_hour(segment.path.parent)
        for each in closed.segments if closed else ():
            if each.name == segment.path.name:
                return timedelta(milliseconds=each.milliseconds)
        length = length_of(segment.path)
        return timedelta(seconds=length.seconds if length else 0.0)


def _closed_piece(place: Path, said: SegmentRecord) -> Piece:
    return Piece(
        _begin(place, said.name), timedelta(milliseconds=said.milliseconds),
        said.frames, said.lost, said.whole, said.moving,
    )  # fmt: skip


def _begin(place: Path, name: str) -> datetime:
    """When the segment *name* in the hour's folder *place* begins; the name is one."""
    return start_of(hour_of(place)).replace(
        minute=int(name[2:4]), second=int(name[4:6]), microsecond=int(name[7:10]) * 1000
    )
