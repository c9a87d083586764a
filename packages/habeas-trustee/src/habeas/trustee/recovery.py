"""Replacing a lost trustee: its shares, restored by the others, without anybody seeing more.

Share recovery after Herzberg, Jarecki, Krawczyk and Yung, "Proactive Secret Sharing"
(1995), section 4: each helper adds its part of the lost share, masked by secrets that it
shares with each other helper and that cancel in the sum. In GF(2^8) addition is XOR, so
that a pair needs one mask only. The newcomer learns its own share and nothing else; the
promise names the share's hash, so that a wrong part is noticed.

Operators carry three kinds of files; nothing of this happens by itself:

    offer   a helper's mask secrets, signed, each sealed to one other helper
    give    a helper's masked parts, sealed to the newcomer; noted on the public log
    take    the newcomer adds them up, checks each share, and keeps it
"""

from __future__ import annotations

import base64
import hmac
import secrets
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from habeas import protocol
from habeas.protocol import KeyStatement, Kind, Promise, TrusteeIdentity, sealing
from habeas.protocol.client import read_statement
from habeas.protocol.document import Document, Hex32, KeyName, Month
from habeas.trustee import photos
from habeas.trustee.deposits import Deposits
from habeas.trustee.errors import SetupError
from habeas.trustee.months import MonthKeys, month_of
from habeas.trustee.photos import Photo, Records
from habeas.trustee.store import Store

_LABEL = b"habeas/v1/recovery\0"

#: Fetches another trustee's signed key of a month.
FetchKey = Callable[[TrusteeIdentity, str], KeyStatement]


class Offer(Document):
    """A mask secret of one pair of helpers, sealed to the other one."""

    v: Literal[1] = 1
    kind: Literal["recovery-offer"] = "recovery-offer"
    trustee: KeyName
    #: Digest of the newcomer's identity.
    newcomer: Hex32
    to: KeyName
    month: Month
    key: Hex32
    sealed: str


@dataclass(frozen=True)
class Replacement:
    """Who takes part: the newcomer in the lost trustee's seat, and all who help it."""

    newcomer: TrusteeIdentity
    helpers: tuple[TrusteeIdentity, ...]

    def helper(self, name: str) -> TrusteeIdentity:
        """The helper of this name.

        Raises:
            SetupError: it does not take part.
        """
        for each in self.helpers:
            if each.name == name:
                return each
        raise SetupError(f"{name} is not among the helpers.")


