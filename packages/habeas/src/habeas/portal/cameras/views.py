"""The register of cameras: where they stand, why, who may look, and what the log says."""

from __future__ import annotations

from datetime import UTC, date, datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from habeas.cameras import health, storage
from habeas.portal.cameras import grounds, monthly, plan, shown, versions

_PAGE = 50


@require_safe
def cameras(request: HttpRequest) -> HttpResponse:
    """All cameras: a plan, and the same as a list."""
    every = [shown.show(each) for each in shown.recordings().cameras()]
    standing = [each for each in every if not each.camera.until]
    places = [
        (
            each.camera.latitude,
            each.camera.longitude,
            str(each.name),
            reverse("cameras:camera", args=[each.camera.id]),
        )
        for each in standing
    ]
    context = {
        "cameras": standing,
        "looks": shown.looks()[:_PAGE],
        "gone": [each for each in every if each.camera.until],
        "plan": plan.draw(places, grounds.read(shown.recordings().folder)) if places else None,
    }
    return render(request, "cameras/list.html", context)


@require_safe
def camera(request: HttpRequest, camera: str) -> HttpResponse:
    """One camera, and its entries on the log."""
    found = shown.find(camera)
    rows = shown.rows(camera, _PAGE, _index(request, "before"))
    hours = shown.hours(camera, _PAGE, _index(request, "hours"))
    said = health.read(shown.recordings().place(camera), datetime.now(UTC))
    context = {
        "shown": found,
        "camera": found.camera,
        "sample": shown.recordings().sample(camera) is not None,
        "registered": shown.registered(found.camera),
        "health": said,
        "alarms": [] if found.camera.until else health.alarms(said, datetime.now(UTC)),
        "rows": [(row, shown.office_name(row.entry.office or "")) for row in rows],
        "watched": shown.watched(camera),
        "looks": shown.looks(camera),
        "months": monthly.of_camera(camera),
        "versions": versions.versions(camera),
        "older": rows[-1].index if len(rows) == _PAGE else None,
        "hours": [(row, "") for row in hours],
        "older_hours": hours[-1].index if len(hours) == _PAGE else None,
    }
    return render(request, "cameras/camera.html", context)


def _index(request: HttpRequest, name: str) -> int | None:
    """The place on a log below which a list goes on, if the address says one."""
    said = request.GET.get(name, "")
    return int(said) if said.isdecimal() and len(said) < 19 else None


@require_safe
def hours_page(request: HttpRequest) -> HttpResponse:
    """What all cameras recorded in a month, and how often anybody looked."""
    months = monthly.months()
    asked = request.GET.get("month", "")
    month = asked if asked in months else next(iter(months), "")
    lines = monthly.of_month(month, _PAGE + 1, request.GET.get("after", "")) if month else []
    context = {
        "month": date.fromisoformat(f"{month}-01") if month else None,
        "months": [date.fromisoformat(f"{each}-01") for each in months],
        "lines": lines[:_PAGE],
        "after": lines[_PAGE - 1].camera if len(lines) > _PAGE else None,
    }
    return render(request, "cameras/hours.html", context)


@require_safe
def health_page(request: HttpRequest) -> HttpResponse:
    """How all recorders fare: the same for their operator and for everybody."""
    disk = storage.read(shown.recordings().folder)
    context = {
        "rows": shown.fares(),
        "disk": disk,
        "disk_alarms": storage.alarms(disk),
        "disk_percent": 100 * disk.free / disk.total if disk.total else None,
        "now": datetime.now(UTC),
    }
    return render(request, "cameras/health.html", context)


@require_safe
def ground(_: HttpRequest) -> HttpResponse:
    """The operator's own picture of the city, under the plan."""
    found = grounds.read(shown.recordings().folder)
    if found is None:
        raise Http404
    return HttpResponse(found.file.read_bytes(), content_type=found.kind)


@require_safe
def sample(request: HttpRequest, camera: str) -> HttpResponse:  # noqa: ARG001 - as every view
    """The covered sample picture."""
    shown.find(camera)
    picture = shown.recordings().sample(camera)
    if picture is None:
        raise Http404
    return HttpResponse(picture, content_type="image/jpeg")
