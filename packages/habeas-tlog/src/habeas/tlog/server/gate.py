"""Who asks to append, and the question of what may be appended, before a batch takes them.

Checking a signature costs more processor time than storing its entry. Where other processes
check, the next callers' entries are checked while the batch before them is stored.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from habeas.foundation.errors import HabeasError
from habeas.tlog.admission import Admission, InWorkers, refusals

#: Entries up to which callers are kept together: the fixed cost of a batch, some 4 ms of waiting
#: for the disk, is then a fifth of it (docs/adr/0017).
_TOGETHER = 512


class Waiting:
    """One caller: its entries, when its patience ends, and where the entries stand.

    Args:
        entries: to be appended, in this order.
        done: what the caller waits for.
        deadline: when its patience ends, of `time.monotonic`.
        single: whether it waits for one index or for a list.
    """

    __slots__ = ("count", "deadline", "done", "end", "entries", "positions", "said", "single")

    def __init__(
        self, entries: Sequence[bytes], done: asyncio.Future[Any], deadline: float, *, single: bool
    ) -> None:
        self.entries = entries
        #: How many of them are waited for; none, once the caller was answered.
        self.count = len(entries)
        self.done = done
        self.deadline = deadline
        self.single = single
        #: What the admission said of each, once it was asked.
        self.said: Sequence[HabeasError | None] = ()
        self.positions: list[int] = []
        #: The size of the tree from which on all of them are under it.
        self.end = 0


class Gate:
    """Lets callers through to the next batch. Used in the loop, but for `admit`.

    Args:
        admission: what may be appended.
        waiting: how many entries wait for a batch or a checkpoint.
        through: told when callers may be taken into a batch.
        frozen: why nothing new is let in now, whatever it is.
    """

    def __init__(
        self, admission: Admission, waiting: Callable[[], int], through: asyncio.Event,
        frozen: Callable[[], HabeasError | None] = lambda: None,
    ) -> None:  # fmt: skip
        self._admission = admission
        self._waiting = waiting
        self._through = through
        self._frozen = frozen
        self._beside = isinstance(admission, InWorkers)
        self._arrived: deque[Waiting] = deque()
        self._arrival = asyncio.Event()
        self._asked: deque[Waiting] = deque()
        #: Callers whom the next batch may take.
        self.ready: deque[Waiting] = deque()

    def enter(self, caller: Waiting) -> None:
        """A caller has come."""
        if self._beside:
            self._arrived.append(caller)
            self._arrival.set()
        else:
            self.ready.append(caller)
            self._through.set()

    def __iter__(self) -> Iterator[Waiting]:
        """All callers whom no batch has taken, first come first."""
        yield from (*self.ready, *self._asked, *self._arrived)

    def clear(self) -> None:
        """Forget all callers."""
        for each in (self.ready, self._asked, self._arrived):
            each.clear()

    async def run(self) -> None:
        """Where other processes check: have them check, for as long as the log runs."""
        while self._beside:
            await self._arrival.wait()
            self._arrival.clear()
            while self._arrived:
                await self._ask()

    async def _ask(self) -> None:
        most = max(_TOGETHER, self._waiting() // 2)
        count = 0
        while self._arrived and count < most:
            caller = self._arrived.popleft()
            self._asked.append(caller)
            count += len(caller.entries)
        said = await asyncio.to_thread(refusals, self._admission, _entries(self._asked))
        _tell(self._asked, said)
        self.ready.extend(self._asked)
        self._asked.clear()
        self._through.set()

    def admit(
        self, batch: list[Waiting], holds: Callable[[Sequence[bytes]], bool]
    ) -> tuple[list[Waiting], list[tuple[Waiting, HabeasError]]]:
        """In a thread: who of *batch* is let in, and who is not. One refused refuses its call.

        Args:
            batch: callers that were ready.
            holds: whether entries stand on the log already. Those may be sent again, whatever
                is admitted by now.
        """
        frozen = self._frozen()
        if frozen is not None:
            _tell(batch, [frozen] * sum(len(each.entries) for each in batch))
        elif not self._beside:
            said = refusals(self._admission, _entries(batch))
            if not any(said):
                return batch, []
            _tell(batch, said)
        admitted, refused = [], []
        for each in batch:
            wrong: dict[bytes, HabeasError] = {}
            if any(each.said):
                of_each = zip(each.entries, each.said, strict=True)
                wrong = {entry: error for entry, error in of_each if error is not None}
            if wrong and not holds(list(wrong)):
                refused.append((each, next(iter(wrong.values()))))
            else:
                admitted.append(each)
        return admitted, refused


def _entries(callers: Iterable[Waiting]) -> list[bytes]:
    return [entry for each in callers for entry in each.entries]


def _tell(callers: Iterable[Waiting], said: Sequence[HabeasError | None]) -> None:
    at = 0
    for each in callers:
        each.said = said[at : at + len(each.entries)]
        at += len(each.entries)
