"""A log over HTTP, for asyncio; see `habeas.tlog.client` for the same that waits."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Self, TypeVar

import httpx

from habeas.tlog import calls
from habeas.tlog.calls import Appended, Call, Question, Reply
from habeas.tlog.checkpoint import Checkpoint
from habeas.tlog.errors import FormatError, LogUnavailableError
from habeas.tlog.note import split
from habeas.tlog.proof import TlogProof
from habeas.tlog.retry import PASSING, Retry, retry_after
from habeas.tlog.tiles import TILE_WIDTH, Tile, TileNodes
from habeas.tlog.tree import inclusion_path, verify_inclusion

_Answer = TypeVar("_Answer")
_PLACEHOLDER = bytes(TILE_WIDTH * 32)


class AsyncLogClient:
    """One log.

    Args:
        url: the log's prefix.
        token: bearer token for appending.
        timeout: seconds for one call.
        retry: how patiently reading is repeated; appending is not.
        sleep: waits so many seconds.
    """

    def __init__(
        self,
        url: str,
        token: str | None = None,
        *,
        timeout: float = 30.0,
        retry: Retry | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self.url = url.rstrip("/")
        self._retry = retry or Retry()
        self._sleep = sleep
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._http = httpx.AsyncClient(
            base_url=self.url, headers=headers, timeout=timeout, trust_env=False
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _ask(self, question: Question[_Answer]) -> _Answer:
        try:
            call = next(question)
            while True:
                call = question.send(await self._exchange(call))
        except StopIteration as ended:
            answer: _Answer = ended.value
            return answer

    async def _exchange(self, call: Call) -> Reply:
        attempt = 0
        while True:
            failure: Exception | None = None
            asked: float | None = None
            most = call.attempts or self._retry.attempts
            try:
                reply, asked = await self._once(call)
                if reply.status not in PASSING:
                    return reply
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                failure = error
                if isinstance(error, (httpx.ConnectError, httpx.InvalidURL)):
                    most = min(most, self._retry.unreachable)
            attempt += 1
            if attempt >= most:
                if failure is not None:
                    raise LogUnavailableError(f"The log at {self.url} does not answer.") from (
                        failure
                    )
                return reply
            await self._sleep(self._retry.pause(attempt - 1, asked))

    async def _once(self, call: Call) -> tuple[Reply, float | None]:
        async with self._http.stream(call.method, call.path, content=call.body) as response:
            content = b""
            async for chunk in response.aiter_bytes():
                content += chunk
                if len(content) > call.limit:
                    raise FormatError(f"The log answers {call.path} with more than it can have.")
            asked = retry_after(response.headers.get("retry-after"), time.time())
            return Reply(response.status_code, content), asked

    async def checkpoint(self) -> str:
        """The newest checkpoint, unverified; see `LogClient.checkpoint`."""
        return await self._ask(calls.checkpoint())

    async def tile(self, tile: Tile) -> bytes:
        """The bytes of a tile or bundle, unverified; see `LogClient.tile`."""
        return await self._ask(calls.tile(tile))

    async def entries(self, begin: int, end: int) -> AsyncIterator[bytes]:
        """Entries *begin* to *end*, unverified; see `LogClient.entries`."""
        for number in range(begin // TILE_WIDTH, -(-end // TILE_WIDTH)):
            width = min(TILE_WIDTH, end - number * TILE_WIDTH)
            bundle = await self._ask(calls.bundle(Tile(-1, number, width)))
            for entry in bundle[max(0, begin - number * TILE_WIDTH) :]:
                yield entry

    async def proof(self, index: int, checkpoint: str | None = None) -> str:
        """The tlog-proof of entry *index*, from the log's tiles, which are read side by side.

        See `LogClient.proof` for arguments and errors.
        """
        note = await self.checkpoint() if checkpoint is None else checkpoint
        tree = Checkpoint.parse(split(note)[0])
        needed: dict[Tile, bytes] = {}

        def wanted(tile: Tile) -> bytes:
            needed[tile] = b""
            return _PLACEHOLDER[: tile.width * 32]

        # Which tiles a proof needs follows from index and size alone.
        names = TileNodes(tree.size, wanted)
        inclusion_path(index, tree.size, names)
        names(0, index)
        contents = await asyncio.gather(*(self.tile(each) for each in needed))
        needed.update(zip(needed, contents, strict=True))
        node = TileNodes(tree.size, needed.__getitem__)
        path = inclusion_path(index, tree.size, node)
        verify_inclusion(index, tree.size, node(0, index), path, tree.root)
        return TlogProof(index, tuple(path), note).format()

    async def append_many(self, entries: Sequence[bytes]) -> list[int]:
        """Append up to 256 entries, all or none; see `LogClient.append_many`."""
        return await self._ask(calls.append_many(entries))

    async def append(self, entry: bytes) -> Appended:
        """Append *entry*, and get its proof; see `LogClient.append`."""
        return await self._ask(calls.append(entry))
