"""What must hold before anything is destroyed: a clock that did not jump, and no mass ending.

What is destroyed does not come back, so no single mistaken number may order it: a clock that
was set wrongly, a database that was restored, a date that was typed badly. Whoever sweeps looks
at the clock before each round, holds its time against one that others have witnessed, and stops
where a round would end an unusual share of all that is kept. A person then looks, and resumes.

`look` and `given` read clocks; all else is pure.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from habeas.foundation.errors import HabeasError

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True)
class Caution:
    """When to stop and ask a person.

    Attributes:
        jump: seconds that the wall clock may move against the steady clock between two looks.
            NTP slews by at most 500 ppm (RFC 5905 section 13.5.6): 43 s a day; a step of ten
            minutes is somebody's act, or a fault.
        away: seconds between two looks across a start of the machine, which no steady clock
            spans: longer holidays than two weeks are told apart from a wrong clock by a person.
        share: of all that is kept, that one day may end.
        least: so many may always end, however few are kept.
    """

    jump: float = 600.0
    away: float = 14 * 86_400.0
    share: float = 0.2
    least: int = 20


CAUTION = Caution()


class ClockJumpedError(HabeasError):
    """The wall clock moved, and time did not."""

    code = "clock-jumped"
    status = 503
    remedy = "Set the clock right (NTP), then say that it is: the command resume."


class TooManyEndsError(HabeasError):
    """So much would end at once that a person has to look first."""

    code = "too-many-ends"
    status = 503
    remedy = "Look whether so many really end today, then let them: the command resume."


@dataclass(frozen=True)
class Mark:
    """What a machine's clocks said at one moment.

    Attributes:
        wall: POSIX seconds.
        steady: seconds since the machine's start, sleep included (Linux ``CLOCK_BOOTTIME``).
        boot: the name of that start (Linux ``boot_id``).
    """

    wall: float
    steady: float
    boot: str


ReadClocks = Callable[[], Mark]


def look() -> Mark:
    """The machine's clocks now."""
    return Mark(
        wall=time.time(),
        steady=time.clock_gettime(time.CLOCK_BOOTTIME),
        boot=_BOOT_ID.read_text().strip(),
    )


def given(now: Callable[[], datetime]) -> ReadClocks:
    """A look at a clock that is not the machine's: it alone tells how time goes."""

    def look() -> Mark:
        at = now().timestamp()
        return Mark(wall=at, steady=at, boot="given")

    return look


def verify_clock(before: Mark | None, now: Mark, caution: Caution = CAUTION) -> None:
    """Raise where the wall clock has moved otherwise than time did.

    Args:
        before: the last look, also of a process that has ended; None for the first.
        now: the clocks now.
        caution: how far it may move.

    Raises:
        ClockJumpedError: it moved farther.
    """
    if before is None:
        return
    moved = now.wall - before.wall
    if now.boot == before.boot:
        moved -= now.steady - before.steady
        if abs(moved) <= caution.jump:
            return
    elif -caution.jump <= moved <= caution.away:
        return
    where = "ahead" if moved > 0 else "back"
    raise ClockJumpedError(f"The clock has moved {where} by {_long(abs(moved))}.")


def verify_share(ending: int, kept: int, caution: Caution = CAUTION) -> None:
    """Raise where too large a share of all would end at once.

    Args:
        ending: how many are due.
        kept: how many there are, with these.
        caution: how large a share may end.

    Raises:
        TooManyEndsError: more would end.
    """
    if ending > max(caution.least, caution.share * kept):
        raise TooManyEndsError(f"{ending} of {kept} are due to be destroyed at once.")


def _long(seconds: float) -> str:
    if seconds >= 2 * 86_400:
        return f"{seconds / 86_400:.0f} days"
    return f"{seconds / 60:.0f} minutes"
