"""Taking a share into keeping: opened once, checked against the promise, then acknowledged."""

from __future__ import annotations

import hashlib
import hmac
import sqlite3
from datetime import date

from habeas.protocol import Acknowledgement, Promise, sealing
from habeas.trustee import photos
from habeas.trustee.errors import BusyError, ConflictError, DepositError, GoneError
from habeas.trustee.months import MonthKeys
from habeas.trustee.photos import Records
from habeas.trustee.settings import Settings
from habeas.trustee.store import Store

_HISTORY_LABEL = b"habeas/v1/history\0"


def history_mac(track_key: bytes, trustee: str) -> bytes:
    """Proof of holding a photo's track key, made for one trustee; 32 bytes."""
    return hmac.digest(track_key, _HISTORY_LABEL + trustee.encode(), "sha256")


class Deposits:
    """The desk where deposits arrive."""

    def __init__(
        self, settings: Settings, store: Store, records: Records, months: MonthKeys
    ) -> None:
        self._settings = settings
        self._store = store
        self._records = records
        self._months = months

    def take(self, document: bytes, index: int, deposit: bytes) -> Acknowledgement:
        """Keep a deposit. Durable when it returns; repeating it gives the same answer.

        Args:
            document: canonical bytes of the promise.
            index: of the share.
            deposit: HPKE message for the month key that the promise names.

        Raises:
            MalformedError: the promise is none.
            DepositError: it is not for this trustee, or does not hold the promised share.
            ConflictError: another promise has this seal id.
            GoneError: the photo was withdrawn, or is over.
            BusyError: too many deposits wait for their `sealed` entry.
        """
        sealed = Promise.decode(document)
        self._check(sealed, index)
        key_id = bytes.fromhex(sealed.trustees.keys[index].key)
        info = sealing.deposit_info(sealed.digest(), key_id, index)
        share_hash = bytes.fromhex(sealed.shares[index])
        month = sealed.trustees.keys[index].month
        try:
            opened = self._months.open(month, key_id, info, deposit, share_hash)
        except sealing.OpeningError as error:
            raise DepositError(f"The deposit is not what was promised: {error.cause}") from error
        return self._store.run(
            lambda connection: self.keep(
                connection, sealed, document, index, key_id, deposit, opened.track_key
            )
        )

    def _check(self, sealed: Promise, index: int) -> None:
        if not 0 <= index < len(sealed.trustees.keys):
            raise DepositError("The promise has no share of this index.")
        if sealed.trustees.keys[index].trustee != self._settings.name:
            raise DepositError("The promise gives this share to another trustee.")
        if sealed.origin != self._settings.origin:
            raise DepositError("The promise names a log that this trustee does not follow.")
        if date.fromisoformat(sealed.opens_until) < self._records.now().date():
            raise GoneError("The promise has expired.")

    def keep(
        self,
        connection: sqlite3.Connection,
        sealed: Promise,
        document: bytes,
        index: int,
        key_id: bytes,
        deposit: bytes,
        track_key: bytes,
    ) -> Acknowledgement:
        """Store a deposit that was opened and checked; *key_id* is the key that opens it.

        Raises:
            ConflictError, GoneError, BusyError: as for `take`.
        """
        digest = sealed.digest()
        known = photos.find(connection, digest)
        if known is None:
            self._admit(connection, sealed)
            connection.execute(
                "INSERT INTO photos (digest, seal_id, share, key_id, opens_until, withdraw_hash,"
                " history_hash, received, acknowledged, document, deposit, track_key)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    digest, sealed.seal_id, index,
                    key_id, sealed.opens_until,
                    sealed.withdraw_hash,
                    hashlib.sha256(history_mac(track_key, self._settings.name)).digest(),
                    int(self._records.now().timestamp()), self._records.today(),
                    document, deposit, self._records.lock_track_key(digest, track_key),
                ),
            )  # fmt: skip
            known = photos.find(connection, digest)
            assert known is not None  # noqa: S101 - inserted above
            self._records.watch(connection, known, len(sealed.trustees.keys))
        elif known.because is not None:
            raise GoneError(f"The share of this photo is gone: {known.because}.")
        elif known.share != index:
            raise ConflictError("This trustee holds another share of this photo.")
        return Acknowledgement(
            trustee=self._settings.name,
            promise=digest.hex(),
            index=index,
            key=sealed.trustees.keys[index].key,
            day=known.acknowledged,
        )

    def _admit(self, connection: sqlite3.Connection, sealed: Promise) -> None:
        taken = connection.execute(
            "SELECT 1 FROM photos WHERE seal_id = ?", (sealed.seal_id,)
        ).fetchone()
        if taken:
            raise ConflictError("Another photo was sealed under this seal id.")
        early = connection.execute(
            "SELECT 1 FROM early_withdrawals WHERE digest = ? AND secret_hash = ?",
            (sealed.digest(), sealed.withdraw_hash),
        ).fetchone()
        if early:
            raise GoneError("This photo was withdrawn before its share arrived.")
        (pending,) = connection.execute(
            "SELECT count(*) FROM (SELECT 1 FROM photos WHERE because IS NULL AND sealed = 0"
            " LIMIT ?)",
            (self._settings.max_pending,),
        ).fetchone()
        if pending >= self._settings.max_pending:
            raise BusyError("Too many deposits wait for their entry on the log.")
