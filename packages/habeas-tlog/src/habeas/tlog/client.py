"""A log over HTTP: reading as C2SP tlog-tiles has it, appending as the log here takes it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Self, TypeVar

import httpx

from habeas.tlog import calls
from habeas.tlog.calls import Appended, Call, Question, Reply
from habeas.tlog.checkpoint import Checkpoint
from habeas.tlog.errors import FormatError, LogUnavailableError, RootMismatchError
from habeas.tlog.note import split
from habeas.tlog.proof import TlogProof
from habeas.tlog.retry import PASSING, Retry, retry_after
from habeas.tlog.tiles import TILE_WIDTH, Tile, TileNodes
from habeas.tlog.tree import inclusion_path, verify_inclusion

__all__ = ["Appended", "LogClient"]

_Answer = TypeVar("_Answer")


class LogClient:
    """One log. Its methods may be called by several threads.

    What fails in passing (429, 5xx, broken connections) is read again with growing pauses;
    appending is not repeated here.

    Args:
        url: the log's prefix.
        token: bearer token for appending.
        timeout: seconds for one call; appending waits for a checkpoint and its cosignatures.
        retry: how patiently reading is repeated.
        sleep: waits so many seconds.
    """

    def __init__(
        self,
        url: str,
        token: str | None = None,
        *,
        timeout: float = 30.0,
        retry: Retry | None = None,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self.url = url.rstrip("/")
        self._retry = retry or Retry()
        self._sleep = sleep
        self._nodes: tuple[int, TileNodes] | None = None
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._http = httpx.Client(
            base_url=self.url, headers=headers, timeout=timeout, trust_env=False,
            limits=httpx.Limits(max_connections=64, max_keepalive_connections=32),
        )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _ask(self, question: Question[_Answer]) -> _Answer:
        try:
            call = next(question)
            while True:
                call = question.send(self._exchange(call))
        except StopIteration as ended:
            answer: _Answer = ended.value
            return answer

    def _exchange(self, call: Call) -> Reply:
        """Make a call, as often as it takes and is allowed."""
        attempt = 0
        while True:
            failure: Exception | None = None
            asked: float | None = None
            most = call.attempts or self._retry.attempts
            try:
                reply, asked = self._once(call)
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
            self._sleep(self._retry.pause(attempt - 1, asked))

    def _once(self, call: Call) -> tuple[Reply, float | None]:
        with self._http.stream(call.method, call.path, content=call.body) as response:
            content = b""
            for chunk in response.iter_bytes():
                content += chunk
                if len(content) > call.limit:
                    raise FormatError(f"The log answers {call.path} with more than it can have.")
            asked = retry_after(response.headers.get("retry-after"), time.time())
            return Reply(response.status_code, content), asked

    def checkpoint(self) -> str:
        """The newest checkpoint, unverified.

        Raises:
            LogUnavailableError: the log does not answer.
            FormatError: what it answers is no text.
        """
        return self._ask(calls.checkpoint())

    def tile(self, tile: Tile) -> bytes:
        """The bytes of a tile or bundle, unverified.

        A partial tile that is gone is cut from the full one, as the specification allows.

        Raises:
            LogUnavailableError: the log does not have it.
        """
        return self._ask(calls.tile(tile))

    def entries(self, begin: int, end: int) -> Iterator[bytes]:
        """Entries *begin* to *end* of a log that has at least *end*, unverified.

        Raises:
            LogUnavailableError, FormatError: as named.
        """
        for number in range(begin // TILE_WIDTH, -(-end // TILE_WIDTH)):
            width = min(TILE_WIDTH, end - number * TILE_WIDTH)
            bundle = self._ask(calls.bundle(Tile(-1, number, width)))
            yield from bundle[max(0, begin - number * TILE_WIDTH) :]

    def read(self, path: str) -> bytes | None:
        """The content at a path below the log's prefix, or None where the log has none.

        Raises:
            LogUnavailableError: the log does not answer.
        """
        return self._ask(calls.read(path))

    def widths(self, tile: Tile) -> list[int]:  # noqa: ARG002 - see verifying.Files
        """Nothing: partial files cannot be listed over HTTP."""
        return []

    def proof(self, index: int, checkpoint: str | None = None) -> str:
        """The tlog-proof of entry *index*, made here from the log's tiles.

        Args:
            index: from 0.
            checkpoint: under which; by default the newest. It is not verified here.

        Raises:
            LogUnavailableError: a tile cannot be had.
            ProofError: there is no such entry, or the tiles do not lead to the root.
            FormatError: what the log answers is none of the formats'.
        """
        note = self.checkpoint() if checkpoint is None else checkpoint
        tree = Checkpoint.parse(split(note)[0])
        if self._nodes is None or self._nodes[0] != tree.size:
            self._nodes = (tree.size, TileNodes(tree.size, self.tile))
        node = self._nodes[1]
        path = inclusion_path(index, tree.size, node)
        try:
            verify_inclusion(index, tree.size, node(0, index), path, tree.root)
        except RootMismatchError:
            self._nodes = None  # what was kept may be of another tree
            raise
        return TlogProof(index, tuple(path), note).format()

    def append_many(self, entries: Sequence[bytes]) -> list[int]:
        """Append up to 256 entries in one call, in order, all or none; gives their indices.

        Raises:
            LogUnavailableError: the log cannot take them, or cannot get its quorum, now.
                Sending all again is safe.
            NotAdmittedError: the log does not take one of them, and so none.
            FormatError: they are no bundle that any log takes.
            RolledBackError: the log has stopped for good.
        """
        return self._ask(calls.append_many(entries))

    def append(self, entry: bytes) -> Appended:
        """Append *entry*; returns when it stands under a durable checkpoint that counts.

        Sending the same bytes again gives the same index: a retry is safe.

        Raises:
            LogUnavailableError: the log cannot take it, or cannot get its quorum, now.
            NotAdmittedError: the log does not take such an entry.
            FormatError: no log would take it: it is empty or too long.
            RolledBackError: the log has stopped for good.
        """
        return self._ask(calls.append(entry))
