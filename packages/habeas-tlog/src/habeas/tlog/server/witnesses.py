"""The log's side of witnessing: bring a new tree to every witness, side by side.

Witnesses in the field answer with all sorts of statuses. Whatever one of them does, it
costs the log no more than its cosignature.
"""

from __future__ import annotations

import asyncio
import base64
import logging
from collections.abc import Callable

import httpx

from habeas.tlog.checkpoint import Checkpoint, parse_decimal
from habeas.tlog.errors import TlogError
from habeas.tlog.note import Signature
from habeas.tlog.policy import Policy, Witness

_LOG = logging.getLogger("habeas.tlog")
_MAX_ANSWER = 64 * 1024
_ATTEMPTS = 3

#: (old size, checkpoint) -> consistency proof, lowest first.
Prove = Callable[[int, Checkpoint], list[bytes]]


class Witnesses:
    """The witnesses of a policy that have an address.

    Args:
        policy: whose witnesses are asked.
        timeout: seconds that one witness gets for one answer.
    """

    def __init__(self, policy: Policy, *, timeout: float = 3.0) -> None:
        self._policy = policy
        self._timeout = timeout
        self._known: dict[str, int] = {}
        self._turns = {name: asyncio.Lock() for name in policy.witnesses}
        self._newest = 0
        self._asking: set[asyncio.Task[str | None]] = set()
        self._http = httpx.AsyncClient(timeout=timeout, trust_env=False)

    @property
    def any(self) -> bool:
        """Whether there is a witness to ask."""
        return any(witness.url for witness in self._policy.witnesses.values())

    async def close(self) -> None:
        """Close the connections."""
        asking = list(self._asking)
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)
        await self._http.aclose()

    async def cosign(self, signed: str, checkpoint: Checkpoint, prove: Prove) -> str:
        """Collect cosignatures until the quorum holds, or all have answered.

        Args:
            signed: the note with the log's own signature.
            checkpoint: what it says.
            prove: makes consistency proofs.

        Returns:
            The note with all verified cosignatures that came in time.
        """
        asked = {
            asyncio.create_task(self._ask(witness, signed, checkpoint, prove)): witness.name
            for witness in self._policy.witnesses.values()
            if witness.url
        }
        for task in asked:
            self._asking.add(task)
            task.add_done_callback(self._asking.discard)
        lines: list[str] = []
        cosigned: set[str] = set()
        pending = set(asked)
        self._newest = max(self._newest, checkpoint.size)
        while pending and not self._policy.satisfied(cosigned):
            done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            self._take(done, asked, lines, cosigned)
        if pending:
            # The quorum holds. A moment more lets those who are about to answer be heard.
            done, pending = await asyncio.wait(pending, timeout=0.02)
            self._take(done, asked, lines, cosigned)
        # The others are left to finish by themselves, so that their witness stays up to date.
        return signed + "".join(lines)

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
        self, witness: Witness, signed: str, checkpoint: Checkpoint, prove: Prove
    ) -> str | None:
        """One witness's cosignature line, or None. Each witness is asked one thing at a time."""
        async with self._turns[witness.name]:
            if checkpoint.size < self._newest:
                return None  # a slow witness goes straight to the newest tree
            return await self._ask_now(witness, signed, checkpoint, prove)

    async def _ask_now(
        self, witness: Witness, signed: str, checkpoint: Checkpoint, prove: Prove
    ) -> str | None:
        for _ in range(_ATTEMPTS):
            old = self._known.get(witness.name, 0)
            if old > checkpoint.size:
                return None  # it has seen a later tree in the meantime
            try:
                proof = await asyncio.to_thread(prove, old, checkpoint)
                lines = [f"old {old}", *(base64.b64encode(each).decode() for each in proof)]
                body = "\n".join(lines) + "\n\n" + signed
                status, text = await self._post(f"{witness.url}".rstrip("/"), body)
            except (httpx.HTTPError, httpx.InvalidURL, TlogError, OSError, ValueError) as error:
                _LOG.info("witness %s: %s", witness.name, error)
                return None
            if status == 409 and self._learn(witness.name, text):
                continue
            if status != 200:
                _LOG.warning("witness %s answers %s", witness.name, status)
                return None
            return self._verified(witness, checkpoint, text)
        return None

    async def _post(self, url: str, body: str) -> tuple[int, str]:
        async with (
            asyncio.timeout(self._timeout),
            self._http.stream("POST", f"{url}/add-checkpoint", content=body) as answer,
        ):
            content = b""
            async for chunk in answer.aiter_bytes():
                content += chunk
                if len(content) > _MAX_ANSWER:
                    raise ValueError("the answer is too long")
            return answer.status_code, content.decode()

    def _learn(self, name: str, text: str) -> bool:
        try:
            self._known[name] = parse_decimal(text.strip())
        except TlogError:
            return False
        return True

    def _verified(self, witness: Witness, checkpoint: Checkpoint, answer: str) -> str | None:
        for line in answer.splitlines():
            try:
                signature = Signature.parse(line)
                if (signature.name, signature.key_id) != (
                    witness.verifier.name,
                    witness.verifier.key_id,
                ):
                    continue
                witness.verifier.verify(checkpoint.text(), signature.value)
            except TlogError as error:
                _LOG.warning("witness %s: %s", witness.name, error.cause)
                continue
            self._known[witness.name] = max(self._known.get(witness.name, 0), checkpoint.size)
            return signature.line()
        return None
