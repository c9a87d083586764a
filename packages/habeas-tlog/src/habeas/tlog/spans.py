"""Reading a log in spans, each of which is proven to be a part of the signed tree by itself.

RFC 6962 section 2.1.2, from the log's tiles: so that a long way is kept step by step, and a log
that lies is noticed before anything of the span counts. Who follows a log keeps what stands here:
`habeas.tlog.view` without its entries, a mirror and a rebuilt log with them.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from habeas.tlog.checkpoint import Checkpoint
from habeas.tlog.errors import ForkedViewError, FormatError, ProofError, StaleViewError
from habeas.tlog.tiles import Tile, TileNodes
from habeas.tlog.tree import Frontier, consistency_path, leaf_hash, verify_consistency

#: Entries of one span: a transaction's length, and what is read again after a failure. A
#: multiple of a tile's width, so that each span is proven by few hashes.
SPAN = 4096


class Source(Protocol):
    """Where checkpoints and entries come from; `habeas.tlog.client.LogClient` is one."""

    def checkpoint(self) -> str:
        """The newest checkpoint."""

    def entries(self, begin: int, end: int) -> Iterable[bytes]:
        """Entries *begin* to *end*."""

    def tile(self, tile: Tile) -> bytes:
        """A tile of hashes. Asked for only where more than `SPAN` entries are new."""


@dataclass(frozen=True)
class Span:
    """Entries from *begin* on that are proven to be a part of a signed tree.

    Attributes:
        begin: index of the first.
        entries: their bytes.
        leaves: their leaf hashes.
        after: the tree's edge behind them.
    """

    begin: int
    entries: Sequence[bytes]
    leaves: Sequence[bytes]
    after: Frontier


def verified_spans(source: Source, frontier: Frontier, target: Checkpoint) -> Iterator[Span]:
    """Read a log from *frontier* to *target*, in spans each of which is proven by itself.

    Args:
        source: where to read.
        frontier: the edge of the tree that is known already.
        target: a verified checkpoint that is not smaller.

    Raises:
        ForkedViewError: the entries are no part of the target's tree.
        StaleViewError: the source does not have all entries, or a tile cannot be read.
        LogUnavailableError: the source does not answer.
    """
    nodes = TileNodes(target.size, source.tile) if target.size > SPAN else None
    while frontier.size < target.size:
        end = min((frontier.size // SPAN + 1) * SPAN, target.size)
        entries = list(source.entries(frontier.size, end))
        if len(entries) != end - frontier.size:
            raise StaleViewError("The log does not have all entries of its checkpoint.")
        leaves = [leaf_hash(entry) for entry in entries]
        span = Span(frontier.size, entries, leaves, frontier.extend(leaves))
        _prove(span.after, target, nodes)
        yield span
        frontier = span.after


def _prove(reached: Frontier, target: Checkpoint, nodes: TileNodes | None) -> None:
    """Raise unless the tree so far is a part of the signed one."""
    root = reached.root()
    if nodes is None or reached.size == target.size:
        if not hmac.compare_digest(root, target.root):
            raise ForkedViewError("The entries do not lead to the root that the log signed.")
        return
    try:
        path = consistency_path(reached.size, target.size, nodes)
    except FormatError as error:
        raise StaleViewError(f"A tile of the log cannot be read: {error.cause}") from error
    try:
        verify_consistency(reached.size, root, target.size, target.root, path)
    except ProofError as error:
        raise ForkedViewError(
            "The entries are no part of the tree whose root the log signed."
        ) from error
