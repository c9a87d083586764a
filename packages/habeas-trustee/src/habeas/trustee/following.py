"""The trustee's own view of the log: verified, complete, and never going back.

Every entry is read and hashed (`habeas.tlog.view`). From each, the trustee keeps its tag
and leaf hash, and moves on the photos that wait for that tag, in the same transaction.
A log that shows two trees closes this trustee until a person has looked at it.
"""

from __future__ import annotations

import hmac
import json
import sqlite3
import threading
from collections import deque

from habeas import tlog
from habeas.foundation.errors import HabeasError
from habeas.protocol import Entry
from habeas.tlog.view import LogView, Source
from habeas.trustee.photos import Records
from habeas.trustee.rules import Refusal
from habeas.trustee.store import Store

#: Requests rarely come under a checkpoint that is older than this many entries.
_REMEMBERED_SIZES = 16_384
_FORK = "fork"


class Follower:
    """Follows one log.

    Args:
        store: the trustee's database.
        records: what to do about an entry.
        source: the log, for reading.
        policy: what makes a checkpoint count.
    """

    def __init__(self, store: Store, records: Records, source: Source, policy: tlog.Policy) -> None:
        self._store = store
        self._records = records
        self._source = source
        self._policy = policy
        self._lock = threading.RLock()
        self._view = LogView(store.database, source, policy, self._apply)
        self._frontiers: deque[tlog.Frontier] = deque([self._view.frontier()], _REMEMBERED_SIZES)
        self._fork = self._read_fork()
        self.followed_at: float = 0.0
        """How far in time the log was followed, POSIX seconds; 0 before the first success."""
        self.problem: HabeasError | None = None
        """Why the newest checkpoint could not be followed, if it could not."""

    @property
    def size(self) -> int:
        """How many entries of the log were followed."""
        return self._frontiers[-1].size

    def newest(self) -> str | None:
        """The newest checkpoint that was followed to, with its signatures."""
        return self._view.checkpoint()

    @property
    def root(self) -> bytes:
        """The root hash of the tree that was followed."""
        return self._frontiers[-1].root()

    def tail(self) -> None:
        """Follow the log to its newest checkpoint. What goes wrong stands in `problem`."""
        try:
            now = self._records.now().timestamp()
            note = self._source.checkpoint()
            verified = self._policy.verify(note)
            self.follow(note, verified.checkpoint)
            self.followed_at = verified.quorum_time or now
            self.problem = None
        except HabeasError as error:
            self.problem = error

    def follow(self, note: str, checkpoint: tlog.Checkpoint) -> None:
        """Follow the log at least to a checkpoint that satisfies the policy.

        Raises:
            Refusal: ``view-stale``, the entries cannot be had now; ``view-forked``, the
                checkpoint is not of the log that this trustee has followed.
        """
        if self._fork is not None:
            self._fork = self._read_fork()  # its operator may have reopened it
        if self._fork is not None:
            raise Refusal(
                "view-forked",
                "The log has shown this trustee two different trees.",
                "The trustee stays closed until its operator has looked at the evidence.",
            )
        try:
            if checkpoint.size > self.size:
                self._extend(note, checkpoint)
            else:
                self._compare(note, checkpoint)
        except tlog.ForkedViewError as error:
            if checkpoint.size <= self.size:
                self._keep_evidence(note)
            raise Refusal("view-forked", error.cause, error.remedy) from error
        except (tlog.StaleViewError, tlog.LogUnavailableError, tlog.FormatError) as error:
            raise Refusal(
                "view-stale",
                f"This trustee cannot follow the log now: {error.cause}",
                "Ask again when the log answers.",
            ) from error

    def fork(self) -> str | None:
        """The evidence that the log has forked, or None."""
        return self._fork

    def _read_fork(self) -> str | None:
        row = self._store.run(
            lambda connection: connection.execute(
                "SELECT value FROM notes WHERE name = ?", (_FORK,)
            ).fetchone()
        )
        return row[0] if row else None

    def reopen(self) -> None:
        """Trust the log again, after a person has looked at the evidence."""
        self._store.run(
            lambda connection: connection.execute("DELETE FROM notes WHERE name = ?", (_FORK,))
        )
        self._fork = None

    def _extend(self, note: str, checkpoint: tlog.Checkpoint) -> None:
        with self._lock:
            if checkpoint.size <= self.size:  # somebody else has followed it meanwhile
                self._compare(note, checkpoint)
                return
            try:
                self._view.catch_up(note)
            except BaseException:
                self._frontiers.clear()
                self._frontiers.append(self._view.frontier())
                raise

    def _compare(self, note: str, checkpoint: tlog.Checkpoint) -> None:
        """Raise unless a checkpoint of the past is a prefix of the view."""
        with self._lock:
            back = self.size - checkpoint.size
            if back < len(self._frontiers):
                frontier = self._frontiers[-1 - back]
                if not hmac.compare_digest(frontier.root(), checkpoint.root):
                    raise tlog.ForkedViewError(
                        f"The log signed two different trees of {checkpoint.size} entries."
                    )
                return
            self._view.catch_up(note)

    def _keep_evidence(self, note: str) -> None:
        evidence = json.dumps({"seen": self._view.evidence(), "shown": note})
        self._store.run(
            lambda connection: connection.execute(
                "INSERT OR IGNORE INTO notes VALUES (?, ?)", (_FORK, evidence)
            )
        )
        self._fork = self._read_fork()

    def _apply(self, position: int, entry: bytes) -> None:
        leaf = tlog.leaf_hash(entry)
        self._frontiers.append(self._frontiers[-1].extend([leaf]))
        tag, kind = _read(entry)
        if tag is None:
            return
        seen = int(self._records.now().timestamp())
        # The first entry with a tag counts; a second one could hide behind it.
        connection = self._store.database.connection  # within the view's transaction
        added = connection.execute(
            "INSERT OR IGNORE INTO log_tags VALUES (?, ?, ?, ?, ?)",
            (tag, position, leaf, kind, seen),
        )
        if added.rowcount:
            self._records.seen(connection, tag)


def _read(content: bytes) -> tuple[bytes | None, str]:
    """Tag and kind of an entry; no tag where it is none of Habeas's entries.

    As strict as every other reader: what one takes for an entry, all must.
    """
    try:
        entry = Entry.decode(content)
    except HabeasError:
        return None, ""
    return (bytes.fromhex(entry.tag) if entry.tag else None), entry.kind.value


def owed(connection: sqlite3.Connection) -> int:
    """How many entries of this trustee are not on the log yet."""
    (count,) = connection.execute("SELECT count(*) FROM entries WHERE position IS NULL").fetchone()
    return int(count)
