"""When a picture was taken, as far as arrival tells: a camera's own clock only smooths it.

RFC 3550 section 5.1 lets stamps begin anywhere and count at any rate; RTCP sender reports,
which would tie them to a time of day, may never come; MPEG-2 systems wrap at 33 bits. Cameras
do all of that, and set their clocks while they run. So what is archived is archived by when it
arrived. Between arrivals, which jitter by as much as the network does, the camera's clock
says how far pictures are apart, as long as it agrees with arrival.

Pure: times in, times out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

#: Readings of two clocks, at most, and seconds between which they count as one moment: a thread
#: that waits for its turn between them is some hundredths late.
_READINGS, _MOMENT = 8, 0.0005


def together(now: Callable[[], float], clock: Callable[[], datetime]) -> tuple[float, datetime]:
    """Two clocks at one moment, as nearly as a busy machine lets them be read.

    Args:
        now: seconds of a clock that never goes back.
        clock: the time.
    """
    best: tuple[float, float, datetime] | None = None
    for _ in range(_READINGS):
        before = now()
        read = clock()
        apart = now() - before
        if best is None or apart < best[0]:
            best = (apart, before, read)
        if apart <= _MOMENT:
            break
    assert best is not None  # noqa: S101 - it was read at least once
    return best[1], best[2]


@dataclass(frozen=True)
class ClockLimits:
    """How far a camera's clock is believed.

    Attributes:
        pull: share of the difference to arrival that each picture's time is moved by: at 25
            pictures a second half of it is gone after 2.8 s, longer than networks jitter.
        ahead: seconds that a picture may be ahead of its arrival. None can arrive before it is
            taken; but the first ones of a connection come at once, after what the streams are
            was found out (`Patience.probe`), or from a camera that keeps some.
        late: seconds that a picture may arrive late: the network stood still, and catches up.
        jumps: after so many steps that arrival does not explain, within `within` seconds, the
            clock is no clock.
        within: see `jumps`.
        slowest, fastest: the rate at which it may run, against arrival.
        window: seconds over which its rate is measured; it must be wrong twice in a row, as
            a network that stands still makes it slow once, and then fast.
        least: seconds between two pictures, at least: a tick of 90 kHz, rounded up.
    """

    pull: float = 0.01
    ahead: float = 3.0
    late: float = 10.0
    jumps: int = 3
    within: float = 60.0
    slowest: float = 0.8
    fastest: float = 1.25
    window: float = 10.0
    least: float = 0.0002


class ArrivalClock:
    """Times of one connection's pictures, seconds from the arrival of the first; they rise.

    Args:
        limits: how far the camera's clock is believed.

    Attributes:
        jumps: steps of the camera's clock that arrival did not explain.
        distrusted: why the camera's clock does not count any more; empty while it does.
    """

    def __init__(self, limits: ClockLimits | None = None) -> None:
        self._limits = limits or ClockLimits()
        self._zero: float | None = None
        #: Where the camera's clock stands against arrival: a stamp, and the time it means.
        self._anchor: tuple[float, float] | None = None
        self._stamp = 0.0
        self._last = -self._limits.least
        self._jumped: list[float] = []
        self._window: tuple[float, float] | None = None
        self._wrong = 0
        self.jumps = 0
        self.distrusted = ""

    def at(self, arrival: float, stamp: Fraction | None) -> float:
        """The time of a picture.

        Args:
            arrival: when it came, seconds of a clock that never goes back.
            stamp: what the camera says, seconds; None where it says nothing.
        """
        self._zero = arrival if self._zero is None else self._zero
        came = arrival - self._zero
        told = came if stamp is None or self.distrusted else self._told(came, float(stamp))
        self._last = max(told, self._last + self._limits.least)
        return self._last

    def _told(self, came: float, stamp: float) -> float:
        if self._anchor is None:
            self._begin(came, stamp)
            return came
        from_stamp, from_time = self._anchor
        meant = from_time + stamp - from_stamp
        late = came - meant
        back = stamp <= self._stamp
        self._stamp = stamp
        if back or late < -self._limits.ahead or late > self._limits.late:
            self._jump(came, stamp)
            return came
        self._measure(came, stamp)
        moved = late * self._limits.pull
        self._anchor = (stamp, meant + moved)
        return meant + moved

    def _begin(self, came: float, stamp: float) -> None:
        self._anchor, self._window, self._stamp = (stamp, came), (came, stamp), stamp
        self._wrong = 0

    def _jump(self, came: float, stamp: float) -> None:
        self.jumps += 1
        self._jumped = [each for each in self._jumped if came - each < self._limits.within]
        self._jumped.append(came)
        if len(self._jumped) >= self._limits.jumps:
            self.distrusted = f"it jumped {len(self._jumped)} times within a minute"
        self._begin(came, stamp)

    def _measure(self, came: float, stamp: float) -> None:
        if self._window is None:
            return
        since, from_stamp = self._window
        if came - since < self._limits.window:
            return
        rate = (stamp - from_stamp) / (came - since)
        self._window = (came, stamp)
        wrong = -1 if rate < self._limits.slowest else 1 if rate > self._limits.fastest else 0
        if wrong and wrong == self._wrong:
            self.distrusted = f"it runs at {rate:.2f} times the real rate"
        self._wrong = wrong
