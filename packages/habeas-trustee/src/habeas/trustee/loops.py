"""What a trustee does without being asked: rounds that go on, whatever one of them raises."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping

from habeas.foundation.errors import HabeasError

_LOG = logging.getLogger("habeas.trustee")


class Loops:
    """Threads that repeat something until they are stopped.

    Args:
        retry_seconds: how long a loop that failed waits before its next round.

    Attributes:
        faults: of loops whose last round failed, why.
    """

    def __init__(self, retry_seconds: float) -> None:
        self._retry = retry_seconds
        self.faults: dict[str, str] = {}
        self._succeeded: dict[str, float] = {}
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self, rounds: Mapping[str, Callable[[], None]]) -> None:
        """Repeat each of *rounds* in a thread of its own."""
        for name, body in rounds.items():
            self._succeeded[name] = time.monotonic()
            thread = threading.Thread(
                target=self._loop, args=(name, body), name=f"trustee-{name}", daemon=True
            )
            thread.start()
            self._threads.append(thread)

    def ages(self) -> dict[str, float]:
        """Seconds since the last round of each loop that succeeded, or since its start."""
        now = time.monotonic()
        return {name: now - at for name, at in self._succeeded.items()}

    def stop(self) -> None:
        """Let each loop end after the round that it is in."""
        self._stop.set()

    @property
    def stopped(self) -> bool:
        """Whether they are to end."""
        return self._stop.is_set()

    def join(self) -> None:
        """Wait until all have ended."""
        for thread in self._threads:
            thread.join()

    def wait(self, seconds: float) -> None:
        """Between two rounds: so long, or until `stop`."""
        self._stop.wait(seconds)

    def _loop(self, name: str, body: Callable[[], None]) -> None:
        while not self._stop.is_set():
            try:
                body()
                self._succeeded[name] = time.monotonic()
                self.faults.pop(name, None)
            except HabeasError as error:
                self.faults[name] = error.cause
                self._stop.wait(self._retry)
            except Exception as error:  # noqa: BLE001
                # A fault of ours must not end the loop; health tells it until a round succeeds.
                _LOG.exception("A round of %s failed.", name)
                self.faults[name] = f"A round of {name} failed: {type(error).__name__}."
                self._stop.wait(self._retry)
