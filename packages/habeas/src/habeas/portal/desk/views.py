"""Where officers work: each office has its desk at an address of its own, never this portal's."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from habeas.portal.vault.custodian import chain


@require_GET
def offices(request: HttpRequest) -> HttpResponse:
    """The offices of the newest circle, and their desks' addresses."""
    language = (get_language() or "en")[:2]
    found = [
        (each.name.ru if language == "ru" else each.name.en, each.origins[0])
        for each in chain().newest.circle.offices
    ]
    return render(request, "desk/offices.html", {"offices": found})
