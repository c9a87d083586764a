"""A file in a camera's place: its packets come when a camera would have sent them.

For trying out a camera's rules before it hangs: a file has no pace of its own, and read as fast as
it goes nearly all of its pictures would be too old before anybody had looked at them.

Pure: stamps and a clock in, seconds to wait out.
"""

from __future__ import annotations

from fractions import Fraction

#: Seconds that are waited for a packet at most: stamps of files jump.
_LONGEST = 2.0


def is_file(url: str) -> bool:
    """Whether a camera's address is a file's path."""
    return "://" not in url


class Played:
    """When packets of a file are due, by their stamps."""

    def __init__(self) -> None:
        self._first: tuple[float, Fraction] | None = None

    def wait(self, stamp: Fraction | None, now: float) -> float:
        """Seconds until the packet is due.

        Args:
            stamp: when it is decoded, seconds; None where the file does not tell.
            now: seconds of a clock that never goes back.
        """
        if stamp is None:
            return 0.0
        if self._first is None:
            self._first = (now, stamp)
        began, first = self._first
        left = began + float(stamp - first) - now
        if abs(left) > _LONGEST:
            self._first, left = (now, stamp), 0.0
        return max(0.0, left)
