"""Watching a camera live, for officers whose office its public entry names.

No byte of a picture leaves before the log has the look, after its end, or for another session than
the one that asked: each picture is asked for by itself, and judged anew.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from habeas.cameras import health
from habeas.cameras.acts import CameraAct
from habeas.cameras.quota import LookQuotaError
from habeas.cameras.watching import LiveWish, NoLiveError
from habeas.cameras.window import NoPictureError
from habeas.portal.cameras import shown
from habeas.portal.catalogue import offices
from habeas.portal.looks.telling import viewer, watching
from habeas.portal.looks.words import unwatched
from habeas.portal.officers.access import signed_in
from habeas.portal.officers.models import Officer
from habeas.protocol.looks import LiveDetails, ViewingPurpose

#: Where a session keeps the key of its look.
_SESSION = "live"
_CASE = re.compile(r"[\w./ -]{2,64}")


def _no(request: HttpRequest, officer: Officer, error: NoLiveError) -> HttpResponse:
    context = {"office": offices()[officer.office], "why": unwatched(error.code)}
    return render(request, "looks/unwatched.html", context, status=error.status)


def _current(request: HttpRequest, officer: Officer) -> CameraAct:
    return watching().current(viewer(officer), request.session.get(_SESSION))


@signed_in
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, officer: Officer, camera: str) -> HttpResponse:
    """Ask to watch; when the log has it, pictures come."""
    found = shown.find(camera)
    rules = found.camera.live
    data = request.POST.dict()
    errors: dict[str, str] = {}
    first = rules.purposes[0].value if rules else ViewingPurpose.EMERGENCY.value
    wish = LiveWish(
        data.get("purpose", first), data.get("case_number", "").strip()[:64],
        data.get("reason", "").strip()[:500],
    )  # fmt: skip
    try:
        watching().verify(viewer(officer), found.camera, wish)
        if request.method == "POST":
            errors = _errors(officer, wish, data.pop("password", ""))
            if not errors:
                act = watching().begin(viewer(officer), found.camera, wish)
                request.session[_SESSION] = act.key
                return redirect("looks:watch")
    except NoLiveError as error:
        return _no(request, officer, error)
    except LookQuotaError as error:
        errors["reason"] = f"{_(error.cause)} {_(error.remedy)}"
    context = {
        "office": offices()[officer.office],
        "shown": found,
        "camera": found.camera,
        "wish": wish,
        "errors": errors,
        "purposes": [each.value for each in rules.purposes] if rules else [],
        "health": health.read(shown.recordings().place(camera), datetime.now(UTC)),
    }
    return render(request, "looks/ask.html", context)


def _errors(officer: Officer, wish: LiveWish, password: str) -> dict[str, str]:
    found = {}
    if wish.purpose == ViewingPurpose.INVESTIGATION and not _CASE.fullmatch(wish.case_number):
        found["case_number"] = _("Enter the case number of the investigation")
    if not wish.reason:
        found["reason"] = _("Say why you need to see it")
    if not officer.check_password(password):
        found["password"] = _("The password is not right.")
    return found


@signed_in
@require_GET
def watch(request: HttpRequest, officer: Officer) -> HttpResponse:
    """Show what is watched."""
    try:
        act = _current(request, officer)
    except NoLiveError as error:
        return _no(request, officer, error)
    said = act.details
    context = {
        "office": offices()[officer.office],
        "shown": shown.find(act.camera),
        "act": act,
        "purpose": said.purpose.value if isinstance(said, LiveDetails) else "",
        "pseudonym": act.private["pseudonym"],
        "left": round((act.expires - datetime.now(UTC)).total_seconds()) if act.expires else 0,
    }
    return render(request, "looks/watch.html", context)


@signed_in
@require_GET
def picture(request: HttpRequest, officer: Officer) -> HttpResponse:
    """The newest picture of the look that this sign-in has open; nobody else gets it."""
    asked = request.GET.get("after", "")
    after = int(asked) if re.fullmatch(r"[0-9]{1,15}", asked) else 0
    try:
        act = _current(request, officer)
        found = watching().picture(act, after)
        # Asked for again: it may have ended while the recorder was waited for.
        _current(request, officer)
    except NoPictureError as error:
        none = JsonResponse({"code": error.code}, status=error.status)
        # A page asks each second: that a camera pauses is no fault of the portal's, and Django
        # would write one down for each (`django.utils.log.log_response`).
        none._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001
        return none
    except NoLiveError as error:
        return JsonResponse({"code": error.code}, status=error.status)
    answer = HttpResponse(found.content, content_type="image/jpeg")
    delay = (datetime.now(UTC) - found.at).total_seconds()
    answer["X-Habeas-Number"] = str(found.number)
    answer["X-Habeas-Delay"] = f"{max(0.0, delay):.3f}"
    answer["Cache-Control"] = "no-store"
    answer["Content-Disposition"] = "inline"
    return answer


@signed_in
@require_POST
def end(request: HttpRequest, officer: Officer) -> HttpResponse:
    """End it; the log hears of that."""
    key = request.session.pop(_SESSION, None)
    try:
        act = watching().current(viewer(officer), key)
        watching().end(act)
    except NoLiveError:
        return redirect("viewing:choose")
    return redirect("cameras:camera", act.camera)
