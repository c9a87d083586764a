"""Releasing a share: the rules decide in one transaction, and the act is owed to the log first."""

from __future__ import annotations

import hashlib
import sqlite3
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import Any

from habeas import protocol, tlog
from habeas.protocol import (
    CUSTODIAN,
    Entry,
    Kind,
    Promise,
    RefusedDetails,
    RefusedStatement,
    ReleasedDetails,
    RequestDetails,
    sealing,
)
from habeas.trustee import photos, rules
from habeas.trustee.errors import GoneError, NoShareError
from habeas.trustee.following import Follower
from habeas.trustee.months import MonthKeys
from habeas.trustee.photos import Photo, Records
from habeas.trustee.rules import Facts, Place, Refusal, Request
from habeas.trustee.settings import Settings
from habeas.trustee.store import Store

_REMEMBERED_CHECKPOINTS = 64
_REMEMBERED_PROMISES = 256


@dataclass(frozen=True)
class Release:
    """A share on its way: share index, HPKE message to the one-time key, request, day."""

    index: int
    release: bytes
    request: bytes
    day: str


@dataclass(frozen=True)
class Asked:
    """A request for a share as it arrives, nothing of it believed.

    Attributes:
        digest: of the promise, 32 bytes.
        entry: canonical bytes of the `requested` entry.
        details: its details.
        salt: of its commitment.
        proof: tlog-proof, text.
    """

    digest: bytes
    entry: bytes
    details: dict[str, Any]
    salt: bytes
    proof: str


class UnsignedRefusal(Exception):  # noqa: N818 - an answer, not an accident
    """A refusal, and the signed statement of it that goes to who asked."""

    def __init__(self, refusal: Refusal | GoneError, statement: RefusedStatement) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal
        self.statement = statement


