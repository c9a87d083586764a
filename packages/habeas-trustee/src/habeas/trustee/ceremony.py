"""Docs/protocol section 3: composing a circle, signing it, agreeing to it.

Whoever calls the parties together writes a draft; its file goes from trustee to trustee, each of
which adds its signature. When all have signed it is a circle, and everybody can adopt it.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from habeas.foundation import durable
from habeas.foundation.clock import utc_now
from habeas.protocol import Chain, Circle, Kind, verify_circle
from habeas.protocol.circle import circle_of, verify_safe
from habeas.protocol.details import CircleDetails
from habeas.tlog.note import split
from habeas.trustee import keyring
from habeas.trustee.errors import SetupError
from habeas.trustee.photos import TrackKeys
from habeas.trustee.records import Records
from habeas.trustee.settings import Settings
from habeas.trustee.store import Store

#: Limits of a first circle, where nothing else is said.
QUOTAS = {
    "office": 500, "officer": 100, "purpose": 2000, "delay_after": 80, "delay_seconds": 900,
}  # fmt: skip
#: A week in which everybody can see a new circle coming; a day for a new credential.
DELAYS = {"circle_seconds": 7 * 86_400, "roster_seconds": 86_400}


def draft(fields: Mapping[str, Any], before: str | None = None) -> Circle:
    """A circle that nobody has signed yet.

    Args:
        fields: of the circle; what is left out is as in the circle before, or as usual.
        before: the note of the circle that it follows.

    Raises:
        MalformedError: the fields are no circle's.
        CircleUnsafeError: nobody could act under it.
    """
    if before is None:
        usual: dict[str, Any] = {
            "number": 1, "witnesses": [], "offices": [], "recorders": [], "quotas": QUOTAS,
            "delays": DELAYS,
        }  # fmt: skip
    else:
        known = verify_circle(before)
        usual = known.fields() | {"number": known.number + 1, "previous": known.digest().hex()}
    circle = Circle.read({"v": 2, "kind": "circle"} | usual | dict(fields))
    verify_safe(circle)
    return circle


def text_of(circle: Circle) -> str:
    """What a circle's signatures are over: its canonical bytes and a line break."""
    return circle.encode().decode() + "\n"


def sign(folder: Path, content: str) -> str:
    """The circle's note with this trustee's signature added.

    Args:
        folder: of the trustee.
        content: a draft (JSON), or a note that others have signed.

    Raises:
        SetupError: this trustee, with its key, has no seat in it.
        MalformedError, CircleUnsafeError: it is no circle to act under.
        KeyringError: the keys do not unlock.
    """
    settings = Settings.load(folder)
    signer = keyring.load(folder, settings).statement
    circle, lines = _read(content)
    verify_safe(circle)
    _seat(circle, settings.name, signer.vkey)
    text = text_of(circle)
    line = signer.signature(text).line()
    return f"{text}\n{lines if line in lines else lines + line}"


def _seat(circle: Circle, name: str, vkey: str) -> None:
    """Raise unless the circle has a seat of that name and statement key."""
    seat = circle.trustee(name)
    if seat is None or seat.statement_vkey != vkey:
        raise SetupError(
            f"The circle has no seat for {name} with this trustee's key.",
            "Give whoever composes it what `habeas trustee init` printed.",
        )


def read(content: str) -> Circle:
    """The circle of a draft or a note.

    Raises:
        MalformedError: it is neither.
    """
    return _read(content)[0]


def fingerprint(vkey: str) -> str:
    """What two people compare by telephone, of a trustee's statement key.

    The first 128 bits of SHA-256 of the verifier key as text (C2SP signed-note), in eight groups
    of four hexadecimal digits: nobody finds another key with the same.
    """
    digits = hashlib.sha256(vkey.encode()).hexdigest()[:32]
    return " ".join(digits[at : at + 4] for at in range(0, 32, 4))


