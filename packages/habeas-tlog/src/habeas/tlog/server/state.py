"""What a log's writer must not lose: the tree, who stands where, and entries not yet in tiles.

One transaction makes a batch part of the log. It names the size that it extends, so that
two writers can never both succeed, whatever became of their locks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from habeas.tlog.errors import TlogError
from habeas.tlog.tiles import decode_bundle
from habeas.tlog.tree import Frontier


class LogLockedError(TlogError):
    """Another process writes this log."""

    code = "log-locked"
    remedy = "One log has one writer. Stop the other one, or use another folder."


class StateError(Exception):
    """The database does not answer, or does not take the batch; it may come back."""


@dataclass(frozen=True)
class Stored:
    """What the database holds: the tree, and the size up to which its tiles are durable."""

    tree: Frontier
    settled: int


@dataclass(frozen=True)
class Batch:
    """Entries that take the log from *before* to *after*, with the SHA-256 of each."""

    before: int
    after: Frontier
    entries: Sequence[bytes]
    digests: Sequence[bytes]


class State(Protocol):
    """What the log asks of a database. It raises StateError when that does not work now."""

    def load(self) -> Stored:
        """What is committed."""

    def find(self, digests: Sequence[bytes]) -> dict[bytes, int]:
        """Positions of entries (by SHA-256) that are in the log."""

    def commit(self, batch: Batch, settled: int) -> None:
        """Add a batch durably, and forget the entries below *settled*.

        Raises:
            LogLockedError: the log is not where the batch begins: somebody else writes.
        """

    def pending(self, begin: int) -> list[bytes]:
        """All entries from *begin* on, which is not below the settled size."""

    def settle(self, size: int) -> None:
        """Tiles are durable up to *size*: forget the entries below it."""

    def tidy(self) -> None:
        """Do now and then, in another thread, what would hold up a batch."""

    def close(self) -> None:
        """Give the log to the next writer."""


def unpack(size: int, hashes: bytes) -> Frontier:
    """A tree's edge from its columns."""
    return Frontier(size, tuple(hashes[at : at + 32] for at in range(0, len(hashes), 32)))


def after_position(rows: Sequence[tuple[int, int, bytes]], begin: int) -> list[bytes]:
    """The entries at *begin* and later, of stored batches (first, count, bundle)."""
    entries: list[bytes] = []
    for first, count, content in rows:
        entries += decode_bundle(bytes(content), count)[max(0, begin - first) :]
    return entries
