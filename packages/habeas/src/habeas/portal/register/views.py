"""The public register: the log in words, for people who follow no protocol."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from habeas.foundation.errors import HabeasError
from habeas.portal.catalogue import offices
from habeas.portal.register.log import is_old, log_copy
from habeas.protocol import Entry, Kind
from habeas.protocol.keys import Role

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


@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """What the register is, and figures."""
    copy = log_copy()
    kinds: Counter[str] = Counter()
    asked: Counter[tuple[str, str]] = Counter()
    for figure in copy.figures():
        kinds[figure.kind] += figure.count
        if figure.kind == "requested":
            name = offices()[figure.office].name if figure.office in offices() else figure.office
            asked[str(name), figure.purpose] += figure.count
    most = max([*kinds.values(), 1])
    context = {
        "size": copy.size,
        "old": is_old(),
        "kinds": [
            (kind, count, round(100 * count / most)) for kind, count in sorted(kinds.items())
        ],
        "asked": [(office, purpose, count) for (office, purpose), count in sorted(asked.items())],
        "newest": _acts(copy.newest(_FEW))[:_NEWEST],
    }
    return render(request, "register/overview.html", context)


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
    return render(request, "register/entry.html", _shown(index, content))


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
