"""Docs/protocol/desk.md: an office's cases, and its officers' signed requests."""

from __future__ import annotations

from typing import Literal

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from habeas.custody import SignedRequest, UnknownPhotoError
from habeas.portal.cases.models import Case
from habeas.portal.desk import cases as desk
from habeas.portal.desk.sessions import Session, SessionError, for_officers
from habeas.portal.site.calls import Said, body, call, say
from habeas.portal.vault.custodian import custody
from habeas.protocol import MalformedError, Promise
from habeas.protocol.document import Count, Document, Hex16, base64_of

_GET = require_http_methods(["GET", "OPTIONS"])
_POST = require_http_methods(["POST", "OPTIONS"])


class Listed(Said):
    """A case in the list; *photo*: whether it has one that can be asked for."""

    reference: str
    service: str
    day: str
    state: Literal["open", "approved", "declined"]
    photo: bool


class Cases(Said):
    """At most 50 cases, oldest first, and whether there are more after them."""

    cases: list[Listed]
    more: bool


class OneCase(Listed):
    """A case; answers and pointer are sealed to the office, base64."""

    answers: str
    pointer: str | None


class PhotoOfCase(Said):
    """A sealed photo, and the number that its next request must have."""

    promise: Promise
    state: Literal["sealed", "closed", "withdrawn", "expired"]
    number: int


class Share(Said):
    """A released share, wrapped to the request's one-time key (base64)."""

    trustee: str
    index: int
    release: str


class Opened(Said):
    """What opens the photo together with the one-time key; *missing* are trustees, with why."""

    index: int
    promise: str
    entry: str
    shares: list[Share]
    missing: dict[str, str]


class CaseDecision(Document):
    """A decision, and the photo to close with it."""

    decision: Literal["approved", "declined"]
    seal_id: Hex16 | None = None


class Unreadable(Document):
    """The request (its index on the log) that opened what cannot be shown, and that photo."""

    index: Count
    seal_id: Hex16 | None = None


class Decided(Said):
    """How the case stands now."""

    reference: str
    state: Literal["approved", "declined"]


class AskedAgain(Said):
    """The case goes on without the photo; another one may be asked for."""

    reference: str
    state: Literal["open"] = "open"
    photo: Literal["asked-again"] = "asked-again"


def _listed(case: Case) -> Listed:
    return Listed.model_validate(
        {
            "reference": case.reference, "service": case.service, "day": case.day.isoformat(),
            "state": case.state, "photo": case.pointer is not None,
        }
    )  # fmt: skip


@for_officers
@_GET
@call("GET", gives=Cases, officers=True, query=("state", "after"))
def cases(request: HttpRequest, session: Session) -> HttpResponse:
    """The office's cases, oldest first."""
    state = request.GET.get("state", Case.State.OPEN)
    found, more = desk.listed(session.office, state, request.GET.get("after", ""))
    return say(Cases(cases=[_listed(each) for each in found], more=more))


@for_officers
@_GET
@call("GET", gives=OneCase, officers=True)
def case(_: HttpRequest, session: Session, reference: str) -> HttpResponse:
    """One case; answers and pointer are sealed to the office."""
    found = desk.find(session.office, reference)
    pointer = None if found.pointer is None else base64_of(bytes(found.pointer))
    answers = base64_of(bytes(found.answers))
    return say(OneCase(**_listed(found).model_dump(), answers=answers, pointer=pointer))


@for_officers
@_GET
@call("GET", gives=PhotoOfCase, officers=True)
def photo(_: HttpRequest, session: Session, seal_id: str) -> HttpResponse:
    """A sealed photo, for whoever can name it; whose case it is, the portal does not know."""
    promise, state, number = _look(session, seal_id)
    return say(PhotoOfCase.model_validate({"promise": promise, "state": state, "number": number}))


@for_officers
@_GET
@call("GET", media="application/octet-stream", officers=True)
def ciphertext(_: HttpRequest, session: Session, seal_id: str) -> HttpResponse:
    """The sealed photo's ciphertext."""
    _look(session, seal_id)
    return HttpResponse(custody().ciphertext(seal_id), content_type="application/octet-stream")


@for_officers
@_POST
@call("POST", takes=SignedRequest, gives=Opened, officers=True)
def opening(request: HttpRequest, session: Session, seal_id: str) -> HttpResponse:
    """An officer's signed request for one photo: on the log first, then to the trustees."""
    signed = body(request, SignedRequest)
    if signed.request.seal_id != seal_id:
        raise MalformedError("The request is for another photo than the address.")
    if (signed.request.office, signed.request.credential) != (session.office, session.credential):
        raise SessionError("The request is signed by somebody else than the session.")
    return say(Opened.model_validate(custody().request(signed).as_json()))


@for_officers
@_POST
@call("POST", takes=CaseDecision, gives=Decided, officers=True)
def decision(request: HttpRequest, session: Session, reference: str) -> HttpResponse:
    """Decide a case; its photo, which the office names, is closed."""
    chosen = body(request, CaseDecision)
    desk.decide(session.office, reference, chosen.decision)
    _close(session, chosen.seal_id, "decided")
    return say(Decided(reference=reference, state=chosen.decision))


@for_officers
@_POST
@call("POST", takes=Unreadable, gives=AskedAgain, officers=True)
def unreadable(request: HttpRequest, session: Session, reference: str) -> HttpResponse:
    """What was sealed is no photo that can be shown: the case goes on without it."""
    said = body(request, Unreadable)
    desk.ask_again(session.office, reference)
    _close(session, said.seal_id, "ended")
    return say(AskedAgain(reference=reference))


def _look(session: Session, seal_id: str) -> tuple[Promise, str, int]:
    """A photo that was promised to the office, its state, and its next number.

    Raises:
        UnknownPhotoError: there is none, or it was promised to others.
    """
    found = custody().look(seal_id)
    if session.office not in found[0].recipients:
        raise UnknownPhotoError("There is no such photo in custody.")
    return found


def _close(session: Session, seal_id: str | None, because: Literal["decided", "ended"]) -> None:
    if seal_id is None:
        return
    try:
        _look(session, seal_id)
        custody().close(seal_id, because)
    except UnknownPhotoError:
        return  # withdrawn, perhaps: then there is nothing to close
