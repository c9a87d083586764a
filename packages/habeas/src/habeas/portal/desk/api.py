"""Docs/protocol/desk.md: an office's cases, and its officers' signed requests."""

from __future__ import annotations

from typing import Any, Literal

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_http_methods

from habeas.custody import SignedRequest, UnknownPhotoError
from habeas.portal.cases.models import Case
from habeas.portal.desk import cases as desk
from habeas.portal.desk.sessions import Session, SessionError, for_officers
from habeas.portal.site.bodies import json_object, raw
from habeas.portal.vault.custodian import custody
from habeas.protocol import MalformedError, Promise
from habeas.protocol.document import base64_of

_GET = require_http_methods(["GET", "OPTIONS"])
_POST = require_http_methods(["POST", "OPTIONS"])


def _listed(case: Case) -> dict[str, Any]:
    return {
        "reference": case.reference,
        "service": case.service,
        "day": case.day.isoformat(),
        "state": case.state,
        "photo": case.pointer is not None,
    }


@for_officers
@_GET
def cases(request: HttpRequest, session: Session) -> HttpResponse:
    """The office's cases, oldest first."""
    state = request.GET.get("state", Case.State.OPEN)
    found, more = desk.listed(session.office, state, request.GET.get("after", ""))
    return JsonResponse({"cases": [_listed(each) for each in found], "more": more})


@for_officers
@_GET
def case(_: HttpRequest, session: Session, reference: str) -> HttpResponse:
    """One case; answers and pointer are sealed to the office."""
    found = desk.find(session.office, reference)
    pointer = None if found.pointer is None else base64_of(bytes(found.pointer))
    answers = base64_of(bytes(found.answers))
    return JsonResponse({**_listed(found), "answers": answers, "pointer": pointer})


@for_officers
@_GET
def photo(_: HttpRequest, session: Session, seal_id: str) -> HttpResponse:
    """A sealed photo, for whoever can name it; whose case it is, the portal does not know."""
    promise, state, number = _look(session, seal_id)
    return JsonResponse({"promise": promise.fields(), "state": state, "number": number})


@for_officers
@_GET
def ciphertext(_: HttpRequest, session: Session, seal_id: str) -> HttpResponse:
    """The sealed photo's ciphertext."""
    _look(session, seal_id)
    return HttpResponse(custody().ciphertext(seal_id), content_type="application/octet-stream")


@for_officers
@_POST
def opening(request: HttpRequest, session: Session, seal_id: str) -> HttpResponse:
    """An officer's signed request for one photo: on the log first, then to the trustees."""
    signed = SignedRequest.read(json_object(raw(request)))
    if signed.request.seal_id != seal_id:
        raise MalformedError("The request is for another photo than the address.")
    if (signed.request.office, signed.request.credential) != (session.office, session.credential):
        raise SessionError("The request is signed by somebody else than the session.")
    return JsonResponse(custody().request(signed).as_json())


@for_officers
@_POST
def decision(request: HttpRequest, session: Session, reference: str) -> HttpResponse:
    """Decide a case; its photo, which the office names, is closed."""
    body = json_object(raw(request))
    chosen = str(body.get("decision", ""))
    desk.decide(session.office, reference, chosen)
    _close(session, body, "decided")
    return JsonResponse({"reference": reference, "state": chosen})


@for_officers
@_POST
def unreadable(request: HttpRequest, session: Session, reference: str) -> HttpResponse:
    """What was sealed is no photo that can be shown: the case goes on without it."""
    body = json_object(raw(request))
    desk.ask_again(session.office, reference)
    _close(session, body, "ended")
    return JsonResponse({"reference": reference, "state": "open", "photo": "asked-again"})


def _look(session: Session, seal_id: str) -> tuple[Promise, str, int]:
    """A photo that was promised to the office, its state, and its next number.

    Raises:
        UnknownPhotoError: there is none, or it was promised to others.
    """
    found = custody().look(seal_id)
    if session.office not in found[0].recipients:
        raise UnknownPhotoError("There is no such photo in custody.")
    return found


def _close(session: Session, body: dict[str, Any], because: Literal["decided", "ended"]) -> None:
    seal_id = body.get("seal_id")
    if isinstance(seal_id, str):
        try:
            _look(session, seal_id)
            custody().close(seal_id, because)
        except UnknownPhotoError:
            return  # withdrawn, perhaps: then there is nothing to close