class Recovery:
    """One trustee's part in replacing another."""

    def __init__(
        self,
        name: str,
        store: Store,
        records: Records,
        months: MonthKeys,
        deposits: Deposits,
        sign: Callable[[Document], str],
    ) -> None:
        self._name = name
        self._store = store
        self._records = records
        self._months = months
        self._deposits = deposits
        self._sign = sign

    def offer(self, circle: Replacement, fetch: FetchKey) -> list[str]:
        """Mask secrets for the helpers that come after this one by name; signed notes."""
        circle.helper(self._name)
        month = month_of(self._records.now().date())
        seat = circle.newcomer.digest()
        notes = []
        for other in circle.helpers:
            if other.name <= self._name:
                continue
            key = fetch(other, month)
            secret = self._store.run(partial(self._secret, seat=seat, to=other.name))
            info = _LABEL + seat + bytes.fromhex(key.key_id())
            notes.append(
                self._sign(
                    Offer(
                        trustee=self._name, newcomer=seat.hex(), to=other.name, month=month,
                        key=key.key_id(),
                        sealed=_b64(sealing.seal(key.key(), info, secret)),
                    )
                )
            )  # fmt: skip
        return notes

    def _secret(self, connection: sqlite3.Connection, seat: bytes, to: str) -> bytes:
        name = f"recovery/{seat.hex()}/{to}"
        row = connection.execute("SELECT value FROM notes WHERE name = ?", (name,)).fetchone()
        if row is not None:
            return self._records.locker.unlock(name.encode(), base64.b64decode(row[0]))
        secret = secrets.token_bytes(32)
        locked = _b64(self._records.locker.lock(name.encode(), secret))
        connection.execute("INSERT INTO notes VALUES (?, ?)", (name, locked))
        return secret

    def give(
        self, circle: Replacement, offers: Sequence[str], fetch: FetchKey
    ) -> list[dict[str, str]]:
        """This helper's masked parts of every share of the lost trustee that still lives.

        Raises:
            SetupError: an offer of another helper is missing.
            TrusteeAnswerError: an offer is not signed by its helper.
        """
        circle.helper(self._name)
        masks = self._masks(circle, offers)
        helpers = {each.name for each in circle.helpers}
        rows = self._store.run(
            lambda c: c.execute(
                "SELECT digest FROM photos WHERE because IS NULL AND erased_elsewhere = 0"
                " AND sealed = 1"
            ).fetchall()
        )
        parts = []
        for (digest,) in rows:
            photo = self._store.run(partial(photos.find, digest=digest))
            if photo is None or photo.because is not None:
                continue
            sealed = photo.promise()
            names = {key.trustee for key in sealed.trustees.keys}
            if {*helpers, circle.newcomer.name} <= names:
                parts.append(self._part(circle, photo, sealed, masks, fetch))
        details = {
            "v": 1,
            "kind": "recovery",
            "trustee": self._name,
            "newcomer": circle.newcomer.fields(),
            "photos": len(parts),
        }
        self._store.run(lambda c: self._records.write(c, Kind.POLICY, details, shown=True))
        return parts

    def _masks(self, circle: Replacement, offers: Sequence[str]) -> dict[str, bytes]:
        seat = circle.newcomer.digest()
        masks = {
            other.name: self._store.run(partial(self._secret, seat=seat, to=other.name))
            for other in circle.helpers
            if other.name > self._name
        }
        for note in offers:
            for other in circle.helpers:
                if f"— {other.name}/statements " not in note or other.name >= self._name:
                    continue
                said = read_statement(note, other, Offer)
                if said.to == self._name and said.newcomer == seat.hex():
                    info = _LABEL + seat + bytes.fromhex(said.key)
                    masks[other.name] = self._months.unwrap(
                        said.month, bytes.fromhex(said.key), info, base64.b64decode(said.sealed)
                    )
        missing = {each.name for each in circle.helpers} - set(masks) - {self._name}
        if missing:
            raise SetupError(
                f"The offer of {', '.join(sorted(missing))} is missing.",
                "Each helper runs `recover offer` first; then all files go to all helpers.",
            )
        return masks

    def _part(
        self,
        circle: Replacement,
        photo: Photo,
        sealed: Promise,
        masks: Mapping[str, bytes],
        fetch: FetchKey,
    ) -> dict[str, str]:
        places = {key.trustee: index for index, key in enumerate(sealed.trustees.keys)}
        info = sealing.deposit_info(photo.digest, photo.key_id, photo.share)
        month = photo.opens_until[:7]
        opened = self._months.open(
            month, photo.key_id, info, photo.deposit or b"",
            bytes.fromhex(sealed.shares[photo.share]),
        )  # fmt: skip
        xs = [places[each.name] + 1 for each in circle.helpers]
        part = sealing.contribution(opened.share, xs, places[circle.newcomer.name] + 1)
        for mask in masks.values():
            part = _xor(part, hmac.digest(mask, _LABEL + photo.digest, "sha256"))
        key = fetch(circle.newcomer, month)
        info = _LABEL + photo.digest + bytes.fromhex(key.key_id()) + bytes([photo.share])
        return {
            "promise": (photo.document or b"").decode(),
            "index": str(photo.share),
            "key": key.key_id(),
            "part": _b64(sealing.seal(key.key(), info, part + opened.track_key)),
        }

    def take(self, circle: Replacement, given: Mapping[str, Sequence[Mapping[str, Any]]]) -> int:
        """Add up what the helpers gave, check each share, and keep it; returns how many.

        Args:
            circle: this trustee as the newcomer, and the helpers.
            given: each helper's parts, by its name.

        Raises:
            SetupError: a helper's parts are missing.
            OpeningError: parts do not add up to the promised share.
        """
        by_promise: dict[str, dict[str, Mapping[str, Any]]] = {}
        missing = {each.name for each in circle.helpers} - set(given)
        if missing:
            raise SetupError(f"What {', '.join(sorted(missing))} gave is missing.")
        for name, parts in given.items():
            circle.helper(name)
            for part in parts:
                by_promise.setdefault(part["promise"], {})[name] = part
        count = 0
        for document, found in by_promise.items():
            if set(found) != {each.name for each in circle.helpers}:
                continue  # one of the helpers has erased it meanwhile
            self._restore(document.encode(), found)
            count += 1
        return count

    def _restore(self, document: bytes, parts: Mapping[str, Mapping[str, Any]]) -> None:
        sealed = Promise.decode(document)
        digest, month = sealed.digest(), sealed.opens_until[:7]
        index = [key.trustee for key in sealed.trustees.keys].index(self._name)
        value, track_keys = bytes(32), set()
        for part in parts.values():
            key_id = bytes.fromhex(part["key"])
            info = _LABEL + digest + key_id + bytes([int(part["index"])])
            content = self._months.unwrap(month, key_id, info, base64.b64decode(part["part"]))
            value = _xor(value, content[:32])
            track_keys.add(content[32:])
        share = value + bytes([index + 1])
        sealing.verify_share(share, bytes.fromhex(sealed.shares[index]))
        if len(track_keys) != 1:
            raise sealing.OpeningError("The helpers name different track keys.")
        track_key = track_keys.pop()
        today = self._records.now().date()
        key = self._store.run(lambda c: self._months.current(c, month, today))
        info = sealing.deposit_info(digest, key.key_id, index)
        deposit = sealing.seal_deposit(key.public, info, sealing.Deposit(share, track_key))
        self._store.run(
            lambda c: self._deposits.keep(
                c, sealed, document, index, key.key_id, deposit, track_key
            )
        )


def identities(fields: Sequence[Any]) -> tuple[TrusteeIdentity, ...]:
    """The helpers' identities, in the order of their names.

    Raises:
        MalformedError: one of them is none.
    """
    read = [protocol.TrusteeIdentity.read(each) for each in fields]
    return tuple(sorted(read, key=lambda each: each.name))


def _xor(a: bytes, b: bytes) -> bytes:
    return bytes(x ^ y for x, y in zip(a, b, strict=True))


def _b64(content: bytes) -> str:
    return base64.b64encode(content).decode()
