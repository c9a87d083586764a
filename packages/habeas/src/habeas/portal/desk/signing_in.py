"""Docs/protocol/desk.md: signing in, and an officer's numbers of the day."""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_http_methods

from habeas.portal.desk.sessions import (
    Session,
    challenge,
    for_desks,
    for_officers,
    sign_in,
    sign_out,
)
from habeas.portal.register.log import followed
from habeas.portal.site.bodies import json_object, raw
from habeas.protocol import MalformedError

_SLOT = re.compile(r"[0-9a-f]{32}")
_MOST_SLOTS = 1000


@for_desks
@require_http_methods(["POST", "OPTIONS"])
def draw_challenge(request: HttpRequest) -> HttpResponse:
    """What an officer of that office has to sign."""
    office = str(json_object(raw(request)).get("office", ""))
    return JsonResponse({"challenge": challenge(office)})


@for_desks
@require_http_methods(["POST", "DELETE", "OPTIONS"])
def sessions(request: HttpRequest) -> HttpResponse:
    """A token, for a signed challenge; or the end of the token that is shown."""
    if request.method == "DELETE":
        sign_out(request)
        return HttpResponse(status=204)
    return JsonResponse(sign_in(json_object(raw(request))))


@for_officers
@require_http_methods(["POST", "OPTIONS"])
def slots(request: HttpRequest, _: Session) -> HttpResponse:
    """How many of the slots, from the first on, stand on the log."""
    asked = json_object(raw(request)).get("slots")
    if not isinstance(asked, list) or len(asked) > _MOST_SLOTS:
        raise MalformedError("The slots are no list, or too many.")
    if not all(isinstance(each, str) and _SLOT.fullmatch(each) for each in asked):
        raise MalformedError("A slot has 16 bytes, hex.")
    known = followed().slots(asked)
    used = 0
    while used < len(asked) and asked[used] in known:
        used += 1
    return JsonResponse({"used": used})
