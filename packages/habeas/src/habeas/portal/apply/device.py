"""Applying on one's own device: what its static page asks for and sends.

The page asks the questions and seals the answers and the photo; this side sees ciphertext,
deposits and tags, and never an answer, a picture, a data key, a share, the track key or the
withdrawal secret. Each call may be made again: the photo has one seal id, the draft remembers it,
and an application is sent once.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST
from pydantic import Field

from habeas.custody import Deposited, OtherTermsError
from habeas.foundation.errors import HabeasError
from habeas.portal.apply import drafts
from habeas.portal.apply.questions import questions
from habeas.portal.apply.sending import new_reference, sending_sealed, wishes_of
from habeas.portal.catalogue import services
from habeas.portal.catalogue.declaration import PhotoRules, Service
from habeas.portal.register import code
from habeas.portal.register.clients import waict_header
from habeas.portal.register.log import log_copy
from habeas.portal.site.bodies import BadRequestError, json_object, raw
from habeas.portal.site.served import framed_by
from habeas.portal.vault.custodian import custody
from habeas.protocol import Promise, canonical
from habeas.protocol.app import AppDetails, AppRelease
from habeas.protocol.app.clients import WAICT_HEADER
from habeas.protocol.app.manifest import filled
from habeas.protocol.document import Document, Hex16, unbase64
from habeas.protocol.seal import Sealed
from habeas.protocol.sealing import padded_bytes, padded_photo_bytes
from habeas.protocol.terms import MAX_TRUSTEES

#: Largest ciphertext, bytes: what an officer's client opens (web/gate), with padding and tag.
MAX_PHOTO = padded_photo_bytes(4_000_000) + 16
#: Largest sealed pointer, bytes: an HPKE message around a document of a few hundred.
MAX_POINTER = 4096
#: Largest sealed answers, bytes: an HPKE message (docs/protocol) around the largest document.
MAX_ANSWERS = 1120 + 16 + padded_bytes(canonical.MAX_BYTES)
_PAGE = "photo/index.html"


class BundleHead(Document):
    """All of a sealed photo but its ciphertext.

    Attributes:
        deposits: HPKE messages, base64, in the order of the promise's trustees.
        tag, closing_tag: of the custodian's stream, ready made.
    """

    promise: Promise
    deposits: Annotated[tuple[str, ...], Field(max_length=MAX_TRUSTEES)]
    tag: Hex16
    closing_tag: Hex16


class NoDraftError(BadRequestError):
    """There is no application on its way in this browser."""

    code = "no-draft"
    status = 409
    remedy = "Begin the application anew; nothing was sent."


def _service(name: str) -> Service:
    service = services().get(name)
    if service is None:
        raise Http404
    return service


def _rules(service: Service) -> PhotoRules:
    if service.photo is None:
        raise Http404
    return service.photo


def _draft(request: HttpRequest, service: Service) -> drafts.Draft:
    draft = drafts.load(request, service.id)
    # Another photo for a case that stands already goes the server's way (`apply.again`).
    if draft is None or draft.again:
        raise NoDraftError("There is no application on its way in this browser.")
    return draft


def _bytes(text: str) -> bytes:
    try:
        return unbase64(text)
    except ValueError as error:
        raise BadRequestError(f"A field is no base64: {error}.") from error


@cache
def _page_file(path: str, circle: str) -> bytes:
    (folder,) = (Path(each) for each in settings.STATICFILES_DIRS)
    return filled(path, (folder / path).read_bytes(), circle)


def document(path: str, release: AppRelease, frames: Sequence[str] = ()) -> HttpResponse:
    """A document of the app, the same bytes for everybody.

    Args:
        path: of the file.
        release: that this portal serves.
        frames: origins that may frame it, where its policy leaves that open.
    """
    carried = release.manifest.portal.headers_of(path)
    policy = framed_by(carried["content-security-policy"], frames)
    return HttpResponse(
        _page_file(path, release.manifest.circle),
        content_type="text/html; charset=utf-8",
        headers={"Content-Security-Policy": policy, WAICT_HEADER: waict_header(release)},
    )


@require_GET
def page(_: HttpRequest, name: str) -> HttpResponse:
    """The static app, the same bytes for everybody who asks, and only as trustees know it."""
    _service(name)
    try:
        release = code.serving()
    except code.UnreleasedError:
        return redirect("apply:details", name)
    return document(_PAGE, release)


@require_GET
def pin(_: HttpRequest, name: str) -> HttpResponse:
    """The circle that the app has pinned: it knows the digest, and compares."""
    _service(name)
    circle = code.serving().manifest.circle
    note = next(link.note for link in log_copy().chain.links if link.digest == circle)
    return HttpResponse(note, content_type="text/plain; charset=utf-8")


class NotAskedByPageError(HabeasError):
    """An order that a form or a link of some page asks for."""

    code = "not-asked-by-page"
    status = 415
    remedy = "Send it as application/json: the page of this portal does."


@csrf_exempt
@require_POST
def order(request: HttpRequest, name: str) -> HttpResponse:
    """What to ask, and what to seal under: reference, wishes, circles and keys.

    A browser that has no application on its way begins one: so it is no GET (RFC 9110, section
    9.2.1), and a portal that only shows refuses it. What is asked is answered on the device
    alone; `typed` has what was typed into the server's own form before, if anything was.

    The page is the same for everybody and has no token to show. Another site's page can send
    this type of body only after it has asked whether it may (Fetch, section 4.9, CORS-preflight),
    and nobody answers it here.

    Raises:
        NotAskedByPageError: the body is of a type that a form of any site can send.
    """
    if request.content_type != "application/json":
        raise NotAskedByPageError("An order is asked for by the page that seals.")
    service = _service(name)
    release = code.serving()
    draft = drafts.load(request, service.id)
    fresh = draft is None
    if draft is None:
        draft = drafts.begin_on_device(service.id)
    if draft.stays:
        raise NoDraftError("There is no application on its way in this browser.")
    common = {
        "csrf": get_token(request), "id": service.id, "service": service.name.model_dump(),
    }  # fmt: skip
    if draft.reference:
        said = {"sent": True, "reference": draft.reference, "photo": draft.device}
        return JsonResponse({**common, **said})
    today = datetime.now(UTC).date()
    anew = draft.order.get("day") != today.isoformat() and not draft.order.get("seal_id")
    if anew:
        draft.order = {
            "reference": draft.order.get("reference") or new_reference(service),
            "day": today.isoformat(), "salt": secrets.token_hex(32), "seal_id": "",
        }  # fmt: skip
    # A trustee's address may have the release before for as long as it counts.
    others = [each for each in code.releases().current(today) if each.digest != release.digest]
    said = {
        "sent": False, "reference": draft.order["reference"], "office": service.office,
        "questions": questions(service), "typed": draft.fields,
        "release": _vouched(release), "before": [_vouched(each) for each in others],
        **_to_seal(service, draft),
    }  # fmt: skip
    response = JsonResponse({**common, **said})
    if not (fresh or anew):
        return response
    # Trustees may have been asked meanwhile: what was sent or cleared since stays so.
    with transaction.atomic():
        standing = None if fresh else drafts.lock(draft)
        if not fresh and (standing is None or standing.reference):
            raise NoDraftError("This application was sent or cleared meanwhile.")
        return drafts.save(response, draft)


@csrf_exempt
@require_POST
def order_of_draft(request: HttpRequest, name: str) -> HttpResponse:
    """The same where no cookie could be given: only for an application that was begun before."""
    _draft(request, _service(name))
    return order(request, name)


def _vouched(release: AppRelease) -> str:
    """A release as the log has it: canonical text."""
    said = AppDetails(
        manifest=release.manifest, origins=release.origins, signatures=release.signatures
    )
    return said.encode().decode()


def _to_seal(service: Service, draft: drafts.Draft) -> dict[str, Any]:
    """Circles and keys, and what is promised about a photo; null for a service without one."""
    if service.photo is None:
        return {
            "circles": custody().offer(draft.order["day"][:7]).circles, "keys": [],
            "wishes": None, "check": None,
        }  # fmt: skip
    rules = service.photo
    wishes = wishes_of(service, rules, draft.order["reference"], _day(draft), "browser")
    offer = custody().offer(wishes.opens_until[:7])
    fields = {
        "service": wishes.service, "recipients": wishes.recipients, "purposes": wishes.purposes,
        "opens_until": wishes.opens_until, "openings_max": wishes.openings_max,
        "openings_a_day": wishes.openings_a_day, "closed_days": wishes.closed_days,
        "reference": wishes.reference,
    }  # fmt: skip
    return {
        "circles": offer.circles, "keys": offer.keys, "wishes": fields,
        "check": {"profile": rules.profile, "child": rules.child},
    }  # fmt: skip


def _day(draft: drafts.Draft) -> date:
    return date.fromisoformat(draft.order["day"])


def _salt(draft: drafts.Draft, seal_id: str) -> bytes:
    """The same for the same photo, so that its entry can be shown again; 32 bytes."""
    return hmac.digest(bytes.fromhex(draft.order["salt"]), seal_id.encode(), hashlib.sha256)


@require_POST
def deposit(request: HttpRequest, name: str) -> HttpResponse:
    """Take a sealed photo: form fields `head` (JSON) and the file `ciphertext`."""
    service = _service(name)
    rules = _rules(service)
    draft = _draft(request, service)
    if draft.reference:
        raise drafts.AlreadySentError("This application was sent already.")
    if not draft.order:
        raise OtherTermsError("There was no order to seal under.")
    file = request.FILES.get("ciphertext")
    if file is None or (file.size or 0) > MAX_PHOTO:
        raise BadRequestError(f"A sealed photo has at most {MAX_PHOTO} bytes.")
    head = BundleHead.read(json_object(request.POST.get("head", "")))
    promise = head.promise
    deposits = tuple(_bytes(each) for each in head.deposits)
    photo = Deposited(Sealed(promise, file.read(), deposits), head.tag, head.closing_tag)
    fresh = draft.order["seal_id"] != promise.seal_id
    if fresh:
        # An id that is in custody already is another application's, whoever sends it.
        if custody().knows(promise.seal_id):
            raise OtherTermsError("The photo's id belongs to another application.")
        draft.order = {**draft.order, "seal_id": promise.seal_id}
    if promise.app is not None:
        code.releases().verify_current(promise.app.manifest, datetime.now(UTC).date())
    wishes = wishes_of(
        service, rules, draft.order["reference"], _day(draft), "browser", promise.app
    )
    salt = _salt(draft, promise.seal_id)
    taken = custody().take(photo, wishes, salt, lambda: drafts.store(draft) if fresh else None)
    return JsonResponse(
        {
            "entry": taken.entry, "salt": salt.hex(), "proof": taken.proof,
            "acknowledgements": taken.acknowledgements,
        }
    )  # fmt: skip


def _opaque(said: object, most: int, what: str) -> bytes:
    """Bytes that nobody here can read: only their number is looked at."""
    found = _bytes(said) if isinstance(said, str) else b""
    if not 0 < len(found) <= most:
        raise BadRequestError(f"There is no {what} of 1 to {most} bytes.")
    return found


@require_POST
def keep(request: HttpRequest, name: str) -> HttpResponse:
    """The applicant has the receipt, or adds no photo: the application counts as sent.

    Body: {answers, pointer}, sealed to the office, base64, and the `seal_id` of the photo that the
    pointer leads to: with another one in its place, the office would not find it. Without a photo
    there is neither.
    """
    service = _service(name)
    draft = _draft(request, service)
    said = json_object(raw(request))
    if not draft.reference:
        answers = _opaque(said.get("answers"), MAX_ANSWERS, "sealed answers")
        pointer = b""
        if not draft.order:
            raise OtherTermsError("There was no order to seal under.")
        if said.get("pointer") is not None:
            if not draft.order["seal_id"]:
                raise OtherTermsError("No photo was sealed for this application.")
            if said.get("seal_id") != draft.order["seal_id"]:
                raise OtherTermsError("Another photo was sealed for it, in another tab.")
            pointer = _opaque(said["pointer"], MAX_POINTER, "sealed pointer")
        seal_id = draft.order["seal_id"] if pointer else ""
        reference = draft.order["reference"]
        try:
            with sending_sealed(service, reference, answers, seal_id, pointer):
                drafts.close(draft, reference, "", device=bool(pointer))
        except drafts.AlreadySentError:
            # A second click loses: what it has begun is undone.
            draft = _draft(request, service)
    if draft.device != (said.get("pointer") is not None):
        raise drafts.AlreadySentError(
            "This application was sent already, in another way.",
            "What you sent now is not in it: the photo counts for nothing, and is destroyed.",
        )
    return JsonResponse({"reference": draft.reference})


@require_POST
def clear(request: HttpRequest, name: str) -> HttpResponse:
    """Forget this browser's application, so that whoever comes next finds nothing."""
    service = _service(name)
    drafts.forget(request, service.id)
    response = HttpResponse(json.dumps({}), content_type="application/json")
    response.delete_cookie(drafts.COOKIE + service.id, samesite="Lax")
    return response
