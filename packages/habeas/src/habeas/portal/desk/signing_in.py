"""Docs/protocol/desk.md: signing in, and an officer's numbers of the day."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods
from pydantic import Field

from habeas.foundation.errors import HabeasError
from habeas.portal.desk import own_sessions
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
from habeas.portal.officers import audit
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


class OwnSession(ApiAnswer):
    """One session: when it began (POSIX seconds), and whether it is the one that asks."""

    name: str
    begun: int
    here: bool


class OwnSessions(ApiAnswer):
    """The newest first. *fresh*: whether the one that asks began lately, and may end others."""

    sessions: list[OwnSession]
    fresh: bool


class Ending(Document):
    """The session to end, by its name; all but the one that asks where none is named."""

    session: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")] | None = None


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
    try:
        return say(sign_in(body(request, Introduction)))
    except HabeasError as error:
        audit.note("denied", how="desk", because=error.code)
        raise


@for_officers
@require_http_methods(["GET", "OPTIONS"])
@call("GET", gives=OwnSessions, officers=True)
def own(_: HttpRequest, session: Session) -> HttpResponse:
    """The officer's own sessions that go on."""
    return _own(session)


@for_officers
@_POST
@call("POST", takes=Ending, gives=OwnSessions, officers=True)
def ending(request: HttpRequest, session: Session) -> HttpResponse:
    """End one of them, or all others: within ten minutes after signing in."""
    which = body(request, Ending).session
    own_sessions.end_others(session.token, session.person, session.version, which)
    return _own(session)


def _own(session: Session) -> HttpResponse:
    here = own_sessions.mark_of(session.token)
    found = [
        OwnSession(name=each.name, begun=each.at, here=each.mark == here)
        for each in own_sessions.of(session.person, session.version)
    ]
    return say(OwnSessions(sessions=found, fresh=own_sessions.is_fresh(session.token)))


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
