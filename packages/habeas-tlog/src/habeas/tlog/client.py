"""A log over HTTP: reading as C2SP tlog-tiles has it, appending as the log here takes it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Self, TypeVar

import httpx

from habeas.foundation.authorities import authorities
from habeas.foundation.forward import direct, mounts
from habeas.tlog import questions
from habeas.tlog.calls import Call, Pause, Question, Reply, Silence, persist
from habeas.tlog.checkpoint import Checkpoint
from habeas.tlog.errors import FormatError, RootMismatchError
from habeas.tlog.note import split
from habeas.tlog.questions import Appended
from habeas.tlog.retry import Retry, retry_after
from habeas.tlog.tiles import TILE_WIDTH, Tile, TileNodes, bundles_of

__all__ = ["Appended", "LogClient"]

_Answer = TypeVar("_Answer")
#: What httpx raises where no answer comes.
SILENT = (httpx.HTTPError, httpx.InvalidURL)


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
        transport: how requests travel; over the network, unless told.
    """

    def __init__(
        self,
        url: str,
        token: str | None = None,
        *,
        timeout: float = 30.0,
        retry: Retry | None = None,
        sleep: Callable[[float], object] = time.sleep,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.url = url.rstrip("/")
        self._retry = retry or Retry()
        self._sleep = sleep
        self._nodes: tuple[int, TileNodes] | None = None
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._http = httpx.Client(
            base_url=self.url, headers=headers, timeout=timeout, trust_env=False,
            verify=authorities(),
            limits=httpx.Limits(max_connections=64, max_keepalive_connections=32),
            transport=direct(transport), mounts=mounts(transport),
        )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _ask(self, question: Question[_Answer]) -> _Answer:
        errand = persist(question, self._retry, self.url)
        said: Reply | Silence | None = None
        while True:
            try:
                step = errand.send(said)
            except StopIteration as ended:
                answer: _Answer = ended.value
                return answer
            if isinstance(step, Pause):
                self._sleep(step.seconds)
                said = None
            else:
                said = self._once(step)

    def _once(self, call: Call) -> Reply | Silence:
        try:
            with self._http.stream(call.method, call.path, content=call.body) as response:
                content = b""
                for chunk in response.iter_bytes():
                    content += chunk
                    check_length(call, content)
        except SILENT as error:
            return silence(error)
        return reply_of(response, content)

    def checkpoint(self) -> str:
        """The newest checkpoint, unverified.

        Raises:
            LogUnavailableError: the log does not answer.
            FormatError: what it answers is no text.
        """
        return self._ask(questions.checkpoint())

    def tile(self, tile: Tile) -> bytes:
        """The bytes of a tile or bundle, unverified.

        A partial tile that is gone is cut from the full one, as the specification allows.

        Raises:
            LogUnavailableError: the log does not have it.
        """
        return self._ask(questions.tile(tile))

    def entries(self, begin: int, end: int) -> Iterator[bytes]:
        """Entries *begin* to *end* of a log that has at least *end*, unverified.

        Raises:
            LogUnavailableError, FormatError: as named.
        """
        for bundle in bundles_of(end, begin):
            entries = self._ask(questions.bundle(bundle))
            yield from entries[max(0, begin - bundle.index * TILE_WIDTH) :]

    def read(self, path: str) -> bytes | None:
        """The content at a path below the log's prefix, or None where the log has none.

        Raises:
            LogUnavailableError: the log does not answer.
        """
        return self._ask(questions.read(path))

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
        size = Checkpoint.parse(split(note)[0]).size
        if self._nodes is None or self._nodes[0] != size:
            self._nodes = (size, TileNodes(size, self.tile))
        try:
            return questions.prove(index, note, self._nodes[1])
        except RootMismatchError:
            self._nodes = None  # what was kept may be of another tree
            raise

    def append_many(self, entries: Sequence[bytes]) -> list[int]:
        """Append up to 256 entries in one call, in order, all or none; gives their indices.

        Raises:
            LogUnavailableError: the log cannot take them, or cannot get its quorum, now.
                Sending all again is safe.
            NotAdmittedError: the log does not take one of them, and so none.
            FormatError: they are no bundle that any log takes.
            RolledBackError: the log has stopped for good.
        """
        return self._ask(questions.append_many(entries))

    def append(self, entry: bytes) -> Appended:
        """Append *entry*; returns when it stands under a durable checkpoint that counts.

        Sending the same bytes again gives the same index: a retry is safe.

        Raises:
            LogUnavailableError: the log cannot take it, or cannot get its quorum, now.
            NotAdmittedError: the log does not take such an entry.
            FormatError: no log would take it: it is empty or too long.
            RolledBackError: the log has stopped for good.
        """
        return self._ask(questions.append(entry))


def silence(error: Exception) -> Silence:
    """What an error of `SILENT` means."""
    return Silence(error, isinstance(error, (httpx.ConnectError, httpx.InvalidURL)))


def check_length(call: Call, content: bytes) -> None:
    """Raise where an answer is longer than it can be.

    Raises:
        FormatError: it is.
    """
    if len(content) > call.limit:
        raise FormatError(f"The log answers {call.path} with more than it can have.")


def reply_of(response: httpx.Response, content: bytes) -> Reply:
    """An answer whose body was read."""
    after = retry_after(response.headers.get("retry-after"), time.time())
    return Reply(response.status_code, content, after)