def words(circle: Circle, missing: Sequence[str]) -> list[str]:
    """What a circle is, for people; *missing* are trustees that have not signed."""
    seats = []
    for each in circle.trustees:
        seats.append(f"  {each.name}  {each.url}  {each.statement_vkey}")
        seats.append(f"    fingerprint {fingerprint(each.statement_vkey)}")
    offices = [f"  {each.office}  {', '.join(each.origins)}" for each in circle.offices]
    return [
        f"Circle number {circle.number}, digest {circle.digest().hex()}",
        (
            f"{len(circle.trustees)} trustees; any {circle.k} open a photo, {circle.q} cosign "
            f"what is acted on, {circle.r} what is read:"
        ),
        *seats,
        f"Custodian {circle.custodian.name}, {circle.custodian.portal}",
        f"Log {circle.log.origin}, {circle.log.url}",
        *(f"Hours of recordings on the log {each.origin}, {each.url}" for each in circle.logs[1:]),
        "Offices:",
        *offices,
        (
            f"A day's most requests: {circle.quotas.office} of an office, {circle.quotas.officer} "
            f"of an officer, {circle.quotas.purpose} for a purpose"
        ),
        (
            f"A new circle waits {circle.delays.circle_seconds} s, a new credential "
            f"{circle.delays.roster_seconds} s"
        ),
        f"Not signed yet by {', '.join(missing)}" if missing else "Signed by all its trustees",
    ]


def _read(content: str) -> tuple[Circle, str]:
    """The circle of a draft or a note, and the signatures so far."""
    try:
        fields = json.loads(content)
    except ValueError:
        circle = circle_of(content)
        _, signatures = split(content)
        return circle, "".join(each.line() for each in signatures)
    return Circle.read(fields), ""


def missing(note: str) -> list[str]:
    """Names of its trustees that have not signed the circle yet.

    Raises:
        MalformedError: it is no note of a circle.
    """
    circle, lines = _read(note)
    return [each.name for each in circle.trustees if f"— {each.verifier().name} " not in lines]


def adopt(folder: Path, notes: Sequence[str]) -> Circle:
    """Agree to a circle, or to a chain of them, and owe the newest to the log.

    The first circle that a trustee adopts is its pin. Those that follow reach it by the log;
    adopting one puts it there.

    Args:
        folder: of the trustee.
        notes: in the order of their numbers.

    Raises:
        SetupError: this trustee has no seat in the newest.
        MalformedError, CircleError: they are no circles to act under, or do not follow each
            other, or what this trustee has agreed to.
    """
    settings = Settings.load(folder)
    keys = keyring.load(folder, settings)
    chain = Chain.start(notes[0], 0)
    for note in notes[1:]:
        chain = chain.extend(note, 0)
    circle = chain.newest.circle
    _seat(circle, settings.name, keys.statement.vkey)
    known = _known(folder, chain)
    store = Store(folder / "trustee.db")
    try:
        records = Records(settings.name, keys.statement, TrackKeys(keys.locker), utc_now)
        store.run(lambda connection: _keep(connection, known, chain, records))
    finally:
        store.close()
    # Last: a trustee with a circle serves, and has to tell the log of it.
    if not (folder / "circle.txt").exists():
        durable.write(folder / "circle.txt", notes[0].encode(), private=True)
    return circle


def _known(folder: Path, chain: Chain) -> bool:
    """Whether this trustee has a circle already; then the new ones must follow it."""
    pin = folder / "circle.txt"
    if not pin.exists():
        return False
    own = Chain.start(pin.read_text(), 0)
    for link in chain.links:
        if link.circle.number > own.newest.circle.number:
            own = own.extend(link.note, 0)
    if own.newest.digest != chain.newest.digest:
        raise SetupError(
            "This circle does not follow the one that this trustee has agreed to.",
            "Give all circles in between, oldest first.",
        )
    return True


def _keep(connection: sqlite3.Connection, known: bool, chain: Chain, records: Records) -> None:
    """Owe the newest circle to the log, once; a newcomer keeps the chain that leads to it."""
    for link in chain.links[1:] if not known else ():
        connection.execute(
            "INSERT OR IGNORE INTO circles VALUES (?, ?, ?)",
            (link.circle.number, link.note, records.seconds()),
        )
    name = f"adopted/{chain.newest.digest}"
    if connection.execute("SELECT 1 FROM notes WHERE name = ?", (name,)).fetchone() is None:
        connection.execute("INSERT INTO notes VALUES (?, '')", (name,))
        records.write(connection, Kind.CIRCLE, CircleDetails(circle=chain.newest.note))
