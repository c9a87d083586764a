"""The rounds in which a log's tiles become durable, and its database may forget their entries.

A round runs beside the sequencer: appending never waits for a disk's cache to be flushed.
"""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor

from habeas.tlog.server.objects import Objects
from habeas.tlog.server.state import State

#: Seconds between two rounds.
_EVERY = 1.0


class Settling:
    """Makes tiles durable in a thread of its own. Its caller is one thread at a time.

    Args:
        state: the writer's database, tidied in each round.
        objects: the public files.

    Attributes:
        settled: the size of the log up to which all tiles are known to be durable.
        obsolete: names of partial tiles that the next round removes.
    """

    def __init__(self, state: State, objects: Objects) -> None:
        self.settled = 0
        self.obsolete: list[str] = []
        self._state = state
        self._objects = objects
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="log-sync")
        self._under_way: Future[int] | None = None
        self._last = time.monotonic()

    def round(self, size: int) -> None:
        """Take the outcome of the last round, and begin another one when it is due.

        Args:
            size: of the log whose tiles are all written.
        """
        if self._under_way is not None and self._under_way.done():
            done, self._under_way = self._under_way, None
            if done.exception() is None:
                self.settled = max(self.settled, done.result())
        due = time.monotonic() - self._last > _EVERY
        if self._under_way is None and due and size > self.settled:
            self._last = time.monotonic()
            gone, self.obsolete = self.obsolete, []
            self._under_way = self._thread.submit(self._make_durable, size, gone)

    def _make_durable(self, size: int, gone: list[str]) -> int:
        self._objects.sync(gone)
        self._state.tidy()
        return size

    def sync(self) -> None:
        """Return when all that was written is durable.

        Raises:
            OSError: the disk or object store does not take it.
        """
        self._thread.submit(self._objects.sync, []).result()

    def close(self) -> None:
        """Finish the round that is under way."""
        self._thread.shutdown(wait=True)
