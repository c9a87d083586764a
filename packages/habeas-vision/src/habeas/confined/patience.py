"""Whether a worker gets on, judged by its work and not by a clock.

A slow or loaded machine is no damaged file: a worker that waits for the processor is waited
for. What ends it is work without a result (an endless loop), or rest without a reason (a
deadlock, or a worker that was taken over and stops itself). Both are read from /proc (proc(5)),
which only Linux has; where it does not tell, a worker without a result counts as resting.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

#: States of proc(5) in which a thread waits for the machine: running or ready to, or in
#: uninterruptible sleep for a disk.
_WAITS_FOR_THE_MACHINE = frozenset("RD")
#: Rest in many small pieces is too much after so many times what it may be in one.
_PIECES = 10
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Pulse:
    """What a process did.

    Attributes:
        used: processor time of all its threads so far, seconds.
        asleep: whether every thread of it waits for something other than the machine.
    """

    used: float
    asleep: bool


def pulse(process: int) -> Pulse | None:
    """The pulse of a process; None where it has gone."""
    try:
        used = _fields(Path(f"/proc/{process}/stat"))
        states = {_fields(each)[0] for each in Path(f"/proc/{process}/task").glob("*/stat")}
    except (OSError, IndexError):
        return None
    # Fields 14 and 15, counted from the third.
    return Pulse((int(used[11]) + int(used[12])) / _TICKS, not states & _WAITS_FOR_THE_MACHINE)


def _fields(stat: Path) -> list[str]:
    """All fields after the name, which may hold anything."""
    return stat.read_text().rpartition(")")[2].split()


class Patience:
    """How long a worker is waited for.

    Args:
        seconds: of work without a result, or of rest without a reason, that are too many.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._from: float | None = None
        self._used = 0.0
        self._rested = self._rested_in_all = 0.0

    def result(self) -> None:
        """It has told of a result."""
        self._from, self._rested, self._rested_in_all = None, 0.0, 0.0

    def over(self, beat: Pulse | None, passed: float) -> bool:
        """Whether to give it up.

        Args:
            beat: its pulse now; None where none can be felt.
            passed: seconds since this was asked before.
        """
        beat = beat or Pulse(self._used, asleep=True)
        if self._from is None:
            self._from = self._used = beat.used
        moved, self._used = beat.used > self._used, beat.used
        rested = passed if beat.asleep and not moved else 0.0
        self._rested_in_all += rested
        # Rest counts in one piece, for who works in between is not dead.
        self._rested = self._rested + rested if rested else 0.0
        return (
            beat.used - self._from >= self._seconds
            or self._rested >= self._seconds
            or self._rested_in_all >= _PIECES * self._seconds
        )
