"""Following a log: every entry is read, hashed, and held against the signed root.

A view never goes back, and never believes an entry that it has not computed into a root
that the log has signed. It lives in tables of its owner's database, so that what the owner
derives from an entry is stored in the same transaction as the fact that the entry was seen.

A long way is gone in spans (`habeas.tlog.spans`), each of which is committed by itself. Nothing
is read from the network inside a transaction, and what was followed once is never read again.
"""

from __future__ import annotations

import hmac
import sqlite3
import threading
from collections.abc import Callable, Sequence

from habeas.foundation.database import Database
from habeas.foundation.schema import Schema
from habeas.tlog.checkpoint import Checkpoint
from habeas.tlog.errors import ForkedViewError, QuorumError, SignatureError
from habeas.tlog.policy import Policy, VerifiedCheckpoint
from habeas.tlog.spans import Source, Span, verified_spans
from habeas.tlog.tree import Frontier

__all__ = ["Apply", "LogView", "Source"]

_TABLES = """
CREATE TABLE IF NOT EXISTS tlog_view (
  size INTEGER PRIMARY KEY, hashes BLOB NOT NULL, checkpoint TEXT NOT NULL, whole INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS tlog_leaf (
  position INTEGER PRIMARY KEY, hash BLOB NOT NULL
) STRICT;
"""
#: Version of the tables; `opened_from` is the oldest whose code still works over them.
_SCHEMA = Schema("tlog-view", version=1, opened_from=0, statements=_TABLES)

#: Called for each new entry, in order, inside the view's transaction.
Apply = Callable[[int, bytes], None]


def _ignore(_: int, __: bytes) -> None:
    pass


class LogView:
    """A verified copy of a log's tree, without its entries.

    Args:
        database: the owner's; this class begins and commits its own transactions. It is
            never held while the source is read.
        source: where to read.
        policy: what makes a checkpoint count.
        apply: called for each new entry, inside the transaction that marks it as seen. When
            one of a span raises, nothing of that span was seen.
        clock: POSIX seconds, so that witnesses' times that are ahead do not count; None to
            count them.
    """

    def __init__(
        self,
        database: Database,
        source: Source,
        policy: Policy,
        apply: Apply = _ignore,
        *,
        clock: Callable[[], float] | None = None,
    ) -> None:
        self._database = database
        self._source = source
        self._policy = policy
        self._apply = apply
        self._clock = clock
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
        """The note of the newest checkpoint that was followed to its end."""
        return self._note("WHERE whole")

    def evidence(self) -> str | None:
        """The note of the newest checkpoint that was believed, also on the way to its end."""
        return self._note("")

    def _note(self, which: str) -> str | None:
        with self._database.reading() as connection:
            row = connection.execute(
                f"SELECT checkpoint FROM tlog_view {which} ORDER BY size DESC LIMIT 1"  # noqa: S608
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

        What was followed before a failure stays followed: calling again goes on from there.

        Args:
            note: a checkpoint to follow to. One of a tree that is older than the view is
                verified to be a prefix of it.

        Returns:
            The checkpoint, verified by the policy, and by having computed its root.

        Raises:
            SignatureError, QuorumError, FormatError: it does not satisfy the policy.
            ForkedViewError: its root is not that of the entries, or not an extension.
            StaleViewError: the source does not have all its entries.
            LogUnavailableError: the source does not answer now.
        """
        note = self._source.checkpoint() if note is None else note
        verified = self._policy.verify(note, self._clock() if self._clock is not None else None)
        target = verified.checkpoint
        with self._following:
            while (frontier := self.frontier()).size < target.size:
                for span in verified_spans(self._source, frontier, target):
                    if not self._keep(span, target, note):
                        break  # another process was faster: go on from where it is
            self.verify_prefix(target.size, target.root)
            self._arrive(verified, note)
        return verified

    def _keep(self, span: Span, target: Checkpoint, note: str) -> bool:
        """Commit a span; False where the view does not stand at its begin any more."""
        with self._database.transaction() as connection:
            if self.frontier().size != span.begin:
                return False
            self._add(connection, span.begin, span.entries, span.leaves)
            # Places on the way are kept too: an old checkpoint is then verified with the leaves
            # of one span at most.
            whole = span.after.size == target.size
            connection.execute(
                "INSERT INTO tlog_view VALUES (?, ?, ?, ?)",
                (span.after.size, b"".join(span.after.hashes), note, whole),
            )
        return True

    def _add(
        self,
        connection: sqlite3.Connection,
        begin: int,
        entries: Sequence[bytes],
        leaves: Sequence[bytes],
    ) -> None:
        rows = enumerate(leaves, start=begin)
        connection.executemany("INSERT INTO tlog_leaf VALUES (?, ?)", rows)
        for position, entry in enumerate(entries, start=begin):
            self._apply(position, entry)

    def restamp(self, verified: VerifiedCheckpoint, note: str) -> None:
        """Keep a checkpoint in place of an older one of the same tree.

        A log on which nothing happens asks its witnesses anew, and only their times tell that
        it is not frozen.

        Args:
            verified: a checkpoint that satisfies the policy, of a tree that was followed.
            note: the same, with its signatures.
        """
        self.verify_prefix(verified.checkpoint.size, verified.checkpoint.root)
        self._arrive(verified, note)

    def _arrive(self, verified: VerifiedCheckpoint, note: str) -> None:
        """Keep the note where it is newer, or where an earlier try was on its way further."""
        size = verified.checkpoint.size
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT checkpoint, whole FROM tlog_view WHERE size = ?", (size,)
            ).fetchone()
        if row is None or (row[1] and row[0] == note):
            return
        if row[1] and verified.quorum_time <= self._quorum_time(row[0]):
            return
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE tlog_view SET checkpoint = ?, whole = 1 WHERE size = ? AND checkpoint = ?",
                (note, size, row[0]),
            )

    def _quorum_time(self, note: str) -> int:
        """When a quorum had cosigned a checkpoint; -1 where its policy is another by now."""
        try:
            return self._policy.verify(note).quorum_time
        except (SignatureError, QuorumError):
            return -1

    def verify_prefix(self, size: int, root: bytes) -> None:
        """Raise unless the first *size* entries, of those that were followed, lead to *root*.

        Raises:
            ForkedViewError: they lead to another.
        """
        frontier = self._frontier_at(size)
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT hash FROM tlog_leaf WHERE position >= ? AND position < ? ORDER BY position",
                (frontier.size, size),
            ).fetchall()
        if not hmac.compare_digest(frontier.extend(row[0] for row in rows).root(), root):
            raise ForkedViewError(f"The log signed two different trees of {size} entries.")
