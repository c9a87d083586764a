"""Docs/protocol section 4: taking a share into keeping: ordered, opened once, checked, kept."""

from __future__ import annotations

import hmac
import sqlite3
from datetime import UTC, date, datetime, time, timedelta

from habeas.foundation.errors import HabeasError
from habeas.protocol import Promise, sealing, terms, verify_terms
from habeas.protocol.app.documents import AppStaleError
from habeas.protocol.statements import Acknowledgement, StatementError, read_order
from habeas.tlog import NoteVerifier
from habeas.trustee import counts, days, photos
from habeas.trustee.apps import Apps
from habeas.trustee.circles import Circles
from habeas.trustee.errors import (
    BusyError,
    CircleNotInForceError,
    ConflictError,
    DepositError,
    ErasedError,
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

        What comes late, to a trustee that was away, is judged by the day on which the promise's
        `sealed` entry came onto the log: circle and app have to be those of that day.

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
            ErasedError: the photo was withdrawn, or is over.
            BusyError: too many deposits wait for their `sealed` entry.
            AppError: the release of the app that it names is none that counts.
            ViewOldError: a newer one may stand on the log.
        """
        self._verify_order(promise, order)
        try:
            self._verify(promise, self._records.now().date(), self._records.seconds())
        except (CircleNotInForceError, AppStaleError):
            opened = self._open(promise, index, deposit)
            self._verify_late(promise, opened.track_key)
        else:
            opened = self._open(promise, index, deposit)
        key_id = bytes.fromhex(promise.trustees.keys[index].key)
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

    def _open(self, promise: Promise, index: int, deposit: bytes) -> sealing.Deposit:
        if not 0 <= index < len(promise.trustees.keys):
            raise DepositError("The promise has no share of this index.")
        if promise.trustees.keys[index].trustee != self._settings.name:
            raise DepositError("The promise gives this share to another trustee.")
        key_id = bytes.fromhex(promise.trustees.keys[index].key)
        info = sealing.deposit_info(promise.digest(), key_id, index)
        share_hash = bytes.fromhex(promise.shares[index])
        month = promise.trustees.keys[index].month
        try:
            return self._months.open(month, key_id, info, deposit, share_hash)
        except sealing.OpeningError as error:
            raise DepositError(f"The deposit is not what was promised: {error.cause}") from error

    def _verify_late(self, promise: Promise, track_key: bytes) -> None:
        """Judge a deposit by the day on which the photo was sealed, or by now if it was not."""
        day = self._store.run(
            lambda connection: days.sealed_on(connection, promise, track_key, self._circles.chain)
        )
        at = self._records.now() if day is None else datetime.combine(day, time(), UTC)
        # A circle may have taken effect, or its day of grace have ended, at any time of that day.
        ends = at if day is None else at + timedelta(days=1, seconds=-1)
        self._verify(promise, at.date(), int(at.timestamp()), int(ends.timestamp()))

    def _verify(self, promise: Promise, day: date, *moments: int) -> None:
        """Raise unless circle and app count on *day*, at one of those moments (POSIX seconds)."""
        in_force = {
            link.digest: link.circle
            for moment in moments
            for link in self._circles.chain.depositable(moment)
        }
        circle = in_force.get(promise.circle)
        if circle is None:
            raise CircleNotInForceError("The promise is made under a circle that is not in force.")
        verify_terms(circle, promise)
        self._apps.verify(promise, day)
        if date.fromisoformat(promise.opens_until) < self._records.now().date():
            raise ErasedError("The promise has expired.")

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
            ConflictError, ErasedError, BusyError: as for `take`.
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
                raise ErasedError("The photo was closed before its share arrived.")
        elif known.because is not None:
            raise ErasedError(f"The share of this photo is gone: {known.because}.")
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
            raise ErasedError("This photo was withdrawn before its share arrived.")
        if counts.kept(connection).pending >= self._settings.max_pending:
            raise BusyError("Too many deposits wait for their entry on the log.")
