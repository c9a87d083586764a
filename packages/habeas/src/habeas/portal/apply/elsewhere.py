"""The photo step where a trustee hosts the app: the same calls, from its origin, without cookies.

The Fetch standard's CORS protocol, for the origins of the release alone, and never with
credentials: what counts is the draft's secret as a bearer token (RFC 6750, section 2.1), which
this portal gives to the applicant's own browser behind the address (#) of the hosted page. Nothing
that a browser sends by itself opens anything here, so no request can be forged across sites.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from habeas.foundation.errors import HabeasError
from habeas.portal.apply import device, device_sending, drafts
from habeas.portal.catalogue import services
from habeas.portal.catalogue.declaration import Service
from habeas.portal.register import code
from habeas.portal.register.log import log_copy
from habeas.portal.site.served import served
from habeas.protocol.app.release import origin_of

#: What a hosted page may ask for.
STEPS: Mapping[str, Callable[[HttpRequest, str], HttpResponse]] = {
    "order": device.order_of_draft, "deposit": device_sending.deposit, "keep": device_sending.keep,
    "clear": device_sending.clear,
}  # fmt: skip
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "POST",
    "Access-Control-Allow-Headers": "Accept, Authorization, Content-Type, X-CSRFToken",
    "Access-Control-Max-Age": "600",
}
_BEARER = "Bearer "
_FORMS = "form-action 'self'"


class ForeignOriginError(HabeasError):
    """A page that this application was not released for."""

    code = "app-origin"
    status = 403
    remedy = "Begin at the portal; its address stands in the circle."


def hosts() -> set[str]:
    """Origins of trustees at which the release that is served here is served, too."""
    portal = origin_of(log_copy().chain.newest.circle.custodian.portal)
    named = (each for each in code.serving().origins if each.part == "portal")
    return {each.origin for each in named} - {portal}


def host_of(service: Service) -> str | None:
    """The origin at which devices get the app for a service; None for this portal's own."""
    if service.photo is None or service.photo.host is None or not code.is_served():
        return None
    trustee = log_copy().chain.newest.circle.trustee(service.photo.host)
    origin = None if trustee is None else origin_of(trustee.url)
    # A release that does not name it yet is served here, and nowhere else.
    return origin if origin in hosts() else None


def step_of(service: Service) -> str:
    """Address of the page at which a device that can seal asks the questions."""
    if host_of(service) is None:
        return reverse("apply:seal", args=[service.id]) + "#/details"
    return reverse("apply:elsewhere", args=[service.id])


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, name: str) -> HttpResponse:
    """Says who serves the app (GET), and leads there with an application that is begun (POST)."""
    service = services().get(name)
    if service is None or service.photo is None:
        raise Http404
    origin, draft = host_of(service), drafts.load(request, name)
    if origin is None or (draft is not None and draft.stays):
        return redirect(reverse("apply:details", args=[name]) + "?chosen")
    if request.method == "POST":
        if draft is None or draft.reference:
            draft = drafts.begin_on_device(service.id)
        response: HttpResponse = redirect(_there(origin, draft))
        drafts.save(response, draft)
    else:
        context = {"service": service, "trustee": service.photo.host, "origin": origin}
        response = render(request, "apply/elsewhere.html", context)
        # Browsers hold the form's policy against where its answer leads, too (CSP3, form-action).
        response["Content-Security-Policy"] = served().csp.replace(_FORMS, f"{_FORMS} {origin}")
    # The page there goes on only with what comes from the portal, and sees that by its origin.
    response["Referrer-Policy"] = "origin"
    return response


def _there(origin: str, draft: drafts.Draft) -> str:
    """The hosted page's address, with the draft's secret where browsers send it to nobody."""
    token = base64.urlsafe_b64encode(draft.secret).decode()
    path = reverse("apply:seal", args=[draft.service])
    return f"{origin}{path}#application={token}&language={(get_language() or 'en')[:2]}"


@csrf_exempt
@require_http_methods(["POST", "OPTIONS"])
def call(request: HttpRequest, name: str, step: str) -> HttpResponse:
    """One call of a hosted page."""
    if step not in STEPS:
        raise Http404
    origin = request.headers.get("Origin", "")
    if origin not in hosts():
        raise ForeignOriginError("The app is not served at the address that asks.")
    if request.method == "OPTIONS":
        response = HttpResponse(status=204, headers=_PREFLIGHT)
    else:
        response = _answered(request, name, step)
    return response


def _answered(request: HttpRequest, name: str, step: str) -> HttpResponse:
    said = request.headers.get("Authorization", "")
    # All that a browser may have sent by itself is left out.
    token = said.removeprefix(_BEARER) if said.startswith(_BEARER) else ""
    request.COOKIES = {drafts.COOKIE + name: token}
    return STEPS[step](request, name)
