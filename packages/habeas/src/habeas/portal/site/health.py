"""Whether the portal can serve."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from habeas.portal.cases.models import Case
from habeas.portal.site.calls import Said, call, say


class Healthy(Said):
    """The portal can serve."""

    ok: bool


@require_GET
@call("GET", gives=Healthy)
def health(_: HttpRequest) -> HttpResponse:
    """200 while the database answers."""
    Case.objects.exists()
    return say(Healthy(ok=True))
