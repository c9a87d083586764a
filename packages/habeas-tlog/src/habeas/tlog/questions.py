"""What is asked of a log over HTTP, and what its answers mean; nothing here does input or output.

Reading is C2SP tlog-tiles; appending is as the log of this package takes it. Each question is a
generator that yields calls and is sent their replies (`habeas.tlog.calls`), so that one text
serves the client that waits (`habeas.tlog.client`) and the one that does not (`habeas.tlog.aio`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from habeas.foundation.problem import Problem, ProblemFormatError
from habeas.tlog.calls import AGAIN, Call, Question
from habeas.tlog.checkpoint import Checkpoint
from habeas.tlog.errors import FormatError, LogUnavailableError, NotAdmittedError, RolledBackError
from habeas.tlog.note import split
from habeas.tlog.proof import TlogProof
from habeas.tlog.retry import PASSING
from habeas.tlog.tiles import (
    TILE_BYTES,
    TILE_WIDTH,
    Tile,
    decode_bundle,
    encode_bundle,
    holding,
)
from habeas.tlog.tree import NodeHash, inclusion_path, verify_inclusion

MAX_CHECKPOINT = 1_000_000
MAX_BUNDLE = TILE_WIDTH * (2 + 0xFFFF)
#: A checkpoint is asked for again at the next look anyway.
_CHECKPOINT_ATTEMPTS = 4


@dataclass(frozen=True)
class Appended:
    """Where an entry stands, and the tlog-proof of it."""

    index: int
    proof: str


def _get(path: str, limit: int, attempts: int | None = None) -> Question[bytes | None]:
    """The content at *path*, or None where the log has none."""
    reply = yield Call("GET", path, limit, attempts=attempts)
    # Object stores answer 403 for what is absent, where nobody may list what there is.
    if reply.status in (403, 404, 410):
        return None
    if reply.status != 200:
        raise LogUnavailableError(f"The log answers {path} with status {reply.status}.", AGAIN)
    return reply.content


def read(path: str) -> Question[bytes | None]:
    """The content at *path* below the log's prefix, or None where the log has none."""
    return (yield from _get(f"/{path}", MAX_BUNDLE))


def checkpoint() -> Question[str]:
    """The newest checkpoint, unverified (C2SP tlog-tiles, "Checkpoints").

    Raises:
        LogUnavailableError: the log has none.
        FormatError: what it answers is no text.
    """
    content = yield from _get("/checkpoint", MAX_CHECKPOINT, _CHECKPOINT_ATTEMPTS)
    if content is None:
        raise LogUnavailableError("The log has no checkpoint.", AGAIN)
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise FormatError("The checkpoint is no text.") from error


def tile(which: Tile) -> Question[bytes]:
    """The bytes of a tile or bundle, unverified.

    A partial tile that is gone is cut from the full one, as the specification allows (C2SP
    tlog-tiles, "Partial tiles").

    Raises:
        LogUnavailableError: the log has neither.
    """
    limit = TILE_BYTES if which.level >= 0 else MAX_BUNDLE
    content = yield from _get(f"/{which.path()}", limit)
    if content is None and which.width < TILE_WIDTH:
        content = yield from _get(f"/{Tile(which.level, which.index).path()}", limit)
    if content is None:
        raise LogUnavailableError(f"The log does not have {which.path()}.", AGAIN)
    return content[: which.width * 32] if which.level >= 0 else content


def bundle(which: Tile) -> Question[list[bytes]]:
    """The entries of a bundle, unverified: as many as its name says.

    Raises:
        LogUnavailableError: the log does not have it.
        FormatError: it holds fewer, or is no bundle.
    """
    content = yield from tile(which)
    at = 0
    # The full bundle, in place of a partial one, holds more than was asked for.
    for _ in range(which.width):
        at += 2 + int.from_bytes(content[at : at + 2], "big")
    return decode_bundle(content[:at] if at <= len(content) else content, which.width)


def append(entry: bytes) -> Question[Appended]:
    """Append one entry: 1 to 65,535 bytes.

    Raises:
        LogUnavailableError: the log cannot take it now, or answers what cannot be read.
        NotAdmittedError: the log does not take such an entry.
        FormatError: no log takes it.
        RolledBackError: the log has stopped for good.
    """
    answer = yield from _post("/append", entry)
    try:
        return Appended(int(answer["index"]), str(answer["proof"]))
    except (KeyError, TypeError, ValueError) as error:
        raise LogUnavailableError("The log's answer cannot be read.") from error


def append_many(entries: Sequence[bytes]) -> Question[list[int]]:
    """Append up to 256 entries, all or none; gives their indices, in order.

    Raises:
        LogUnavailableError: the log cannot take them now, or answers what cannot be read.
        NotAdmittedError: the log does not take one of them.
        FormatError: no log takes them.
        RolledBackError: the log has stopped for good.
    """
    answer = yield from _post("/append-bundle", encode_bundle(entries))
    try:
        indices = [int(index) for index in answer["indices"]]
    except (KeyError, TypeError, ValueError) as error:
        raise LogUnavailableError("The log's answer cannot be read.") from error
    if len(indices) != len(entries):
        raise LogUnavailableError("The log answers for another number of entries.")
    return indices


def proof_tiles(index: int, size: int) -> list[Tile]:
    """The tiles that a proof of entry *index* in a tree of *size* is made of.

    Raises:
        ProofError: there is no such entry.
    """
    # Which they are follows from the two numbers, whatever stands in the tiles.
    needed: dict[Tile, None] = {}

    def wanted(level: int, number: int) -> bytes:
        needed[holding(level, number, size)[0]] = None
        return bytes(32)

    inclusion_path(index, size, wanted)
    wanted(0, index)
    return list(needed)


def prove(index: int, note: str, node: NodeHash) -> str:
    """The tlog-proof of entry *index*.

    Args:
        index: from 0.
        note: the checkpoint under which it is proven; it is not verified here.
        node: the subtree hashes of its tree.

    Raises:
        ProofError: there is no such entry, or the hashes do not lead to the root.
        FormatError: the note is no checkpoint.
    """
    tree = Checkpoint.parse(split(note)[0])
    path = inclusion_path(index, tree.size, node)
    verify_inclusion(index, tree.size, node(0, index), path, tree.root)
    return TlogProof(index, tuple(path), note).format()


def _post(path: str, body: bytes) -> Question[Mapping[str, Any]]:
    # Whoever appends decides whether to wait for the log or to come back later.
    reply = yield Call("POST", path, MAX_CHECKPOINT, body, attempts=1)
    try:
        if reply.status == 200:
            return dict(json.loads(reply.content))
        problem = Problem.decode(reply.content, reply.status)
    except (ProblemFormatError, ValueError, TypeError, RecursionError) as error:
        raise LogUnavailableError(f"The log answers with status {reply.status}.") from error
    cause, remedy = problem.detail, problem.remedy
    if problem.code == RolledBackError.code:
        raise RolledBackError(cause, remedy)
    if reply.status in PASSING:
        raise LogUnavailableError(cause, remedy)
    if problem.code == FormatError.code:
        raise FormatError(cause, remedy)
    raise NotAdmittedError(cause, remedy, code=problem.code, status=reply.status)
