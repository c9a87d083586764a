"""An officer's own sessions: seen, and ended from any of them (ASVS 5.0, 7.5.2)."""

from __future__ import annotations

from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from habeas.foundation.errors import HabeasError
from habeas.portal.catalogue import offices
from habeas.portal.officers import sessions
from habeas.portal.officers.access import signed_in
from habeas.portal.officers.models import Officer
from habeas.portal.site.problems import page


class NotFreshError(HabeasError):
    """Somebody who found a browser open would end the sessions of whoever it belongs to."""

    code = "sign-in-again"
    status = 403


@require_GET
@signed_in
def shown(request: HttpRequest, officer: Officer) -> HttpResponse:
    """When each of the officer's sessions began and was last used."""
    found = [
        {
            "id": each.id, "here": sessions.is_here(request, each),
            "begun": datetime.fromtimestamp(each.begun, UTC),
            "seen": datetime.fromtimestamp(each.seen, UTC),
        }
        for each in sessions.open_of(officer)
    ]  # fmt: skip
    context = {
        "sessions": found, "fresh": sessions.is_fresh(request), "most": sessions.MOST,
        "office": offices()[officer.office],
    }  # fmt: skip
    return render(request, "officers/sessions.html", context)


@require_POST
@signed_in
def ended(request: HttpRequest, officer: Officer) -> HttpResponse:
    """End one of them, or all others."""
    if not sessions.is_fresh(request):
        return page(
            request,
            NotFreshError(_("You signed in too long ago to do this."), _("Sign in again first.")),
        )
    sessions.end_others(request, officer, request.POST.get("session", ""))
    return redirect("officers:sessions")
