"""The circle, and withdrawal, for programs."""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from habeas.portal.site.bodies import json_object, raw
from habeas.portal.vault.custodian import custody, in_force
from habeas.protocol import MalformedError

_SECRET = re.compile(r"[0-9a-f]{64}")


@require_GET
def circle(_: HttpRequest) -> HttpResponse:
    """The note of the circle in force."""
    return JsonResponse({"circle": in_force().note})


@csrf_exempt
@require_POST
def withdraw(request: HttpRequest, seal_id: str) -> HttpResponse:
    """Withdraw a photo with its secret; ask again until nobody owes."""
    secret = json_object(raw(request)).get("secret")
    if not isinstance(secret, str) or not _SECRET.fullmatch(secret):
        raise MalformedError("The withdrawal secret has 32 bytes, hex.")
    done = custody().withdraw(seal_id, bytes.fromhex(secret))
    answer = {
        "complete": done.complete,
        "statements": done.statements,
        "never_held": list(done.never_held),
        "owed": done.owed,
    }
    return JsonResponse(answer)
