"""Sequencing: entries wait for the next batch; a batch becomes tiles, a tree, a checkpoint.

An entry is acknowledged only when it stands under a checkpoint that is stored and that
satisfies the log's policy. Callers of one batch share its cost.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import time
from dataclasses import dataclass

from habeas.tlog.checkpoint import Checkpoint
from habeas.tlog.errors import LogUnavailableError, QuorumError, TlogError
from habeas.tlog.note import NoteSigner
from habeas.tlog.policy import Policy
from habeas.tlog.proof import TlogProof
from habeas.tlog.service.storage import Storage
from habeas.tlog.service.witnesses import Witnesses
from habeas.tlog.tree import Frontier, consistency_path, inclusion_path, leaf_hash

_LOG = logging.getLogger("habeas.tlog")
MAX_BATCH = 16384


class QueueFullError(LogUnavailableError):
    """More entries are waiting than the log takes."""

    code = "log-busy"
    remedy = "Send it again in a second; the same bytes are never logged twice."


@dataclass
class _Waiting:
    entry: bytes
    done: asyncio.Future[int]


class Sequencer:
    """One log's writer.

    Args:
        storage: where the log lies.
        signer: the log's key; its name is the origin.
        policy: when a checkpoint counts.
        interval: seconds between batches.
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
        self._queue: list[_Waiting] = []
        self._wake = asyncio.Event()
        self._tree = storage.tree()
        self._published = 0
        self._note = ""
        #: Callers by position, waiting for a checkpoint that covers it.
        self._unpublished: list[tuple[int, asyncio.Future[int]]] = []
        self._task: asyncio.Task[None] | None = None
        self.failures = 0
        self._stamped = 0.0

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
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Finish the batch under way, and give the storage back."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        await self._witnesses.close()
        self._storage.close()

    async def append(self, entry: bytes) -> int:
        """Append *entry* and wait until it counts; returns its index.

        Raises:
            QueueFullError: too many entries wait.
            LogUnavailableError: no checkpoint covers it in time. It may still be logged;
                sending it again is safe.
        """
        if len(self._queue) + len(self._unpublished) >= self._limit:
            raise QueueFullError("The log has more entries waiting than it can take.")
        done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._queue.append(_Waiting(entry, done))
        self._wake.set()
        try:
            async with asyncio.timeout(self._patience):
                return await done
        except TimeoutError as error:
            raise LogUnavailableError(
                "The entry is not under a checkpoint that counts yet: a disk or too many "
                "witnesses do not answer.",
                "Send the same entry again in a moment: it is never logged twice.",
            ) from error

    def proof(self, index: int) -> str:
        """The tlog-proof of entry *index* under the published checkpoint.

        Raises:
            ProofError: it is not under that checkpoint.
        """
        size, note = self._published, self._note
        path = inclusion_path(index, size, lambda level, at: self._storage.node(level, at, size))
        return TlogProof(index, tuple(path), note).format()

    async def _run(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                # Without entries, a new cosignature now and then keeps the checkpoint fresh.
                async with asyncio.timeout(None if self._unpublished else 60.0):
                    await self._wake.wait()
            self._wake.clear()
            started = time.monotonic()
            try:
                await self._round()
                self.failures = 0
            except TlogError as error:
                self.failures += 1
                _LOG.warning("no checkpoint this time: %s", error.cause)
                self._wake.set()
            except Exception:  # noqa: BLE001 - the writer outlives any one batch
                self.failures += 1
                _LOG.exception("no checkpoint this time")
                self._wake.set()
            pause = self._interval * min(2**self.failures, 20) if self.failures else self._interval
            await asyncio.sleep(max(0.0, started + pause - time.monotonic()))

    async def _round(self) -> None:
        batch, self._queue = self._queue[:MAX_BATCH], self._queue[MAX_BATCH:]
        if self._queue:
            self._wake.set()
        batch = [each for each in batch if not each.done.cancelled()]
        if batch:
            try:
                await self._sequence(batch)
            except BaseException:
                self._queue = batch + self._queue  # nothing of it was committed
                raise
        stale = time.monotonic() - self._stamped > 55.0
        if self._tree.size != self._published or not self._note or stale:
            await self._publish()
        self._answer()

    async def _sequence(self, batch: list[_Waiting]) -> None:
        digests = [hashlib.sha256(each.entry).digest() for each in batch]
        known = await asyncio.to_thread(self._storage.find, digests)
        fresh: dict[bytes, bytes] = {}
        positions: dict[bytes, int] = dict(known)
        for digest, each in zip(digests, batch, strict=True):
            if digest not in positions:
                positions[digest] = self._tree.size + len(fresh)
                fresh[digest] = each.entry
        if fresh:
            entries = list(fresh.values())
            after = await asyncio.to_thread(self._commit, self._tree, entries)
            self._tree = after
        self._unpublished += [
            (positions[digest], each.done) for digest, each in zip(digests, batch, strict=True)
        ]

    def _commit(self, tree: Frontier, entries: list[bytes]) -> Frontier:
        after = tree.extend([leaf_hash(entry) for entry in entries])
        self._storage.commit(tree, entries, after)
        return after

    async def _publish(self) -> None:
        checkpoint = Checkpoint(self._signer.name, self._tree.size, self._tree.root())
        signed = self._signer.sign(checkpoint.text())
        note = await self._witnesses.cosign(signed, checkpoint, self._prove)
        try:
            self._policy.verify(note)
        except QuorumError as error:
            raise LogUnavailableError(error.cause) from error
        await asyncio.to_thread(self._storage.publish, note)
        self._note, self._published, self._stamped = note, checkpoint.size, time.monotonic()

    def _prove(self, old: int, checkpoint: Checkpoint) -> list[bytes]:
        size = checkpoint.size
        return consistency_path(
            old, size, lambda level, index: self._storage.node(level, index, size)
        )

    def _answer(self) -> None:
        later = []
        for position, done in self._unpublished:
            if position >= self._published:
                later.append((position, done))
            elif not done.done():
                done.set_result(position)
        self._unpublished = later
