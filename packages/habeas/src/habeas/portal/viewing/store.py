"""`habeas.cameras.viewing.Store` over Django's database."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from habeas.cameras import viewing as cameras
from habeas.portal.viewing.models import ViewingRow


class DjangoStore:
    """Viewings, in the portal's database."""

    def add(self, viewing: cameras.Viewing) -> None:
        """Keep a new viewing, durably."""
        ViewingRow.objects.create(
            key=viewing.key, officer=viewing.viewer.officer, office=viewing.viewer.office,
            camera=viewing.camera, start=viewing.wish.start, minutes=viewing.wish.minutes,
            purpose=viewing.wish.purpose, case_number=viewing.wish.case_number,
            reason=viewing.wish.reason, segments=[each.isoformat() for each in viewing.segments],
            salt=viewing.salt, entry=viewing.entry, index=viewing.index, proof=viewing.proof,
            expires=viewing.expires, closed=viewing.closed,
        )  # fmt: skip

    def find(self, key: str) -> cameras.Viewing | None:
        """The viewing of this key."""
        row = ViewingRow.objects.filter(pk=key).first()
        return None if row is None else _viewing(row)

    def open(self, viewing: cameras.Viewing) -> None:
        """Replace the stored viewing, and close every other one of its officer, in one step."""
        with transaction.atomic():
            self.end_all(viewing.viewer.officer)  # another browser may have begun one meanwhile
            ViewingRow.objects.filter(pk=viewing.key).update(
                index=viewing.index, proof=viewing.proof, closed=viewing.closed
            )

    def end_all(self, officer: str) -> None:
        """Close every viewing of the officer."""
        ViewingRow.objects.filter(officer=officer, closed=False).update(closed=True)


def _viewing(row: ViewingRow) -> cameras.Viewing:
    return cameras.Viewing(
        key=row.key,
        viewer=cameras.Viewer(row.officer, row.office),
        camera=row.camera,
        wish=cameras.Wish(row.start, row.minutes, row.purpose, row.case_number, row.reason),
        segments=tuple(datetime.fromisoformat(each) for each in row.segments),
        salt=bytes(row.salt),
        entry=bytes(row.entry),
        expires=row.expires,
        index=row.index,
        proof=row.proof,
        closed=row.closed,
    )
