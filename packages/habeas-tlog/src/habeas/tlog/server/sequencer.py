"""Sequencing: entries wait for the next batch; a batch becomes tiles, a tree, a checkpoint.

An entry is acknowledged only when it stands under a checkpoint that is stored and that
satisfies the log's policy. Callers of one batch share its cost; who waits, and what they are
told, is kept in `habeas.tlog.server.callers`.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Sequence
from typing import Any

from habeas.foundation.errors import HabeasError
from habeas.tlog.admission import Admission, AdmitNothing
from habeas.tlog.checkpoint import Checkpoint
from habeas.tlog.errors import (
    CorruptLogError,
    DamagedError,
    LogUnavailableError,
    PlaceError,
    RootMismatchError,
    TlogError,
)
from habeas.tlog.policy import Policy
from habeas.tlog.proof import TlogProof
from habeas.tlog.server.callers import Callers
from habeas.tlog.server.gate import Waiting
from habeas.tlog.server.publisher import RESTAMP, Publisher
from habeas.tlog.server.rollback import Standstill
from habeas.tlog.server.storage import LogLockedError, Storage
from habeas.tlog.signing import LogSigner
from habeas.tlog.tiles import Tile
from habeas.tlog.tree import inclusion_path, verify_inclusion

_LOG = logging.getLogger("habeas.tlog")
MAX_BATCH = 16384
#: Failed rounds in a row from which the log says that it is not well.
_SICK = 3


class Sequencer:
    """One log's writer.

    Args:
        storage: where the log lies.
        signer: the log's keys; their name is the origin.
        policy: when a checkpoint counts.
        admission: what may be appended; nothing, unless told.
        standstill: where it is remembered that the log was stopped.
        interval: seconds between batches; 0 begins the next as soon as one is done.
        queue: how many entries may wait.
        patience: seconds that a caller waits for a checkpoint that counts.
        frozen: why nothing new is taken now; asked for each batch.
        clock: POSIX seconds, for signatures and witnesses' times.
    """

    def __init__(
        self,
        storage: Storage,
        signer: LogSigner,
        policy: Policy,
        admission: Admission | None = None,
        *,
        standstill: Standstill | None = None,
        interval: float = 0.1,
        queue: int = 65536,
        patience: float = 20.0,
        frozen: Callable[[], HabeasError | None] = lambda: None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._storage = storage
        self._standstill = standstill or Standstill()
        self._publisher = Publisher(storage, signer, policy, self._standstill, clock)
        self._interval = interval
        self._wake = asyncio.Event()
        self._frozen = frozen
        self._callers = Callers(
            admission or AdmitNothing(), self._wake, frozen, limit=queue, patience=patience
        )
        self._tasks: list[asyncio.Task[None]] = []
        #: After a failure of the storage: until when, and with which words, callers are refused.
        self._refusing: tuple[float, TlogError] | None = None
        #: Failed rounds since the last good one, and why the last of them failed.
        self.failures = 0
        self._failure: HabeasError | None = None

    @property
    def size(self) -> int:
        """Entries under the published checkpoint."""
        return self._publisher.size

    @property
    def note(self) -> str:
        """The published checkpoint."""
        return self._publisher.note

    @property
    def tree(self) -> Checkpoint | None:
        """The tree whose tiles may be read: published, or shown to witnesses."""
        return self._publisher.tree

    @property
    def waiting(self) -> int:
        """Entries that wait for a batch or a checkpoint."""
        return self._callers.count

    def read(self, tile: Tile) -> bytes:
        """A published tile or bundle; see `Storage.read`."""
        return self._storage.read(tile)

    def ages(self) -> dict[str, float]:
        """Seconds since the last published checkpoint, and since a quorum's word on it."""
        return self._publisher.ages()

    @property
    def problem(self) -> HabeasError | None:
        """Why the log does not work as it should, if it does not."""
        if self._standstill.error is not None:
            return self._standstill.error
        if self.failures >= _SICK or (self.failures and not self.note):
            return self._failure
        return self._frozen()

    async def start(self) -> None:
        """Take up where the last writer stopped, and begin to sequence."""
        await self._publisher.load()
        self._wake.set()
        work = (self._run(), self._callers.give_up(self._why), self._callers.gate.run())
        self._tasks = [asyncio.create_task(each) for each in work]

    async def stop(self) -> None:
        """End after the batch under way, and give the storage back."""
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        stopped = LogUnavailableError("The log is being stopped; the entry may be logged.")
        self._callers.fail_all(stopped)
        await self._publisher.close()
        await asyncio.to_thread(self._storage.close)

    def append(self, entry: bytes) -> asyncio.Future[int]:
        """Append *entry*; the future gives its index once it counts.

        The future raises LogUnavailableError when no checkpoint covers the entry in time.
        It may still be logged; sending it again is safe. It raises NotAdmittedError when the
        log does not take such an entry; then nothing of it is kept.

        Raises:
            QueueFullError: too many entries wait.
            RolledBackError: the log has stopped for good.
            LogUnavailableError: the storage has just failed.
        """
        return self._enqueue([entry], single=True)

    def append_many(self, entries: Sequence[bytes]) -> asyncio.Future[list[int]]:
        """Append all of *entries*, in order, or none; the future gives their indices.

        It and this call raise what those of `append` do.
        """
        return self._enqueue(entries, single=False)

    def _enqueue(self, entries: Sequence[bytes], *, single: bool) -> asyncio.Future[Any]:
        if self._standstill.error is not None:
            raise self._standstill.error
        if self._refusing is not None:
            until, error = self._refusing
            if time.monotonic() < until:
                raise error
            self._refusing = None
        return self._callers.enter(entries, single=single)

    def proof(self, index: int) -> str:
        """The tlog-proof of entry *index* under the published checkpoint.

        Raises:
            ProofError: it is not under that checkpoint.
            CorruptLogError: a tile is not what it was.
        """
        size, note, root = self.size, self.note, self._publisher.root
        node = self._storage.node_of(size)
        path = inclusion_path(index, size, node)
        try:
            verify_inclusion(index, size, node(0, index), path, root)
        except RootMismatchError as error:
            raise CorruptLogError(f"entry {index}", "its tiles do not lead to the root.") from error
        return TlogProof(index, tuple(path), note).format()

    async def _run(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(RESTAMP + 5.0):
                    await self._wake.wait()
            self._wake.clear()
            started = time.monotonic()
            try:
                await self._round()
                self.failures, self._failure = 0, None
            except TlogError as error:
                self._failed(error)
                _LOG.warning("no checkpoint this time: %s", error.cause)
            except Exception as error:  # noqa: BLE001
                # One batch that fails for whatever reason must not end the log's only writer.
                self._failed(LogUnavailableError(f"The log's writer fails: {error!r}."))
                _LOG.exception("no checkpoint this time")
            if self._standstill.error is not None:
                self._callers.fail_all(self._standstill.error)
                return
            pause = self._interval
            if self.failures:
                pause = min(max(pause, 0.05) * 2**self.failures, 2.0)
            await asyncio.sleep(max(0.0, started + pause - time.monotonic()))

    def _failed(self, error: HabeasError) -> None:
        self.failures = min(self.failures + 1, 10)
        self._failure = error
        self._wake.set()

    def _why(self) -> str:
        """What may keep callers waiting, as far as is known."""
        if self._failure is not None:
            return self._failure.cause
        return "A disk or too many witnesses do not answer."

    async def _round(self) -> None:
        if self._standstill.error is not None:
            raise self._standstill.error
        await self._publisher.agree()
        batch = self._callers.batch(MAX_BATCH)
        if self._callers.gate.ready:
            self._wake.set()
        if batch:
            await self._sequence(batch)
        if self._publisher.due:
            await self._publisher.publish()
        self._callers.answer(self.size)

    async def _sequence(self, batch: list[Waiting]) -> None:
        try:
            # One thread for both: each change of threads costs a lone caller as much as a file.
            admitted, refused, positions = await self._publisher.in_thread(self._take, batch)
        except (LogUnavailableError, LogLockedError, DamagedError, PlaceError) as error:
            known = isinstance(error, (DamagedError, PlaceError))
            refusal = error if known else LogUnavailableError(error.cause)
            self._refusing = (time.monotonic() + 0.5, refusal)
            for caller in batch:
                self._callers.fail(caller, refusal)
            raise
        except BaseException:
            self._callers.put_back(batch)
            raise
        for caller, why in refused:
            self._callers.fail(caller, why)
        self._callers.sequenced(admitted, positions)

    def _take(
        self, batch: list[Waiting]
    ) -> tuple[list[Waiting], list[tuple[Waiting, HabeasError]], list[int]]:
        """In a thread: keep what the log takes; gives its callers, the others, and the places."""
        admitted, refused = self._callers.gate.admit(batch, self._storage.holds)
        entries = [entry for each in admitted for entry in each.entries]
        return admitted, refused, self._storage.append(entries)
