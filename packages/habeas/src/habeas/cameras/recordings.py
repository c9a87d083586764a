"""Covered recordings on disk: written by the recorder, read by the portal.

    RECORDINGS/<camera>/camera.json               the public register entry
    RECORDINGS/<camera>/sample.jpg                one covered picture
    RECORDINGS/<camera>/<YYYY-MM-DD>/<HH>/<HHMMSS.mmm>Z.mp4
                                                  segments by UTC start, each whole in itself
    RECORDINGS/<camera>/<YYYY-MM-DD>/<HH>/hour.json
                                                  the closed hour: segments' hashes and their root
    …/counts.jsonl                                how they fared, until then
    …/object                                      where their object may be in the store
    RECORDINGS/<camera>/health.json               how the recorder fares
    …/owed*.json                                  log entries that are not on the log yet
    RECORDINGS/<camera>/.parts/                   segments that are being written

A name appears only when what it names is whole and on the disk: files are written aside,
synced, and then given their name. A process that is killed leaves a part, or an owed entry
that the next one sends again, byte by byte the same.

An hour's root is the Merkle root (RFC 6962 section 2.1) over the canonical JSON of
``{name, sha256, milliseconds, frames, lost, whole, moving}`` of each segment, in order of name.
When segments are deleted, hour.json stays, so that what the log says can still be checked.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from habeas.cameras import counts, finished, holds, packs
from habeas.cameras.archive import LONGEST, Archive, SegmentFile
from habeas.cameras.counts import Counted
from habeas.cameras.declaration import CameraError
from habeas.cameras.hours import (
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
    sha256_of,
    start_of,
    verify,
    write_hour,
)
from habeas.cameras.registration import ID
from habeas.foundation import durable
from habeas.foundation.errors import HabeasError
from habeas.foundation.schema import Schema, adopt_folder
from habeas.protocol import Signer
from habeas.protocol.footage import RecordedDetails, entry_of

__all__ = [
    "ID",
    "LONGEST",
    "Hour",
    "HourChangedError",
    "HourClosedError",
    "Owed",
    "RecordingError",
    "Recordings",
    "SegmentExistsError",
    "SegmentFile",
    "SegmentRecord",
    "UnknownHourError",
    "root_of",
    "start_of",
]

_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Owed:
    """An entry that the log has still to get; `hour` is None for entries about the camera."""

    camera: str
    hour: str | None
    entry: bytes
    path: Path


#: Version of the folder's files; `opened_from` is the oldest whose code still works over them.
_SCHEMA = Schema("recordings", version=2, opened_from=0)
#: The same, once hours are packed: older code would forget those, and never delete them.
_PACKED = Schema("recordings", version=3, opened_from=2)


class Recordings(Archive):
    """The folder of recordings: cameras, their segments, and their closed hours."""

    def adopt(self) -> None:
        """Bring the folder to the version of this release, before anything is written there.

        Raises:
            NewerStoreError: a newer release has written it; nothing was changed.
            OSError: it cannot be read or written.
        """
        durable.make(self.folder)
        adopt_folder(self.folder, _SCHEMA if self.bucket is None else _PACKED)

    def hour(self, camera: str, hour: str) -> Hour:
        """A closed hour.

        Raises:
            UnknownHourError: it is not closed, or there is none.
        """
        found = read_hour(self.hour_place(camera, hour))
        if found is None:
            raise UnknownHourError(f"The hour {hour} of camera {camera} is not closed.")
        return found

    def open_hours(self, camera: str, now: datetime) -> list[str]:
        """Hours that are over and have segments, and were not closed yet."""
        return [
            hour_of(place)
            for place in self.hours(camera)
            if not (place / "hour.json").exists()
            and start_of(hour_of(place)) + _HOUR <= now
            and self.kept(camera, place)
        ]

    def close_hour(self, camera: str, hour: str, today: date, signer: Signer) -> Hour:
        """Fix the hour's segments by their root, and owe that to the log.

        A closed hour takes no more segments. Closing it again gives the same.

        Args:
            camera: id.
            hour: such as ``2026-11-23T20Z``.
            today: the day of the log entry.
            signer: the recorder's key.

        Raises:
            UnknownHourError: nothing was recorded in it.
        """
        place = self.hour_place(camera, hour)
        if not place.is_dir():
            raise UnknownHourError(f"Camera {camera} recorded nothing in the hour {hour}.")
        with durable.locked(self.place(camera)):
            closed = read_hour(place)
            if closed is not None:
                return closed
            found = self.kept(camera, place)
            if not found:
                raise UnknownHourError(f"Camera {camera} recorded nothing in the hour {hour}.")
            counted = counts.read(place)
            records = tuple(
                record(each.path, counted.get(each.path.name, Counted())) for each in found
            )
            made = Hour(camera=camera, hour=hour, segments=records, root=root_of(records))
            details = RecordedDetails(
                camera=camera, hour=hour, segments=len(records), root=made.root,
                seconds=round(sum(each.milliseconds for each in records) / 1000),
                frames=sum(each.frames for each in records),
                lost=sum(each.lost for each in records),
                whole=sum(each.whole for each in records),
            )  # fmt: skip
            entry = entry_of(details, today, signer, secrets.token_bytes(32))
            durable.write(place / "owed.json", entry.encode())
            write_hour(place, made)
            counts.forget(place)
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
            BucketError: it is packed, and the store does not answer.
        """
        place = self.hour_place(camera, hour)
        closed = self.hour(camera, hour)
        if not hmac.compare_digest(root_of(closed.segments), root or closed.root):
            raise HourChangedError(f"The hashes of {hour} do not lead to the root that was logged.")
        if closed.deleted:
            return
        names = {each.path.name for each in self.kept(camera, place)}
        for name in sorted(names ^ {each.name for each in closed.segments}):
            what = "was added to" if name in names else "is missing from"
            raise HourChangedError(f"The segment {name} {what} the hour {hour} of {camera}.")
        for each in closed.segments:
            if closed.packed is None:
                verify(closed, each.name, sha256_of(place / each.name))
                continue
            content = self.packed(closed, each.name)
            verify(closed, each.name, hashlib.sha256(content or b"").hexdigest())

    def delete_expired(self, now: datetime, signer: Signer) -> list[tuple[str, str]]:
        """Delete segments whose days are over and that nobody holds; hour.json stays, and says so.

        An hour that was never closed is closed first, so that the log hears of it.

        Returns:
            Camera and hour of all that was deleted.

        Raises:
            HabeasError: a camera's days, or what is held of it, are not known. All others were
                handled.
        """
        deleted: list[tuple[str, str]] = []
        problem = None
        for folder in sorted(self.folder.glob("*")):
            if not (ID.fullmatch(folder.name) and folder.is_dir()):
                continue
            try:
                for hour in self._delete_of(folder, now, signer):
                    deleted.append((folder.name, hour))  # noqa: PERF401 - an error keeps those before
            except HabeasError as error:
                problem = error
        if problem is not None:
            raise problem
        return deleted

    def _delete_of(self, folder: Path, now: datetime, signer: Signer) -> Iterator[str]:
        """Hours of the camera in *folder* as they are deleted."""
        keep = timedelta(days=self.camera(folder.name).keep_days)
        held = holds.held(folder, now.date())
        for place in self.hours(folder.name):
            hour = hour_of(place)
            over = start_of(hour) + _HOUR + keep <= now and hour not in held
            if over and (any(place.glob("*.mp4")) or packs.lies(place)):
                self.delete(folder.name, hour, now, signer)
                yield hour
        with durable.locked(folder):
            finished.advance(folder, now.date().isoformat())

    def delete(self, camera: str, hour: str, now: datetime, signer: Signer) -> None:
        """Delete an hour's segments, whatever their day; it is closed first, if it was not.

        Nobody gets anything of it any more. Its object goes as soon as the store does that
        (`habeas.cameras.packing`).
        """
        place = self.hour_place(camera, hour)
        with contextlib.suppress(UnknownHourError):
            self.close_hour(camera, hour, now.date(), signer)
        with durable.locked(self.place(camera)):
            closed = read_hour(place)
            if closed is not None and not closed.deleted:
                # Said first: whoever is killed in between leaves nothing that would be shown,
                # and the next round finishes.
                said = closed.model_copy(update={"deleted": now.date().isoformat()})
                write_hour(place, said)
            for each in place.glob("*.mp4"):
                each.unlink()
            packs.end(place)
            durable.sync(place)

    # What the log has still to get

    def owed(self) -> Iterator[Owed]:
        """Entries for the log, each camera's oldest first. Sending one twice is harmless."""
        for folder in sorted(self.folder.glob("*")):
            if not ID.fullmatch(folder.name):
                continue
            try:
                entries = self.owed_entries(folder.name)
            except CameraError:
                continue  # its entry is damaged, which is said where it is needed
            for each in entries:
                yield Owed(folder.name, None, each.read_bytes(), each)
            for place in self.hours(folder.name):
                each = place / "owed.json"
                if each.exists() and (place / "hour.json").exists():
                    yield Owed(folder.name, hour_of(place), each.read_bytes(), each)

    def logged(self, owed: Owed, index: int, log: str | None = None) -> None:
        """Remember that *owed* stands at *index* of a log; *log* is the origin of one of hours."""
        with durable.locked(self.place(owed.camera)):
            if owed.hour is not None:
                place = self.hour_place(owed.camera, owed.hour)
                closed = self.hour(owed.camera, owed.hour)
                said = closed.model_copy(update={"index": index, "log": log})
                write_hour(place, said)
            owed.path.unlink(missing_ok=True)
            durable.sync(owed.path.parent)
