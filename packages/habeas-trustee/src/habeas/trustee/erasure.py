"""Destroying shares: on the holder's word, when the time is over, or when nothing came of it."""

from __future__ import annotations

import hmac
import sqlite3
from collections.abc import Callable
from datetime import timedelta

from habeas import protocol
from habeas.protocol import ErasedStatement, KeyDestroyedDetails, KeyDestroyedStatement, Kind
from habeas.protocol.document import Document
from habeas.trustee import photos
from habeas.trustee.errors import NoShareError, SecretError
from habeas.trustee.months import MonthKey, MonthKeys, month_of
from habeas.trustee.photos import Records
from habeas.trustee.settings import Settings
from habeas.trustee.store import Store

_MAX_EARLY = 100_000
_EARLY_SECONDS = 24 * 3600
_BATCH = 500


class Erasure:
    """The desk where photos end."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        records: Records,
        months: MonthKeys,
        followed_at: Callable[[], float],
        sign: Callable[[Document], str],
    ) -> None:
        self._followed_at = followed_at
        self._sign = sign
        self._settings = settings
        self._store = store
        self._records = records
        self._months = months

    def withdraw(self, digest: bytes, secret: bytes) -> ErasedStatement:
        """Destroy the share on the word of the receipt's holder. Repeating it is harmless.

        Raises:
            NoShareError: no such photo is here. Should its deposit still be on its
                way, it will not be taken.
            SecretError: the secret is not the one in the terms.
        """
        statement = self._store.run(lambda connection: self._withdraw(connection, digest, secret))
        if statement is None:
            raise NoShareError("This trustee holds no share of such a photo.")
        self._store.scrub()
        return statement

    def _withdraw(
        self, connection: sqlite3.Connection, digest: bytes, secret: bytes
    ) -> ErasedStatement | None:
        photo = photos.find(connection, digest)
        hashed = protocol.withdraw_hash(secret)
        if photo is None:
            (count,) = connection.execute("SELECT count(*) FROM early_withdrawals").fetchone()
            if count < _MAX_EARLY:
                at = int(self._records.now().timestamp())
                connection.execute(
                    "INSERT OR IGNORE INTO early_withdrawals VALUES (?, ?, ?)", (digest, hashed, at)
                )
            return None
        if not hmac.compare_digest(hashed, photo.withdraw_hash):
            raise SecretError("This secret does not belong to the photo.")
        self._records.erase(connection, photo, "withdrawn")
        after = photos.find(connection, digest)
        assert after is not None  # noqa: S101 - same transaction
        assert after.because is not None  # noqa: S101 - erased above
        return ErasedStatement(
            trustee=self._settings.name,
            promise=digest.hex(),
            because=after.because,
            day=after.erased_on or self._records.today(),
        )

    def sweep(self) -> int:
        """One round of what must happen although nobody asks; returns how many shares ended."""
        count = 0
        while ended := self._store.run(self._expire):
            count += ended
        while ended := self._store.run(self._orphans):
            count += ended
        destroyed = self._store.run(self._destroy)
        self._store.run(self._forget)
        if count or destroyed:
            self._store.scrub()
        return count

    def _expire(self, connection: sqlite3.Connection) -> int:
        rows = connection.execute(
            "SELECT digest FROM photos WHERE because IS NULL AND opens_until < ? LIMIT ?",
            (self._records.today(), _BATCH),
        ).fetchall()
        return self._end(connection, [row[0] for row in rows], "expired")

    def _orphans(self, connection: sqlite3.Connection) -> int:
        # Only what the log was followed far enough for is known to be missing from it.
        followed = min(self._followed_at(), self._records.now().timestamp())
        limit = int(followed) - 3600 * self._settings.orphan_hours
        rows = connection.execute(
            "SELECT digest FROM photos WHERE because IS NULL AND sealed = 0 AND received < ?"
            " LIMIT ?",
            (limit, _BATCH),
        ).fetchall()
        return self._end(connection, [row[0] for row in rows], "orphaned")

    def _end(
        self, connection: sqlite3.Connection, digests: list[bytes], because: photos.Because
    ) -> int:
        for digest in digests:
            photo = photos.find(connection, digest)
            if photo is not None:
                self._records.erase(connection, photo, because)
        return len(digests)

    def _destroy(self, connection: sqlite3.Connection) -> list[MonthKey]:
        """Destroy the keys of months that are over, and say so on the log."""
        destroyed = self._months.destroy(connection, month_of(self._records.now().date()))
        for key in destroyed:
            name, key_id = self._settings.name, key.key_id.hex()
            said = KeyDestroyedStatement(
                trustee=name, month=key.month, key=key_id, day=self._records.today()
            )
            details = KeyDestroyedDetails(
                trustee=name, month=key.month, key=key_id, statement=self._sign(said)
            ).fields()
            self._records.write(connection, Kind.KEY_DESTROYED, details, shown=True)
        return destroyed

    def _forget(self, connection: sqlite3.Connection) -> None:
        """Drop what is needed no longer: details of ended photos, old counts, old requests."""
        now = self._records.now()
        ended = (now - timedelta(days=self._settings.details_days)).date().isoformat()
        connection.execute(
            "DELETE FROM entries WHERE position IS NOT NULL AND digest IN"
            " (SELECT digest FROM photos WHERE because IS NOT NULL AND erased_on < ?)",
            (ended,),
        )
        connection.execute(
            "UPDATE photos SET history_hash = NULL WHERE because IS NOT NULL AND erased_on < ?",
            (ended,),
        )
        connection.execute("DELETE FROM quotas WHERE day < ?", (self._records.today(),))
        connection.execute(
            "DELETE FROM refusals WHERE day < ?", ((now - timedelta(days=2)).date().isoformat(),)
        )
        connection.execute(
            "DELETE FROM early_withdrawals WHERE at < ?", (int(now.timestamp()) - _EARLY_SECONDS,)
        )
