"""Whether the portal can serve."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

from habeas.portal.cases.models import Case


@require_GET
def health(_: HttpRequest) -> HttpResponse:
    """200 while the database answers."""
    Case.objects.exists()
    return JsonResponse({"ok": True})
