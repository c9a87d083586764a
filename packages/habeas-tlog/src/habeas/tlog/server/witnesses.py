"""C2SP tlog-witness, the log's side: bring a new tree to every witness, side by side.

Witnesses in the field answer with all sorts of statuses. Whatever one of them does, it
costs the log no more than its cosignature; except that one which has seen more of this log
than the log itself holds is believed, because the log may have been restored from an old
folder (`habeas.tlog.server.rollback`).
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import httpx

from habeas.foundation.authorities import authorities
from habeas.foundation.forward import async_direct, async_mounts
from habeas.tlog.checkpoint import Checkpoint, parse_decimal
from habeas.tlog.cosignature import timestamp_of
from habeas.tlog.errors import SignatureError, TlogError
from habeas.tlog.note import MAX_NOTE, Signature, open_note
from habeas.tlog.policy import CLOCK_SKEW, Policy, PolicyWitness

_LOG = logging.getLogger("habeas.tlog")
_MAX_ANSWER = MAX_NOTE
_ATTEMPTS = 3
#: Seconds that those who are about to answer are waited for once the quorum holds.
_GRACE = 0.02
_FAILURES = (httpx.HTTPError, httpx.InvalidURL, TlogError, OSError, ValueError)

#: (old size, checkpoint) -> consistency proof, lowest first.
Prove = Callable[[int, Checkpoint], list[bytes]]


@dataclass(frozen=True)
class Allegation:
    """What a witness says about this log that may not be so here.

    Attributes:
        who: the witness's name in the policy.
        size: entries of the tree that it has cosigned.
        shown: its checkpoint, where it bears the log's own signature; None where the size is
            the witness's word.
        other: whether it says that its tree of this size is another one.
    """

    who: str
    size: int
    shown: Checkpoint | None = None
    other: bool = False


#: Weighs a claim; raises RolledBackError where it stops the log.
Weigh = Callable[[Allegation], Awaitable[None]]


class Witnesses:
    """The witnesses of a policy that have an address.

    Args:
        policy: whose witnesses are asked.
        weigh: what to do when one of them has seen what the log may not hold.
        timeout: seconds that one witness gets for one answer.
        clock: POSIX seconds; a cosignature whose time cannot be does not count.
        transport: how requests travel; over the network, unless told.
    """

    def __init__(
        self,
        policy: Policy,
        weigh: Weigh,
        *,
        timeout: float = 10.0,
        clock: Callable[[], float] = time.time,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._clock = clock
        self._policy = policy
        self._weigh = weigh
        self._timeout = timeout
        self._known: dict[str, int] = {}
        self._turns = {name: asyncio.Lock() for name in policy.witnesses}
        self._newest = 0
        self._asking: set[asyncio.Task[str | None]] = set()
        self._http = httpx.AsyncClient(
            timeout=timeout,
            trust_env=False,
            verify=authorities(),
            transport=async_direct(transport),
            mounts=async_mounts(transport),
        )
        self._asked = [each for each in policy.witnesses.values() if each.url]

    @property
    def any(self) -> bool:
        """Whether there is a witness to ask."""
        return bool(self._asked)

    async def close(self) -> None:
        """Close the connections."""
        asking = list(self._asking)
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)
        await self._http.aclose()

    async def ask(self, signed: str, checkpoint: Checkpoint) -> set[str]:
        """Before anything new is signed: ask every witness what it has seen of this log.

        Args:
            signed: a note that the log has signed before, or that of its empty tree.
            checkpoint: what it says.

        Returns:
            Names of those that did not say.

        Raises:
            RolledBackError: a witness has seen what this log does not hold.
        """
        said = await asyncio.gather(
            *(self._ask_first(each, signed, checkpoint) for each in self._asked)
        )
        return {each.name for each, has in zip(self._asked, said, strict=True) if not has}

    async def _ask_first(self, witness: PolicyWitness, signed: str, checkpoint: Checkpoint) -> bool:
        """Whether the witness has said what it knows."""
        shown = await self._shown(witness)
        if shown is not None:
            await self._weigh(Allegation(witness.name, shown.size, shown))
        try:
            status, text = await self._post(witness, f"old {checkpoint.size}\n\n{signed}")
            size = parse_decimal(text.strip()) if status == 409 else checkpoint.size
        except _FAILURES as error:
            _LOG.info("witness %s does not say what it has seen: %s", witness.name, error)
            return shown is not None
        # Of equal sizes, an older edition of the specification answers so for another root.
        other = size == checkpoint.size > 0
        if status == 409 and (other or size > checkpoint.size):
            await self._weigh(Allegation(witness.name, size, other=other))
        if status in (200, 409):
            self._known[witness.name] = size
        return status in (200, 403, 404, 409) or shown is not None

    async def cosign(self, signed: str, checkpoint: Checkpoint, prove: Prove) -> str:
        """Collect cosignatures until the quorum holds, or all have answered.

        Args:
            signed: the note with the log's own signatures.
            checkpoint: what it says.
            prove: makes consistency proofs.

        Returns:
            The note with all verified cosignatures that came in time.

        Raises:
            RolledBackError: a witness has seen what this log does not hold.
        """
        asked = {
            asyncio.create_task(self._ask(witness, signed, checkpoint, prove)): witness.name
            for witness in self._asked
        }
        for task in asked:
            self._asking.add(task)
            task.add_done_callback(self._forget)
        lines: list[str] = []
        cosigned: set[str] = set()
        pending = set(asked)
        self._newest = max(self._newest, checkpoint.size)
        while pending and not self._policy.satisfied(cosigned):
            done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            self._take(done, asked, lines, cosigned)
        if pending:
            done, pending = await asyncio.wait(pending, timeout=_GRACE)
            self._take(done, asked, lines, cosigned)
        # The others are left to finish by themselves, so that their witness stays up to date.
        return signed + "".join(lines)

    def _forget(self, task: asyncio.Task[str | None]) -> None:
        self._asking.discard(task)
        if not task.cancelled():
            task.exception()  # who weighs a claim keeps what came of it

    @staticmethod
    def _take(
        done: set[asyncio.Task[str | None]],
        asked: dict[asyncio.Task[str | None], str],
        lines: list[str],
        cosigned: set[str],
    ) -> None:
        for task in done:
            line = task.result()
            if line is not None:
                lines.append(line)
                cosigned.add(asked[task])

    async def _ask(
        self, witness: PolicyWitness, signed: str, checkpoint: Checkpoint, prove: Prove
    ) -> str | None:
        """One witness's cosignature line, or None. Each witness is asked one thing at a time."""
        async with self._turns[witness.name]:
            if checkpoint.size < self._newest:
                return None  # a slow witness goes straight to the newest tree
            return await self._ask_now(witness, signed, checkpoint, prove)

    async def _ask_now(
        self, witness: PolicyWitness, signed: str, checkpoint: Checkpoint, prove: Prove
    ) -> str | None:
        for _ in range(_ATTEMPTS):
            old = self._known.get(witness.name, 0)
            if old > checkpoint.size:
                return None  # it has seen a later tree in the meantime
            try:
                proof = await asyncio.to_thread(prove, old, checkpoint)
                lines = [f"old {old}", *(base64.b64encode(each).decode() for each in proof)]
                status, text = await self._post(witness, "\n".join(lines) + "\n\n" + signed)
                size = parse_decimal(text.strip()) if status == 409 else old
            except _FAILURES as error:
                _LOG.info("witness %s: %s", witness.name, error)
                return None
            if status == 200:
                return self._verified(witness, checkpoint, text)
            if status != 409 or size > checkpoint.size or size == old:
                other = size == checkpoint.size > 0
                await self._doubt(Allegation(witness.name, size, other=other), status)
                return None
            self._known[witness.name] = size
        return None

    async def _doubt(self, claim: Allegation, status: int) -> None:
        """A witness refuses: look whether it has seen what the log does not hold."""
        _LOG.warning("witness %s answers %s", claim.who, status)
        if status not in (409, 422):
            return
        shown = await self._shown(self._policy.witnesses[claim.who])
        if shown is not None:
            await self._weigh(Allegation(claim.who, shown.size, shown))
        if claim.other or (status == 409 and claim.size != self._known.get(claim.who, 0)):
            await self._weigh(claim)

    async def _shown(self, witness: PolicyWitness) -> Checkpoint | None:
        """The checkpoint that a witness shows to monitors, if this log has signed it."""
        for log in self._policy.logs:
            name = hashlib.sha256(log.name.encode()).hexdigest()
            try:
                status, text = await self._read("GET", f"{_prefix(witness)}/{name}/checkpoint")
                if status != 200:
                    continue
                checkpoint = Checkpoint.parse(open_note(text, [log]).text)
            except _FAILURES:
                continue
            if checkpoint.origin == log.name:
                return checkpoint
        return None

    async def _post(self, witness: PolicyWitness, body: str) -> tuple[int, str]:
        return await self._read("POST", f"{_prefix(witness)}/add-checkpoint", body)

    async def _read(self, method: str, url: str, body: str | None = None) -> tuple[int, str]:
        async with (
            asyncio.timeout(self._timeout),
            self._http.stream(method, url, content=body) as answer,
        ):
            content = b""
            async for chunk in answer.aiter_bytes():
                content += chunk
                if len(content) > _MAX_ANSWER:
                    raise ValueError("the answer is too long")
            return answer.status_code, content.decode()

    def _verified(self, witness: PolicyWitness, checkpoint: Checkpoint, answer: str) -> str | None:
        for line in answer.splitlines():
            try:
                signature = Signature.parse(line)
                if (signature.name, signature.key_id) != (
                    witness.verifier.name,
                    witness.verifier.key_id,
                ):
                    continue
                witness.verifier.verify(checkpoint.text(), signature.value)
                if not 0 < timestamp_of(signature.value) <= self._clock() + CLOCK_SKEW:
                    raise SignatureError("Its cosignature's time cannot be.")
            except TlogError as error:
                _LOG.warning("witness %s: %s", witness.name, error.cause)
                continue
            self._known[witness.name] = max(self._known.get(witness.name, 0), checkpoint.size)
            return signature.line()
        return None


def _prefix(witness: PolicyWitness) -> str:
    return f"{witness.url}".rstrip("/")
