"""The register of cameras for programs: CSV (RFC 4180), JSON, and news as Atom (RFC 4287)."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict
from datetime import UTC, datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from habeas.cameras import storage
from habeas.foundation.errors import HabeasError
from habeas.portal.cameras import monthly, shown
from habeas.portal.register.log import log_copy
from habeas.protocol import Entry
from habeas.protocol.footage import details_of

#: Entries in the feed.
_NEWS = 50
#: What stands in each line about hours.
_HOURS = ("month", "camera", "hours", "seconds", "frames", "lost", "whole", "looks", "exports")


@require_GET
def looks_csv(_: HttpRequest) -> HttpResponse:
    """One line for each month, camera, office, act and purpose."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["month", "camera", "office", "act", "purpose", "count"])
    for each in log_copy().looks():
        writer.writerow([each.month, each.camera, each.office, each.act, each.purpose, each.count])
    answer = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="cameras.csv"'
    return answer


@require_GET
def looks_json(_: HttpRequest) -> HttpResponse:
    """The same."""
    copy = log_copy()
    return JsonResponse({"size": copy.size, "looks": [asdict(each) for each in copy.looks()]})


@require_GET
def hours_csv(request: HttpRequest) -> HttpResponse:
    """One line for each month and camera: what was recorded, and how often anybody looked."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_HOURS)
    for each in monthly.lines(request.GET.get("month", "")):
        writer.writerow(each.fields().values())
    answer = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="hours.csv"'
    return answer


@require_GET
def hours_json(request: HttpRequest) -> HttpResponse:
    """The same."""
    found = [each.fields() for each in monthly.lines(request.GET.get("month", ""))]
    return JsonResponse({"size": log_copy().size, "hours": found})


@require_GET
def cameras_json(_: HttpRequest) -> HttpResponse:
    """What everybody may know of each camera, and the index of the entry that says so."""
    found = [
        {**each.fields(), "entry": shown.registered(each)} for each in shown.recordings().cameras()
    ]
    return JsonResponse({"cameras": found})


@require_GET
def health_json(_: HttpRequest) -> HttpResponse:
    """How all recorders fare, and the disk."""
    disk = storage.read(shown.recordings().folder)
    cameras = [
        {
            "camera": each.shown.camera.id, "alarms": list(each.alarms),
            "report": each.health.model_dump() if each.health else None,
        }
        for each in shown.fares()
    ]  # fmt: skip
    said = {**disk.model_dump(), "alarms": storage.alarms(disk)}
    return JsonResponse({"cameras": cameras, "storage": said})


@require_GET
def news(request: HttpRequest) -> HttpResponse:
    """The newest entries about cameras: changes, looks, holds; closed hours are left out."""
    base = settings.SITE.portal.rstrip("/")
    feed = Atom1Feed(
        title=_("Cameras"),
        link=f"{base}/cameras/",
        description="",
        feed_url=f"{base}{request.path}",
    )
    for index, content in log_copy().newest_looks(_NEWS):
        try:
            entry = Entry.decode(content)
            row = shown.Row(index, entry, details_of(entry))
        except HabeasError:
            continue
        office = shown.office_name(entry.office or "")
        words = strip_tags(render_to_string("cameras/act.html", {"row": row, "office": office}))
        address = f"{base}/register/entries/{index}/"
        feed.add_item(
            title=f"{row.details.camera}: {' '.join(words.split())}",
            link=address,
            description="",
            unique_id=address,
            updateddate=datetime.fromisoformat(entry.day).replace(tzinfo=UTC),
        )
    return HttpResponse(
        feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8"
    )
