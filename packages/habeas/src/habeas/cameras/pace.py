"""Keeping up: when work falls behind, fewer pictures are written, each as closely looked at.

A recorder that looks less often leaves faces bare; one that writes fewer pictures shows less,
and nothing that was not looked at. So pictures give way, at the entrance, before anything was
spent on them: whoever has time for one takes the oldest that is not too old. Then no processor
rests while pictures are left out, none waits for long, and those that are taken are as far apart
as the work takes.

Pure: how far behind in, whether to take a picture out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class PaceLimits:
    """When pictures give way.

    Attributes:
        behind: seconds between arrival and work from which a picture is left out. The network may
            stand still, and another process need the machine, for as long without a loss.
        watched: the same while somebody watches: they wait for the newest picture that there is,
            and who is behind is late by this. A picture of five a second comes each 0.2.
        counted: seconds over which is counted how many are left out.
        differs: times by which that has to change to be told anew.
    """

    behind: float = 1.0
    watched: float = 0.3
    counted: float = 10.0
    differs: float = 1.5


class Rate:
    """Which of a camera's pictures make a declared rate; the others are nobody's loss.

    Args:
        most: pictures a second; None for all of them.
    """

    def __init__(self, most: float | None) -> None:
        self._gap = 1 / most if most else 0.0
        self._due = -math.inf

    def takes(self, at: float) -> bool:
        """Whether to take the picture of that time (seconds, rising)."""
        # Pictures jitter: one that is a little early is the one that is due.
        if at < self._due - self._gap / 4:
            return False
        self._due = max(self._due, at - self._gap / 2) + self._gap
        return True


class Pace:
    """Decides which of a camera's pictures are taken.

    Args:
        limits: when pictures give way.

    Attributes:
        every: of so many pictures one was taken lately, rounded up.
        left_out: pictures that were not taken.
    """

    def __init__(self, limits: PaceLimits | None = None) -> None:
        self._limits = limits or PaceLimits()
        self._since: float | None = None
        self._taken = self._offered = 0
        self.every = 1
        self.left_out = 0

    def takes(self, behind: float, now: float, *, watched: bool = False) -> bool:
        """Whether to take the next picture.

        Args:
            behind: seconds from its arrival until now.
            now: seconds of a clock that never goes back.
            watched: whether somebody watches this camera live.
        """
        taken = behind <= (self._limits.watched if watched else self._limits.behind)
        self._offered += 1
        self._taken += taken
        self.left_out += not taken
        self._count(now)
        return taken

    def _count(self, now: float) -> None:
        self._since = now if self._since is None else self._since
        if now - self._since < self._limits.counted:
            return
        every = math.ceil(self._offered / max(1, self._taken))
        low, high = sorted((every, self.every))
        if low == 1 or high >= self._limits.differs * low:
            self.every = every
        self._since, self._taken, self._offered = now, 0, 0
