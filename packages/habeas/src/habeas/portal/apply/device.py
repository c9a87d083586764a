"""The photo step on the applicant's own device: what its static page asks for and sends.

The page seals; this side sees ciphertext, deposits and tags, and never a picture, a data key, a
share, the track key or the withdrawal secret. Each call may be made again: the photo has one seal
id, the draft remembers it, and an application is sent once.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import secrets
from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Annotated

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_POST
from pydantic import Field

from habeas.custody import Deposited, OtherTermsError
from habeas.portal.apply import drafts
from habeas.portal.apply.sending import new_reference, sending_sealed, wishes_of
from habeas.portal.catalogue import office_name, services
from habeas.portal.catalogue.declaration import PhotoRules, Service
from habeas.portal.register import code
from habeas.portal.register.clients import waict_header
from habeas.portal.register.log import log_copy
from habeas.portal.site.bodies import BadRequestError, json_object, raw
from habeas.portal.site.served import framed_by, served
from habeas.portal.vault.custodian import custody
from habeas.protocol import Promise
from habeas.protocol.app import AppDetails, AppRelease
from habeas.protocol.app.clients import WAICT_HEADER
from habeas.protocol.app.manifest import filled
from habeas.protocol.document import Document, Hex16, unbase64
from habeas.protocol.seal import Sealed
from habeas.protocol.terms import MAX_TRUSTEES

#: Largest ciphertext, bytes: what an officer's client opens (web/gate), with its tag.
MAX_PHOTO = 4_000_016
#: Largest sealed pointer, bytes: an HPKE message around a document of a few hundred.
MAX_POINTER = 4096
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


def _service(name: str) -> tuple[Service, PhotoRules]:
    service = services().get(name)
    if service is None or service.photo is None:
        raise Http404
    return service, service.photo


def _draft(request: HttpRequest, service: Service) -> drafts.Draft:
    draft = drafts.load(request, service.id)
    # Another photo for a case that stands already goes the server's way (`apply.again`).
    if draft is None or draft.again or draft.faulty:
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
    policy = framed_by(served().policy(path), frames)
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
        return redirect("apply:photo", name)
    return document(_PAGE, release)


@require_GET
def pin(_: HttpRequest, name: str) -> HttpResponse:
    """The circle that the app has pinned: it knows the digest, and compares."""
    _service(name)
    circle = code.serving().manifest.circle
    note = next(link.note for link in log_copy().chain.links if link.digest == circle)
    return HttpResponse(note, content_type="text/plain; charset=utf-8")


@require_GET
def order(request: HttpRequest, name: str) -> HttpResponse:
    """What to seal under: reference, wishes, circles and keys; and what was answered so far."""
    service, rules = _service(name)
    draft = _draft(request, service)
    shown = [[str(each.label), draft.fields.get(each.name, "–")] for each in service.fields]
    common = {
        "csrf": get_token(request), "service": str(service.name), "answers": shown,
        "language": (get_language() or "en")[:2],
    }  # fmt: skip
    if draft.reference:
        return JsonResponse({**common, "sent": True, "reference": draft.reference})
    today = datetime.now(UTC).date()
    if draft.order.get("day") != today.isoformat() and not draft.order.get("seal_id"):
        draft.order = {
            "reference": draft.order.get("reference") or new_reference(service),
            "day": today.isoformat(), "salt": secrets.token_hex(32), "seal_id": "",
        }  # fmt: skip
        drafts.store(draft)
    wishes = wishes_of(service, rules, draft.order["reference"], _day(draft), "browser")
    offer = custody().offer(wishes.opens_until[:7])
    release = code.serving()
    vouched = AppDetails(
        manifest=release.manifest, origins=release.origins, signatures=release.signatures
    )
    fields = {
        "service": wishes.service, "recipients": wishes.recipients, "purposes": wishes.purposes,
        "opens_until": wishes.opens_until, "openings_max": wishes.openings_max,
        "openings_a_day": wishes.openings_a_day, "closed_days": wishes.closed_days,
        "reference": wishes.reference,
    }  # fmt: skip
    return JsonResponse(
        {
            **common, "sent": False, "reference": wishes.reference, "office": service.office,
            "wishes": fields, "circles": offer.circles, "keys": offer.keys,
            "release": vouched.encode().decode(),
            "recipients": [office_name(each) for each in wishes.recipients],
            "check": {"profile": rules.profile, "child": rules.child},
        }
    )  # fmt: skip


def _day(draft: drafts.Draft) -> date:
    return date.fromisoformat(draft.order["day"])


def _salt(draft: drafts.Draft, seal_id: str) -> bytes:
    """The same for the same photo, so that its entry can be shown again; 32 bytes."""
    return hmac.digest(bytes.fromhex(draft.order["salt"]), seal_id.encode(), hashlib.sha256)


@require_POST
def deposit(request: HttpRequest, name: str) -> HttpResponse:
    """Take a sealed photo: form fields `head` (JSON) and the file `ciphertext`."""
    service, rules = _service(name)
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
    if draft.order["seal_id"] != promise.seal_id:
        # An id that is in custody already is another application's, whoever sends it.
        if custody().knows(promise.seal_id):
            raise OtherTermsError("The photo's id belongs to another application.")
        draft.order = {**draft.order, "seal_id": promise.seal_id}
        drafts.store(draft)
    if promise.app is not None:
        code.releases().verify_current(promise.app.manifest, datetime.now(UTC).date())
    wishes = wishes_of(
        service, rules, draft.order["reference"], _day(draft), "browser", promise.app
    )
    salt = _salt(draft, promise.seal_id)
    taken = custody().take(photo, wishes, salt)
    return JsonResponse(
        {
            "entry": taken.entry, "salt": salt.hex(), "proof": taken.proof,
            "acknowledgements": taken.acknowledgements,
        }
    )  # fmt: skip


@require_POST
def keep(request: HttpRequest, name: str) -> HttpResponse:
    """The applicant has the receipt: the application counts as sent. Body: {pointer: base64}."""
    service, _ = _service(name)
    draft = _draft(request, service)
    if not draft.reference:
        if not draft.order.get("seal_id"):
            raise OtherTermsError("No photo was sealed for this application.")
        said = json_object(raw(request)).get("pointer")
        pointer = _bytes(said) if isinstance(said, str) else b""
        if not 0 < len(pointer) <= MAX_POINTER:
            raise BadRequestError("There is no sealed pointer.")
        # A second click loses: what it has begun is undone.
        with (
            contextlib.suppress(drafts.AlreadySentError),
            sending_sealed(
                service, draft.fields, draft.order["reference"], draft.order["seal_id"], pointer
            ) as sent,
        ):
            drafts.close(draft, sent.reference, "", device=True)
        draft = _draft(request, service)
    return JsonResponse({"reference": draft.reference})


@require_POST
def clear(request: HttpRequest, name: str) -> HttpResponse:
    """Forget this browser's application, so that whoever comes next finds nothing."""
    service, _ = _service(name)
    drafts.forget(request, service.id)
    response = HttpResponse(json.dumps({}), content_type="application/json")
    response.delete_cookie(drafts.COOKIE + service.id, samesite="Lax")
    return response
