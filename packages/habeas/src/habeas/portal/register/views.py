"""The public register: the log in words, for people who follow no protocol."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from habeas.foundation.errors import HabeasError
from habeas.portal.catalogue import office_name
from habeas.portal.register import code
from habeas.portal.register.charts import Chart, chart
from habeas.portal.register.log import is_old, log_copy
from habeas.portal.register.seen import seen
from habeas.portal.register.words import (
    explained,
    month_name,
    purpose_name,
    reason_name,
    refusals,
    sentence,
)
from habeas.protocol import Entry, Kind
from habeas.protocol.app import AppDiffersDetails
from habeas.protocol.keys import Role
from habeas.register.code import differences, last_seen
from habeas.register.months import Acts, Register

_PAGE = 50
#: So many entries may have come since the copy was followed.
_AHEAD = 10_000
#: Acts on the first page, and entries that are looked at for them.
_NEWEST, _FEW = 10, 30


class NotFollowedYetError(HabeasError):
    """An entry that may stand on the log, and not in this copy yet."""

    code = "not-followed-yet"
    status = 404


def _shown(index: int, content: bytes) -> dict[str, object]:
    try:
        entry: Entry | None = Entry.decode(content)
    except HabeasError:
        entry = None
    return {"index": index, "entry": entry, "text": content.decode(errors="replace")}


def _acts(rows: Iterable[tuple[int, bytes]]) -> list[dict[str, object]]:
    """Rows of a list: a withdrawal of which several tell is one act, at its first entry."""
    copy = log_copy()
    shown = []
    for index, content in rows:
        row = _shown(index, content)
        entry = row["entry"]
        if isinstance(entry, Entry) and entry.kind is Kind.WITHDRAWN and entry.details:
            told = copy.told(str(entry.details["promise"]))
            if told and index != told[0][0]:
                continue
            writers = {each.writer for _, each in told}
            known = copy.chain.writers
            row["trustees"] = sum(
                each in known and known[each].role is Role.TRUSTEE for each in writers
            )
        shown.append(row)
    return shown


#: Months that the chart and the table of the first page show.
_MONTHS = 12


def _of_months(register: Register, months: tuple[str, ...]) -> list[dict[str, object]]:
    """Figures of each month, newest first."""
    photos = {each.month: each for each in register.photos}
    return [
        {
            "month": month,
            "name": month_name(month),
            "asked": sum(each.asked for each in register.of_month(month)),
            "opened": sum(each.opened for each in register.of_month(month)),
            "refused": refusals(register.of_month(month)),
            "photos": photos[month],
        }
        for month in reversed(months)
    ]


def _drawn(rows: list[dict[str, object]]) -> Chart:
    """The chart of such rows, oldest month first."""
    return chart(
        [
            (
                str(each["month"])[5:],
                f"{each['name']}: {each['asked']} / {each['opened']}",
                int(str(each["asked"])),
                int(str(each["opened"])),
            )
            for each in reversed(rows)
        ]
    )


@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """What the register is, the last months in words and figures, and what happened last."""
    copy = log_copy()
    register = copy.acts()
    months = register.months[-_MONTHS:]
    rows = _of_months(register, months)
    context = {
        "size": copy.size,
        "old": is_old(),
        "register": register,
        "rows": rows,
        "chart": _drawn(rows) if rows else None,
        "asked": any(each.asked for each in register.acts),
        "said": [(month, month_name(month), sentence(register, month)) for month in months[-2:]],
        "kinds": _kinds(),
        "offices": _offices(register),
        "newest": _acts(copy.newest(_FEW))[:_NEWEST],
    }
    return render(request, "register/overview.html", context)


def _kinds() -> list[tuple[str, int, int]]:
    """Kinds of entries, how many of each, and that in per cent of the most frequent."""
    kinds: Counter[str] = Counter()
    for figure in log_copy().figures():
        kinds[figure.kind] += figure.count
    most = max([*kinds.values(), 1])
    return [(kind, count, round(100 * count / most)) for kind, count in sorted(kinds.items())]


def _offices(register: Register) -> list[tuple[str, str]]:
    return [(each, office_name(each)) for each in sorted({a.office for a in register.acts})]


def _table(register: Register, acts: tuple[Acts, ...]) -> dict[str, object]:
    """Acts as rows: office, purpose, figures, and refusals with their reasons."""
    return {
        "offices": _offices(register),
        "acts": [
            {"act": each, "office": office_name(each.office), "month": month_name(each.month),
             "purpose": purpose_name(each.purpose)}
            for each in acts
        ],
        "refusals": [
            (office_name(each.office), purpose_name(each.purpose), month_name(each.month),
             reason_name(code), code, count)
            for each in acts
            for code, count in each.refused.items()
        ],
    }  # fmt: skip


@require_GET
def month(request: HttpRequest, month: str) -> HttpResponse:
    """One month at its permanent address: acts by office and purpose, refusals with reasons."""
    register = log_copy().acts()
    if month not in register.months:
        raise Http404
    context = {
        "month": month,
        "name": month_name(month),
        "sentence": sentence(register, month),
        "photos": next(each for each in register.photos if each.month == month),
        "old": is_old(),
        **_table(register, register.of_month(month)),
    }
    return render(request, "register/month.html", context)


@require_GET
def office(request: HttpRequest, office: str) -> HttpResponse:
    """All months of one office."""
    register = log_copy().acts()
    acts = tuple(each for each in reversed(register.acts) if each.office == office)
    if not acts:
        raise Http404
    context = {"name": office_name(office), "old": is_old(), **_table(register, acts)}
    return render(request, "register/office.html", context)


@require_GET
def trustees(request: HttpRequest) -> HttpResponse:
    """Whether each trustee answers, as this portal's worker has seen it, and when."""
    found, circle = seen(), log_copy().chain.newest.circle
    context = {
        "trustees": [(each, found.now().get(each.name)) for each in circle.trustees],
        "age": found.age(),
        "old": is_old(),
    }
    return render(request, "register/trustees.html", context)


