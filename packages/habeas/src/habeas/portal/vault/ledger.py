"""`habeas.custody.ports.Ledger` over Django's database: SQLite or PostgreSQL."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace

from django.db import transaction
from django.db.models import F, Max

from habeas.custody import ports
from habeas.custody.ports import PhotoState
from habeas.portal.site.rows import random_row
from habeas.portal.vault import models
from habeas.portal.webhooks.events import tell
from habeas.protocol import Promise
from habeas.tlog import leaf_hash

#: Photos that have not ended.
_KEPT = (PhotoState.SEALED, PhotoState.CLOSED)


def _photo(row: models.SealedPhotoRow) -> ports.SealedPhoto:
    return ports.SealedPhoto(
        row.seal_id, bytes(row.promise), row.opens_until, row.closing_tag,
        PhotoState(row.state), row.begun, row.destroy_on,
    )  # fmt: skip


def _line(row: models.LogLineRow) -> ports.LogLine:
    return ports.LogLine(
        bytes(row.entry), row.seal_id, row.number, bytes(row.locked), row.index, row.proof, row.pk
    )


def waiting() -> dict[str, int]:
    """What others have not taken yet: ``owed`` entries, ``pending_deposits`` of trustees."""
    return {
        "owed": models.LogLineRow.objects.filter(index__isnull=True).count(),
        "pending_deposits": models.PendingDepositRow.objects.count(),
    }


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
        models.SealedPhotoRow.objects.create(
            seal_id=photo.seal_id,
            promise=photo.promise,
            # The digest of a document is that of its canonical bytes.
            digest=hashlib.sha256(photo.promise).hexdigest(),
            opens_until=photo.opens_until,
            closing_tag=photo.closing_tag,
            state=photo.state,
            begun=photo.begun,
        )

    def photo(self, seal_id: str) -> ports.SealedPhoto | None:
        """The photo, or None."""
        row = models.SealedPhotoRow.objects.filter(seal_id=seal_id).first()
        return _photo(row) if row else None

    def of_promise(self, digest: str) -> str | None:
        """The seal id of the photo with that promise."""
        found = models.SealedPhotoRow.objects.filter(digest=digest)
        return found.values_list("seal_id", flat=True).first()

    def lock(self, seal_id: str) -> ports.SealedPhoto | None:
        """The photo, locked until the transaction ends."""
        row = models.SealedPhotoRow.objects.select_for_update().filter(seal_id=seal_id).first()
        return _photo(row) if row else None

    def move(
        self,
        seal_id: str,
        before: PhotoState,
        after: PhotoState,
        destroy_on: str | None = None,
    ) -> bool:
        """Change the state if it is *before*; tell if it was."""
        found = models.SealedPhotoRow.objects.filter(seal_id=seal_id, state=before)
        moved = found.update(state=after, begun=None, destroy_on=destroy_on, close_after=None)
        if moved and after is PhotoState.WITHDRAWN:
            photo = models.SealedPhotoRow.objects.get(seal_id=seal_id)
            tell("photo.withdrawn", Promise.decode(bytes(photo.promise)).service)
        return bool(moved)

    def doomed(self, day: str, most: int) -> Sequence[ports.SealedPhoto]:
        """Ended photos whose ciphertext is to be destroyed by *day*."""
        rows = models.SealedPhotoRow.objects.filter(destroy_on__lte=day)
        return [_photo(row) for row in rows[:most]]

    def destroyed(self, seal_id: str) -> None:
        """The ciphertext is gone."""
        models.SealedPhotoRow.objects.filter(seal_id=seal_id).update(destroy_on=None)

    def due(self, day: str) -> int:
        """How many had their last day before *day*."""
        return models.SealedPhotoRow.objects.filter(state__in=_KEPT, opens_until__lt=day).count()

    def kept(self, most: int) -> int:
        """How many are sealed or closed, counted up to *most*."""
        return models.SealedPhotoRow.objects.filter(state__in=_KEPT)[:most].count()

    def expired(self, day: str, most: int) -> Sequence[ports.SealedPhoto]:
        """Photos whose last day is before *day*."""
        rows = models.SealedPhotoRow.objects.filter(state__in=_KEPT, opens_until__lt=day)
        return [_photo(row) for row in rows[:most]]

    def close_after(self, seal_id: str, day: str) -> None:
        """The custodian is done with a sealed photo after that day."""
        models.SealedPhotoRow.objects.filter(seal_id=seal_id, state=PhotoState.SEALED).update(
            close_after=day
        )

    def closing(self, day: str, most: int) -> Sequence[ports.SealedPhoto]:
        """Sealed photos that the custodian was done with before *day*."""
        # A sealed one alone has that day (`close_after`, `move`): by the state, SQLite would go
        # through all that are sealed.
        rows = models.SealedPhotoRow.objects.filter(close_after__lt=day)
        return [_photo(row) for row in rows[:most]]

    def stale(self, before: int, most: int) -> Sequence[ports.SealedPhoto]:
        """Photos that have been pending since before that time."""
        rows = models.SealedPhotoRow.objects.filter(begun__lt=before, state=PhotoState.PENDING)
        return [_photo(row) for row in rows[:most]]

    def add_line(self, line: ports.LogLine) -> ports.LogLine:
        """Store an entry that is owed to the log."""
        row = models.LogLineRow.objects.create(
            seal_id=line.seal_id, number=line.number, entry=line.entry, locked=line.locked,
            leaf=leaf_hash(line.entry).hex(),
        )  # fmt: skip
        return replace(line, row=row.pk)

    def next_number(self, seal_id: str) -> int:
        """One more than the highest number of the photo's lines, or 1."""
        highest = models.LogLineRow.objects.filter(seal_id=seal_id).aggregate(Max("number"))
        return int(highest["number__max"] or 0) + 1

    def owed_lines(self, most: int, seal_id: str | None = None) -> Sequence[ports.LogLine]:
        """Lines that are not on the log yet, by number; a closing after all others."""
        rows = models.LogLineRow.objects.filter(index__isnull=True)
        if seal_id is not None:
            rows = rows.filter(seal_id=seal_id)
        return [_line(row) for row in rows.order_by(F("number").asc(nulls_last=True))[:most]]

    def logged(self, row: int, index: int, proof: str) -> None:
        """Remember where on the log a line stands."""
        # In a transaction: writers wait for their turn there, and not in SQLite's sleep.
        with transaction.atomic():
            models.LogLineRow.objects.filter(pk=row).update(index=index, proof=proof)

    def lines(self, seal_id: str) -> Sequence[ports.LogLine]:
        """All lines of a photo, by number; a closing last."""
        rows = models.LogLineRow.objects.filter(seal_id=seal_id)
        return [_line(row) for row in rows.order_by(F("number").asc(nulls_last=True))]

    def forget_details(self, seal_id: str) -> None:
        """Delete the locked details of a photo's lines; the entries stay."""
        models.LogLineRow.objects.filter(seal_id=seal_id).update(locked=b"")

    def keep_deposit(self, deposit: ports.PendingDeposit) -> None:
        """Keep a deposit until its trustee is back."""
        models.PendingDepositRow.objects.get_or_create(
            seal_id=deposit.seal_id,
            trustee=deposit.trustee,
            defaults={"share": deposit.index, "deposit": deposit.deposit},
        )

    def pending_deposits(self, trustee: str, most: int) -> Sequence[ports.PendingDeposit]:
        """Deposits that wait; row numbers are random, and so is where a round begins."""
        begin = random_row()
        waiting = models.PendingDepositRow.objects.filter(trustee=trustee).order_by("row")
        rows = list(waiting.filter(row__gte=begin)[:most])
        rows += waiting.filter(row__lt=begin)[: most - len(rows)]
        return [
            ports.PendingDeposit(row.seal_id, row.trustee, row.share, bytes(row.deposit))
            for row in rows
        ]

    def drop_deposits(self, seal_id: str, trustee: str | None = None) -> None:
        """A trustee has its deposit, or (None) no trustee needs one any more."""
        found = models.PendingDepositRow.objects.filter(seal_id=seal_id)
        (found if trustee is None else found.filter(trustee=trustee)).delete()

    def keep_acknowledgements(self, seal_id: str, notes: Mapping[str, str]) -> None:
        """Keep what trustees have acknowledged, by name; what is kept already stays."""
        rows = [
            models.LateAcknowledgement(seal_id=seal_id, trustee=trustee, note=note)
            for trustee, note in notes.items()
        ]
        models.LateAcknowledgement.objects.bulk_create(rows, ignore_conflicts=True)

    def keep_acknowledgement(self, seal_id: str, trustee: str, note: str) -> None:
        """Keep a late acknowledgement."""
        models.LateAcknowledgement.objects.get_or_create(
            seal_id=seal_id, trustee=trustee, defaults={"note": note}
        )

    def acknowledgements(self, seal_id: str) -> dict[str, str]:
        """Late acknowledgements, by trustee."""
        rows = models.LateAcknowledgement.objects.filter(seal_id=seal_id)
        return {row.trustee: row.note for row in rows}
