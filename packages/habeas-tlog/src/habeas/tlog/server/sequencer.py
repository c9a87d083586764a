"""Sequencing: entries wait for the next batch; a batch becomes tiles, a tree, a checkpoint.

An entry is acknowledged only when it stands under a checkpoint that is stored and that
satisfies the log's policy. Callers of one batch share its cost.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import Callable
from typing import Any, TypeVar

from habeas.tlog.checkpoint import Checkpoint
from habeas.tlog.errors import LogUnavailableError, QuorumError, TlogError
from habeas.tlog.note import NoteSigner
from habeas.tlog.policy import Policy
from habeas.tlog.proof import TlogProof
from habeas.tlog.server.storage import LogLockedError, Storage
from habeas.tlog.server.witnesses import Witnesses
from habeas.tlog.tree import consistency_path, inclusion_path

_LOG = logging.getLogger("habeas.tlog")
_Result = TypeVar("_Result")
MAX_BATCH = 16384
#: Seconds after which a checkpoint without new entries is signed again, to stay fresh.
_RESTAMP = 55.0


class QueueFullError(LogUnavailableError):
    """More entries are waiting than the log takes."""

    code = "log-busy"
    remedy = "Send it again in a second; the same bytes are never logged twice."


class _Waiting:
    """One caller: its entry, when its patience ends, and where the entry stands."""

    __slots__ = ("deadline", "done", "entry", "position")

    def __init__(self, entry: bytes, done: asyncio.Future[int], deadline: float) -> None:
        self.entry = entry
        self.done = done
        self.deadline = deadline
        self.position = -1


class Sequencer:
    """One log's writer.

    Args:
        storage: where the log lies.
        signer: the log's key; its name is the origin.
        policy: when a checkpoint counts.
        interval: seconds between batches; 0 begins the next as soon as one is done.
        queue: how many entries may wait.
        patience: seconds that a caller waits for a checkpoint that counts.
    """

    def __init__(
        self,
        storage: Storage,
        signer: NoteSigner,
        policy: Policy,
        *,
        interval: float = 0.1,
        queue: int = 65536,
        patience: float = 20.0,
    ) -> None:
        self._storage = storage
        self._signer = signer
        self._policy = policy
        self._witnesses = Witnesses(policy)
        self._interval = interval
        self._limit = queue
        self._patience = patience
        self._queue: deque[_Waiting] = deque()
        self._wake = asyncio.Event()
        self._published = 0
        self._note = ""
        #: Callers whose entries are in the tree, waiting for a checkpoint that covers them.
        self._unpublished: deque[_Waiting] = deque()
        self._tasks: list[asyncio.Task[None]] = []
        self._work: asyncio.Future[Any] | None = None
        self._stamped = float("-inf")
        #: After a failure of the storage: until when, and with which words, callers are refused.
        self._refusing: tuple[float, LogUnavailableError] | None = None
        #: Failed rounds since the last good one.
        self.failures = 0

    @property
    def size(self) -> int:
        """Entries under the published checkpoint."""
        return self._published

    @property
    def note(self) -> str:
        """The published checkpoint."""
        return self._note

    @property
    def waiting(self) -> int:
        """Entries that wait for a batch or a checkpoint."""
        return len(self._queue) + len(self._unpublished)

    @property
    def storage(self) -> Storage:
        """Where the log lies."""
        return self._storage

    async def start(self) -> None:
        """Take up where the last writer stopped, and begin to sequence."""
        note = await asyncio.to_thread(self._storage.published)
        if note is not None:
            try:
                verified = self._policy.verify(note)
                self._note, self._published = note, verified.checkpoint.size
            except TlogError as error:
                # A policy that was changed asks for more than the old checkpoint has.
                _LOG.warning("the stored checkpoint does not count: %s", error.cause)
        self._wake.set()
        self._tasks = [asyncio.create_task(self._run()), asyncio.create_task(self._give_up())]

    async def stop(self) -> None:
        """End after the batch under way, and give the storage back."""
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        stopped = LogUnavailableError("The log is being stopped; the entry may yet be logged.")
        for each in [*self._queue, *self._unpublished]:
            _fail(each, stopped)
        if self._work is not None:
            await asyncio.wait([self._work])
        await self._witnesses.close()
        await asyncio.to_thread(self._storage.close)

    async def _in_thread(self, work: Callable[..., _Result], *arguments: Any) -> _Result:
        """Run *work* in a thread. It goes on when this is cancelled; `stop` waits for it."""
        running = asyncio.get_running_loop().run_in_executor(None, work, *arguments)
        self._work = running
        return await asyncio.shield(running)

    def append(self, entry: bytes) -> asyncio.Future[int]:
        """Append *entry*; the future gives its index once it counts.

        The future raises LogUnavailableError when no checkpoint covers the entry in time.
        It may still be logged; sending it again is safe.

        Raises:
            QueueFullError: too many entries wait.
            LogUnavailableError: the storage has just failed.
        """
        now = time.monotonic()
        if self._refusing is not None:
            until, error = self._refusing
            if now < until:
                raise error
            self._refusing = None
        if len(self._queue) + len(self._unpublished) >= self._limit:
            raise QueueFullError("The log has more entries waiting than it can take.")
        done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._queue.append(_Waiting(entry, done, now + self._patience))
        self._wake.set()
        return done

    def proof(self, index: int) -> str:
        """The tlog-proof of entry *index* under the published checkpoint.

        Raises:
            ProofError: it is not under that checkpoint.
        """
        size, note = self._published, self._note
        path = inclusion_path(index, size, self._storage.node_of(size))
        return TlogProof(index, tuple(path), note).format()

    async def _run(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_RESTAMP + 5.0):
                    await self._wake.wait()
            self._wake.clear()
            started = time.monotonic()
            try:
                await self._round()
                self.failures = 0
            except TlogError as error:
                self._failed()
                _LOG.warning("no checkpoint this time: %s", error.cause)
            except Exception:  # noqa: BLE001 - the writer outlives any one batch
                self._failed()
                _LOG.exception("no checkpoint this time")
            pause = self._interval
            if self.failures:
                pause = min(max(pause, 0.05) * 2**self.failures, 2.0)
            await asyncio.sleep(max(0.0, started + pause - time.monotonic()))

    def _failed(self) -> None:
        self.failures = min(self.failures + 1, 10)
        self._wake.set()

    async def _round(self) -> None:
        batch: list[_Waiting] = []
        while self._queue and len(batch) < MAX_BATCH:
            each = self._queue.popleft()
            if not each.done.done():
                batch.append(each)
        if self._queue:
            self._wake.set()
        if batch:
            await self._sequence(batch)
        stale = time.monotonic() - self._stamped > _RESTAMP
        if self._storage.tree.size != self._published or not self._note or stale:
            await self._publish()
        self._answer()

    async def _sequence(self, batch: list[_Waiting]) -> None:
        entries = [each.entry for each in batch]
        try:
            positions = await self._in_thread(self._storage.append, entries)
        except (LogUnavailableError, LogLockedError) as error:
            refusal = LogUnavailableError(error.cause)
            self._refusing = (time.monotonic() + 0.5, refusal)
            for each in batch:
                _fail(each, refusal)
            raise
        except BaseException:
            self._queue.extendleft(reversed(batch))
            raise
        for each, position in zip(batch, positions, strict=True):
            each.position = position
        self._unpublished.extend(batch)

    async def _publish(self) -> None:
        if self._witnesses.any:
            await self._in_thread(self._storage.lay_out)
            checkpoint, signed = self._sign()
            note = await self._witnesses.cosign(signed, checkpoint, self._prove)
            self._verify(note)
            await self._in_thread(self._storage.publish, note)
        else:
            checkpoint, note = await self._in_thread(self._publish_alone)
        self._note, self._published, self._stamped = note, checkpoint.size, time.monotonic()

    def _publish_alone(self) -> tuple[Checkpoint, str]:
        self._storage.lay_out()
        checkpoint, signed = self._sign()
        if not self._note:
            # That the policy names this log's key, and no quorum, is known after the first.
            self._verify(signed)
        self._storage.publish(signed)
        return checkpoint, signed

    def _sign(self) -> tuple[Checkpoint, str]:
        tree = self._storage.tree
        checkpoint = Checkpoint(self._signer.name, tree.size, tree.root())
        return checkpoint, self._signer.sign(checkpoint.text())

    def _verify(self, note: str) -> None:
        try:
            self._policy.verify(note)
        except QuorumError as error:
            raise LogUnavailableError(error.cause) from error

    def _prove(self, old: int, checkpoint: Checkpoint) -> list[bytes]:
        size = checkpoint.size
        return consistency_path(old, size, self._storage.node_of(size))

    def _answer(self) -> None:
        later: deque[_Waiting] = deque()
        for each in self._unpublished:
            if each.position >= self._published:
                later.append(each)
            elif not each.done.done():
                each.done.set_result(each.position)
        self._unpublished = later

    async def _give_up(self) -> None:
        """Answer callers whose patience has ended."""
        late = LogUnavailableError(
            "The entry is not under a checkpoint that counts yet: a disk or too many witnesses "
            "do not answer.",
            "Send the same entry again in a moment: it is never logged twice.",
        )
        while True:
            await asyncio.sleep(min(0.25, self._patience / 4))
            now = time.monotonic()
            for waiting in (self._queue, self._unpublished):
                for each in waiting:
                    if each.deadline > now:
                        break
                    _fail(each, late)


def _fail(waiting: _Waiting, error: LogUnavailableError) -> None:
    if not waiting.done.done():
        waiting.done.set_exception(error)
        # A caller that went away reads no answer; that is no fault to report.
        waiting.done.exception()
