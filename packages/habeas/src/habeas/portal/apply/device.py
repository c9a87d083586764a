"""Applying on one's own device: what its static page (`device_page`) asks for.

It asks the questions and seals the answers and the photo; what it sends is in `device_sending`.
Each call may be made again: the draft remembers what was ordered.
"""

from __future__ import annotations

import secrets
from datetime import UTC, date, datetime
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from habeas.foundation.errors import HabeasError
from habeas.portal.apply import drafts
from habeas.portal.apply.questions import questions
from habeas.portal.apply.sending import new_reference, wishes_of
from habeas.portal.catalogue import services
from habeas.portal.catalogue.declaration import Service
from habeas.portal.register import code
from habeas.portal.site.bodies import BadRequestError
from habeas.portal.vault.custodian import custody
from habeas.protocol.app import AppDetails, AppRelease


class NoDraftError(BadRequestError):
    """There is no application on its way in this browser."""

    code = "no-draft"
    status = 409
    remedy = "Begin the application anew; nothing was sent."


def service_of(name: str) -> Service:
    """The service of that name.

    Raises:
        Http404: there is none.
    """
    service = services().get(name)
    if service is None:
        raise Http404
    return service


def draft_of(request: HttpRequest, service: Service) -> drafts.Draft:
    """This browser's application.

    Raises:
        NoDraftError: there is none that a device may finish.
    """
    draft = drafts.load(request, service.id)
    # Another photo for a case that stands already goes the server's way (`apply.again`).
    if draft is None or draft.again:
        raise NoDraftError("There is no application on its way in this browser.")
    return draft


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
    service = service_of(name)
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
    draft_of(request, service_of(name))
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
    wishes = wishes_of(service, rules, draft.order["reference"], day_of(draft), "browser")
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


def day_of(draft: drafts.Draft) -> date:
    """The day of what was ordered."""
    return date.fromisoformat(draft.order["day"])
