"""The public register: the log in words, for people who follow no protocol."""

from __future__ import annotations

from collections import Counter

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from habeas.foundation.errors import HabeasError
from habeas.portal.catalogue import offices
from habeas.portal.register.log import followed, log_copy
from habeas.protocol import Entry

_PAGE = 50


def _shown(index: int, content: bytes) -> dict[str, object]:
    try:
        entry: Entry | None = Entry.decode(content)
    except HabeasError:
        entry = None
    return {"index": index, "entry": entry, "text": content.decode(errors="replace")}


@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """What the register is, and figures."""
    copy = followed()
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
        "kinds": [
            (kind, count, round(100 * count / most)) for kind, count in sorted(kinds.items())
        ],
        "asked": [(office, purpose, count) for (office, purpose), count in sorted(asked.items())],
        "newest": [_shown(*row) for row in copy.newest(10)],
    }
    return render(request, "register/overview.html", context)


@require_GET
def entries(request: HttpRequest) -> HttpResponse:
    """Entries, newest first."""
    copy = followed()
    before = request.GET.get("before", "")
    start = min(int(before), copy.size) if before.isdecimal() and len(before) < 19 else copy.size
    rows = [_shown(*row) for row in copy.newest(_PAGE, start)]
    context = {"rows": rows, "older": start - _PAGE if start > _PAGE else None, "size": copy.size}
    return render(request, "register/entries.html", context)


@require_GET
def entry(request: HttpRequest, index: int) -> HttpResponse:
    """One entry, exactly as it stands on the log."""
    if index >= 1 << 62:
        raise Http404
    content = followed().entry(index)
    if content is None:
        raise Http404
    return render(request, "register/entry.html", _shown(index, content))


@require_GET
def check(request: HttpRequest) -> HttpResponse:
    """How to check us: the checkpoint, keys, policy, and other people's software."""
    circle = log_copy().chain.newest.circle
    context = {
        "checkpoint": followed().checkpoint() or "",
        "policy": circle.policy_text("quorum:reading", circle.r),
        "log": circle.log.url,
        "trustees": circle.trustees,
        "circle": log_copy().chain.newest.digest,
    }
    return render(request, "register/check.html", context)
