"""What must happen although nobody asks: close hours, tell the log, delete what had its days."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from habeas.cameras import holds, storage
from habeas.cameras.deletes import Deletes, DeletesHaltedError
from habeas.cameras.recordings import Recordings
from habeas.cameras.storage import Disk
from habeas.cameras.witnessed import Witnessed
from habeas.foundation.errors import HabeasError
from habeas.protocol import Signer
from habeas.tlog import FormatError
from habeas.tlog.errors import NotAdmittedError

#: An hour is closed when its last segment must have been written: a segment, what the cover
#: waits for, and the longest silence that a connection survives.
_GRACE = timedelta(seconds=120)

Say = Callable[[str], None]


class InLog(Protocol):
    """Where an entry stands."""

    @property
    def index(self) -> int:
        """Its log index."""


class HourLog(Protocol):
    """The public log; appending the same entry twice is harmless."""

    def append(self, entry: bytes) -> InLog:
        """Append one entry; raises `HabeasError` where it cannot."""


class HoursLog(HourLog, Protocol):
    """A log of its own for closed hours."""

    @property
    def origin(self) -> str:
        """Its name."""


@dataclass(frozen=True)
class HouseKept:
    """What became of one round.

    Attributes:
        told: whether the log is owed nothing now.
        faults: what could not be done beside that, in words; empty where all was.
    """

    told: bool
    faults: tuple[str, ...] = ()


def keep_house(
    recordings: Recordings,
    signer: Signer,
    log: HourLog | None,
    now: datetime,
    say: Say = lambda _: None,
    deletes: Deletes | None = None,
    witnessed: Witnessed | None = None,
    disk: Callable[[], Disk] | None = None,
    hours: HoursLog | None = None,
) -> HouseKept:
    """Close hours that are over, tell the log what it is owed, delete what has had its days.

    What cannot be done keeps nothing else from being done. Holds that the log proves are taken on
    before anything is deleted. A disk that fills up is said, and what is due first makes room.

    Args:
        recordings: of any number of cameras.
        signer: the recorder's key.
        log: where entries go; None keeps them until there is one.
        now: the time, UTC.
        say: told what was deleted, and what could not be done; the next round tries again.
        deletes: says until when recordings may be deleted; by default, until *now*.
        witnessed: reads holds; without it none is known to be on the log, and none is taken on.
        disk: the file system that recordings lie on; by default, nobody looks after its room.
        hours: where closed hours go; by default to *log*.

    Returns:
        Whether the log was told, and each fault, which was also said. That deleting was halted is
        none: `Deletes.halted` tells of it.
    """
    faults = _close(recordings, signer, now)
    told = log is not None and _tell(recordings, log, hours, say)
    if witnessed is not None:
        faults += _hold(recordings, witnessed, now, say)
    try:
        until = now if deletes is None else deletes.until(now)
        for camera_id, hour in recordings.delete_expired(until, signer):
            say(f"deleted {camera_id} {hour}: its days are over")
        if disk is not None:
            storage.keep_room(recordings, signer, until, say, disk)
    except DeletesHaltedError as error:
        say(str(error))
    except (HabeasError, OSError) as error:
        faults.append(f"not all that had its days was deleted: {error}")
    for each in faults:
        say(each)
    return HouseKept(told, tuple(faults))


def _hold(recordings: Recordings, witnessed: Witnessed, now: datetime, say: Say) -> list[str]:
    faults = []
    for camera in recordings.cameras():
        try:
            holds.judge(recordings.place(camera.id), camera, witnessed, now, say)
        except HabeasError as error:
            faults.append(f"holds of {camera.id} could not be judged: {error}")
    return faults


def _close(recordings: Recordings, signer: Signer, now: datetime) -> list[str]:
    """Close every camera's hours that are over; tells what kept any from it."""
    faults = []
    for camera in recordings.ids():
        try:
            for hour in recordings.open_hours(camera, now - _GRACE):
                recordings.close_hour(camera, hour, now.date(), signer)
        except (HabeasError, OSError) as error:
            faults.append(f"hours of {camera} could not be closed: {error}")
    return faults


def _tell(recordings: Recordings, log: HourLog, hours: HoursLog | None, say: Say) -> bool:
    refused: set[str] = set()
    silent: set[str | None] = set()
    for owed in list(recordings.owed()):
        to, origin = log, None
        if owed.hour is not None and hours is not None:
            to, origin = hours, hours.origin
        if owed.camera in refused or origin in silent:
            continue  # its entries stand in their order
        try:
            recordings.logged(owed, to.append(owed.entry).index, origin)
        except (NotAdmittedError, FormatError) as error:
            # The log answers: what it does not take of one camera keeps back no other's.
            say(f"The log does not take an entry of {owed.camera}: {error}")
            refused.add(owed.camera)
        except HabeasError as error:
            say(f"The log could not be told: {error}")
            silent.add(origin)
    return not refused and not silent
