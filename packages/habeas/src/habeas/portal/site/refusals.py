"""What was refused, in the journal: by its code alone, and no flood of lines (ASVS 5.0, 16.3.3).

Who tries to pass a rate, a form or a rule by is seen there, and nobody is: no address, no account.
Somebody who is refused a thousand times a second makes one line of it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

_LOG = logging.getLogger("habeas.portal.refused")
#: Seconds between two lines about the same code.
_STEP = 10.0


class Refusals:
    """Counts refusals by code. For many threads.

    Args:
        clock: seconds that only go forward.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._counted: dict[str, int] = {}
        self._told: dict[str, float] = {}

    def note(self, code: str, status: int) -> None:
        """Something was refused; what is the server's own fault (5xx) is told elsewhere.

        Args:
            code: of the error, a word of the program.
            status: of the answer.
        """
        if not 400 <= status < 500:
            return
        now = self._clock()
        with self._lock:
            count = self._counted[code] = self._counted.get(code, 0) + 1
            if now - self._told.get(code, float("-inf")) < _STEP:
                return
            self._told[code], self._counted[code] = now, 0
        _LOG.warning("%d refused (%d)", count, status, extra={"event": "refused", "because": code})


refusals = Refusals()
