"""Rows as years of use leave them: some open and alive, most over; none due now.

Bytes are those of one real application and photo; what tells rows apart is drawn.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from habeas.protocol import Kind, sign_entry
from habeas.protocol.details import SealedDetails, WithdrawnDetails
from habeas.protocol.document import Document
from habeas.protocol.footage import RecordedDetails
from habeas.tlog import NoteSigner, leaf_hash
from tests.world.world import OFFICE, World

_AHEAD = (date.today() + timedelta(days=300)).isoformat()  # noqa: DTZ011 - far enough on any clock
_BEFORE = (date.today() - timedelta(days=300)).isoformat()  # noqa: DTZ011 - the same


def entries(world: World, count: int) -> Iterator[bytes]:
    """Entries of the log: the custodian's, requests, a camera's hours, strangers' bytes."""
    today = world.clock().date()
    day = today.isoformat()

    def one(
        signer: NoteSigner, kind: Kind, details: Document, *, on: str = day, **shown: Any
    ) -> bytes:
        return sign_entry(signer, kind, on, details, secrets.token_bytes(32), **shown).encode()

    def tag() -> str:
        return secrets.token_hex(16)

    for number in range(count):
        promise = secrets.token_hex(32)
        match number % 5:
            case 0:
                sealed = SealedDetails(promise=promise)
                yield one(
                    world.custodian, Kind.SEALED, sealed, service="hunting-licence", tag=tag()
                )
            case 1:
                withdrawn = WithdrawnDetails(promise=promise, secret=secrets.token_hex(32))
                yield one(world.custodian, Kind.WITHDRAWN, withdrawn)
            case 2:
                hour = RecordedDetails(
                    camera="north-gate", hour=f"{day}T{number % 24:02d}Z", segments=600,
                    root=secrets.token_hex(32), seconds=3600, frames=36000, lost=0, whole=0,
                )  # fmt: skip
                yield one(world.recorder, Kind.FOOTAGE, hour)
            case 3:
                asked = SealedDetails(promise=promise)  # its digest alone stands there
                # Of days that are over: of one day trustees answer so many, and no more.
                past = (today - timedelta(days=1 + number % 900)).isoformat()
                yield one(
                    world.custodian, Kind.REQUESTED, asked, on=past, service="hunting-licence",
                    office=OFFICE, purpose="decide-application", tag=tag(), slot=tag(),
                )  # fmt: skip
            case _:
                yield b"somebody's bytes " + tag().encode()


def fill_portal(begin: int, written: list[bytes], writer: str, count: int, sample: Any) -> None:
    """Cases, photos, lines of the log, drafts, spent challenges, viewings: *count* of each.

    Args:
        begin: the index of the first of *written*.
        written: entries that now stand on the log; the custodian's own get their lines.
        writer: the custodian's id.
        count: rows of each kind.
        sample: a real case and photo: `answers`, `pointer`, `promise`.
    """
    from django.utils import timezone  # noqa: PLC0415 - needs Django started

    from habeas.portal.apply.models import EncryptedDraft  # noqa: PLC0415
    from habeas.portal.cases.models import Case  # noqa: PLC0415
    from habeas.portal.desk.models import Spent  # noqa: PLC0415
    from habeas.portal.vault.models import LogLineRow, SealedPhotoRow  # noqa: PLC0415
    from habeas.portal.viewing.models import ViewingRow  # noqa: PLC0415

    now = timezone.now()
    hour = int(now.timestamp()) // 3600

    def case(number: int) -> Case:
        is_open = number % 2 == 0
        return Case(
            reference=f"HL-{secrets.token_hex(6).upper()}", service="hunting-licence",
            office=OFFICE, answers=sample.answers, day=now.date() - timedelta(days=number % 900),
            state=Case.State.OPEN if is_open else Case.State.APPROVED,
            pointer=sample.pointer if is_open else None,
        )  # fmt: skip

    def photo(number: int) -> SealedPhotoRow:
        state = ("sealed", "closed", "withdrawn", "expired")[number % 4]
        kept = state in ("sealed", "closed")
        return SealedPhotoRow(
            seal_id=secrets.token_hex(16), promise=sample.promise, digest=secrets.token_hex(32),
            opens_until=_AHEAD if kept else _BEFORE, closing_tag=secrets.token_hex(16),
            state=state,
        )  # fmt: skip

    def line(number: int) -> LogLineRow:
        entry = secrets.token_bytes(64)
        return LogLineRow(
            seal_id=secrets.token_hex(16), number=0, entry=entry, leaf=leaf_hash(entry).hex(),
            locked=b"", index=number, proof="",
        )  # fmt: skip

    def own(position: int, entry: bytes) -> LogLineRow:
        return LogLineRow(
            entry=entry, leaf=leaf_hash(entry).hex(), locked=b"", index=position, proof=""
        )

    def draft(_: int) -> EncryptedDraft:
        return EncryptedDraft(pk=secrets.token_hex(32), content=sample.answers, touched=hour)

    def spent(_: int) -> Spent:
        return Spent(mark=secrets.token_hex(32), until=hour + 8)

    def viewing(_: int) -> ViewingRow:
        return ViewingRow(
            key=secrets.token_hex(16), officer="officer@example", office=OFFICE,
            camera="north-gate", start=now, minutes=5, purpose="city-service", case_number="",
            reason="A reason", segments=[], salt=b"", entry=b"", index=1, proof="", expires=now,
            closed=True,
        )  # fmt: skip

    for made in (case, photo, line, draft, spent, viewing):
        rows: Any = map(made, range(count))
        _store(rows)
    mine = f'"writer":"{writer}"'.encode()
    _store(own(*each) for each in enumerate(written, begin) if mine in each[1])


