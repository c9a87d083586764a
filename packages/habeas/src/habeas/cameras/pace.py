"""Keeping up: when work falls behind, fewer pictures are written, each as closely looked at.

A recorder that looks less often leaves faces bare; one that writes fewer pictures shows less,
and nothing that was not looked at. So the rate of pictures gives way, at the entrance, before
anything was spent on them.

Pure: how far behind in, whether to take a picture out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class PaceLimits:
    """When the rate gives way, and when it comes back.

    Attributes:
        behind: seconds between arrival and work from which fewer pictures are taken.
        caught_up: seconds below which the work counts as in time.
        sooner: seconds from one step down to the next: as long as it takes to have an effect.
        calm: seconds in time before more pictures are taken again.
        factor: by which pictures become fewer, and more again, step by step.
        flood: seconds behind from which nothing is taken until the work is in time.
    """

    behind: float = 1.0
    caught_up: float = 0.3
    sooner: float = 1.0
    calm: float = 10.0
    factor: float = 1.5
    flood: float = 4.0


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
        limits: when the rate gives way.

    Attributes:
        every: of so many pictures one is taken.
        left_out: pictures that were not taken.
    """

    def __init__(self, limits: PaceLimits | None = None) -> None:
        self._limits = limits or PaceLimits()
        self._changed = -math.inf
        self._calm_since: float | None = None
        self._since_taken = math.inf
        self._flooded = False
        self.every = 1
        self.left_out = 0

    def takes(self, behind: float, now: float) -> bool:
        """Whether to take the next picture.

        Args:
            behind: seconds from its arrival until now.
            now: seconds of a clock that never goes back.
        """
        self._adjust(behind, now)
        self._since_taken += 1
        if self._flooded or self._since_taken < self.every:
            self.left_out += 1
            return False
        self._since_taken = 0
        return True

    def _adjust(self, behind: float, now: float) -> None:
        limits = self._limits
        self._flooded = behind > (limits.behind if self._flooded else limits.flood)
        if behind > limits.behind:
            self._calm_since = None
            if now - self._changed >= limits.sooner:
                self.every = math.ceil(self.every * limits.factor)
                self._changed = now
        elif behind > limits.caught_up:
            self._calm_since = None
        else:
            self._calm_since = now if self._calm_since is None else self._calm_since
            rested = now - max(self._calm_since, self._changed) >= limits.calm
            if self.every > 1 and rested:
                self.every = math.floor(self.every / limits.factor)
                self._changed = now
