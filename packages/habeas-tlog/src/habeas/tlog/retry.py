"""When a request is worth repeating, and after how long (RFC 9110 section 10.2.3).

Followers of a log meet 429, 5xx and broken connections. Whoever gives up at the first one
and begins again from nothing never arrives.
"""

from __future__ import annotations

import email.utils
import random
from collections.abc import Callable
from dataclasses import dataclass

#: What a server answers that may be another answer in a moment.
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})


@dataclass(frozen=True)
class Retry:
    """How often and how patiently a request is repeated.

    Attributes:
        attempts: of each request, the first one included. One answer in five may fail, and of
            4,000 requests (a log of 10^6 entries) fewer than one in 2,000 runs then fails.
        unreachable: attempts where nothing listens at the address: it rarely comes back soon.
        first: seconds of the first pause; each later one is twice as long.
        longest: seconds of the longest pause.
        obeyed: seconds of the longest pause that is made because the server asks for it.
        jitter: share by which a pause is shortened at random, so that many clients of one log
            do not come back together.
    """

    attempts: int = 10
    unreachable: int = 3
    first: float = 0.1
    longest: float = 5.0
    obeyed: float = 60.0
    jitter: float = 0.5

    def pause(
        self, attempt: int, asked: float | None, chance: Callable[[], float] = random.random
    ) -> float:
        """Seconds to wait after the failed attempt number *attempt*, from 0.

        Args:
            attempt: which one failed.
            asked: seconds that the server asked for (Retry-After), if it did.
            chance: gives numbers from 0 to 1.
        """
        if asked is not None:
            return min(max(asked, 0.0), self.obeyed)
        doubled = min(self.first * 2.0**attempt, self.longest)
        return doubled * (1.0 - self.jitter * chance())


def retry_after(header: str | None, now: float) -> float | None:
    """Seconds that a Retry-After header asks for; None where it asks for nothing readable.

    Args:
        header: its value: seconds, or a date.
        now: POSIX seconds.
    """
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - now)
    except (ValueError, OverflowError):
        return None
