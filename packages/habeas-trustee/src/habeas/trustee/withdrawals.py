"""Docs/protocol section 7: destroying on the word of who knows the secret, and telling the others.

Nothing else destroys a share before its date. Whichever trustee is told puts the secret on
the log and hands it to all other trustees, until each of them has confirmed.
"""

from __future__ import annotations

import hmac
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from habeas.foundation.errors import HabeasError
from habeas.protocol import Kind, terms
from habeas.protocol.details import WithdrawnDetails
from habeas.protocol.statements import ErasedStatement
from habeas.trustee import photos
from habeas.trustee.circles import Circles
from habeas.trustee.errors import NoShareError, NotTheHolderError
from habeas.trustee.keyring import Locker
from habeas.trustee.photos import KnownPhoto
from habeas.trustee.records import Records
from habeas.trustee.store import Store

#: Withdrawals of photos that are not here (yet), from anybody: so many are remembered.
_MOST_TOLD = 100_000
_TOLD_SECONDS = 7 * 86_400
_FORWARDS_AT_ONCE = 64


@dataclass(frozen=True)
class Destroyed:
    """What a trustee says to a withdrawal.

    Attributes:
        statement: once the `erased` entry stands in the trustee's own view of the log; None
            while it is still owed.
    """

    statement: ErasedStatement | None


#: Hands a secret to one trustee; returns whether that one needs to be told no more.
Tell = Callable[[str, bytes, bytes], bool]


class Withdrawals:
    """Where withdrawals arrive, from the holder or from another trustee."""

    def __init__(
        self, name: str, store: Store, records: Records, circles: Circles, locker: Locker
    ) -> None:
        self._name = name
        self._store = store
        self._records = records
        self._circles = circles
        self._locker = locker

    def withdraw(self, digest: bytes, secret: bytes) -> Destroyed:
        """Destroy the share. Repeating it is harmless, and tells how far it has come.

        Args:
            digest: of the promise.
            secret: the withdrawal secret, 32 bytes.

        Raises:
            NoShareError: no such photo is here. Should its deposit still be on its
                way, it will not be taken.
            NotTheHolderError: the secret is not the one in the terms.
        """
        destroyed = self._store.run(lambda connection: self._withdraw(connection, digest, secret))
        if destroyed is None:
            raise NoShareError("This trustee holds no share of such a photo.")
        self._store.scrub()
        return destroyed

    def _withdraw(
        self, connection: sqlite3.Connection, digest: bytes, secret: bytes
    ) -> Destroyed | None:
        photo = photos.find(connection, digest)
        hashed = terms.withdraw_hash(secret)
        if photo is None:
            # What the log has told is kept for good, and takes no stranger's place.
            (count,) = connection.execute(
                "SELECT count(*) FROM told WHERE until IS NOT NULL"
            ).fetchone()
            if count < _MOST_TOLD:
                connection.execute(
                    "INSERT OR IGNORE INTO told VALUES (?, ?, ?)",
                    (digest, hashed, self._records.seconds() + _TOLD_SECONDS),
                )
            return None
        if not hmac.compare_digest(hashed, photo.withdraw_hash):
            raise NotTheHolderError("This secret does not belong to the photo.")
        if photo.because is None:
            self._spread(connection, photo, secret)
            self._records.erase(connection, photo, "withdrawn")
        after = photos.find(connection, digest)
        assert after is not None  # noqa: S101 - same transaction
        assert after.because is not None  # noqa: S101 - erased above
        if not _on_the_log(connection, digest):
            return Destroyed(None)
        return Destroyed(
            ErasedStatement(
                trustee=self._name, promise=digest.hex(), because=after.because,
                day=after.erased_on or self._records.today(),
            )
        )  # fmt: skip

    def _spread(self, connection: sqlite3.Connection, photo: KnownPhoto, secret: bytes) -> None:
        """Owe the secret to the log, and to every other trustee of the photo."""
        details = WithdrawnDetails(promise=photo.digest.hex(), secret=secret.hex())
        self._records.write(connection, Kind.WITHDRAWN, details)
        for key in photo.promise().trustees.keys:
            if key.trustee != self._name:
                locked = self._locker.lock(b"forward" + photo.digest, secret)
                connection.execute(
                    "INSERT OR IGNORE INTO forwards VALUES (?, ?, ?)",
                    (photo.digest, key.trustee, locked),
                )

    def forward(self, tell: Tell) -> int:
        """Hand on what others have still to be told; returns how many need it no more."""
        with self._store.database.snapshot() as connection:
            rows = connection.execute(
                "SELECT digest, trustee, secret FROM forwards LIMIT ?", (_FORWARDS_AT_ONCE,)
            ).fetchall()
        done = []
        for digest, trustee, locked in rows:
            secret = self._locker.unlock(b"forward" + digest, locked)
            try:
                if tell(trustee, digest, secret):
                    done.append((digest, trustee))
            except HabeasError:
                continue  # it is asked again in the next round
        if done:
            self._store.run(
                lambda connection: connection.executemany(
                    "DELETE FROM forwards WHERE digest = ? AND trustee = ?", done
                )
            )
        return len(done)


def _on_the_log(connection: sqlite3.Connection, digest: bytes) -> bool:
    """Whether the `erased` entry of a photo stands in the own view."""
    row = connection.execute(
        "SELECT 1 FROM entries WHERE digest = ? AND kind = ? AND position IS NOT NULL",
        (digest, Kind.ERASED.value),
    ).fetchone()
    return row is not None
