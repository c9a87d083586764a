"""Following a log: every entry is read, hashed, and held against the signed root.

A view never goes back, and never believes a checkpoint whose root it has not computed
itself. It lives in a table of its owner's database, so that what the owner derives from
an entry is stored in the same transaction as the fact that the entry was seen.
"""

from __future__ import annotations

import hmac
import sqlite3
import threading
from collections.abc import Callable, Iterable
from typing import Protocol

from habeas.foundation.database import Database
from habeas.tlog.checkpoint import Checkpoint
from habeas.tlog.errors import ForkedViewError, StaleViewError
from habeas.tlog.policy import Policy, VerifiedCheckpoint
from habeas.tlog.tree import Frontier, leaf_hash

_BATCH = 4096

_SCHEMA = """
CREATE TABLE IF NOT EXISTS tlog_view (
  size INTEGER PRIMARY KEY, hashes BLOB NOT NULL, checkpoint TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS tlog_leaf (
  position INTEGER PRIMARY KEY, hash BLOB NOT NULL
) STRICT;
"""


class Source(Protocol):
    """Where checkpoints and entries come from; `habeas.tlog.client.LogClient` is one."""

    def checkpoint(self) -> str:
        """The newest checkpoint."""

    def entries(self, begin: int, end: int) -> Iterable[bytes]:
        """Entries *begin* to *end*."""


#: Called for each new entry, in order, inside the view's transaction.
Apply = Callable[[int, bytes], None]


def _ignore(_: int, __: bytes) -> None:
    pass


class LogView:
    """A verified copy of a log's tree, without its entries.

    Args:
        database: the owner's; this class begins and commits its own transactions.
        source: where to read.
        policy: what makes a checkpoint count.
        apply: called for each new entry, inside the transaction that marks it as seen.
    """

    def __init__(
        self,
        database: Database,
        source: Source,
        policy: Policy,
        apply: Apply = _ignore,
    ) -> None:
        self._database = database
        self._source = source
        self._policy = policy
        self._apply = apply
        self._following = threading.RLock()
        database.prepare(_SCHEMA)

    def frontier(self) -> Frontier:
        """The right edge of the tree as far as it was followed."""
        return self._frontier_at(1 << 62)

    def _frontier_at(self, most: int) -> Frontier:
        """The edge at the largest followed size that is not above *most*."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT size, hashes FROM tlog_view WHERE size <= ? ORDER BY size DESC LIMIT 1",
                (most,),
            ).fetchone()
        if row is None:
            return Frontier()
        hashes = tuple(row[1][at : at + 32] for at in range(0, len(row[1]), 32))
        return Frontier(row[0], hashes)

    @property
    def size(self) -> int:
        """How many entries were followed."""
        return self.frontier().size

    def checkpoint(self) -> str | None:
        """The note of the newest checkpoint that was followed to."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT checkpoint FROM tlog_view ORDER BY size DESC LIMIT 1"
            ).fetchone()
        return row[0] if row else None

    def leaf(self, index: int) -> bytes | None:
        """The leaf hash at *index*, or None beyond the view."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT hash FROM tlog_leaf WHERE position = ?", (index,)
            ).fetchone()
        return row[0] if row else None

    def catch_up(self, note: str | None = None) -> VerifiedCheckpoint:
        """Follow the log to a checkpoint; by default to its newest.

        Args:
            note: a checkpoint to follow to. One of a tree that is older than the view is
                verified to be a prefix of it.

        Returns:
            The checkpoint, verified by the policy, and by having computed its root.

        Raises:
            SignatureError, QuorumError, FormatError: it does not satisfy the policy.
            ForkedViewError: its root is not that of the entries, or not an extension.
            StaleViewError: the source does not have all its entries.
        """
        note = self._source.checkpoint() if note is None else note
        verified = self._policy.verify(note)
        target = verified.checkpoint
        with self._following:
            while not self._follow(target, note):
                pass
        return verified

    def _follow(self, target: Checkpoint, note: str) -> bool:
        """One try to get to *target*; False when another process moved the view meanwhile."""
        frontier = self.frontier()
        if target.size <= frontier.size:
            self._verify_prefix(target.size, target.root)
            return True
        spans = range(frontier.size, target.size, _BATCH)
        batches: Iterable[list[bytes]]
        if len(spans) == 1:
            # Read before the transaction, so that a slow log holds nobody up.
            batches = [self._read(frontier.size, target.size)]
        else:
            batches = (self._read(at, min(at + _BATCH, target.size)) for at in spans)
        # All or nothing: entries are believed only when the whole span leads to the root.
        with self._database.transaction() as connection:
            if self.frontier().size != frontier.size:
                return False
            self._advance(connection, frontier, batches, target, note)
        return True

    def _read(self, begin: int, end: int) -> list[bytes]:
        entries = list(self._source.entries(begin, end))
        if len(entries) != end - begin:
            raise StaleViewError("The log does not have all entries of its checkpoint.")
        return entries

    def _advance(
        self,
        connection: sqlite3.Connection,
        frontier: Frontier,
        batches: Iterable[list[bytes]],
        target: Checkpoint,
        note: str,
    ) -> None:
        for entries in batches:
            leaves = [leaf_hash(entry) for entry in entries]
            rows = list(enumerate(leaves, start=frontier.size))
            connection.executemany("INSERT INTO tlog_leaf VALUES (?, ?)", rows)
            for position, entry in enumerate(entries, start=frontier.size):
                self._apply(position, entry)
            frontier = frontier.extend(leaves)
        if not hmac.compare_digest(frontier.root(), target.root):
            raise ForkedViewError("The entries do not lead to the root that the log signed.")
        connection.execute(
            "INSERT INTO tlog_view VALUES (?, ?, ?)",
            (frontier.size, b"".join(frontier.hashes), note),
        )

    def _verify_prefix(self, size: int, root: bytes) -> None:
        frontier = self._frontier_at(size)
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT hash FROM tlog_leaf WHERE position >= ? AND position < ? ORDER BY position",
                (frontier.size, size),
            ).fetchall()
        if not hmac.compare_digest(frontier.extend(row[0] for row in rows).root(), root):
            raise ForkedViewError(f"The log signed two different trees of {size} entries.")
