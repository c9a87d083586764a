"""`habeas.cameras.acts.ActStore` over Django's database."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet

from habeas.cameras.acts import CameraAct, EndedError
from habeas.cameras.viewers import Viewer
from habeas.portal.looks.models import ActRow


class DjangoActs:
    """Acts, in the portal's database."""

    def add(self, act: CameraAct) -> None:
        """Keep a new act, durably.

        Raises:
            EndedError: the act that it ends was ended already.
        """
        try:
            self._add(act)
        except IntegrityError as error:
            raise EndedError("Another act has ended it.") from error

    def _add(self, act: CameraAct) -> None:
        with transaction.atomic():
            ActRow.objects.create(
                key=act.key, officer=act.viewer.officer, office=act.viewer.office,
                camera=act.camera, act=act.act, private=dict(act.private), salt=act.salt,
                entry=act.entry, at=act.at, expires=act.expires, of=act.of or None,
                index=act.index, proof=act.proof,
            )  # fmt: skip

    def find(self, key: str) -> CameraAct | None:
        """The act of this key."""
        return _first(ActRow.objects.filter(pk=key))

    def logged(self, key: str, index: int, proof: str) -> None:
        """The log has proved it."""
        ActRow.objects.filter(pk=key).update(index=index, proof=proof)

    def end_of(self, key: str) -> CameraAct | None:
        """The act that ends the one of this key."""
        return _first(ActRow.objects.filter(of=key))

    def of_camera(self, camera: str, act: str) -> list[CameraAct]:
        """All acts of that sort, newest first."""
        return _acts(ActRow.objects.filter(camera=camera, act=act).order_by("-at"))

    def since(self, moment: datetime, *, office: str, officer: str | None = None) -> int:
        """How many live looks the office, or the officer of it, has begun since *moment*."""
        # Found by their ends, which are later than their beginnings.
        rows = ActRow.objects.filter(act="live", expires__gte=moment, at__gte=moment, office=office)
        return (rows if officer is None else rows.filter(officer=officer)).count()

    def going_on(self, officer: str, act: str) -> list[CameraAct]:
        """Those of an officer that no other act has ended."""
        return _acts(_unended().filter(officer=officer, act=act, expires__isnull=False))

    def over(self, act: str, now: datetime) -> list[CameraAct]:
        """Those whose time is over, and that no other act has ended."""
        return _acts(_unended().filter(act=act, expires__lte=now))

    def owed(self) -> list[CameraAct]:
        """Those that the log has not proved yet, oldest first."""
        return _acts(ActRow.objects.filter(index__isnull=True).order_by("at"))


def _unended() -> QuerySet[ActRow]:
    ends = ActRow.objects.filter(of=OuterRef("key"))
    return ActRow.objects.filter(~Exists(ends)).order_by("at")


def _first(rows: QuerySet[ActRow]) -> CameraAct | None:
    row = rows.first()
    return None if row is None else _act(row)


def _acts(rows: QuerySet[ActRow]) -> list[CameraAct]:
    return [_act(row) for row in rows]


def _act(row: ActRow) -> CameraAct:
    return CameraAct(
        key=row.key,
        viewer=Viewer(row.officer, row.office),
        camera=row.camera,
        act=row.act,
        private=row.private,
        salt=bytes(row.salt),
        entry=bytes(row.entry),
        at=row.at,
        expires=row.expires,
        of=row.of or "",
        index=row.index,
        proof=row.proof,
    )
