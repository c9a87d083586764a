"""What a receipt shows, and withdrawal, for programs. The body is the receipt."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from habeas.portal.receipts.history import as_json
from habeas.portal.receipts.history import history as find
from habeas.portal.site.bodies import raw
from habeas.portal.vault.custodian import custody
from habeas.protocol import Receipt


@csrf_exempt
@require_POST
def history(request: HttpRequest) -> HttpResponse:
    """Every act on a receipt's photo."""
    return JsonResponse(as_json(find(Receipt.decode(raw(request)))))


@csrf_exempt
@require_POST
def withdraw(request: HttpRequest) -> HttpResponse:
    """Withdraw a receipt's photo."""
    done = custody().withdraw(Receipt.decode(raw(request)))
    answer = {"statements": done.statements, "owed": done.owed, "index": done.index}
    return JsonResponse(answer)
