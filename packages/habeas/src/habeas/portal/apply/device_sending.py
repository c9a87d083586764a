"""Applying on one's own device: what its static page sends, sealed.

This side sees ciphertext, deposits and tags, and never an answer, a picture, a data key, a share,
the track key or the withdrawal secret. Each call may be made again: the photo has one seal id, the
draft remembers it, and an application is sent once.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Annotated

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST
from pydantic import Field

from habeas.custody import Deposited, OtherTermsError
from habeas.portal.apply import drafts
from habeas.portal.apply.device import day_of, draft_of, service_of
from habeas.portal.apply.sending import sending_sealed, wishes_of
from habeas.portal.catalogue.declaration import PhotoRules, Service
from habeas.portal.register import code
from habeas.portal.site.bodies import BadRequestError, json_object, raw
from habeas.portal.vault.custodian import custody
from habeas.protocol import Promise, canonical
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


def _rules(service: Service) -> PhotoRules:
    if service.photo is None:
        raise Http404
    return service.photo


def _bytes(text: str) -> bytes:
    try:
        return unbase64(text)
    except ValueError as error:
        raise BadRequestError(f"A field is no base64: {error}.") from error


def _salt(draft: drafts.Draft, seal_id: str) -> bytes:
    """The same for the same photo, so that its entry can be shown again; 32 bytes."""
    return hmac.digest(bytes.fromhex(draft.order["salt"]), seal_id.encode(), hashlib.sha256)


@require_POST
def deposit(request: HttpRequest, name: str) -> HttpResponse:
    """Take a sealed photo: form fields `head` (JSON) and the file `ciphertext`."""
    service = service_of(name)
    rules = _rules(service)
    draft = draft_of(request, service)
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
        service, rules, draft.order["reference"], day_of(draft), "browser", promise.app
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
    service = service_of(name)
    draft = draft_of(request, service)
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
            draft = draft_of(request, service)
    if draft.device != (said.get("pointer") is not None):
        raise drafts.AlreadySentError(
            "This application was sent already, in another way.",
            "What you sent now is not in it: the photo counts for nothing, and is destroyed.",
        )
    return JsonResponse({"reference": draft.reference})


@require_POST
def clear(request: HttpRequest, name: str) -> HttpResponse:
    """Forget this browser's application, so that whoever comes next finds nothing."""
    service = service_of(name)
    drafts.forget(request, service.id)
    response = HttpResponse(json.dumps({}), content_type="application/json")
    response.delete_cookie(drafts.COOKIE + service.id, samesite="Lax")
    return response
