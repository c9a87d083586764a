"""Docs/protocol/desk.md: the photo of a case, and its opening, told trustee by trustee."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.translation import get_language, override
from django.views.decorators.http import require_http_methods
from pydantic import Field

from habeas.custody import SignedRequest, UnknownPhotoError
from habeas.custody.requests import Asked
from habeas.foundation.errors import HabeasError
from habeas.portal.desk.sessions import Session, SessionError, for_officers
from habeas.portal.register.log import followed
from habeas.portal.site.calls import ApiAnswer, body, call, say
from habeas.portal.site.problems import problem
from habeas.portal.vault.custodian import custody
from habeas.protocol import MalformedError, Promise
from habeas.protocol.document import Document, Hex16

_GET = require_http_methods(["GET", "OPTIONS"])
_POST = require_http_methods(["POST", "OPTIONS"])
#: One JSON object on each line, as things happen.
LIVE = "application/x-ndjson"


class PhotoOfCase(ApiAnswer):
    """A sealed photo, and the number that its next request must have."""

    promise: Promise
    state: Literal["sealed", "closed", "withdrawn", "expired"]
    number: int


class Share(ApiAnswer):
    """A released share, wrapped to the request's one-time key (base64)."""

    trustee: str
    index: int
    release: str


class Opened(ApiAnswer):
    """What opens the photo together with the one-time key; *missing* are trustees, with why."""

    index: int
    promise: str
    entry: str
    shares: list[Share]
    missing: dict[str, str]


class OwnSlots(Document):
    """Slots of the officer who asks, of any days."""

    slots: Annotated[tuple[Hex16, ...], Field(max_length=1000)]


class OwnOpening(ApiAnswer):
    """A request that stands on the log under one of the slots."""

    slot: str
    index: int
    day: str
    service: str
    purpose: str


class OwnOpenings(ApiAnswer):
    """The requests under these slots, newest first."""

    openings: list[OwnOpening]


def look(session: Session, seal_id: str) -> tuple[Promise, str, int]:
    """A photo that was promised to the office, its state, and its next number.

    Raises:
        UnknownPhotoError: there is none, or it was promised to others.
    """
    found = custody().look(seal_id)
    if session.office not in found[0].recipients:
        raise UnknownPhotoError("There is no such photo in custody.")
    return found


@for_officers
@_GET
@call("GET", gives=PhotoOfCase, officers=True)
def photo(_: HttpRequest, session: Session, seal_id: str) -> HttpResponse:
    """A sealed photo, for whoever can name it; whose case it is, the portal does not know."""
    promise, state, number = look(session, seal_id)
    return say(PhotoOfCase.model_validate({"promise": promise, "state": state, "number": number}))


@for_officers
@_GET
@call("GET", media="application/octet-stream", officers=True)
def ciphertext(_: HttpRequest, session: Session, seal_id: str) -> HttpResponse:
    """The sealed photo's ciphertext."""
    look(session, seal_id)
    return HttpResponse(custody().ciphertext(seal_id), content_type="application/octet-stream")


@for_officers
@_POST
@call("POST", takes=SignedRequest, gives=Opened, officers=True)
def opening(request: HttpRequest, session: Session, seal_id: str) -> HttpResponse:
    """An officer's signed request for one photo: on the log first, then to the trustees.

    With `Accept: application/x-ndjson` the answer tells what happens while it does, a line each:
    `{"logged": index}`, `{"trustee": name, "outcome": "released" or a code}`, and at the end
    `{"opened": ...}` or `{"problem": ...}`.
    """
    signed = body(request, SignedRequest)
    if signed.request.seal_id != seal_id:
        raise MalformedError("The request is for another photo than the address.")
    if (signed.request.office, signed.request.credential) != (session.office, session.credential):
        raise SessionError("The request is signed by somebody else than the session.")
    if LIVE not in request.headers.get("accept", ""):
        return say(Opened.model_validate(custody().request(signed).as_json()))
    return _stream(custody().asking(signed))


def _stream(asked: Asked) -> HttpResponse:
    """The answers of the trustees, as they come."""
    told: queue.Queue[dict[str, Any] | None] = queue.Queue()
    # Each thread has a language of its own.
    language = get_language() or "en"

    def collect() -> None:
        try:
            opened = asked.collect(lambda name, said: told.put({"trustee": name, "outcome": said}))
            told.put({"opened": Opened.model_validate(opened.as_json()).model_dump(mode="json")})
        except HabeasError as error:
            with override(language):
                told.put({"problem": json.loads(problem(error).content)})
        finally:
            told.put(None)

    def lines() -> Iterator[bytes]:
        yield _line({"logged": asked.index})
        while (each := told.get()) is not None:
            yield _line(each)

    threading.Thread(target=collect, name="opening", daemon=True).start()
    answer = StreamingHttpResponse(lines(), content_type=LIVE)
    # Whoever stands before this portal must not wait for the end before it passes on the beginning.
    answer["X-Accel-Buffering"] = "no"
    return answer  # type: ignore[return-value]  # both are HttpResponseBase


def _line(fields: dict[str, Any]) -> bytes:
    return json.dumps(fields).encode() + b"\n"


@for_officers
@_POST
@call("POST", takes=OwnSlots, gives=OwnOpenings, officers=True)
def own(request: HttpRequest, _: Session) -> HttpResponse:
    """The requests that stand on the log under these slots, which only their officer can name."""
    found = followed().of_slots(body(request, OwnSlots).slots)
    openings = [
        OwnOpening(
            slot=entry.slot or "", index=index, day=entry.day, service=entry.service or "",
            purpose=entry.purpose or "",
        )
        for index, entry in found
    ]  # fmt: skip
    return say(OwnOpenings(openings=openings))
