"""The stores of `habeas.cameras.viewing` and `habeas.cameras.exports`, over Django's database."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from habeas.cameras import exports
from habeas.cameras import viewing as cameras
from habeas.cameras.viewers import Viewer
from habeas.portal.viewing.models import ExportRow, ViewingRow
from habeas.protocol.looks import ExportPurpose


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

    def since(self, moment: datetime, *, office: str, officer: str | None = None) -> int:
        """How many the office, or the officer of it, has asked for since *moment*."""
        rows = ViewingRow.objects.filter(office=office, expires__gte=moment + cameras.LASTS)
        return (rows if officer is None else rows.filter(officer=officer)).count()

    def end_all(self, officer: str) -> None:
        """Close every viewing of the officer."""
        ViewingRow.objects.filter(officer=officer, closed=False).update(closed=True)


def _viewing(row: ViewingRow) -> cameras.Viewing:
    return cameras.Viewing(
        key=row.key,
        viewer=Viewer(row.officer, row.office),
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


class DjangoExports:
    """Exports, in the portal's database."""

    def add(self, export: exports.Export) -> None:
        """Keep a new export, durably."""
        request = export.request
        ExportRow.objects.create(
            key=export.key, officer=export.viewer.officer, office=export.viewer.office,
            camera=export.camera, start=request.start, minutes=request.minutes,
            purpose=request.purpose.value, case_number=request.case_number, reason=request.reason,
            asked=export.asked, entry=export.entry, index=export.index, proof=export.proof,
        )  # fmt: skip

    def open(self, export: exports.Export) -> None:
        """Replace the stored export."""
        ExportRow.objects.filter(pk=export.key).update(index=export.index, proof=export.proof)

    def find(self, key: str) -> exports.Export | None:
        """The export of this key."""
        row = ExportRow.objects.filter(pk=key).first()
        if row is None:
            return None
        request = exports.ExportRequest(
            row.start, row.minutes, ExportPurpose(row.purpose), row.case_number, row.reason
        )
        viewer = Viewer(row.officer, row.office)
        return exports.Export(
            row.key, viewer, row.camera, request, row.asked, bytes(row.entry), row.index, row.proof
        )

    def since(self, moment: datetime, *, office: str, officer: str | None = None) -> int:
        """How many the office, or the officer of it, has asked for since *moment*."""
        rows = ExportRow.objects.filter(office=office, asked__gte=moment)
        return (rows if officer is None else rows.filter(officer=officer)).count()
