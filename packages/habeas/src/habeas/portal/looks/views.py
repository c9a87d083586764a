"""Legal holds, for officers whose office a camera's public entry names."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from habeas.cameras.acts import CameraAct, EndedError
from habeas.cameras.holds import HoldRefusedError
from habeas.cameras.viewers import may_view
from habeas.portal.cameras import shown
from habeas.portal.catalogue import offices
from habeas.portal.looks.hold_form import HoldForm, suggested
from habeas.portal.looks.telling import holding, viewer
from habeas.portal.looks.words import FIELDS, refused
from habeas.portal.officers.access import signed_in
from habeas.portal.officers.models import Officer
from habeas.protocol.footage import PublicCamera
from habeas.protocol.looks import HoldReason

_HOUR = timedelta(hours=1)


@signed_in
@require_http_methods(["GET", "POST"])
def holds(request: HttpRequest, officer: Officer, camera: str) -> HttpResponse:
    """A camera's holds, and the form that puts one."""
    found = shown.find(camera)
    if not may_view(officer.office, found.camera):
        problem = HoldRefusedError("", code="viewer-not-named")
        return _refused(request, officer, found.camera, problem)
    span = shown.recordings().span(camera)
    form = HoldForm(request.POST.dict())
    if request.method == "POST":
        act = _put(officer, found.camera, form)
        if act is not None:
            return redirect("looks:holds", camera)
    else:
        newest = (span[1] if span else datetime.now(UTC)).replace(minute=0)
        form.data = suggested(newest, found.camera.keep_days)
    rules = found.camera.holds
    context = {
        "office": offices()[officer.office],
        "shown": found,
        "camera": found.camera,
        "span": span,
        "form": form,
        "reasons": list(HoldReason),
        "most": rules.hours(found.camera.keep_days) if rules else 0,
        "longest": found.camera.keep_days + rules.days if rules else 0,
        "holds": [
            {
                "shown": each,
                "office": shown.office_name(each.hold.office or ""),
                "reason": each.hold.reason.value,
                "why": refused(each.hold.refused, found.camera),
                "own": each.hold.office == officer.office and each.state in ("asked", "held"),
                "told": each.hold.index < 2**53,
            }
            for each in holding().all(found.camera)
        ],
    }
    return render(request, "looks/holds.html", context)


def _put(officer: Officer, camera: PublicCamera, form: HoldForm) -> CameraAct | None:
    """Put what the form asks for; None where the form says what is wrong.

    Nothing is logged before the officer's password is right.
    """
    password = form.data.pop("password", "")
    wish = form.wish()
    if not officer.check_password(password):
        form.errors["password"] = _("The password is not right.")
    if form.errors:
        return None
    try:
        return holding().put(viewer(officer), camera, wish)
    except HoldRefusedError as error:
        form.errors[FIELDS.get(error.code, "day")] = refused(error.code, camera)
        return None


@signed_in
@require_http_methods(["GET", "POST"])
def lift(request: HttpRequest, officer: Officer, camera: str, index: int) -> HttpResponse:
    """Ask once more, then end a hold of the officer's own office."""
    found = shown.find(camera)
    own = [
        each
        for each in holding().all(found.camera)
        if each.hold.index == index and each.hold.office == officer.office
    ]
    if not own or own[0].state not in ("asked", "held"):
        problem = HoldRefusedError("", code="no-hold")
        return _refused(request, officer, found.camera, problem)
    error = ""
    if request.method == "POST":
        if officer.check_password(request.POST.get("password", "")):
            with contextlib.suppress(EndedError):  # another press was first
                holding().lift(viewer(officer), found.camera, index)
            return redirect("looks:holds", camera)
        error = _("The password is not right.")
    hold = own[0].hold
    days = found.camera.keep_days
    context = {
        "office": offices()[officer.office],
        "shown": found,
        "hold": hold,
        "due": datetime.strptime(hold.hour, "%Y-%m-%dT%HZ").replace(tzinfo=UTC)
        + timedelta(days=days)
        + _HOUR,
        "now": datetime.now(UTC),
        "error": error,
    }
    return render(request, "looks/lift.html", context)


def _refused(
    request: HttpRequest, officer: Officer, camera: PublicCamera, error: HoldRefusedError
) -> HttpResponse:
    context = {
        "office": offices()[officer.office],
        "why": refused(error.code, camera),
        "code": error.code,
    }
    return render(request, "looks/refused.html", context, status=403)
