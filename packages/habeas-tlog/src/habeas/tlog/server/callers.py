"""Who waits for a log: before its gate for a batch, then for a checkpoint that covers the entries.

What a caller is told, and when: the index once it counts, or why not. The writer
(`habeas.tlog.server.sequencer`) takes batches from here and says what became of them.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from habeas.foundation.errors import HabeasError
from habeas.tlog.admission import Admission
from habeas.tlog.errors import LogUnavailableError
from habeas.tlog.server.gate import Gate, Waiting


class QueueFullError(LogUnavailableError):
    """More entries are waiting than the log takes."""

    code = "log-busy"
    status = 429
    remedy = "Send it again in a second; the same bytes are never logged twice."


class Callers:
    """All who wait. Used in the log's loop.

    Args:
        admission: what may be appended.
        through: told when callers may be taken into a batch.
        frozen: why nothing new is taken now; asked for each batch.
        limit: how many entries may wait.
        patience: seconds that a caller waits for a checkpoint that counts.
    """

    def __init__(
        self, admission: Admission, through: asyncio.Event,
        frozen: Callable[[], HabeasError | None], *, limit: int, patience: float,
    ) -> None:  # fmt: skip
        #: Entries that wait for a batch or a checkpoint.
        self.count = 0
        #: Before which callers wait for a batch.
        self.gate = Gate(admission, lambda: self.count, through, frozen)
        #: Callers whose entries are in the tree, waiting for a checkpoint that covers them.
        self._unpublished: deque[Waiting] = deque()
        self._limit = limit
        self._patience = patience

    def enter(self, entries: Sequence[bytes], *, single: bool) -> asyncio.Future[Any]:
        """A caller has come; the future gives the index of its entry, or of each.

        Raises:
            QueueFullError: too many entries wait.
        """
        if self.count + len(entries) > self._limit:
            raise QueueFullError("The log has more entries waiting than it can take.")
        done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.count += len(entries)
        self.gate.enter(Waiting(entries, done, time.monotonic() + self._patience, single=single))
        return done

    def batch(self, most: int) -> list[Waiting]:
        """The next callers to be served, first come first, until they have *most* entries."""
        batch: list[Waiting] = []
        count = 0
        ready = self.gate.ready
        while ready and count < most:
            each = ready.popleft()
            if each.done.done():
                self._leave(each)
            else:
                batch.append(each)
                count += len(each.entries)
        return batch

    def put_back(self, batch: list[Waiting]) -> None:
        """Nothing became of the batch: it is the next one."""
        self.gate.ready.extendleft(reversed(batch))

    def sequenced(self, batch: list[Waiting], positions: list[int]) -> None:
        """The callers' entries are in the tree, at these positions, all of them in one row."""
        at = 0
        for each in batch:
            each.positions = positions[at : at + len(each.entries)]
            each.end = max(each.positions) + 1
            at += len(each.entries)
        self._unpublished.extend(batch)

    def answer(self, size: int) -> None:
        """A checkpoint of *size* entries is published: tell everybody whom it covers."""
        later: deque[Waiting] = deque()
        for each in self._unpublished:
            if each.end > size:
                later.append(each)
                continue
            self._leave(each)
            if not each.done.done():
                each.done.set_result(each.positions[0] if each.single else each.positions)
        self._unpublished = later

    def fail(self, caller: Waiting, error: HabeasError) -> None:
        """Tell a caller why its entries do not count."""
        self._leave(caller)
        if not caller.done.done():
            caller.done.set_exception(error)
            # A caller that went away reads no answer; that is no fault to report.
            caller.done.exception()

    def fail_all(self, error: HabeasError) -> None:
        """Tell everybody."""
        for each in (*self.gate, *self._unpublished):
            self.fail(each, error)
        self.gate.clear()
        self._unpublished.clear()

    async def give_up(self, why: Callable[[], str]) -> None:
        """Answer callers whose patience has ended, for as long as the log runs.

        Args:
            why: what may have kept the log from a checkpoint.
        """
        while True:
            await asyncio.sleep(min(0.25, self._patience / 4))
            now = time.monotonic()
            late = LogUnavailableError(
                f"The entry is not under a checkpoint that counts yet. {why()}",
                "Send the same entry again in a moment: it is never logged twice.",
            )
            for waiting in (self.gate, self._unpublished):
                for each in waiting:
                    if each.deadline > now:
                        break
                    self.fail(each, late)

    def _leave(self, caller: Waiting) -> None:
        """The caller is answered, or has gone away: its entries are waited for no more."""
        # No callback of the future does it: of a large batch, those are a tenth of the time.
        self.count -= caller.count
        caller.count = 0
