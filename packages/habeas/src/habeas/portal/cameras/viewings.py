"""Viewing recordings: one camera, one short span, for a purpose, on the public log first.

Nothing plays before the log has the entry, under a checkpoint that its policy accepts. A
viewing is for one sign-in, shows the segments of its span and no others, and ends after an
hour, or when the officer begins another.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from habeas import protocol
from habeas.custody import RefusedError
from habeas.foundation.errors import HabeasError
from habeas.portal.cameras import shown
from habeas.portal.cameras.models import Viewing
from habeas.portal.desk.openings import RECOGNITION
from habeas.portal.officers.models import Officer
from habeas.portal.register.log import policy_text
from habeas.portal.vault.custodian import custody, log
from habeas.protocol.footage import PublicCamera, ViewedDetails, ViewingPurpose, entry_of, hour_name
from habeas.tlog import FormatError, Policy, TlogProof

MOST_MINUTES = 15
_LASTS = timedelta(hours=1)
_SESSION = "viewing"


class NoViewingError(HabeasError):
    """No viewing of this sign-in covers what is asked for."""

    code = "no-viewing"


@dataclass(frozen=True)
class Wish:
    """What an officer asks to see, and why. Purpose and length are as sent."""

    start: datetime
    minutes: int
    purpose: str
    case_number: str
    reason: str

    @property
    def end(self) -> datetime:
        """End of the span."""
        return self.start + timedelta(minutes=self.minutes)


def may_view(officer: Officer, camera: PublicCamera) -> bool:
    """Whether the register names the officer's office as a viewer."""
    return officer.office in camera.viewers


def refuse(officer: Officer, camera: PublicCamera, wish: Wish) -> RefusedError | None:
    """The refusal of what cannot be asked, on the public log; None where it can be asked."""
    purpose = wish.purpose.lower()
    if not may_view(officer, camera):
        code, cause = "viewer-not-named", _("Your office is not among those that may view.")
        remedy = _("Who may view is part of the camera’s public entry, and changes only there.")
    elif any(word in purpose for word in RECOGNITION):
        code, cause = "recognition-never", _("Faces are never recognised or searched for here.")
        remedy = _("There is no way to ask for it: faces are covered before anything is stored.")
    elif purpose and purpose not in list(ViewingPurpose):
        code, cause = "purpose-unknown", _("There is no such purpose.")
        remedy = _("Choose one of the purposes on the form.")
    elif wish.minutes > MOST_MINUTES:
        code, cause = "span-too-long", _("At most 15 minutes can be viewed at a time.")
        remedy = _("Ask for a shorter span; each is logged for itself.")
    else:
        return None
    return custody().refuse(
        code=code, cause=cause, remedy=remedy, office=officer.office, officer=officer.name,
        purpose=wish.purpose, reason=f"{camera.id}: {wish.reason}",
    )  # fmt: skip


def parts_of(camera: PublicCamera, wish: Wish) -> list[str]:
    """Starts of the segments that show the span; what is past its announced days is not there."""
    oldest = datetime.now(UTC) - timedelta(days=camera.keep_days)
    found = shown.recordings().segments(camera.id, max(wish.start, oldest), wish.end)
    return [each.start.isoformat() for each in found]


def begin(request: HttpRequest, officer: Officer, camera: PublicCamera, wish: Wish) -> Viewing:
    """Put the viewing on the log, then open it for this sign-in.

    Raises:
        TlogError: the log does not take it, or its answer does not verify: nothing plays.
    """
    salt = secrets.token_bytes(32)
    now = datetime.now(UTC)
    said = ViewedDetails(
        camera=camera.id, office=officer.office, purpose=ViewingPurpose(wish.purpose),
        hour=hour_name(wish.start), minutes=wish.minutes,
        commit=protocol.commitment(salt, private_details(officer, wish)),
    )  # fmt: skip
    entry = entry_of(said, now.date()).encode()
    viewing = Viewing.objects.create(
        officer=officer.name, office=officer.office, camera=camera.id,
        start=wish.start, end=wish.end, parts=parts_of(camera, wish),
        purpose=wish.purpose, case_number=wish.case_number, reason=wish.reason,
        salt=salt, entry=entry, expires=now + _LASTS, closed=True,
    )  # fmt: skip
    end_all(officer)
    appended = log().append(entry)
    proof = TlogProof.parse(appended.proof)
    proof.verify(entry, Policy.parse(policy_text()))
    if proof.index != appended.index:
        raise FormatError("The log's proof is for another index than its answer.")
    with transaction.atomic():
        end_all(officer)  # again: another browser may have begun one meanwhile
        viewing.index, viewing.proof, viewing.closed = appended.index, appended.proof, False
        viewing.save(update_fields=["index", "proof", "closed"])
    request.session[_SESSION] = viewing.pk
    return viewing


def private_details(officer: Officer, wish: Wish) -> dict[str, object]:
    """What the entry's `commit` binds, beside its salt: who, why, and exactly what."""
    return {
        "v": 1,
        "officer": officer.name,
        "case_number": wish.case_number,
        "reason": wish.reason,
        "start": wish.start.isoformat(),
        "end": wish.end.isoformat(),
    }


def end_all(officer: Officer) -> None:
    """End every viewing of the officer: there is one at a time, in one browser."""
    Viewing.objects.filter(officer=officer.name, closed=False).update(closed=True)


def current(request: HttpRequest, officer: Officer) -> Viewing:
    """The viewing that this sign-in has open.

    Raises:
        NoViewingError: there is none, or it is over, or the office may not view any more.
    """
    number = request.session.get(_SESSION)
    viewing = Viewing.objects.filter(
        pk=number, officer=officer.name, office=officer.office, closed=False,
        index__isnull=False, expires__gt=datetime.now(UTC),
    ).first() if number else None  # fmt: skip
    if viewing is None:
        raise NoViewingError(
            _("No viewing is open."), _("Ask for one: it goes on the public log, then it plays.")
        )
    camera = shown.find(viewing.camera).camera
    kept = datetime.now(UTC) - timedelta(days=camera.keep_days)
    if not may_view(officer, camera) or viewing.end < kept:
        raise NoViewingError(
            _("This viewing is over."), _("The camera’s entry does not allow it any more.")
        )
    return viewing


def content(viewing: Viewing, number: int) -> bytes:
    """Part *number* of the viewing.

    Raises:
        NoViewingError: the viewing has no such part.
        UnknownHourError, HourChangedError: it is gone, or not what its hour was closed with.
    """
    if number >= len(viewing.parts):
        raise NoViewingError(_("The viewing has no such part."))
    start = datetime.fromisoformat(viewing.parts[number])
    return shown.recordings().content(viewing.camera, start)