@require_GET
def entries(request: HttpRequest) -> HttpResponse:
    """Entries, newest first."""
    copy = log_copy()
    before = request.GET.get("before", "")
    start = min(int(before), copy.size) if before.isdecimal() and len(before) < 19 else copy.size
    rows = _acts(copy.newest(_PAGE, start))
    context = {
        "rows": rows,
        "older": start - _PAGE if start > _PAGE else None,
        "size": copy.size,
        "old": is_old(),
    }
    return render(request, "register/entries.html", context)


@require_GET
def entry(request: HttpRequest, index: int) -> HttpResponse:
    """One entry, exactly as it stands on the log."""
    if index >= 1 << 62:
        raise Http404
    copy = log_copy()
    content = copy.entry(index)
    if content is None and index < copy.size + _AHEAD:
        # Whoever has just acted is sent here, and this copy may be a few seconds behind.
        raise NotFollowedYetError(
            _("The register does not show this entry yet."),
            _("It shows what stood on the log a few seconds ago. Load this page again."),
        )
    if content is None:
        raise Http404
    shown = _shown(index, content)
    found = shown["entry"]
    if isinstance(found, Entry):
        shown |= {
            "office": office_name(found.office) if found.office else "",
            "purpose": purpose_name(found.purpose) if found.purpose else "",
            "reason": reason_name(found.code) if found.code else "",
            "explained": explained(found.kind.value),
            "month": found.day[:7],
        }
    return render(request, "register/entry.html", shown)


@require_GET
def check(request: HttpRequest) -> HttpResponse:
    """How to check us: the checkpoint, keys, policy, and other people's software."""
    circle = log_copy().chain.newest.circle
    context = {
        "checkpoint": log_copy().checkpoint() or "",
        "policy": circle.policy_text("quorum:reading", circle.r),
        "log": circle.log.url,
        "trustees": circle.trustees,
        "circle": log_copy().chain.newest.digest,
    }
    return render(request, "register/check.html", context)


@require_GET
def app_code(request: HttpRequest) -> HttpResponse:
    """Which release of the app runs on people's devices, who vouches for it, who has looked."""
    copy = log_copy()
    release = code.releases().newest
    circle = copy.chain.newest.circle
    evidence = {each.name: f"{each.url}/v2/app-evidence" for each in circle.trustees}
    found = [
        {
            "index": each.index, "day": each.day, "details": each.details,
            "url": f"{evidence[each.details.trustee]}/{each.details.got}"
            if isinstance(each.details, AppDiffersDetails)
            and each.details.got
            and each.details.trustee in evidence
            else "",
        }
        for each in differences(copy, _FEW)
    ]  # fmt: skip
    context = {
        "release": release, "k": circle.k, "served": code.is_served(), "old": is_old(),
        "rebuilt": release is not None and any(each.how == "rebuilt" for each in release.words),
        "seen": last_seen(copy), "differences": found, "portal": circle.custodian.portal,
    }  # fmt: skip
    return render(request, "register/code.html", context)


@require_GET
def app_manifest(_: HttpRequest) -> HttpResponse:
    """The manifest of the newest release, canonical, as trustees vouch for it."""
    release = code.releases().newest
    if release is None:
        raise Http404
    return HttpResponse(release.manifest.encode(), content_type="application/json")