class Releases:
    """The desk where requests arrive."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        records: Records,
        months: MonthKeys,
        follower: Follower,
        policy: tlog.Policy,
    ) -> None:
        self._settings = settings
        self._store = store
        self._records = records
        self._months = months
        self._follower = follower
        self._policy = policy
        self._verified: OrderedDict[str, tlog.VerifiedCheckpoint] = OrderedDict()
        self._verified_lock = Lock()
        self._promises: OrderedDict[bytes, Promise] = OrderedDict()
        self._promises_lock = Lock()

    def release(self, asked: Asked) -> Release:
        """Decide about a request, by the rules.

        The release is durable, and its entry owed to the log, before the share is given
        back. The same request may be repeated and is then answered again, without another
        entry: it is the same opening by the same one-time key.

        Raises:
            NoShareError: there is no such photo here.
            MalformedError: entry or details are not what they must be.
            UnsignedRefusal: a rule forbids it. The refusal is owed to the log.
        """
        entry = Entry.decode(asked.entry)
        photo = self._store.run(lambda connection: photos.find(connection, asked.digest))
        if photo is None:
            raise NoShareError("This trustee holds no share of such a photo.")
        try:
            return self._decide(asked, entry, photo)
        except (Refusal, GoneError) as error:
            leaf, refusal = tlog.leaf_hash(asked.entry), error
            self._store.run(lambda connection: self._note_refusal(connection, asked, leaf, refusal))
            statement = RefusedStatement(
                trustee=self._settings.name,
                request=leaf.hex(),
                code=refusal.code,
                day=self._records.today(),
            )
            raise UnsignedRefusal(refusal, statement) from error

    def _decide(self, asked: Asked, entry: Entry, photo: Photo) -> Release:
        if photo.because is not None:
            raise _gone(photo)
        rules.known_purpose(asked.details)
        details = RequestDetails.read(asked.details)
        request = Request(asked.digest, asked.entry, entry, details, asked.salt, asked.proof)
        sealed = self._promise(photo)
        now = self._records.now()
        verified = rules.prove(request, sealed, self._verify, now, self._settings)
        self._follower.follow(tlog.TlogProof.parse(request.proof).checkpoint, verified.checkpoint)
        # Wrapped before the decision, so that nothing can fail after it; given out only after.
        wrapped = self._wrap(request, sealed, photo)
        day = self._store.run(lambda connection: self._record(connection, request))
        return Release(photo.share, wrapped, request.leaf, day)

    def _promise(self, photo: Photo) -> Promise:
        """The parsed promise; the trustees' answers to one request come close together."""
        with self._promises_lock:
            known = self._promises.get(photo.digest)
            if known is None:
                known = self._promises[photo.digest] = photo.promise()
                while len(self._promises) > _REMEMBERED_PROMISES:
                    self._promises.popitem(last=False)
        return known

    def _verify(self, note: str) -> tlog.VerifiedCheckpoint:
        """The policy's word on a checkpoint; the requests of one batch share one."""
        with self._verified_lock:
            known = self._verified.get(note)
        if known is None:
            known = self._policy.verify(note)
            with self._verified_lock:
                self._verified[note] = known
                while len(self._verified) > _REMEMBERED_CHECKPOINTS:
                    self._verified.popitem(last=False)
        return known

    def _wrap(self, request: Request, sealed: Promise, photo: Photo) -> bytes:
        share_hash = bytes.fromhex(sealed.shares[photo.share])
        info = sealing.deposit_info(request.digest, photo.key_id, photo.share)
        deposit = self._months.open(
            photo.opens_until[:7], photo.key_id, info, photo.deposit or b"", share_hash
        )
        info = sealing.release_info(request.digest, request.leaf, photo.share)
        try:
            return sealing.seal_release(request.details.public_key(), info, deposit.share)
        except sealing.KeyFormatError as error:
            raise Refusal("one-time-key", error.cause, error.remedy) from error

    def _record(self, connection: sqlite3.Connection, request: Request) -> str:
        """Decide, and if nothing forbids it, note the release: one transaction. Returns its day."""
        photo = photos.find(connection, request.digest)
        if photo is None or photo.because is not None:
            raise _gone(photo)
        facts = self._facts(connection, photo, request)
        rules.decide(request, facts, self._settings)
        if facts.key_owner is not None:
            (day,) = connection.execute(
                "SELECT day FROM releases WHERE request = ?", (request.leaf,)
            ).fetchone()
            return str(day)
        sealed, details, day = facts.sealed, request.details, self._records.today()
        key_hash = hashlib.sha256(details.public_key()).digest()
        connection.execute(
            "INSERT INTO releases (request, digest, key_hash, day) VALUES (?, ?, ?, ?)",
            (request.leaf, request.digest, key_hash, day),
        )
        for what, name in _counted(details):
            connection.execute(
                "INSERT INTO quotas VALUES (?, ?, ?, 1) ON CONFLICT DO UPDATE SET used = used + 1",
                (day, what, name),
            )
        released = ReleasedDetails(promise=request.digest.hex(), request=request.leaf.hex())
        self._records.write(
            connection, Kind.RELEASED, released.fields(), photo,
            service=sealed.service, office=details.office, purpose=details.purpose,
        )  # fmt: skip
        return day

    def _facts(self, connection: sqlite3.Connection, photo: Photo, request: Request) -> Facts:
        tag = bytes.fromhex(request.entry.tag or "")
        place = connection.execute(
            "SELECT leaf, seen FROM log_tags WHERE tag = ?", (tag,)
        ).fetchone()
        key_hash = hashlib.sha256(request.details.public_key()).digest()
        owner = connection.execute(
            "SELECT request FROM releases WHERE key_hash = ?", (key_hash,)
        ).fetchone()
        used = {}
        for what, name in _counted(request.details):
            row = connection.execute(
                "SELECT used FROM quotas WHERE day = ? AND what = ? AND name = ?",
                (self._records.today(), what, name),
            ).fetchone()
            used[what, name] = row[0] if row else 0
        track_key = self._records.track_key(photo) or b""
        counter = photos.next_counter(connection, photo.digest, CUSTODIAN)
        return Facts(
            now=self._records.now(),
            sealed=self._promise(photo),
            track_key=track_key,
            next_counter=counter,
            place=Place(*place) if place else None,
            withdrawn=photos.withdrawn_beyond(connection, track_key, counter),
            erased_elsewhere=photo.erased_elsewhere,
            key_owner=owner[0] if owner else None,
            used=used,
        )

    def _note_refusal(
        self,
        connection: sqlite3.Connection,
        asked: Asked,
        leaf: bytes,
        refusal: Refusal | GoneError,
    ) -> None:
        """Owe the refusal to the log: once for each request and code, and not without end."""
        day = self._records.today()
        (today,) = connection.execute(
            "SELECT count(*) FROM refusals WHERE digest = ? AND day = ?", (asked.digest, day)
        ).fetchone()
        known = connection.execute(
            "SELECT 1 FROM refusals WHERE digest = ? AND request = ? AND code = ?",
            (asked.digest, leaf, refusal.code),
        ).fetchone()
        if known or today >= self._settings.refusals_per_day:
            return
        connection.execute(
            "INSERT INTO refusals VALUES (?, ?, ?, ?)", (asked.digest, leaf, refusal.code, day)
        )

        def said(name: str, length: int = 128) -> str:
            return str(asked.details.get(name, ""))[:length]

        details = RefusedDetails(
            code=refusal.code,
            cause=refusal.cause[:500],
            office=said("office"),
            officer=said("officer"),
            purpose=said("purpose"),
            reason=said("reason", 500),
            request=leaf.hex(),
        )
        photo = photos.find(connection, asked.digest)
        self._records.write(
            connection, Kind.REFUSED, protocol.canonical.decode(details.encode()), photo,
            code=refusal.code,
        )  # fmt: skip


def _counted(details: RequestDetails) -> list[tuple[str, str]]:
    """The quotas that a request counts towards."""
    return [
        ("office", details.office),
        ("officer", f"{details.office}/{details.officer}"),
        ("purpose", details.purpose),
    ]


def _gone(photo: Photo | None) -> GoneError:
    because = photo.because if photo else "withdrawn"
    error = GoneError(f"This trustee's share of the photo was destroyed: {because}.")
    error.code = because or "erased"
    return error