def _store(rows: Iterator[Any]) -> None:
    while batch := list(islice(rows, 2000)):
        type(batch[0]).objects.bulk_create(batch)


def fill_trustee(connection: sqlite3.Connection, count: int) -> None:
    """Photos, entries about them, what stands on the log of them, releases, withdrawals told."""
    before = connection.execute("SELECT max(number) FROM entries").fetchone()[0] or 0
    for number in range(count):
        digest, is_live = secrets.token_bytes(32), number % 2 == 0
        connection.execute(
            "INSERT INTO photos (digest, seal_id, share, key_id, opens_until, closed_days,"
            " withdraw_hash, reader_hash, received, acknowledged, sealed, closed, closed_day,"
            " because, erased_on) VALUES (?, ?, 0, ?, ?, 30, ?, ?, 0, ?, 1, ?, ?, ?, ?)",
            (digest, secrets.token_hex(16), bytes(32), _AHEAD if is_live else _BEFORE,
             secrets.token_hex(32), secrets.token_bytes(32), _BEFORE,
             None if number % 4 == 0 else 1,
             None if number % 4 == 0 else (_AHEAD if is_live else _BEFORE),
             None if is_live else "expired", None if is_live else _BEFORE),
        )  # fmt: skip
        row = (secrets.token_bytes(32), digest, before + number + 1)
        connection.execute(
            "INSERT INTO entries (leaf, digest, kind, entry, details, salt, made, sequenced,"
            " position) VALUES (?, ?, 'released', NULL, NULL, NULL, 0, 0, ?)",
            row,
        )
        connection.execute("INSERT INTO custodian_entries VALUES (?, 0, 1, ?)", (digest, _BEFORE))
        connection.execute(
            "INSERT INTO releases VALUES (?, ?, ?, ?)",
            (secrets.token_bytes(32), digest, secrets.token_bytes(32), _BEFORE),
        )
        connection.execute("INSERT INTO told VALUES (?, '', NULL)", (secrets.token_bytes(32),))


def fill_recorder(place: Path, first: int, count: int) -> None:
    """Hours of a camera that are closed, told and deleted, from *first* back into the past.

    Args:
        place: the camera's folder.
        first: hours that were made before.
        count: further ones.
    """
    today = date.today()  # noqa: DTZ011 - far enough from it
    for number in range(first, first + count):
        day = today - timedelta(days=40 + number // 24)
        hour = place / day.isoformat() / f"{number % 24:02}"
        hour.mkdir(parents=True)
        (hour / "hour.json").write_bytes(b"{}")  # nobody has a reason to read it again
