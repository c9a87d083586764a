"""Docs/protocol/desk.md: signing in, and an officer's numbers of the day."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods
from pydantic import Field

from habeas.portal.desk.sessions import (
    Introduction,
    Session,
    Token,
    challenge,
    for_desks,
    for_officers,
    sign_in,
    sign_out,
)
from habeas.portal.register.log import followed
from habeas.portal.site.calls import ApiAnswer, body, call, say
from habeas.protocol.document import Document, Hex16, Hex32, Slug

_POST = require_http_methods(["POST", "OPTIONS"])


class AskChallenge(Document):
    """The office whose officer signs in."""

    office: Slug


class Challenge(ApiAnswer):
    """What has to be signed; it counts for five minutes, and once."""

    challenge: Hex32


class Slots(Document):
    """Slots of one officer and day, from number 1 on."""

    slots: Annotated[tuple[Hex16, ...], Field(max_length=1000)]


class Used(ApiAnswer):
    """How many of them, from the first on, stand on the log."""

    used: int


@for_desks
@_POST
@call("POST", takes=AskChallenge, gives=Challenge)
def draw_challenge(request: HttpRequest) -> HttpResponse:
    """What an officer of that office has to sign."""
    return say(Challenge(challenge=challenge(body(request, AskChallenge).office)))


@for_desks
@require_http_methods(["POST", "DELETE", "OPTIONS"])
@call("POST", takes=Introduction, gives=Token)
@call("DELETE", status=204, media="", officers=True)
def sessions(request: HttpRequest) -> HttpResponse:
    """A token, for a signed challenge; or the end of the token that is shown."""
    if request.method == "DELETE":
        sign_out(request)
        return HttpResponse(status=204)
    return say(sign_in(body(request, Introduction)))


@for_officers
@_POST
@call("POST", takes=Slots, gives=Used, officers=True)
def slots(request: HttpRequest, _: Session) -> HttpResponse:
    """How many of the slots, from the first on, stand on the log."""
    asked = body(request, Slots).slots
    known = followed().slots(asked)
    used = 0
    while used < len(asked) and asked[used] in known:
        used += 1
    return say(Used(used=used))
