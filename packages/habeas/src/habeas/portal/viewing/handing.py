"""Handing recordings over: the forms, and the bundle that comes of them.

A court's or the police's request has a case; the person filmed asks in their own name, and has a
form of its own: when they asked, and that it was seen who asks.
"""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast
from urllib.parse import urlencode

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from habeas.cameras.bundle import write_bundle
from habeas.cameras.exports import ExportRequest
from habeas.cameras.proving import ExportError
from habeas.cameras.recordings import RecordingError
from habeas.cameras.viewers import may_view
from habeas.cameras.viewing import LASTS, MOST_MINUTES, NoViewingError
from habeas.portal.cameras import shown
from habeas.portal.catalogue import offices
from habeas.portal.officers.access import signed_in
from habeas.portal.officers.models import Officer
from habeas.portal.vault.custodian import signer
from habeas.portal.viewing import report
from habeas.portal.viewing.forms import MINUTES, moment
from habeas.portal.viewing.viewings import exports, viewer
from habeas.protocol.clip import ClipProof, start_of
from habeas.protocol.looks import ExportPurpose

_NUMBER = re.compile(r"[\w./ -]{2,64}")
#: Fields that say which span.
_SPAN = ("day", "time", "minutes")
_CASES = (ExportPurpose.COURT, ExportPurpose.POLICE)


@dataclass
class ExportForm:
    """What was sent, and what is wrong with it, by field."""

    data: dict[str, str]
    person: bool
    errors: dict[str, str] = field(default_factory=dict)

    def request(self, now: datetime) -> ExportRequest | None:
        """What *data* asks for; None where `errors` says what is missing."""
        start = moment(self.data.get("day", ""), self.data.get("time", ""))
        minutes = self.data.get("minutes", "")
        number = int(minutes) if re.fullmatch(r"[0-9]{1,4}", minutes) else 0
        if start is None:
            self.errors["day"] = _("Enter a day and a time, for example 2026-05-17 and 14:30")
        elif start.replace(microsecond=0) + timedelta(minutes=number) > now:
            self.errors["day"] = _("The time must be in the past; times are UTC")
        if not 1 <= number <= MOST_MINUTES:
            self.errors["minutes"] = _("Choose how long")
        purpose = ExportPurpose.SUBJECT_ACCESS if self.person else self._purpose()
        case_number = self.data.get("case_number", "").strip()
        if not _NUMBER.fullmatch(case_number):
            self.errors["case_number"] = (
                _("Enter the number of the person’s request") if self.person
                else _("Enter the case number")
            )  # fmt: skip
        reason = self._person() if self.person else self.data.get("reason", "").strip()[:500]
        if not self.person and not reason:
            self.errors["reason"] = _("Say who asked for it, and why")
        if self.errors or start is None or purpose is None:
            return None
        return ExportRequest(start.replace(microsecond=0), number, purpose, case_number, reason)

    def _purpose(self) -> ExportPurpose | None:
        for each in _CASES:
            if each.value == self.data.get("purpose"):
                return each
        self.errors["purpose"] = _("Choose who gets it")
        return None

    def _person(self) -> str:
        asked = None
        try:
            asked = date.fromisoformat(self.data.get("asked", "").strip())
        except ValueError:
            self.errors["asked"] = _("Enter the day on which the person asked")
        if self.data.get("seen") != "yes":
            self.errors["seen"] = _("Confirm that you have seen who asks")
        if asked is None:
            return ""
        # The same in every language: it is bound on the log, and read by others.
        return f"Asked on {asked.isoformat()} by the person filmed; who asks was seen."


@signed_in
@require_http_methods(["GET", "POST"])
def export(
    request: HttpRequest, officer: Officer, camera: str, *, person: bool = False
) -> HttpResponse:
    """Hand a span of one camera over; when the log has it, the bundle can be fetched."""
    found = shown.find(camera)
    office = offices()[officer.office]
    if not may_view(officer.office, found.camera):
        problem = NoViewingError(
            _("Your office is not among those that may view."),
            _("Who may view is part of the camera’s public entry, and changes only there."),
        )
        context: dict[str, Any] = {"problem": problem, "office": office}
        return render(request, "viewing/refused.html", context, status=403)
    form = ExportForm(request.POST.dict(), person)
    if request.method == "POST":
        made = _begin(officer, camera, form)
        if made is not None:
            return redirect("viewing:exported", made)
    else:
        form.data = {each: request.GET.get(each, "") for each in _SPAN}
    context = {
        "office": office,
        "shown": found,
        "camera": found.camera,
        "form": form,
        "person": person,
        # The other form is for the same span.
        "span": urlencode({each: form.data.get(each, "") for each in _SPAN}),
        "minutes": [(str(each), str(each) == form.data.get("minutes")) for each in MINUTES],
        "purposes": _CASES,
    }
    return render(request, "viewing/export.html", context)


def _begin(officer: Officer, camera: str, form: ExportForm) -> str | None:
    """Begin what the form asks for, and give its key; None where the form says what is wrong."""
    password = form.data.pop("password", "")
    asked = form.request(datetime.now(UTC))
    if not officer.check_password(password):
        form.errors["password"] = _("The password is not right.")
    if asked is None or form.errors:
        return None
    place = shown.recordings()
    try:
        return exports().begin(viewer(officer), place.camera(camera), asked).key
    except (NoViewingError, ExportError) as error:
        form.errors["day"] = f"{_(error.cause)} {_(error.remedy)}"
    return None


@signed_in
@require_GET
def exported(request: HttpRequest, officer: Officer, key: str) -> HttpResponse:
    """What was put on the log, and the bundle to fetch."""
    office = offices()[officer.office]
    try:
        made = exports().current(viewer(officer), key)
    except NoViewingError as error:
        context: dict[str, Any] = {"problem": error, "office": office}
        return render(request, "viewing/refused.html", context, status=403)
    context = {
        "office": office, "export": made, "shown": shown.find(made.camera),
        "until": made.asked + LASTS, "name": report.name_of(made),
    }  # fmt: skip
    return render(request, "viewing/exported.html", context)


@signed_in
@require_GET
def bundle(request: HttpRequest, officer: Officer, key: str) -> HttpResponse:
    """The bundle, made anew each time it is fetched."""
    try:
        made = exports().current(viewer(officer), key)
    except NoViewingError as error:
        context = {"problem": error, "office": offices()[officer.office]}
        return render(request, "viewing/refused.html", context, status=403)
    proof = ClipProof.decode(made.proof.encode())
    place, camera = shown.recordings(), made.camera
    out = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it
    try:
        write_bundle(
            proof,
            lambda hour, name: place.content(camera, start_of(hour, name)),
            report.pdf(made, proof, shown.find(camera)),
            signer(),
            out,
        )
    except RecordingError as error:
        out.close()
        return HttpResponse(error.cause, status=410, content_type="text/plain; charset=utf-8")
    out.seek(0)
    answer = FileResponse(
        out, as_attachment=True, filename=report.name_of(made), content_type="application/zip"
    )
    answer["Cache-Control"] = "no-store"
    return cast("HttpResponse", answer)
