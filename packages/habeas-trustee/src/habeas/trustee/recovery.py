"""Docs/protocol section 11: a lost seat's shares, restored by the others, who see no more by it.

Share recovery after Herzberg, Jarecki, Krawczyk and Yung, "Proactive Secret Sharing"
(1995), section 4: each helper adds its part of the lost share, masked by secrets that it
shares with each other helper and that cancel in the sum. In GF(2^8) addition is XOR, so
that a pair needs one mask only. The newcomer learns its own share and nothing else; the
promise names the share's hash, so that a wrong part is noticed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from habeas.foundation.errors import HabeasError
from habeas.protocol import Identity, Kind, Promise, sealing
from habeas.protocol.details import RecoveryDetails
from habeas.protocol.document import Document, unbase64
from habeas.protocol.statements import KeyStatement, read_statement
from habeas.trustee import photos
from habeas.trustee.circles import Circles
from habeas.trustee.deposits import Deposits
from habeas.trustee.errors import SetupError
from habeas.trustee.keyring import Locker
from habeas.trustee.months import MonthSeeds, month_of
from habeas.trustee.photos import KnownPhoto
from habeas.trustee.records import Records
from habeas.trustee.replacement import Contribution, RecoveryOffer, Replacement
from habeas.trustee.store import Store

_LABEL = b"habeas/v2/recovery\0"

#: Fetches another trustee's signed key of a month.
FetchKey = Callable[[Identity, str], KeyStatement]


@dataclass(frozen=True)
class Restored:
    """What a newcomer has got.

    Attributes:
        shares: how many it keeps now.
        broken: why others could not be restored, by the promise's digest (hex).
    """

    shares: int
    broken: Mapping[str, str]


class Recovery:
    """One trustee's part in replacing another."""

    def __init__(
        self,
        name: str,
        store: Store,
        records: Records,
        months: MonthSeeds,
        deposits: Deposits,
        circles: Circles,
        locker: Locker,
        sign: Callable[[Document], str],
    ) -> None:
        self._name = name
        self._store = store
        self._records = records
        self._months = months
        self._deposits = deposits
        self._circles = circles
        self._locker = locker
        self._sign = sign

    def replacement(self, newcomer: str, helpers: Sequence[str]) -> Replacement:
        """The run of that newcomer and those helpers, in the newest circle.

        Raises:
            SetupError: they are not in it, or too few.
        """
        return Replacement.of(self._circles.chain.newest.circle, newcomer, helpers)

    def offer(self, run: Replacement, fetch: FetchKey) -> list[str]:
        """Mask secrets for the helpers that come after this one by name; signed notes.

        Raises:
            SetupError: this trustee has taken part for this newcomer with other helpers.
        """
        run.helper(self._name)
        self._store.run(partial(self._commit, run=run))
        month = month_of(self._records.now().date())
        notes = []
        for other in run.helpers:
            if other.name <= self._name:
                continue
            key = fetch(other, month)
            secret = self._store.run(partial(self._secret, run=run, to=other.name))
            info = _LABEL + run.binding + bytes.fromhex(key.key_id())
            notes.append(
                self._sign(
                    RecoveryOffer(
                        trustee=self._name, binding=run.binding.hex(), to=other.name,
                        month=month, key=key.key_id(),
                        sealed=_b64(sealing.seal(key.key(), info, secret)),
                    )
                )
            )  # fmt: skip
        return notes

    def _commit(self, connection: sqlite3.Connection, run: Replacement) -> None:
        """Take part for one list of helpers only, for each newcomer and circle."""
        seat = f"recovery/{run.circle.digest().hex()}/{run.newcomer.digest().hex()}"
        helpers = json.dumps([each.name for each in run.helpers])
        connection.execute("INSERT OR IGNORE INTO notes VALUES (?, ?)", (seat, helpers))
        (agreed,) = connection.execute("SELECT value FROM notes WHERE name = ?", (seat,)).fetchone()
        if agreed != helpers:
            raise SetupError(
                "This trustee has helped this newcomer together with others than these.",
                "Go on with the same helpers; for other helpers a new circle is needed.",
            )

    def _secret(self, connection: sqlite3.Connection, run: Replacement, to: str) -> bytes:
        name = f"mask/{run.binding.hex()}/{to}"
        row = connection.execute("SELECT value FROM notes WHERE name = ?", (name,)).fetchone()
        if row is not None:
            return self._locker.unlock(name.encode(), base64.b64decode(row[0]))
        secret = secrets.token_bytes(32)
        locked = _b64(self._locker.lock(name.encode(), secret))
        connection.execute("INSERT INTO notes VALUES (?, ?)", (name, locked))
        return secret

    def give(
        self, run: Replacement, offers: Sequence[str], fetch: FetchKey
    ) -> list[dict[str, Any]]:
        """This helper's masked parts of every share of the lost seat that still lives.

        Raises:
            SetupError: an offer of another helper is missing, or this trustee has helped this
                newcomer together with others.
            StatementError: an offer is not signed by its helper.
        """
        run.helper(self._name)
        self._store.run(partial(self._commit, run=run))
        masks = self._masks(run, offers)
        helpers = {each.name for each in run.helpers}
        rows = self._store.run(
            lambda c: c.execute(
                "SELECT digest FROM photos WHERE because IS NULL AND sealed IS NOT NULL"
            ).fetchall()
        )
        parts = []
        for (digest,) in rows:
            photo = self._store.run(partial(photos.find, digest=digest))
            if photo is None or photo.because is not None:
                continue
            promise = photo.promise()
            names = {key.trustee for key in promise.trustees.keys}
            if {*helpers, run.newcomer.name} <= names:
                parts.append(self._part(run, photo, promise, masks, fetch))
        details = RecoveryDetails(
            trustee=self._name,
            newcomer=run.newcomer.digest().hex(),
            helpers=tuple(each.name for each in run.helpers),
            photos=len(parts),
        )
        self._store.run(lambda c: self._records.write(c, Kind.RECOVERY, details))
        return parts

    def _masks(self, run: Replacement, offers: Sequence[str]) -> dict[str, bytes]:
        masks = {
            other.name: self._store.run(partial(self._secret, run=run, to=other.name))
            for other in run.helpers
            if other.name > self._name
        }
        for note in offers:
            for other in run.helpers:
                if f"— {other.name}/statements " not in note or other.name >= self._name:
                    continue
                said = read_statement(note, other.name, [other.verifier()], RecoveryOffer)
                if said.to == self._name and said.binding == run.binding.hex():
                    info = _LABEL + run.binding + bytes.fromhex(said.key)
                    masks[other.name] = self._months.unwrap(
                        said.month, bytes.fromhex(said.key), info, _unb64(said.sealed)
                    )
        missing = {each.name for each in run.helpers} - set(masks) - {self._name}
        if missing:
            raise SetupError(
                f"The offer of {', '.join(sorted(missing))} is missing.",
                "Each helper runs `recover offer` first; then all files go to all helpers.",
            )
        return masks

    def _part(
        self,
        run: Replacement,
        photo: KnownPhoto,
        promise: Promise,
        masks: Mapping[str, bytes],
        fetch: FetchKey,
    ) -> dict[str, Any]:
        places = {key.trustee: index for index, key in enumerate(promise.trustees.keys)}
        info = sealing.deposit_info(photo.digest, photo.key_id, photo.share)
        month = photo.opens_until[:7]
        opened = self._months.open(
            month, photo.key_id, info, photo.deposit or b"",
            bytes.fromhex(promise.shares[photo.share]),
        )  # fmt: skip
        xs = [places[each.name] + 1 for each in run.helpers]
        part = sealing.contribution(opened.share, xs, places[run.newcomer.name] + 1)
        for mask in masks.values():
            part = _xor(part, hmac.digest(mask, _LABEL + photo.digest, "sha256"))
        key = fetch(run.newcomer, month)
        info = _LABEL + photo.digest + bytes.fromhex(key.key_id()) + bytes([photo.share])
        return Contribution(
            promise=(photo.document or b"").decode(), index=photo.share, key=key.key_id(),
            part=_b64(sealing.seal(key.key(), info, part + opened.track_key)),
        ).fields()  # fmt: skip

    def take(self, run: Replacement, given: Mapping[str, Sequence[Mapping[str, Any]]]) -> Restored:
        """Add up what the helpers gave, check each share, and keep it.

        One photo that cannot be restored, because a helper gave something else than its part,
        holds no other photo up.

        Args:
            run: with this trustee as the newcomer.
            given: each helper's parts, by its name: files of others.

        Raises:
            SetupError: a helper's parts are missing, or somebody gave who is no helper.
            MalformedError: what a helper gave are no parts.
        """
        missing = {each.name for each in run.helpers} - set(given)
        if missing:
            raise SetupError(f"What {', '.join(sorted(missing))} gave is missing.")
        by_promise: dict[str, dict[str, Contribution]] = {}
        for name, parts in given.items():
            run.helper(name)
            for fields in parts:
                part = Contribution.read(dict(fields))
                by_promise.setdefault(part.promise, {})[name] = part
        count, broken = 0, {}
        for document, found in by_promise.items():
            if set(found) != {each.name for each in run.helpers}:
                continue  # one of the helpers has erased it meanwhile
            try:
                self._restore(document.encode(), found)
                count += 1
            except HabeasError as error:
                broken[hashlib.sha256(document.encode()).hexdigest()] = error.cause
        return Restored(count, broken)

    def _restore(self, document: bytes, parts: Mapping[str, Contribution]) -> None:
        promise = Promise.decode(document)
        digest, month = promise.digest(), promise.opens_until[:7]
        names = [key.trustee for key in promise.trustees.keys]
        if self._name not in names:
            raise sealing.OpeningError("The promise has no share for this trustee.")
        index = names.index(self._name)
        value, track_keys = bytes(32), set()
        for part in parts.values():
            key_id = bytes.fromhex(part.key)
            info = _LABEL + digest + key_id + bytes([part.index])
            content = self._months.unwrap(month, key_id, info, _unb64(part.part))
            if len(content) != 64:
                raise sealing.OpeningError("A helper's part has another length than a part has.")
            value = _xor(value, content[:32])
            track_keys.add(content[32:])
        share = value + bytes([index + 1])
        sealing.verify_share(share, bytes.fromhex(promise.shares[index]))
        if len(track_keys) != 1:
            raise sealing.OpeningError("The helpers name different track keys.")
        track_key = track_keys.pop()
        today = self._records.now().date()
        key = self._store.run(lambda c: self._months.current(c, month, today))
        info = sealing.deposit_info(digest, key.key_id, index)
        deposit = sealing.seal_deposit(key.public, info, sealing.Deposit(share, track_key))
        self._store.run(
            lambda c: self._deposits.keep(c, promise, index, key.key_id, deposit, track_key)
        )


def _xor(a: bytes, b: bytes) -> bytes:
    return bytes(x ^ y for x, y in zip(a, b, strict=True))


def _b64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _unb64(text: str) -> bytes:
    """The bytes that another trustee's file holds.

    Raises:
        OpeningError: it holds none.
    """
    try:
        return unbase64(text)
    except ValueError as error:
        raise sealing.OpeningError("A helper's file is damaged.") from error
