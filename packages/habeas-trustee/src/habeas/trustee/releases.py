"""Docs/protocol section 6: the rules decide in one transaction, and the act is owed to the log."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from habeas import tlog
from habeas.protocol import Kind, MalformedError, Promise, sealing
from habeas.protocol.details import RefusedDetails, ReleasedDetails
from habeas.protocol.document import Document
from habeas.protocol.exchange import ReleaseBody
from habeas.protocol.parties import Quotas
from habeas.protocol.statements import RefusedStatement, ReleasedStatement
from habeas.protocol.terms import MAX_OPENINGS
from habeas.trustee import officer_rules, photos, records, rules
from habeas.trustee.circles import Circles
from habeas.trustee.errors import ErasedError, NoShareError, Refusal
from habeas.trustee.facts import Shown
from habeas.trustee.following import Follower
from habeas.trustee.gathering import gather
from habeas.trustee.months import MonthSeeds
from habeas.trustee.officers import office_facts
from habeas.trustee.photos import KnownPhoto
from habeas.trustee.records import Records
from habeas.trustee.settings import Settings
from habeas.trustee.standing import Standing
from habeas.trustee.store import Store


class SignedRefusal(Exception):  # noqa: N818 - an answer, not an accident
    """A refusal, and the signed `refused` statement of it."""

    def __init__(self, refusal: Refusal | ErasedError, statement: str) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal
        self.statement = statement


@dataclass(frozen=True)
class Release:
    """A share, wrapped to the request's one-time key, and the signed `released` statement."""

    index: int
    release: bytes
    statement: str


