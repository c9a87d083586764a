"""Docs/protocol section 4: taking a share into keeping: ordered, opened once, checked, kept."""

from __future__ import annotations

import hmac
import sqlite3
from datetime import date

from habeas.foundation.errors import HabeasError
from habeas.protocol import Promise, sealing, terms, verify_terms
from habeas.protocol.statements import Acknowledgement, StatementError, read_order
from habeas.tlog import NoteVerifier
from habeas.trustee import counts, photos
from habeas.trustee.apps import Apps
from habeas.trustee.circles import Circles
from habeas.trustee.errors import (
    BusyError,
    CircleNotInForceError,
    ConflictError,
    DepositError,
    GoneError,
    SubmitterError,
)
from habeas.trustee.months import MonthSeeds
from habeas.trustee.photos import Streams
from habeas.trustee.records import Records
from habeas.trustee.settings import Settings
from habeas.trustee.store import Store


class Deposits:
    """Where deposits arrive."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        records: Records,
        streams: Streams,
        months: MonthSeeds,
        circles: Circles,
        apps: Apps,
    ) -> None:
        self._settings = settings
        self._store = store
        self._records = records
        self._streams = streams
        self._months = months
        self._circles = circles
        self._apps = apps

    def take(self, promise: Promise, index: int, deposit: bytes, order: str) -> Acknowledgement:
        """Keep a deposit. Durable when it returns; repeating it gives the same answer.

        Args:
            promise: what it is a part of.
            index: of the share.
            deposit: HPKE message for the month key that the promise names.
            order: the custodian's, a signed note.

        Raises:
            MalformedError: the promise contradicts its circle.
            SubmitterError: the custodian has not ordered it.
            CircleNotInForceError: it is made under another circle than the one in force.
            DepositError: it is not for this trustee, or does not hold the promised share, or
                the promised track key.
            ConflictError: another promise has this seal id.
            GoneError: the photo was withdrawn, or is over.
            BusyError: too many deposits wait for their `sealed` entry.
            AppError: the release of the app that it names is none that counts.
            ViewOldError: a newer one may stand on the log.
        """
        self._verify_order(promise, order)
        self._verify(promise, index)
        key_id = bytes.fromhex(promise.trustees.keys[index].key)
        info = sealing.deposit_info(promise.digest(), key_id, index)
        share_hash = bytes.fromhex(promise.shares[index])
        month = promise.trustees.keys[index].month
        try:
            opened = self._months.open(month, key_id, info, deposit, share_hash)
        except sealing.OpeningError as error:
            raise DepositError(f"The deposit is not what was promised: {error.cause}") from error
        return self._store.run(
            lambda connection: self.keep(
                connection, promise, index, key_id, deposit, opened.track_key
            )
        )

    def _verify_order(self, promise: Promise, order: str) -> None:
        """The custodian brings deposits, and nobody else: no stranger can fill a trustee."""
        try:
            circle = self._circles.chain.circle(promise.circle)
        except HabeasError as error:
            raise CircleNotInForceError("This trustee does not know the promise's circle.") from (
                error
            )
        try:
            read_order(order, [NoteVerifier.parse(circle.custodian.vkey)], promise)
        except StatementError as error:
            raise SubmitterError(f"The deposit is not ordered: {error.cause}") from error

    def _verify(self, promise: Promise, index: int) -> None:
        now = self._records.seconds()
        in_force = {link.digest: link.circle for link in self._circles.chain.depositable(now)}
        circle = in_force.get(promise.circle)
        if circle is None:
            raise CircleNotInForceError("The promise is made under a circle that is not in force.")
        verify_terms(circle, promise)
        self._apps.verify(promise, self._records.now().date())
        if not 0 <= index < len(promise.trustees.keys):
            raise DepositError("The promise has no share of this index.")
        if promise.trustees.keys[index].trustee != self._settings.name:
            raise DepositError("The promise gives this share to another trustee.")
        if date.fromisoformat(promise.opens_until) < self._records.now().date():
            raise GoneError("The promise has expired.")

    def keep(
        self,
        connection: sqlite3.Connection,
        promise: Promise,
        index: int,
        key_id: bytes,
        deposit: bytes,
        track_key: bytes,
    ) -> Acknowledgement:
        """Store a deposit that was opened and checked; *key_id* is the key that opens it.

        Raises:
            DepositError: the track key is not the promised one.
            ConflictError, GoneError, BusyError: as for `take`.
        """
        if not hmac.compare_digest(terms.track_hash(track_key), promise.track_hash):
            # Under another one, the holder of the receipt would find none of the openings.
            raise DepositError("The deposit holds another track key than was promised.")
        digest = promise.digest()
        known = photos.find(connection, digest)
        if known is None:
            self._admit(connection, promise)
            connection.execute(
                "INSERT INTO photos (digest, seal_id, share, key_id, opens_until, closed_days,"
                " withdraw_hash, reader_hash, received, acknowledged, document, deposit, track_key)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    digest, promise.seal_id, index, key_id, promise.opens_until,
                    promise.closed_days, promise.withdraw_hash,
                    photos.reader_hash(track_key, index + 1, self._settings.name),
                    self._records.seconds(), self._records.today(), promise.encode(), deposit,
                    self._records.keys.lock(digest, track_key),
                ),
            )  # fmt: skip
            known = photos.find(connection, digest)
            assert known is not None  # noqa: S101 - inserted above
            self._streams.watch(connection, known, promise, track_key, self._circles.chain)
            after = photos.find(connection, digest)
            if after is not None and after.closed is not None:
                raise GoneError("The photo was closed before its share arrived.")
        elif known.because is not None:
            raise GoneError(f"The share of this photo is gone: {known.because}.")
        elif known.share != index:
            raise ConflictError("This trustee holds another share of this photo.")
        return Acknowledgement(
            trustee=self._settings.name,
            promise=digest.hex(),
            index=index,
            key=promise.trustees.keys[index].key,
            circle=promise.circle,
            day=known.acknowledged,
        )

    def _admit(self, connection: sqlite3.Connection, promise: Promise) -> None:
        taken = connection.execute(
            "SELECT 1 FROM photos WHERE seal_id = ?", (promise.seal_id,)
        ).fetchone()
        if taken:
            raise ConflictError("Another photo was sealed under this seal id.")
        told = connection.execute(
            "SELECT 1 FROM told WHERE digest = ? AND secret_hash = ?",
            (promise.digest(), promise.withdraw_hash),
        ).fetchone()
        if told:
            raise GoneError("This photo was withdrawn before its share arrived.")
        if counts.kept(connection).pending >= self._settings.max_pending:
            raise BusyError("Too many deposits wait for their entry on the log.")
