"""A log over HTTP: reading as C2SP tlog-tiles has it, appending as the Habeas log takes it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Self

import httpx

from habeas.foundation.problem import Problem, ProblemFormatError
from habeas.tlog.checkpoint import Checkpoint
from habeas.tlog.errors import FormatError, LogUnavailableError, RootMismatchError
from habeas.tlog.note import split
from habeas.tlog.proof import TlogProof
from habeas.tlog.tiles import TILE_BYTES, TILE_WIDTH, Tile, TileNodes, decode_bundle, encode_bundle
from habeas.tlog.tree import inclusion_path, verify_inclusion

_MAX_CHECKPOINT = 1_000_000
_MAX_BUNDLE = TILE_WIDTH * (2 + 0xFFFF)


@dataclass(frozen=True)
class Appended:
    """Where an entry stands, and the tlog-proof of it."""

    index: int
    proof: str


class LogClient:
    """One log.

    Args:
        url: the log's prefix.
        token: bearer token for appending.
        timeout: seconds for one call; appending waits for a checkpoint and its cosignatures.
    """

    def __init__(self, url: str, token: str | None = None, *, timeout: float = 30.0) -> None:
        self.url = url.rstrip("/")
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

    def _bounded(self, method: str, path: str, limit: int, **options: Any) -> tuple[int, bytes]:
        try:
            with self._http.stream(method, path, **options) as response:
                content = b""
                for chunk in response.iter_bytes():
                    content += chunk
                    if len(content) > limit:
                        raise FormatError(f"The log answers {path} with more than it can have.")
                return response.status_code, content
        except httpx.HTTPError as error:
            raise LogUnavailableError(f"The log at {self.url} does not answer.") from error

    def _get(self, path: str, limit: int) -> bytes:
        status, content = self._bounded("GET", path, limit)
        if status != 200:
            raise LogUnavailableError(f"The log answers {path} with status {status}.")
        return content

    def checkpoint(self) -> str:
        """The newest checkpoint, unverified.

        Raises:
            LogUnavailableError: the log does not answer.
            FormatError: what it answers is no text.
        """
        try:
            return self._get("/checkpoint", _MAX_CHECKPOINT).decode()
        except UnicodeDecodeError as error:
            raise FormatError("The checkpoint is no text.") from error

    def tile(self, tile: Tile) -> bytes:
        """The bytes of a tile or bundle, unverified.

        A partial tile that is gone is cut from the full one, as the specification allows.

        Raises:
            LogUnavailableError: the log does not have it.
        """
        limit = TILE_BYTES if tile.level >= 0 else _MAX_BUNDLE
        try:
            return self._get("/" + tile.path(), limit)
        except LogUnavailableError:
            if tile.width == TILE_WIDTH:
                raise
            full = self._get("/" + Tile(tile.level, tile.index).path(), limit)
            return full[: tile.width * 32] if tile.level >= 0 else full

    def entries(self, begin: int, end: int) -> Iterator[bytes]:
        """Entries *begin* to *end* of a log that has at least *end*, unverified.

        Raises:
            LogUnavailableError, FormatError: as named.
        """
        for number in range(begin // TILE_WIDTH, -(-end // TILE_WIDTH)):
            width = min(TILE_WIDTH, end - number * TILE_WIDTH)
            content = self.tile(Tile(-1, number, width))
            bundle = _first(content, width)
            yield from bundle[max(0, begin - number * TILE_WIDTH) :]

    def read(self, path: str) -> bytes | None:
        """The content at a path below the log's prefix, or None where the log has none.

        Raises:
            LogUnavailableError: the log does not answer.
        """
        status, content = self._bounded("GET", "/" + path, _MAX_BUNDLE)
        if status == 404:
            return None
        if status != 200:
            raise LogUnavailableError(f"The log answers {path} with status {status}.")
        return content

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
        """Append up to 256 entries in one call, in order; gives their indices, no proofs.

        Raises:
            LogUnavailableError: the log cannot take them, or cannot get its quorum, now.
                Sending all again is safe.
            FormatError: the log will not take them as they are.
        """
        answer = self._post("/append-bundle", encode_bundle(entries))
        try:
            indices = [int(index) for index in answer["indices"]]
        except (KeyError, TypeError, ValueError) as error:
            raise LogUnavailableError("The log's answer cannot be read.") from error
        if len(indices) != len(entries):
            raise LogUnavailableError("The log answers for another number of entries.")
        return indices

    def append(self, entry: bytes) -> Appended:
        """Append *entry*; returns when it stands under a durable checkpoint that counts.

        Sending the same bytes again gives the same index: a retry is safe.

        Raises:
            LogUnavailableError: the log cannot take it, or cannot get its quorum, now.
            FormatError: the log will not take it as it is.
        """
        answer = self._post("/append", entry)
        try:
            return Appended(int(answer["index"]), str(answer["proof"]))
        except (KeyError, TypeError, ValueError) as error:
            raise LogUnavailableError("The log's answer cannot be read.") from error

    def _post(self, path: str, body: bytes) -> dict[str, Any]:
        status, content = self._bounded("POST", path, _MAX_CHECKPOINT, content=body)
        try:
            if status == 200:
                return dict(json.loads(content))
            problem = Problem.decode(content, status)
        except (ProblemFormatError, ValueError, TypeError, RecursionError) as error:
            raise LogUnavailableError(f"The log answers with status {status}.") from error
        if status in (429, 503):
            raise LogUnavailableError(problem.detail, problem.remedy)
        raise FormatError(problem.detail, problem.remedy)


def _first(content: bytes, width: int) -> list[bytes]:
    """The first *width* entries of a bundle that may hold more."""
    at = 0
    for _ in range(width):
        at += 2 + int.from_bytes(content[at : at + 2], "big")
    return decode_bundle(content[:at] if at <= len(content) else content, width)
