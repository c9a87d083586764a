"""Limits of rates: the generic cell rate algorithm, which keeps one number for each key.

ITU-T I.371 (2004) annex A.1, as virtual scheduling: each key has a time at which it would be
empty again. What comes moves that time on by one cell; where it lies too far ahead, what comes
is refused, and moves nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass


@dataclass(frozen=True)
class Rate:
    """How much may come.

    Attributes:
        at_once: so many together.
        seconds: for each one more.
    """

    at_once: int
    seconds: float


class Buckets:
    """One rate for any number of keys; for many threads.

    Args:
        rate: of each key.
        clock: seconds that only go forward.
        most: keys to keep apart. All beyond them share one: memory is bounded, and whoever
            comes under many keys wins nothing by it.
    """

    def __init__(self, rate: Rate, clock: Callable[[], float], most: int = 50_000) -> None:
        self._rate, self._clock, self._most = rate, clock, most
        self._empty_at: dict[Hashable, float] = {}
        self._lock = threading.Lock()

    def take(self, key: Hashable) -> float:
        """Take one of *key*; gives 0, or after how many seconds there is one again."""
        rate = self._rate
        with self._lock:
            now = self._clock()
            if key not in self._empty_at and len(self._empty_at) >= self._most:
                self._forget(now)
                if len(self._empty_at) >= self._most:
                    key = None
            empty_at = max(now, self._empty_at.get(key, now))
            wait = empty_at - now - (rate.at_once - 1) * rate.seconds
            if wait > 0:
                return wait
            self._empty_at[key] = empty_at + rate.seconds
            return 0.0

    def near(self, key: Hashable) -> bool:
        """Whether three quarters of what *key* may have at once are taken."""
        rate = self._rate
        with self._lock:
            taken = self._empty_at.get(key, 0.0) - self._clock()
        return taken > 0.75 * rate.at_once * rate.seconds

    def give_back(self, key: Hashable) -> None:
        """What was taken last did not count."""
        with self._lock:
            if key in self._empty_at:
                self._empty_at[key] -= self._rate.seconds

    def _forget(self, now: float) -> None:
        """Keys that are empty again are like keys that never came."""
        self._empty_at = {key: at for key, at in self._empty_at.items() if at > now}
