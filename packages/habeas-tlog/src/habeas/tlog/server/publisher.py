"""C2SP tlog-checkpoint: signing a tree, having it cosigned, and putting it where readers look.

Nothing is signed before the witnesses were asked what they have seen of this log: a folder
that was restored from a backup does not know what it has signed since.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any, TypeVar

from habeas.tlog.checkpoint import Checkpoint
from habeas.tlog.errors import LogUnavailableError, QuorumError, TlogError
from habeas.tlog.note import split
from habeas.tlog.policy import Policy
from habeas.tlog.server.rollback import Contradiction, Standstill, held_against
from habeas.tlog.server.storage import LogLockedError, Storage
from habeas.tlog.server.witnesses import Allegation, Witnesses
from habeas.tlog.signing import LogSigner
from habeas.tlog.tree import EMPTY_ROOT, consistency_path

_LOG = logging.getLogger("habeas.tlog")
_Result = TypeVar("_Result")
#: Seconds after which a checkpoint without new entries is signed again, to stay fresh.
RESTAMP = 55.0


class Publisher:
    """What speaks for one log.

    Args:
        storage: where the log lies.
        signer: the log's key; its name is the origin.
        policy: when a checkpoint counts.
        standstill: whether the log has been stopped.
        clock: POSIX seconds.
    """

    def __init__(
        self,
        storage: Storage,
        signer: LogSigner,
        policy: Policy,
        standstill: Standstill,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._storage = storage
        self._signer = signer
        self._policy = policy
        self._standstill = standstill
        self._clock = clock
        self._witnesses = Witnesses(policy, self._weigh, clock=clock)
        self._work: set[asyncio.Future[Any]] = set()
        self._stamped = float("-inf")
        self._began = time.monotonic()
        #: By when a quorum had cosigned what is published, POSIX seconds; 0 without witnesses.
        self._quorum_time = 0
        self._agreed = False
        #: The published checkpoint, entries under it, and its root.
        self.note = ""
        self.size = 0
        self.root = EMPTY_ROOT
        #: The newest tree that was signed: published, or shown to witnesses, who may look at it.
        self.tree: Checkpoint | None = None

    async def load(self) -> None:
        """Take up the checkpoint that was published last."""
        note = await self.in_thread(self._storage.published)
        if note is not None:
            try:
                found = self._policy.verify(note, self._clock())
                tree, self._quorum_time = found.checkpoint, found.quorum_time
                self.note, self.size, self.root, self.tree = note, tree.size, tree.root, tree
            except TlogError as error:
                # A policy that was changed asks for more than the old checkpoint has.
                _LOG.warning("the stored checkpoint does not count: %s", error.cause)
        await self.in_thread(self._standstill.resume, self._storage)

    async def close(self) -> None:
        """Close the connections, and finish what threads are doing."""
        await self._witnesses.close()
        if self._work:
            await asyncio.wait(self._work)

    async def in_thread(self, work: Callable[..., _Result], *arguments: Any) -> _Result:
        """Run *work* in a thread. It goes on when this is cancelled; `close` waits for it."""
        running = asyncio.get_running_loop().run_in_executor(None, work, *arguments)
        self._work.add(running)
        running.add_done_callback(self._work.discard)
        return await asyncio.shield(running)

    async def agree(self) -> None:
        """Before the first signature after a start: ask the witnesses what they have seen.

        Whoever is silent must be too few to have made a quorum without those who spoke;
        otherwise a checkpoint may have been published of which nobody here knows.

        Raises:
            RolledBackError: the log holds less than it has signed.
            LogUnavailableError: too few of them answer.
        """
        if self._agreed:
            return
        stored = await self.in_thread(self._storage.published)
        if stored is None:
            # Signing the empty tree contradicts no other.
            checkpoint = Checkpoint(self._signer.name, 0, EMPTY_ROOT)
            signed = self._sign_text(checkpoint.text())
        else:
            text, _ = split(stored)
            checkpoint, signed = Checkpoint.parse(text), self._sign_text(text)
        silent = await self._witnesses.ask(signed, checkpoint)
        needed = silent if self._policy.quorum != "none" else set()
        remembered = self._standstill.remembered
        if remembered is not None and remembered.who in silent:
            needed.add(remembered.who)
        elif needed and not self._policy.satisfied(needed):
            needed = set()
        if needed:
            names = ", ".join(sorted(needed))
            raise LogUnavailableError(
                f"Before it signs, the log asks its witnesses what they have seen; {names} "
                "did not say.",
                "Start them, or take out of the policy those that are gone for good.",
            )
        if remembered is not None:
            self._standstill.explained()
        self._agreed = True

    async def _weigh(self, claim: Allegation) -> None:
        """Stop the log where a claim shows that it holds less than it has signed."""
        if self._standstill.error is not None:
            raise self._standstill.error
        found: Contradiction | None = None
        if claim.shown is not None:
            found = await self.in_thread(held_against, self._storage, claim.who, claim.shown)
        elif claim.other or claim.size > self._storage.tree.size:
            found = Contradiction(claim.who, claim.size)
        if found is None:
            return
        committed = await self.in_thread(self._storage.committed)
        if self._storage.tree.size < committed and not claim.other:
            raise LogLockedError("Another writer has extended this log.")
        error = await self.in_thread(self._standstill.stop, found, committed)
        _LOG.critical("log-rolled-back: %s %s", error.cause, error.remedy)
        raise error

    def ages(self) -> dict[str, float]:
        """Seconds since a checkpoint was published, or since the start before the first one.

        Where witnesses are asked for, also since a quorum had cosigned what is published.
        """
        found = {"checkpoint": time.monotonic() - max(self._stamped, self._began)}
        if self._quorum_time:
            found["quorum"] = self._clock() - self._quorum_time
        return found

    @property
    def due(self) -> bool:
        """Whether there is something to publish, or the published checkpoint has aged."""
        aged = time.monotonic() - self._stamped > RESTAMP
        return self._storage.tree.size != self.size or not self.note or aged

    async def publish(self) -> None:
        """Sign the tree, have it cosigned, and publish it.

        Raises:
            RolledBackError: the log was stopped.
            LogUnavailableError: the storage or too many witnesses do not answer.
        """
        if self._witnesses.any:
            await self.in_thread(self._storage.lay_out)
            checkpoint, signed = self._sign()
            self.tree = checkpoint
            note = await self._witnesses.cosign(signed, checkpoint, self._prove)
            quorum_time = self._verify(note)
            await self.in_thread(self._storage.publish, note)
            self._quorum_time = quorum_time
        else:
            checkpoint, note = await self.in_thread(self._publish_alone)
        self.note, self.size, self.root = note, checkpoint.size, checkpoint.root
        self.tree = checkpoint
        self._stamped = time.monotonic()

    def _publish_alone(self) -> tuple[Checkpoint, str]:
        self._storage.lay_out()
        checkpoint, signed = self._sign()
        if not self.note:
            # That the policy names this log's key, and no quorum, is known after the first.
            self._verify(signed)
        self._storage.publish(signed)
        return checkpoint, signed

    def _sign(self) -> tuple[Checkpoint, str]:
        if self._standstill.error is not None:
            raise self._standstill.error
        tree = self._storage.tree
        checkpoint = Checkpoint(self._signer.name, tree.size, tree.root())
        return checkpoint, self._sign_text(checkpoint.text())

    def _sign_text(self, text: str) -> str:
        return self._signer.sign(text, int(self._clock()))

    def _verify(self, note: str) -> int:
        """By when a quorum had cosigned the *note*, POSIX seconds."""
        try:
            return self._policy.verify(note, self._clock()).quorum_time
        except QuorumError as error:
            raise LogUnavailableError(error.cause) from error

    def _prove(self, old: int, checkpoint: Checkpoint) -> list[bytes]:
        size = checkpoint.size
        return consistency_path(old, size, self._storage.node_of(size))
