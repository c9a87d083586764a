"""The photo step in a page of somebody else: `<habeas-photo>` (docs/embedding.md, ADR 0120).

The same static app and the same calls as `device`, at addresses of their own. A frame of another
site has no cookies, so its draft is opened by a token that the frame alone has, which no browser
sends by itself: nothing here can be asked for in somebody's name (CSRF). The answers are the
other page's own; here they are empty.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from habeas.portal.apply import device, device_page, device_sending, drafts
from habeas.portal.catalogue import services
from habeas.portal.catalogue.declaration import Service
from habeas.portal.register import code
from habeas.portal.site.bodies import json_object, raw

_PAGE = "photo/embedded.html"
View = Callable[[HttpRequest, str], HttpResponse]


def _service(name: str) -> Service:
    service = services().get(name)
    if service is None or service.photo is None:
        raise Http404
    return service


def by_token(view: View) -> View:
    """Have *view* take the draft of the request's token, and read no cookie (`cookieless`).

    Only for services that somebody may frame: for all others these addresses are not there.
    """

    @csrf_exempt
    @wraps(view)
    def inner(request: HttpRequest, name: str) -> HttpResponse:
        if not _service(name).frame_ancestors:
            raise Http404
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        vars(request)["COOKIES"] = {drafts.COOKIE + name: token}
        return view(request, name)

    return inner


@require_GET
def page(_: HttpRequest, name: str) -> HttpResponse:
    """The static app for frames; framed by nobody whom the service does not name.

    Raises:
        UnreleasedError: the trustees have not vouched for it as it is here.
    """
    return device_page.document(_PAGE, code.serving(), _service(name).frame_ancestors)


@require_POST
@by_token
def begin(request: HttpRequest, name: str) -> HttpResponse:
    """Begin this frame's application, or resume it. Body: {reference}.

    An application that was sent is resumed only where the page around names its reference: the
    next person at the same form begins anew.
    """
    service = _service(name)
    said = json_object(raw(request)).get("reference")
    draft = drafts.load(request, name)
    if draft is None or draft.reference != (said if draft.reference else ""):
        draft = drafts.begin(name)
        drafts.store(draft)
    return JsonResponse(
        {
            "token": base64.urlsafe_b64encode(draft.secret).decode(),
            "parents": service.frame_ancestors,
        }
    )


urlpatterns = [
    path("seal/", page, name="embedded"),
    path("begin/", begin),
    path("circle.txt", device_page.pin),
    path("order/", by_token(device.order_of_draft)),
    path("deposit/", by_token(device_sending.deposit)),
    path("keep/", by_token(device_sending.keep)),
    path("clear/", by_token(device_sending.clear)),
]
