"""Viewing recordings, for officers whose office a camera's public entry names."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from habeas.cameras.quota import LookQuotaError
from habeas.cameras.recordings import RecordingError
from habeas.cameras.viewers import may_view
from habeas.cameras.viewing import NoViewingError, Viewing
from habeas.custody import RefusedError
from habeas.portal.cameras import shown
from habeas.portal.catalogue import offices
from habeas.portal.officers.access import signed_in
from habeas.portal.officers.models import Officer
from habeas.portal.viewing.archive import Moment, strip, time_line
from habeas.portal.viewing.forms import MINUTES, Form
from habeas.portal.viewing.viewings import refuse, viewer, viewings
from habeas.protocol.footage import PublicCamera, ViewingPurpose

#: Where a session keeps the key of its viewing.
_SESSION = "viewing"
_RANGE = re.compile(r"bytes=([0-9]{1,12})-([0-9]{0,12})")


def _no(
    request: HttpRequest, officer: Officer, error: RefusedError | NoViewingError
) -> HttpResponse:
    context = {"problem": error, "office": offices()[officer.office]}
    return render(request, "viewing/refused.html", context, status=403)


def _current(request: HttpRequest, officer: Officer) -> Viewing:
    return viewings().current(viewer(officer), request.session.get(_SESSION))


@signed_in
@require_GET
def choose(request: HttpRequest, officer: Officer) -> HttpResponse:
    """The cameras whose recordings the officer's office may view."""
    place = shown.recordings()
    context = {
        "office": offices()[officer.office],
        "cameras": [
            (shown.show(each), place.span(each.id))
            for each in place.cameras()
            if may_view(officer.office, each)
        ],
    }
    return render(request, "viewing/choose.html", context)


@signed_in
@require_GET
def archive(request: HttpRequest, officer: Officer, camera: str) -> HttpResponse:
    """The time line of a camera, from which a span is chosen."""
    found = shown.find(camera)
    if not may_view(officer.office, found.camera):
        return _not_named(request, officer)
    now = datetime.now(UTC)
    span = shown.recordings().span(camera)
    newest = Moment((span[1] if span else now).replace(minute=0, second=0, microsecond=0), True)
    moment = Moment.parse(request.GET.get("at", "")) or newest
    context = {
        "office": offices()[officer.office],
        "shown": found,
        "camera": found.camera,
        "span": span,
        "line": time_line(shown.recordings(), found.camera, moment, now),
        "before": moment.day - timedelta(days=1),
        "after": moment.day + timedelta(days=1) if moment.day.date() < now.date() else None,
        "minutes": MINUTES,
    }
    return render(request, "viewing/archive.html", context)


def _not_named(request: HttpRequest, officer: Officer) -> HttpResponse:
    return _no(
        request,
        officer,
        NoViewingError(
            _("Your office is not among those that may view."),
            _("Who may view is part of the camera’s public entry, and changes only there."),
        ),
    )


@signed_in
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, officer: Officer, camera: str) -> HttpResponse:
    """Ask for a span of one camera; when the log has it, it plays."""
    found = shown.find(camera)
    now = datetime.now(UTC)
    if request.method == "GET" and not may_view(officer.office, found.camera):
        return _not_named(request, officer)
    span = shown.recordings().span(camera)
    form = Form(request.POST.dict())
    if request.method == "POST":
        answer = _begin(request, officer, found.camera, form, now)
        if answer is not None:
            return answer
    elif "day" in request.GET:
        # Chosen on the time line.
        form.data = {each: request.GET.get(each, "") for each in ("day", "time", "minutes")}
    elif span is not None:
        begin = max(span[0], span[1] - timedelta(minutes=1))
        form.data = {"day": f"{begin:%Y-%m-%d}", "time": f"{begin:%H:%M:%S}", "minutes": "1"}
    context = {
        "office": offices()[officer.office],
        "shown": found,
        "camera": found.camera,
        "span": span,
        "form": form,
        "minutes": [(str(each), str(each) == form.data.get("minutes")) for each in MINUTES],
        "purposes": list(ViewingPurpose),
    }
    return render(request, "viewing/ask.html", context)


def _begin(
    request: HttpRequest, officer: Officer, camera: PublicCamera, form: Form, now: datetime
) -> HttpResponse | None:
    """Begin what the form asks for, or refuse it in public; None where the form says what is wrong.

    Nothing is logged before the officer's password is right.
    """
    password = form.data.pop("password", "")
    wish = form.wish(now)
    if not officer.check_password(password):
        form.errors["password"] = _("The password is not right.")
        return None
    refused = refuse(officer, camera, wish)
    if refused is not None:
        return _no(request, officer, refused)
    if not form.errors and wish.end > now:
        form.errors["day"] = _("The time must be in the past; times are UTC")
    if not form.errors and not viewings().segments(camera, wish):
        form.errors["day"] = _("Nothing was recorded then, or it was deleted since")
    if form.errors:
        return None
    try:
        viewing = viewings().begin(viewer(officer), camera, wish)
    except LookQuotaError as error:
        form.errors["day"] = f"{_(error.cause)} {_(error.remedy)}"
        return None
    request.session[_SESSION] = viewing.key
    return redirect("viewing:watch")


@signed_in
@require_GET
def watch(request: HttpRequest, officer: Officer) -> HttpResponse:
    """Play what was logged."""
    try:
        viewing = _current(request, officer)
    except NoViewingError as error:
        return _no(request, officer, error)
    context = {
        "office": offices()[officer.office],
        "viewing": viewing,
        "shown": shown.find(viewing.camera),
        "starts": ",".join(f"{each.timestamp():.3f}" for each in viewing.segments),
        "begin": f"{viewing.wish.start.timestamp():.3f}",
        "end": f"{viewing.wish.end.timestamp():.3f}",
        "seconds": 60 * viewing.wish.minutes,
        "strip": strip(shown.recordings(), viewing.camera, viewing.wish.start, viewing.wish.end),
    }
    return render(request, "viewing/watch.html", context)


@signed_in
@require_POST
def close(_: HttpRequest, officer: Officer) -> HttpResponse:
    """End the viewing."""
    viewings().end_all(viewer(officer))
    return redirect("viewing:choose")


@signed_in
@require_GET
def segment(request: HttpRequest, officer: Officer, number: int) -> HttpResponse:
    """One segment of the viewing that this sign-in has open; nobody else gets it."""
    try:
        content = viewings().content(_current(request, officer), number)
    except NoViewingError as error:
        return _no(request, officer, error)
    except RecordingError as error:
        return HttpResponse(error.cause, status=410, content_type="text/plain; charset=utf-8")
    answer = _ranged(content, request.headers.get("range", ""))
    answer["Accept-Ranges"] = "bytes"
    answer["Cache-Control"] = "no-store"
    answer["Content-Disposition"] = "inline"
    return answer


def _ranged(content: bytes, asked: str) -> HttpResponse:
    """RFC 9110 section 14: one range, which some players do not play without."""
    found = _RANGE.fullmatch(asked.strip())
    if found is None:
        return HttpResponse(content, content_type="video/mp4")
    first = int(found[1])
    last = min(int(found[2]) if found[2] else len(content) - 1, len(content) - 1)
    if first > last:
        answer = HttpResponse(status=416)
        answer["Content-Range"] = f"bytes */{len(content)}"
        return answer
    answer = HttpResponse(content[first : last + 1], status=206, content_type="video/mp4")
    answer["Content-Range"] = f"bytes {first}-{last}/{len(content)}"
    return answer