class Releases:
    """Decides about requests."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        records: Records,
        months: MonthSeeds,
        circles: Circles,
        follower: Follower,
        standing: Standing,
        sign: Callable[[Document], str],
    ) -> None:
        self._settings = settings
        self._store = store
        self._records = records
        self._months = months
        self._circles = circles
        self._follower = follower
        self._standing = standing
        self._sign = sign

    def release(self, fields: Mapping[str, Any]) -> Release:
        """Give the share to whoever asked, if every rule allows it.

        Args:
            fields: a `ReleaseBody` as it arrived: every one of them may be a stranger's.

        Raises:
            SignedRefusal: a rule forbids it, or the share is gone.
            NoShareError: no such photo is here.
            MalformedError: the request cannot be read.
        """
        digest, leaf = _named(fields)
        shown: Shown | None = None
        try:
            with self._store.database.snapshot() as connection:
                self._standing.verify_within(connection)
                photo = photos.find(connection, digest)
            if photo is None:
                raise NoShareError("This trustee holds no share of such a photo.")
            if photo.because is not None:
                raise _gone(photo)
            rules.known_purpose(fields["request"])
            asked = Shown.of(ReleaseBody.read(dict(fields)))
            promise = photo.promise()
            verified = self._prove(asked, promise)
            shown = asked  # from here on it is known to stand on the log
            rules.fits(asked, promise)
            # Before the officer is judged: who was taken off by an entry before the request's
            # own must not be judged by a copy of the log that has not come so far.
            self._follower.follow(asked.inclusion.checkpoint, verified.checkpoint)
            self._prove_officer(asked, promise)
            release = self._wrap(asked, promise, photo)
            day = self._store.run(lambda c: self._record(c, asked, promise))
            statement = ReleasedStatement(
                trustee=self._settings.name, promise=digest.hex(), request=leaf.hex(), day=day
            )
            return Release(photo.share, release, self._sign(statement))
        except (Refusal, ErasedError) as refusal:
            if shown is not None:
                self._store.run(partial(self._note, shown=shown, refusal=refusal))
            refused = RefusedStatement(
                trustee=self._settings.name, request=leaf.hex(), code=refusal.code,
                day=self._records.today(),
            )  # fmt: skip
            raise SignedRefusal(refusal, self._sign(refused)) from refusal

    def _prove(self, shown: Shown, promise: Promise) -> tlog.VerifiedCheckpoint:
        now = self._records.now()
        return rules.prove(shown, promise, self._circles.chain, self._verify, now, self._settings)

    def _prove_officer(self, shown: Shown, promise: Promise) -> None:
        now = self._records.seconds()
        chain = self._circles.chain
        with self._store.database.snapshot() as connection:
            facts = office_facts(connection, chain, promise, shown.request.office, now)
        officer_rules.prove_officer(shown, facts, promise.trustees.k)

    def _verify(self, note: str) -> tlog.VerifiedCheckpoint:
        return self._circles.verify(note, self._records.seconds())

    def _wrap(self, shown: Shown, promise: Promise, photo: KnownPhoto) -> bytes:
        share_hash = bytes.fromhex(promise.shares[photo.share])
        info = sealing.deposit_info(shown.digest, photo.key_id, photo.share)
        deposit = self._months.open(
            photo.opens_until[:7], photo.key_id, info, photo.deposit or b"", share_hash
        )
        info = sealing.release_info(shown.digest, shown.leaf, photo.share)
        try:
            return sealing.seal_release(shown.request.public_key(), info, deposit.share)
        except sealing.KeyFormatError as error:
            raise Refusal("one-time-key", error.cause, error.remedy) from error

    def _record(self, connection: sqlite3.Connection, shown: Shown, promise: Promise) -> str:
        """Decide, and if nothing forbids it, note the release: one transaction. Returns its day."""
        self._standing.verify_within(connection)
        photo = photos.find(connection, shown.digest)
        if photo is None or photo.because is not None:
            raise _gone(photo)
        facts = gather(connection, photo, shown, promise, self._circles.chain, self._records)
        if facts.key_owner == shown.leaf:
            # This very request was answered before: the same answer, and no second entry.
            (day,) = connection.execute(
                "SELECT day FROM releases WHERE request = ?", (shown.leaf,)
            ).fetchone()
            return str(day)
        rules.decide(shown, facts, self._quotas(), self._settings)
        day = self._records.today()
        connection.execute(
            "INSERT INTO releases (request, digest, key_hash, day) VALUES (?, ?, ?, ?)",
            (shown.leaf, shown.digest, shown.key_hash, day),
        )
        self._records.write(
            connection, Kind.RELEASED,
            ReleasedDetails(promise=shown.digest.hex(), request=shown.leaf.hex()), photo,
            service=facts.promise.service, office=shown.request.office,
            purpose=shown.request.purpose,
        )  # fmt: skip
        return day

    def _quotas(self) -> Quotas:
        return self._circles.circle(self._records.seconds()).quotas

    def _note(
        self, connection: sqlite3.Connection, shown: Shown, refusal: Refusal | ErasedError
    ) -> None:
        """Owe the refusal to the log, once for each request. Strangers' requests never get here."""
        added = connection.execute(
            "INSERT OR IGNORE INTO refusals VALUES (?, ?, ?)",
            (shown.leaf, refusal.code, self._records.today()),
        )
        if not added.rowcount or refusal.code == "quota-delay":
            return
        photo = photos.find(connection, shown.digest)
        if photo is not None and records.refusals(connection, photo.digest) >= MAX_OPENINGS:
            # A custodian that asks without end would make the stream longer than its reader
            # takes, and so hide the openings in it.
            return
        request = shown.request
        details = RefusedDetails(
            code=refusal.code, office=request.office, purpose=request.purpose,
            request=shown.leaf.hex(),
        )  # fmt: skip
        self._records.write(
            connection, Kind.REFUSED, details, photo,
            service=shown.entry.service, office=request.office, purpose=request.purpose,
            code=refusal.code,
        )  # fmt: skip


def _named(fields: Mapping[str, Any]) -> tuple[bytes, bytes]:
    """The promise's digest and the entry's leaf hash, before anything else is believed.

    Raises:
        MalformedError: they, or the request itself, are not there.
    """
    promise, entry, request = (fields.get(name) for name in ("promise", "entry", "request"))
    if not (isinstance(promise, str) and isinstance(entry, str) and isinstance(request, dict)):
        raise MalformedError("The body names no promise, entry and request.")
    try:
        return bytes.fromhex(promise), tlog.leaf_hash(entry.encode())
    except ValueError as error:
        raise MalformedError("The body names no promise, entry and request.") from error


def _gone(photo: KnownPhoto | None) -> ErasedError:
    because = photo.because if photo else "withdrawn"
    error = ErasedError(f"This trustee's share of the photo was destroyed: {because}.")
    error.code = because or "erased"
    return error
