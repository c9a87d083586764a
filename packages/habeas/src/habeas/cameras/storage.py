"""Room for recordings: what fills up is said early, and what is due first goes first.

    RECORDINGS/storage.json    how it stood at the last look: for the camera's health

Below `StorageLimits.low` a recorder warns; below `full` it deletes, before their day, closed
hours in the order in which they are due, until there is `room` again. Never what is held, never
the newest day, and nothing more where deleting brings no room: then something else fills the disk.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from habeas.cameras import holds
from habeas.cameras.hours import hour_of, start_of
from habeas.cameras.recordings import Recordings
from habeas.foundation import durable
from habeas.foundation.errors import HabeasError
from habeas.protocol import Signer

_FILE = "storage.json"
_HOUR = timedelta(hours=1)
Level = Literal["ample", "low", "full"]


@dataclass(frozen=True)
class StorageLimits:
    """Shares of the disk that are free, 0 to 1; decided, not measured.

    Attributes:
        low: below it, people are warned: a tenth is more than a day of a fortnight's recordings.
        full: below it, room is made: recorders still write then, and everything else on the disk.
        room: up to which it is made.
        newest: what was recorded so lately is never deleted to make room.
        vain: hours that are deleted without any gain before it is given up.
    """

    low: float = 0.10
    full: float = 0.05
    room: float = 0.07
    newest: timedelta = timedelta(days=1)
    vain: int = 3


@dataclass(frozen=True)
class Disk:
    """Bytes of the file system that recordings lie on."""

    free: int
    total: int

    @property
    def share(self) -> float:
        """Free, 0 to 1."""
        return self.free / self.total if self.total > 0 else 0.0


class StorageHealth(BaseModel):
    """How it stood at the last look.

    Attributes:
        at: ISO 8601, UTC.
        freed: hours that were deleted before their day since recording began here.
        stuck: why no room can be made; empty where none is needed, or it can.
        unpacked: closed hours that the object store did not take, or did not delete, when last
            asked.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    level: Level = "ample"
    free: int = 0
    total: int = 0
    at: str = ""
    freed: int = 0
    stuck: str = ""
    unpacked: int = 0


def look(folder: Path) -> Disk:
    """The file system of *folder*, which exists.

    Raises:
        OSError: it tells nothing.
    """
    found = shutil.disk_usage(folder)
    return Disk(found.free, found.total)


def alarms(said: StorageHealth) -> list[str]:
    """Codes of what is wrong with the disk, the gravest first."""
    found = ["storage-stuck"] if said.stuck else []
    found += [f"storage-{said.level}"] * (said.level != "ample")
    return found + ["storage-unpacked"] * bool(said.unpacked)


def level(disk: Disk, limits: StorageLimits) -> Level:
    """How full it is."""
    if disk.share < limits.full:
        return "full"
    return "low" if disk.share < limits.low else "ample"


def read(folder: Path) -> StorageHealth:
    """What was found at the last look, of the folder of recordings."""
    try:
        return StorageHealth.model_validate_json((folder / _FILE).read_bytes())
    except (OSError, ValidationError):
        return StorageHealth()


def note_unpacked(folder: Path, hours: int) -> None:
    """Keep how many hours wait for the object store: a disk that will fill up is said early."""
    with durable.locked(folder):
        before = read(folder)
        if before.unpacked != hours:
            said = before.model_copy(update={"unpacked": hours})
            durable.write(folder / _FILE, said.model_dump_json().encode())


def keep_room(
    recordings: Recordings,
    signer: Signer,
    now: datetime,
    say: Callable[[str], None],
    disk: Callable[[], Disk],
    limits: StorageLimits | None = None,
) -> StorageHealth:
    """Look at the disk, make room where it is full, and tell.

    Args:
        recordings: of any number of cameras.
        signer: the recorder's key: hours are closed before they are deleted.
        now: the time, UTC, that deleting by date goes by too.
        say: told what was deleted, and why no room can be made.
        disk: the file system that they lie on.
        limits: when what is done.
    """
    limits = limits or StorageLimits()
    with durable.locked(recordings.folder):
        before, freed, stuck = read(recordings.folder), 0, ""
        found = disk()
        if level(found, limits) == "full":
            freed, stuck = _make_room(recordings, signer, now, say, disk, limits)
            found = disk()
        said = StorageHealth(
            level=level(found, limits), free=found.free, total=found.total,
            at=now.isoformat(timespec="seconds"), freed=before.freed + freed, stuck=stuck,
            unpacked=before.unpacked,
        )  # fmt: skip
        durable.write(recordings.folder / _FILE, said.model_dump_json().encode())
    if said.level != before.level or (stuck and stuck != before.stuck):
        say(f"storage is {said.level}: {found.share:.1%} of the disk is free. {stuck}".rstrip())
    return said


def _make_room(
    recordings: Recordings,
    signer: Signer,
    now: datetime,
    say: Callable[[str], None],
    disk: Callable[[], Disk],
    limits: StorageLimits,
) -> tuple[int, str]:
    freed, vain, most = 0, 0, disk().free
    for camera, hour in _due(recordings, now, limits):
        if disk().share >= limits.room:
            return freed, ""
        if vain >= limits.vain:
            return freed, "Deleting recordings makes no room: something else fills the disk."
        recordings.delete(camera, hour, now, signer)
        freed += 1
        say(f"deleted {camera} {hour} before its day: the disk is full")
        free = disk().free
        vain, most = (0, free) if free > most else (vain + 1, most)
    if disk().share >= limits.full:
        return freed, ""
    return freed, "Nothing more can be deleted: what is left is held, or of the last day."


def _due(recordings: Recordings, now: datetime, limits: StorageLimits) -> Iterator[tuple[str, str]]:
    """Hours that may be deleted, with their cameras, in the order in which they are due."""
    found: list[tuple[datetime, str, str]] = []
    for camera in recordings.cameras():
        with contextlib.suppress(HabeasError):
            held = holds.held(recordings.place(camera.id), now.date())
            for place in recordings.hours(camera.id):
                hour = hour_of(place)
                over = start_of(hour) + _HOUR
                if hour not in held and over + limits.newest <= now and any(place.glob("*.mp4")):
                    found.append((over + timedelta(days=camera.keep_days), camera.id, hour))
    for _, camera_id, hour in sorted(found):
        yield camera_id, hour
