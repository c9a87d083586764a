"""A log over HTTP, for asyncio; see `habeas.tlog.client` for the same that waits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Self, TypeVar

import httpx

from habeas.foundation.authorities import authorities
from habeas.foundation.forward import async_direct, async_mounts
from habeas.tlog import questions
from habeas.tlog.calls import Call, Pause, Question, Reply, Silence, persist
from habeas.tlog.checkpoint import Checkpoint
from habeas.tlog.client import SILENT, check_length, reply_of, silence
from habeas.tlog.note import split
from habeas.tlog.questions import Appended
from habeas.tlog.retry import Retry
from habeas.tlog.tiles import TILE_WIDTH, Tile, TileNodes, bundles_of

_Answer = TypeVar("_Answer")


class AsyncLogClient:
    """One log.

    Args:
        url: the log's prefix.
        token: bearer token for appending.
        timeout: seconds for one call.
        retry: how patiently reading is repeated; appending is not.
        sleep: waits so many seconds.
        transport: how requests travel; over the network, unless told.
    """

    def __init__(
        self,
        url: str,
        token: str | None = None,
        *,
        timeout: float = 30.0,
        retry: Retry | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.url = url.rstrip("/")
        self._retry = retry or Retry()
        self._sleep = sleep
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._http = httpx.AsyncClient(
            base_url=self.url,
            headers=headers,
            timeout=timeout,
            trust_env=False,
            verify=authorities(),
            transport=async_direct(transport),
            mounts=async_mounts(transport),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _ask(self, question: Question[_Answer]) -> _Answer:
        errand = persist(question, self._retry, self.url)
        said: Reply | Silence | None = None
        while True:
            try:
                step = errand.send(said)
            except StopIteration as ended:
                answer: _Answer = ended.value
                return answer
            if isinstance(step, Pause):
                await self._sleep(step.seconds)
                said = None
            else:
                said = await self._once(step)

    async def _once(self, call: Call) -> Reply | Silence:
        try:
            async with self._http.stream(call.method, call.path, content=call.body) as response:
                content = b""
                async for chunk in response.aiter_bytes():
                    content += chunk
                    check_length(call, content)
        except SILENT as error:
            return silence(error)
        return reply_of(response, content)

    async def checkpoint(self) -> str:
        """The newest checkpoint, unverified; see `LogClient.checkpoint`."""
        return await self._ask(questions.checkpoint())

    async def tile(self, tile: Tile) -> bytes:
        """The bytes of a tile or bundle, unverified; see `LogClient.tile`."""
        return await self._ask(questions.tile(tile))

    async def entries(self, begin: int, end: int) -> AsyncIterator[bytes]:
        """Entries *begin* to *end*, unverified; see `LogClient.entries`."""
        for bundle in bundles_of(end, begin):
            entries = await self._ask(questions.bundle(bundle))
            for entry in entries[max(0, begin - bundle.index * TILE_WIDTH) :]:
                yield entry

    async def proof(self, index: int, checkpoint: str | None = None) -> str:
        """The tlog-proof of entry *index*, from the log's tiles, which are read side by side.

        See `LogClient.proof` for arguments and errors.
        """
        note = await self.checkpoint() if checkpoint is None else checkpoint
        size = Checkpoint.parse(split(note)[0]).size
        tiles = questions.proof_tiles(index, size)
        contents = await asyncio.gather(*(self.tile(each) for each in tiles))
        read = dict(zip(tiles, contents, strict=True)).__getitem__
        return questions.prove(index, note, TileNodes(size, read))

    async def append_many(self, entries: Sequence[bytes]) -> list[int]:
        """Append up to 256 entries, all or none; see `LogClient.append_many`."""
        return await self._ask(questions.append_many(entries))

    async def append(self, entry: bytes) -> Appended:
        """Append *entry*, and get its proof; see `LogClient.append`."""
        return await self._ask(questions.append(entry))
