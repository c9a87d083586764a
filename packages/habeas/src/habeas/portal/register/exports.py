"""The register for programs: acts as CSV (RFC 4180) and JSON, and news as Atom (RFC 4287)."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from habeas.foundation.errors import HabeasError
from habeas.portal.catalogue import office_name
from habeas.portal.register.log import log_copy
from habeas.portal.register.words import explained, month_name, purpose_name, sentence
from habeas.protocol import Entry

#: Entries in the feed.
_NEWS = 50
#: What spreadsheets begin formulas with (OWASP, *CSV Injection*).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@require_GET
def acts_csv(_: HttpRequest) -> HttpResponse:
    """One line for each month, office, purpose and outcome; counts are acts."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["month", "office", "purpose", "outcome", "code", "count"])
    for each in log_copy().acts().acts:
        where = [each.month, *map(_cell, (each.office, each.purpose))]
        writer.writerow([*where, "asked", "", each.asked])
        writer.writerow([*where, "opened-at-most", "", each.opened])
        for code, count in each.refused.items():
            writer.writerow([*where, "refused", _cell(code), count])
    answer = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="register.csv"'
    return answer


def _cell(text: str) -> str:
    """Text that no spreadsheet takes for a formula, whoever has written it on the log."""
    return f"'{text}" if text.startswith(_FORMULA) else text


@require_GET
def acts_json(_: HttpRequest) -> HttpResponse:
    """The same, and what became of photos; docs/journalist.md says what each figure means."""
    copy = log_copy()
    register = copy.acts()
    return JsonResponse(
        {
            "size": copy.size,
            "acts": [
                {
                    "month": each.month, "office": each.office, "purpose": each.purpose,
                    "asked": each.asked, "opened_at_most": each.opened,
                    "refused": dict(each.refused),
                }
                for each in register.acts
            ],
            "photos": [
                {
                    "month": each.month, "sealed": each.sealed, "withdrawn": each.withdrawn,
                    "ended": each.ended,
                }
                for each in register.photos
            ],
            "alive": register.alive, "withdrawn": register.withdrawn,
            "expired": register.expired,
        }
    )  # fmt: skip


@require_GET
def news(request: HttpRequest) -> HttpResponse:
    """The newest entries, and months in words."""
    copy = log_copy()
    base = settings.SITE.portal.rstrip("/")
    feed = Atom1Feed(
        title=_("Public register"),
        link=f"{base}/register/",
        description="",
        feed_url=f"{base}{request.path}",
    )
    register = copy.acts()
    for month in reversed(register.months[-12:]):
        feed.add_item(
            title=month_name(month),
            link=f"{base}/register/months/{month}/",
            description=sentence(register, month),
            unique_id=f"{base}/register/months/{month}/",
            updateddate=_moment(f"{month}-01"),
        )
    for index, content in copy.newest(_NEWS):
        try:
            entry = Entry.decode(content)
        except HabeasError:
            continue
        who = office_name(entry.office) if entry.office else ""
        why = purpose_name(entry.purpose) if entry.purpose else ""
        address = f"{base}/register/entries/{index}/"
        feed.add_item(
            title=" · ".join(filter(None, [f"#{index}", entry.kind.value, who, why])),
            link=address,
            description=explained(entry.kind.value),
            unique_id=address,
            updateddate=_moment(entry.day),
        )
    return HttpResponse(
        feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8"
    )


def _moment(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC)
