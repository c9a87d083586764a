"""The trustee's own view of the log: verified, complete, and never going back.

Every entry is read and hashed (`habeas.tlog.view`), and taken in by `habeas.trustee.index` in
the same transaction. A log that shows two trees closes this trustee until a person has
looked at it.
"""

from __future__ import annotations

import hmac
import json
import threading
from collections import deque
from collections.abc import Callable
from datetime import UTC, date, datetime

from habeas import tlog
from habeas.foundation.errors import HabeasError
from habeas.tlog.spans import Source, verified_spans
from habeas.tlog.view import LogView
from habeas.trustee import days
from habeas.trustee.circles import Circles
from habeas.trustee.errors import Refusal, ViewOldError
from habeas.trustee.index import Index
from habeas.trustee.records import Clock
from habeas.trustee.store import Store

#: Requests rarely come under a checkpoint that is older than this many entries.
_REMEMBERED_SIZES = 16_384
_FORK = "fork"


class Follower:
    """Follows one log.

    Args:
        store: the trustee's database.
        index: what to keep of an entry.
        circles: whose acting policy makes a checkpoint count.
        source: the log, for reading.
        now: the clock, UTC.
        reload: brings the circles back in step after a transaction that was undone.
        fresh_seconds: how old a quorum's word on the end of the log may be.
    """

    def __init__(
        self,
        store: Store,
        index: Index,
        circles: Circles,
        source: Source,
        now: Clock,
        reload: Callable[[], None],
        fresh_seconds: int,
    ) -> None:
        self._store = store
        self._index = index
        self._circles = circles
        self._source = source
        self._now = now
        self._reload = reload
        self._fresh_seconds = fresh_seconds
        #: Held by whoever reads the log, also while the log is slow; nobody else waits for it.
        self._extending = threading.RLock()
        #: Held for a moment, around the frontiers.
        self._lock = threading.Lock()
        self._made_for = ""
        self._view = self._view_now()
        self._frontiers: deque[tlog.Frontier] = deque([self._view.frontier()], _REMEMBERED_SIZES)
        self._fork = self._read_fork()
        self.followed_at: float = 0.0
        """How far in time the log was followed, POSIX seconds; 0 before the first success."""
        self.caught_up = False
        """Whether the log was followed to its end since this process started.

        A quorum has to have seen that end lately: else a log could show a restored database just
        as much as it remembers.
        """
        self._day: date | None = None
        self.problem: HabeasError | None = None
        """Why the newest checkpoint could not be followed, if it could not."""

    def _view_now(self) -> LogView:
        """The view under the acting policy of the circle in force."""
        link = self._circles.in_force(int(self._now().timestamp()))
        if link.digest != self._made_for:
            self._made_for = link.digest
            self._view = LogView(
                self._store.database, self._source, link.circle.acting_policy(), self._apply
            )
        return self._view

    @property
    def size(self) -> int:
        """How many entries of the log were followed."""
        return self._frontiers[-1].size

    @property
    def root(self) -> bytes:
        """The root hash of the tree that was followed."""
        return self._frontiers[-1].root()

    def newest(self) -> str | None:
        """The newest checkpoint that was followed to, with its witnesses' newest times."""
        return self._view.checkpoint()

    def verify_recent(self) -> None:
        """Raise unless a quorum has seen lately what was followed: else it may be frozen.

        Raises:
            OldViewError, ReaderClockError: it has not.
        """
        tlog.verify_recent(self.followed_at, self._now().timestamp(), self._fresh_seconds)

    def verify_hour(self) -> None:
        """Raise unless a quorum has seen within the hour what was followed.

        For what may have been replaced since: a log that shows no more than it did has this
        trustee go on with what others have given up.

        Raises:
            ViewOldError: it has not.
        """
        try:
            tlog.verify_recent(self.followed_at, self._now().timestamp())
        except tlog.OldViewError as error:
            raise ViewOldError(error.cause) from error

    def seen(self) -> tuple[str | None, int, bytes]:
        """The newest checkpoint that was followed to, with the size and root of its tree."""
        note = self._view.checkpoint()
        if note is None:
            return None, 0, tlog.Frontier().root()
        checkpoint = tlog.Checkpoint.parse(tlog.note.split(note)[0])
        return note, checkpoint.size, checkpoint.root

    def tail(self) -> None:
        """Follow the log to its newest checkpoint. What goes wrong stands in `problem`."""
        try:
            note = self._source.checkpoint()
            now = int(self._now().timestamp())
            verified = self._circles.verify(note, now)
            self.follow(note, verified.checkpoint)
            if verified.checkpoint.size == self.size:
                self._view.restamp(verified, note)
            self.followed_at = verified.quorum_time or float(now)
            self._note_day(verified)
            self.caught_up = self.caught_up or self.followed_at >= now - self._fresh_seconds
            self.problem = None
        except HabeasError as error:
            self.problem = error

    def _note_day(self, verified: tlog.VerifiedCheckpoint) -> None:
        """Keep with how many entries a quorum first saw the log on a day; no own clock counts."""
        if not verified.quorum_time:
            return
        day, size = (
            datetime.fromtimestamp(verified.quorum_time, UTC).date(),
            verified.checkpoint.size,
        )
        if day != self._day:
            self._store.run(lambda connection: days.reached(connection, day, size))
            self._day = day

    def follow(self, note: str, checkpoint: tlog.Checkpoint) -> None:
        """Follow the log at least to a checkpoint that satisfies the policy.

        Raises:
            Refusal: ``view-stale``, the entries cannot be had now; ``view-forked``, the
                checkpoint is not of the log that this trustee has followed.
        """
        if self._fork is not None:
            self._fork = self._read_fork()  # its administrator may have reopened it
        if self._fork is not None:
            raise Refusal(
                "view-forked",
                "The log has shown this trustee two different trees.",
                "The trustee stays closed until its administrator has looked at the evidence.",
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
        with self._extending:
            if checkpoint.size <= self.size:  # somebody else has followed it meanwhile
                self._compare(note, checkpoint)
                return
            try:
                self._view_now().catch_up(note)
            except BaseException:
                reached = self._view.frontier()
                with self._lock:
                    self._frontiers = deque([reached], _REMEMBERED_SIZES)
                self._reload()
                raise

    def _compare(self, note: str, checkpoint: tlog.Checkpoint) -> None:
        """Raise unless a checkpoint of the past is a prefix of the view."""
        with self._lock:
            back = self.size - checkpoint.size
            known = self._frontiers[-1 - back] if back < len(self._frontiers) else None
        if known is None:
            with self._extending:
                self._view_now().catch_up(note)
        elif not hmac.compare_digest(known.root(), checkpoint.root):
            raise tlog.ForkedViewError(
                f"The log signed two different trees of {checkpoint.size} entries."
            )

    def said_until(self, checkpoint: tlog.Checkpoint) -> set[bytes]:
        """Leaf hashes of this trustee's own entries between its view and a tree.

        Args:
            checkpoint: signed by the log; it need not count yet, and nothing of it is believed.

        Raises:
            TlogError: the log does not show that tree.
        """
        spans = verified_spans(self._source, self._view.frontier(), checkpoint)
        return {
            leaf
            for span in spans
            for entry, leaf in zip(span.entries, span.leaves, strict=True)
            if self._index.is_own(entry)
        }

    def _keep_evidence(self, note: str) -> None:
        evidence = json.dumps({"seen": self._view.evidence(), "shown": note})
        self._store.run(
            lambda connection: connection.execute(
                "INSERT OR IGNORE INTO notes VALUES (?, ?)", (_FORK, evidence)
            )
        )
        self._fork = self._read_fork()

    def _apply(self, position: int, entry: bytes) -> None:
        longer = self._frontiers[-1].extend([tlog.leaf_hash(entry)])
        with self._lock:
            self._frontiers.append(longer)
        self._index.apply(self._store.database.connection, position, entry)
