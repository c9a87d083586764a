"""`habeas.custody.ports.Ledger` over Django's database: SQLite or PostgreSQL."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace

from django.db import transaction

from habeas.custody import ports
from habeas.portal.vault import models


def _photo(row: models.SealedPhoto) -> ports.SealedPhoto:
    return ports.SealedPhoto(
        row.seal_id,
        bytes(row.promise),
        ports.PhotoState(row.state),
        _bytes(row.track_key),
        _bytes(row.withdraw_secret),
    )


def _bytes(value: bytes | memoryview | None) -> bytes | None:
    return None if value is None else bytes(value)


def _line(row: models.Line) -> ports.LogLine:
    return ports.LogLine(
        bytes(row.entry),
        bytes(row.locked),
        row.counter,
        row.seal_id,
        row.index,
        row.proof,
        row.pk,
    )


class DjangoLedger:
    """The custodian's database.

    SQLite is opened with immediate transactions (see the settings), so that a
    transaction holds the only writer's lock from its first statement.
    """

    def atomic(self) -> AbstractContextManager[object]:
        """One durable transaction; an error where it is called inside another one."""
        return transaction.atomic(durable=True)

    def add_photo(self, photo: ports.SealedPhoto) -> None:
        """Add a photo that is being sealed."""
        models.SealedPhoto.objects.create(
            seal_id=photo.seal_id,
            promise=photo.promise,
            track_key=photo.track_key,
            state=photo.state,
            withdraw_secret=photo.withdraw_secret,
            begun=time.time(),
        )

    def photo(self, seal_id: str) -> ports.SealedPhoto | None:
        """The photo, or None."""
        row = models.SealedPhoto.objects.filter(pk=seal_id).first()
        return _photo(row) if row else None

    def lock(self, seal_id: str) -> ports.SealedPhoto | None:
        """The photo, locked until the transaction ends."""
        row = models.SealedPhoto.objects.select_for_update().filter(pk=seal_id).first()
        return _photo(row) if row else None

    def move(self, seal_id: str, before: ports.PhotoState, after: ports.PhotoState) -> bool:
        """Change the state if it is *before*; tell if it was."""
        moved = models.SealedPhoto.objects.filter(pk=seal_id, state=before).update(
            state=after, track_key=None, withdraw_secret=None, begun=None
        )
        return bool(moved)

    def photos(self, state: ports.PhotoState) -> Sequence[ports.SealedPhoto]:
        """All photos in *state*."""
        return [_photo(row) for row in models.SealedPhoto.objects.filter(state=state)]

    def stale(self, seconds: float) -> Sequence[ports.SealedPhoto]:
        """Photos that have been pending for longer than *seconds*."""
        rows = models.SealedPhoto.objects.filter(
            state=ports.PhotoState.PENDING, begun__lt=time.time() - seconds
        )
        return [_photo(row) for row in rows]

    def add_line(self, line: ports.LogLine) -> ports.LogLine:
        """Store an entry that is owed to the log."""
        row = models.Line.objects.create(
            seal_id=line.seal_id,
            counter=line.counter,
            entry=line.entry,
            locked=line.locked,
        )
        return replace(line, row=row.pk)

    def next_counter(self, seal_id: str) -> int:
        """How many lines the photo's custodian stream has."""
        return models.Line.objects.filter(seal_id=seal_id).count()

    def owed_lines(self, seal_id: str | None = None) -> Sequence[ports.LogLine]:
        """Lines that are not on the log yet, oldest first."""
        rows = models.Line.objects.filter(index__isnull=True).order_by("pk")
        if seal_id is not None:
            rows = rows.filter(seal_id=seal_id)
        return [_line(row) for row in rows]

    def logged(self, row: int, index: int, proof: str) -> None:
        """Remember where on the log a line stands."""
        models.Line.objects.filter(pk=row).update(index=index, proof=proof)

    def lines(self, seal_id: str) -> Sequence[ports.LogLine]:
        """All lines of a photo, in order."""
        return [_line(row) for row in models.Line.objects.filter(seal_id=seal_id).order_by("pk")]

    def forget_details(self, seal_id: str) -> None:
        """Delete the locked details of a photo's lines; the entries stay."""
        models.Line.objects.filter(seal_id=seal_id).update(locked=b"")

    def owe_erasure(self, owed: ports.OwedErasure) -> None:
        """Remember that a trustee has still to hear of a withdrawal."""
        models.OwedErasure.objects.get_or_create(
            seal_id=owed.seal_id,
            trustee=owed.trustee,
            defaults={"promise_digest": owed.promise_digest, "secret": owed.secret},
        )

    def owed_erasures(self, seal_id: str | None = None) -> Sequence[ports.OwedErasure]:
        """All erasures still owed."""
        rows = models.OwedErasure.objects.order_by("pk")
        if seal_id is not None:
            rows = rows.filter(seal_id=seal_id)
        return [
            ports.OwedErasure(r.seal_id, bytes(r.promise_digest), r.trustee, bytes(r.secret))
            for r in rows
        ]

    def erased(self, seal_id: str, trustee: str, statement: str) -> None:
        """Store a trustee's signed `erased` statement, and owe it no longer."""
        with transaction.atomic():
            models.OwedErasure.objects.filter(seal_id=seal_id, trustee=trustee).delete()
            if statement:
                models.ErasedStatement.objects.get_or_create(
                    seal_id=seal_id, trustee=trustee, defaults={"statement": statement}
                )

    def erased_statements(self, seal_id: str) -> Mapping[str, str]:
        """The trustees' signed `erased` statements, by trustee."""
        rows = models.ErasedStatement.objects.filter(seal_id=seal_id)
        return {row.trustee: row.statement for row in rows}
