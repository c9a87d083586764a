"""Covered recordings on disk: written by the recorder, read by the portal.

    RECORDINGS/<camera>/camera.json               the public register entry
    RECORDINGS/<camera>/sample.jpg                one covered picture
    RECORDINGS/<camera>/<YYYY-MM-DD>/<HH>/<HHMMSS.mmm>Z.mp4
                                                  segments by UTC start, each whole in itself
    RECORDINGS/<camera>/<YYYY-MM-DD>/<HH>/hour.json
                                                  the closed hour: segments' hashes and their root
    …/owed*.json                                  log entries that are not on the log yet
    RECORDINGS/<camera>/.parts/                   segments that are being written

A name appears only when what it names is whole and on the disk: files are written aside,
synced, and then given their name. A process that is killed leaves a part, or an owed entry
that the next one sends again, byte by byte the same.

An hour's root is the Merkle root (RFC 6962 section 2.1) over the canonical JSON of
``{name, sha256, seconds}`` of each segment, in order of name. When segments are deleted,
hour.json stays, so that what the log says can still be checked.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from habeas.cameras.declaration import CameraError
from habeas.cameras.hours import (
    NAME,
    Hour,
    HourChangedError,
    HourClosedError,
    RecordingError,
    SegmentExistsError,
    SegmentRecord,
    UnknownHourError,
    hour_of,
    read_hour,
    record,
    root_of,
    seconds_of,
    sha256_of,
    start_of,
    verify,
    write_hour,
)
from habeas.cameras.registration import ID, Register
from habeas.cover.errors import OutputError, UnreadableVideoError
from habeas.foundation import durable
from habeas.protocol.footage import RecordedDetails, entry_of, hour_name

__all__ = [
    "ID",
    "LONGEST",
    "Hour",
    "HourChangedError",
    "HourClosedError",
    "Owed",
    "RecordingError",
    "Recordings",
    "Segment",
    "SegmentExistsError",
    "SegmentRecord",
    "UnknownHourError",
    "root_of",
    "start_of",
]

#: No segment is longer; the recorder makes them about 6 s long.
LONGEST = timedelta(seconds=60)
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Segment:
    """One segment on the disk; `start` is UTC."""

    camera: str
    start: datetime
    path: Path


@dataclass(frozen=True)
class Owed:
    """An entry that the log has still to get; `hour` is None for entries about the camera."""

    camera: str
    hour: str | None
    entry: bytes
    path: Path


class Recordings(Register):
    """The folder of recordings: the register of cameras, and what they recorded."""

    # Writing segments

    def new_part(self, camera: str) -> Path:
        """A file of no name yet, to write the next segment into."""
        parts = self.place(camera) / ".parts"
        durable.make(parts)
        return parts / f"{secrets.token_hex(8)}.mp4"

    def add(self, camera: str, start: datetime, part: Path) -> Segment:
        """Give the whole segment in *part* its name; when this returns, it survives a crash.

        Args:
            camera: id.
            start: of the segment, with its time zone; counted in milliseconds.
            part: from `new_part`; it is gone afterwards.

        Raises:
            UnreadableVideoError: *part* is no video.
            HourClosedError, SegmentExistsError: as named.
            OutputError: the disk does not take it.
        """
        if seconds_of(part) is None:
            raise UnreadableVideoError("The segment is no video that can be read.")
        place = self.place(camera)
        segment = self._segment(camera, start)
        try:
            durable.sync(part)
            durable.make(segment.path.parent)
            with durable.locked(place):
                if (segment.path.parent / "hour.json").exists():
                    raise HourClosedError(f"The hour {hour_name(segment.start)} is closed.")
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

    def segments(self, camera: str, start: datetime, end: datetime) -> list[Segment]:
        """All segments that show something of the span *start* to *end*, in order."""
        found = []
        at = (start - LONGEST).astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        while at < end:
            place = self._hour_place(camera, hour_name(at))
            for each in self._on_disk(camera, place):
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
        places = self._hours(camera)
        ends = []
        for order in (places, places[::-1]):
            for place in order:
                found = self._on_disk(camera, place)
                if found:
                    ends.append(found[0 if order is places else -1].start)
                    break
        return (ends[0], ends[1]) if len(ends) == 2 else None

    def hour(self, camera: str, hour: str) -> Hour:
        """A closed hour.

        Raises:
            UnknownHourError: it is not closed, or there is none.
        """
        found = read_hour(self._hour_place(camera, hour))
        if found is None:
            raise UnknownHourError(f"The hour {hour} of camera {camera} is not closed.")
        return found

    # Closing, verifying, deleting

    def open_hours(self, camera: str, now: datetime) -> list[str]:
        """Hours that are over and have segments, and were not closed yet."""
        return [
            hour_of(place)
            for place in self._hours(camera)
            if not (place / "hour.json").exists()
            and start_of(hour_of(place)) + _HOUR <= now
            and self._on_disk(camera, place)
        ]

    def close_hour(self, camera: str, hour: str, today: date) -> Hour:
        """Fix the hour's segments by their root, and owe that to the log.

        A closed hour takes no more segments. Closing it again gives the same.

        Args:
            camera: id.
            hour: such as ``2026-11-23T20Z``.
            today: the day of the log entry.

        Raises:
            UnknownHourError: nothing was recorded in it.
        """
        place = self._hour_place(camera, hour)
        if not place.is_dir():
            raise UnknownHourError(f"Camera {camera} recorded nothing in the hour {hour}.")
        with durable.locked(self.place(camera)):
            closed = read_hour(place)
            if closed is not None:
                return closed
            found = self._on_disk(camera, place)
            if not found:
                raise UnknownHourError(f"Camera {camera} recorded nothing in the hour {hour}.")
            records = tuple(record(each.path) for each in found)
            made = Hour(camera=camera, hour=hour, segments=records, root=root_of(records))
            details = RecordedDetails(
                camera=camera, hour=hour, segments=len(records), root=made.root
            )
            durable.write(place / "owed.json", entry_of(details, today).encode())
            write_hour(place, made)
        return made

    def verify_hour(self, camera: str, hour: str, root: str | None = None) -> None:
        """Raise unless the hour is what it was when it was closed.

        Args:
            camera: id.
            hour: which.
            root: of the log's entry; by default the one in hour.json, which proves less.

        Raises:
            UnknownHourError: it is not closed.
            HourChangedError: a segment is missing, added or changed, or the root is another.
        """
        place = self._hour_place(camera, hour)
        closed = self.hour(camera, hour)
        if not hmac.compare_digest(root_of(closed.segments), root or closed.root):
            raise HourChangedError(f"The hashes of {hour} do not lead to the root that was logged.")
        if closed.deleted:
            return
        names = {each.path.name for each in self._on_disk(camera, place)}
        for name in sorted(names ^ {each.name for each in closed.segments}):
            what = "was added to" if name in names else "is missing from"
            raise HourChangedError(f"The segment {name} {what} the hour {hour} of {camera}.")
        for each in closed.segments:
            verify(closed, each.name, sha256_of(place / each.name))

    def delete_expired(self, now: datetime) -> list[tuple[str, str]]:
        """Delete segments whose days are over; hour.json stays, and says so.

        An hour that was never closed is closed first, so that the log hears of it.

        Returns:
            Camera and hour of all that was deleted.

        Raises:
            CameraError: a camera's days are not known. All others were handled.
        """
        deleted, problem = [], None
        for folder in sorted(self.folder.glob("*")):
            if not (ID.fullmatch(folder.name) and folder.is_dir()):
                continue
            try:
                keep = timedelta(days=self.camera(folder.name).keep_days)
            except CameraError as error:
                problem = error
                continue
            for place in self._hours(folder.name):
                hour = hour_of(place)
                if start_of(hour) + _HOUR + keep <= now and any(place.glob("*.mp4")):
                    self._delete(folder.name, hour, now)
                    deleted.append((folder.name, hour))
        if problem is not None:
            raise problem
        return deleted

    def _delete(self, camera: str, hour: str, now: datetime) -> None:
        place = self._hour_place(camera, hour)
        with contextlib.suppress(UnknownHourError):
            self.close_hour(camera, hour, now.date())
        with durable.locked(self.place(camera)):
            closed = read_hour(place)
            if closed is not None and not closed.deleted:
                # Said first: whoever is killed in between leaves nothing that would be shown,
                # and the next round finishes.
                said = closed.model_copy(update={"deleted": now.date().isoformat()})
                write_hour(place, said)
            for each in place.glob("*.mp4"):
                each.unlink()
            durable.sync(place)

    # What the log has still to get

    def owed(self) -> Iterator[Owed]:
        """Entries for the log, each camera's oldest first. Sending one twice is harmless."""
        for folder in sorted(self.folder.glob("*")):
            if not ID.fullmatch(folder.name):
                continue
            for each in self.owed_entries(folder.name):
                yield Owed(folder.name, None, each.read_bytes(), each)
            for each in sorted(folder.glob("*/*/owed.json")):
                if (each.parent / "hour.json").exists():
                    yield Owed(folder.name, hour_of(each.parent), each.read_bytes(), each)

    def logged(self, owed: Owed, index: int) -> None:
        """Remember that *owed* stands on the log at *index*."""
        with durable.locked(self.place(owed.camera)):
            if owed.hour is not None:
                place = self._hour_place(owed.camera, owed.hour)
                closed = self.hour(owed.camera, owed.hour)
                said = closed.model_copy(update={"index": index})
                write_hour(place, said)
            owed.path.unlink(missing_ok=True)
            durable.sync(owed.path.parent)

    # Places and names

    def _hour_place(self, camera: str, hour: str) -> Path:
        start = start_of(hour)
        return self.place(camera) / start.strftime("%Y-%m-%d") / start.strftime("%H")

    def _segment(self, camera: str, start: datetime) -> Segment:
        utc = start.astimezone(UTC)
        utc = utc.replace(microsecond=utc.microsecond // 1000 * 1000)
        name = f"{utc:%H%M%S}.{utc.microsecond // 1000:03d}Z.mp4"
        return Segment(camera, utc, self._hour_place(camera, hour_name(utc)) / name)

    def _hours(self, camera: str) -> list[Path]:
        """Folders of all hours, oldest first."""
        found = []
        for each in sorted(self.place(camera).glob("????-??-??/??")):
            with contextlib.suppress(UnknownHourError):
                start_of(hour_of(each))
                found.append(each)
        return found

    def _on_disk(self, camera: str, place: Path) -> list[Segment]:
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
                found.append(Segment(camera, start, each))
        return found

    def _length(self, segment: Segment) -> timedelta:
        closed = read_hour(segment.path.parent)
        for each in closed.segments if closed else ():
            if each.name == segment.path.name:
                return timedelta(seconds=each.seconds)
        return timedelta(seconds=seconds_of(segment.path) or 0.0)
