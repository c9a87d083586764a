"""A thread of a recorder that keeps house round by round, whatever happens in one of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Self

from habeas.cameras.house import HouseKept

_ROUND_SECONDS = 20.0


class HouseKeeping:
    """Rounds of `keep_house`, in a thread of its own while it is entered; one more at the end.

    Args:
        act: one round.
        say: told what failed.
        log: whether there is one.
        clock: seconds that only go forward.
    """

    def __init__(
        self,
        act: Callable[[], HouseKept],
        say: Callable[[str], None],
        *,
        log: bool,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._act, self._say, self._clock = act, say, clock
        self._well = dict.fromkeys(["house", "log"] if log else ["house"], clock())
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._rounds, daemon=True)

    def ages(self) -> dict[str, float]:
        """Seconds since a round without a fault (``house``), and since the ``log`` was told all."""
        return {name: self._clock() - at for name, at in self._well.items()}

    def round(self) -> None:
        """One round. Where it fails, the next may fare better: hours that stay open are untold."""
        try:
            kept = self._act()
        except Exception as error:  # noqa: BLE001 - whatever it is, later hours are closed
            self._say(f"hours could not be closed: {str(error) or type(error).__name__}")
            return
        if not kept.faults:
            self._well["house"] = self._clock()
        if kept.told:
            self._well["log"] = self._clock()

    def _rounds(self) -> None:
        while not self._done.is_set():
            self.round()
            self._done.wait(_ROUND_SECONDS)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()
        self.round()
