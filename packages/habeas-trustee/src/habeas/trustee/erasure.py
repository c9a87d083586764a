"""Docs/protocol section 7: shares that end by date, and month keys that end with their month."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from habeas.foundation.caution import CAUTION, verify_share
from habeas.protocol import Kind
from habeas.protocol.details import KeyDetails
from habeas.protocol.document import Document
from habeas.protocol.statements import KeyDestroyedStatement
from habeas.trustee import claims, counts, photos, records
from habeas.trustee.halts import Halts
from habeas.trustee.months import MonthKey, MonthSeeds, month_of
from habeas.trustee.notices import Notices
from habeas.trustee.records import Records
from habeas.trustee.settings import Settings
from habeas.trustee.store import Store

_BATCH = 500
_EXPIRED = "because IS NULL AND opens_until < ?"
#: Ended on or after one day, and before another.
_ENDED = "SELECT digest FROM photos WHERE because IS NOT NULL AND erased_on >= ? AND erased_on < ?"
_CLOSED = (
    "because IS NULL AND closed_day IS NOT NULL"
    " AND date(closed_day, '+' || closed_days || ' days') < ?"
)


class Erasure:
    """What must happen although nobody asks.

    Args:
        followed_at: how far in time the log was followed, POSIX seconds.
        halts: what stops rounds until a person has looked.
        sign: makes a signed note of a statement.
        notices: whom it tells of photos.
    """

    def __init__(
        self,
        settings: Settings,
        store: Store,
        records: Records,
        months: MonthSeeds,
        followed_at: Callable[[], float],
        halts: Halts,
        sign: Callable[[Document], str],
        notices: Notices,
    ) -> None:
        self._settings = settings
        self._store = store
        self._records = records
        self._months = months
        self._followed_at = followed_at
        self._halts = halts
        self._sign = sign
        self._notices = notices

    def _moment(self) -> datetime:
        """The smaller of the own clock and the quorum's time: one wrong clock destroys nothing."""
        followed = datetime.fromtimestamp(self._followed_at(), UTC)
        return min(self._records.now(), followed)

    def sweep(self) -> int:
        """One round; returns how many shares ended.

        Raises:
            HaltedError: the clock jumped, or too many would end; nothing was done.
        """
        self._halts.verify(self._verify_ends)
        count = 0
        for ends in (self._expired, self._closed, self._orphaned, self._claimed):
            while ended := self._store.run(ends):
                count += ended
        destroyed = self._store.run(self._destroy)
        self._store.run(self._forget)
        if count or destroyed:
            self._store.scrub()
        return count

    def _verify_ends(self, connection: sqlite3.Connection) -> None:
        """Raise where too large a share of the sealed photos would end by date."""
        today = self._moment().date().isoformat()
        (due,) = connection.execute(
            f"SELECT (SELECT count(*) FROM photos WHERE {_EXPIRED})"  # noqa: S608 - constants
            f" + (SELECT count(*) FROM photos WHERE {_CLOSED})",
            (today, today),
        ).fetchone()
        if due > CAUTION.least:
            kept = counts.kept(connection)
            verify_share(due, kept.live - kept.pending)

    def _expired(self, connection: sqlite3.Connection) -> int:
        rows = connection.execute(
            f"SELECT digest FROM photos WHERE {_EXPIRED} LIMIT ?",  # noqa: S608 - constants
            (self._moment().date().isoformat(), _BATCH),
        ).fetchall()
        return self._end(connection, rows, "expired")

    def _closed(self, connection: sqlite3.Connection) -> int:
        rows = connection.execute(
            f"SELECT digest FROM photos WHERE {_CLOSED} LIMIT ?",  # noqa: S608 - constants
            (self._moment().date().isoformat(), _BATCH),
        ).fetchall()
        return self._end(connection, rows, "expired")

    def _orphaned(self, connection: sqlite3.Connection) -> int:
        # Only what the log was followed far enough for is known to be missing from it.
        limit = int(self._moment().timestamp()) - 3600 * self._settings.orphan_hours
        rows = connection.execute(
            "SELECT digest FROM photos WHERE because IS NULL AND sealed IS NULL AND received < ?"
            " LIMIT ?",
            (limit, _BATCH),
        ).fetchall()
        return self._end(connection, rows, "orphaned")

    def _claimed(self, connection: sqlite3.Connection) -> int:
        rows = claims.due(connection, int(self._moment().timestamp()), _BATCH)
        return self._end(connection, rows, "claimed")

    def _end(
        self, connection: sqlite3.Connection, rows: list[tuple[bytes]], because: photos.Because
    ) -> int:
        # In another order than they came: else the log would tell which were sealed when.
        random.SystemRandom().shuffle(rows)
        for (digest,) in rows:
            photo = photos.find(connection, digest)
            if photo is not None:
                self._records.erase(connection, photo, because)
        return len(rows)

    def _destroy(self, connection: sqlite3.Connection) -> list[MonthKey]:
        """Destroy the keys of months that are over, and say so on the log."""
        destroyed = self._months.destroy(connection, month_of(self._moment().date()))
        for key in destroyed:
            said = KeyDestroyedStatement(
                trustee=self._settings.name, month=key.month, key=key.key_id.hex(),
                day=self._records.today(),
            )  # fmt: skip
            details = KeyDetails(
                trustee=said.trustee, month=said.month, key=said.key, statement=self._sign(said)
            )
            self._records.write(connection, Kind.KEY_DESTROYED, details)
        return destroyed

    def _forget(self, connection: sqlite3.Connection) -> None:
        """Drop what is needed no longer. Leaf hashes of own entries are kept for good."""
        now = self._moment()
        ended = (now - timedelta(days=self._settings.details_days)).date().isoformat()
        # Each ended photo is looked at once: those of all years before stay where they are.
        begin = records.forgotten(connection)
        connection.execute(
            "UPDATE entries SET entry = NULL, details = NULL, salt = NULL"  # noqa: S608 - constants
            f" WHERE position IS NOT NULL AND entry IS NOT NULL AND digest IN ({_ENDED})",
            (begin, ended),
        )
        connection.execute(
            f"DELETE FROM custodian_entries WHERE digest IN ({_ENDED})",  # noqa: S608 - constants
            (begin, ended),
        )
        records.forget_before(connection, ended)
        connection.execute(
            # Claim by claim: a list of all photos that ever ended would grow with them.
            "DELETE FROM claims WHERE EXISTS (SELECT 1 FROM photos"
            " WHERE photos.digest = claims.digest AND because IS NOT NULL)"
        )
        self._notices.forget(connection)
        past = (now - timedelta(days=3)).date().isoformat()
        connection.execute("DELETE FROM log_requests WHERE day < ?", (past,))
        connection.execute("DELETE FROM refusals WHERE day < ?", (past,))
        connection.execute(
            "DELETE FROM told WHERE until IS NOT NULL AND until < ?", (int(now.timestamp()),)
        )
