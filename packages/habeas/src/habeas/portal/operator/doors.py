"""Who gets in: a link, then a cookie; and nothing of a preview is sent."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from habeas.foundation.doors import TIMES, Doors
from habeas.foundation.errors import HabeasError
from habeas.portal.site.problems import answer

_COOKIE = "operator"
_SAFE = frozenset({"GET", "HEAD"})
#: What may be sent: the language, and a message of no consequence to a receiver.
_SENT = ("/language/setlang/", "/operator/webhooks/")


class PreviewError(HabeasError):
    """Something that a preview would have sent."""

    code = "preview"
    status = 405
    remedy = "Nothing was sent. Send it at the portal's own address."


def doors() -> Doors:
    """Those of this portal's folder."""
    return Doors.of(settings.DATA, lambda: int(time.time()))


class SignedIn:
    """Middleware: lets only those in who came by a link."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on, or turn away."""
        try:
            if "link" in request.GET:
                return self._enter(request)
            if not request.path.startswith("/static/"):
                doors().verify(request.COOKIES.get(_COOKIE, ""))
            if request.method not in _SAFE and not request.path.startswith(_SENT):
                raise PreviewError(
                    "This console shows the portal's pages, and sends nothing there."
                )
        except HabeasError as error:
            return answer(request, error)
        return self._get_response(request)

    @staticmethod
    def _enter(request: HttpRequest) -> HttpResponse:
        session = doors().let_in(str(request.GET["link"]))
        response = HttpResponseRedirect("/operator/")
        response.set_cookie(
            _COOKIE, session, max_age=TIMES.session, httponly=True, samesite="Strict"
        )
        return response
