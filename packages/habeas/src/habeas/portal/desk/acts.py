"""Docs/protocol/desk.md: what officers do to a case: decide, hand over, note, let go."""

from __future__ import annotations

from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods
from pydantic import Field

from habeas.custody import UnknownPhotoError
from habeas.portal.cases.models import Case
from habeas.portal.desk import cases as desk
from habeas.portal.desk.api import OneCase, shown, today
from habeas.portal.desk.photos import look
from habeas.portal.desk.sessions import Session, for_officers
from habeas.portal.site.bodies import BadRequestError
from habeas.portal.site.calls import ApiAnswer, body, call, say
from habeas.portal.vault.custodian import custody
from habeas.protocol import Purpose
from habeas.protocol.case_note import MAX_SEALED_NOTE
from habeas.protocol.document import BASE64, Count, Document, Hex16, Hex32, unbase64

_POST = require_http_methods(["POST", "OPTIONS"])
#: A note sealed to the office, base64.
SealedNote = Annotated[str, Field(max_length=2 * MAX_SEALED_NOTE, pattern=BASE64)]


class CaseDecision(Document):
    """A decision; the photo to close, or to keep for *later* purposes; the office's note."""

    decision: Literal["approved", "declined"]
    seal_id: Hex16 | None = None
    later: tuple[Annotated[Purpose, Field(strict=False)], ...] | None = None
    note: SealedNote | None = None


class Unreadable(Document):
    """The request (its index on the log) that opened what cannot be shown, and that photo."""

    index: Count
    seal_id: Hex16 | None = None


class Holder(Document):
    """Whose the case is from now on: the name of an officer's published file; none for nobody."""

    holder: Hex32 | None = None
    note: SealedNote | None = None


class Written(Document):
    """A note sealed to the office."""

    note: SealedNote


class LetGo(Document):
    """Nothing more will be asked about this photo."""

    seal_id: Hex16 | None = None
    note: SealedNote | None = None


class AskedAgain(ApiAnswer):
    """The case goes on without the photo; another one may be asked for."""

    reference: str
    state: Literal["open"] = "open"
    photo: Literal["asked-again"] = "asked-again"


def _note(text: str | None) -> bytes | None:
    if text is None:
        return None
    try:
        return unbase64(text)
    except ValueError as error:
        raise BadRequestError("The note is no base64.") from error


def _now(session: Session, reference: str) -> HttpResponse:
    return say(shown(desk.find(session.office, reference), session))


@for_officers
@_POST
@call("POST", takes=CaseDecision, gives=OneCase, officers=True)
def decision(request: HttpRequest, session: Session, reference: str) -> HttpResponse:
    """Decide a case; its photo, which the office names, is closed now or after later purposes.

    Where the office wants a second person, the first call proposes and that of another officer
    decides.
    """
    said = body(request, CaseDecision)
    chosen = desk.Chosen(said.decision, said.later or (), _note(said.note))
    decided = desk.decide(session.office, reference, chosen, session.person, today())
    if decided.state != Case.State.OPEN:
        until = decided.pointer_until
        _close(session, said.seal_id, "decided", None if until is None else until.isoformat())
    return _now(session, reference)


@for_officers
@_POST
@call("POST", takes=Unreadable, gives=AskedAgain, officers=True)
def unreadable(request: HttpRequest, session: Session, reference: str) -> HttpResponse:
    """What was sealed is no photo that can be shown: the case goes on without it."""
    said = body(request, Unreadable)
    desk.ask_again(session.office, reference)
    _close(session, said.seal_id, "ended")
    return say(AskedAgain(reference=reference))


@for_officers
@_POST
@call("POST", takes=Holder, gives=OneCase, officers=True)
def holder(request: HttpRequest, session: Session, reference: str) -> HttpResponse:
    """Hand an open case over, to another officer or to nobody."""
    said = body(request, Holder)
    desk.hand_over(session.office, reference, said.holder or "", _note(said.note))
    return _now(session, reference)


@for_officers
@_POST
@call("POST", takes=Written, gives=OneCase, officers=True)
def notes(request: HttpRequest, session: Session, reference: str) -> HttpResponse:
    """Keep a note with the case."""
    desk.write(session.office, reference, _note(body(request, Written).note) or b"")
    return _now(session, reference)


@for_officers
@_POST
@call("POST", takes=LetGo, gives=OneCase, officers=True)
def closing(request: HttpRequest, session: Session, reference: str) -> HttpResponse:
    """Nothing more will be asked about the photo of a decided case: it is closed now."""
    said = body(request, LetGo)
    desk.let_go(session.office, reference, _note(said.note))
    _close(session, said.seal_id, "decided")
    return _now(session, reference)


def _close(
    session: Session,
    seal_id: str | None,
    because: Literal["decided", "ended"],
    after: str | None = None,
) -> None:
    """Close a photo of the office, or leave that to the round after a day."""
    if seal_id is None:
        return
    try:
        look(session, seal_id)
        if after is None:
            custody().close(seal_id, because)
        else:
            custody().close_after(seal_id, after)
    except UnknownPhotoError:
        return  # withdrawn, perhaps: then there is nothing to close
