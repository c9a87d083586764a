"""What every answer carries, and how refusals are said."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from habeas.custody import RefusedError, UnknownPhotoError
from habeas.foundation import problem
from habeas.foundation.errors import HabeasError
from habeas.foundation.problem import Problem
from habeas.portrait import PhotoError
from habeas.protocol import MalformedError

_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "font-src 'self'; connect-src 'self'; media-src 'self' blob:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)
#: Codes of requests that lack something or hold what they must not.
_ASKED_WRONGLY = frozenset({"bad-request", "request", "key-format"})
GetResponse = Callable[[HttpRequest], HttpResponse]


class SecurityHeaders:
    """No scripts but ours, nothing kept in shared caches, a camera for this site only."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the headers that are not there yet."""
        response = self._get_response(request)
        response.setdefault("Content-Security-Policy", _CSP)
        response.setdefault("Permissions-Policy", "camera=(self), microphone=(), geolocation=()")
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if not request.path.startswith("/static/"):
            response.setdefault("Cache-Control", "no-store")
        return response


class SaidForPeople:
    """A `HabeasError` that nobody caught becomes a page, or JSON, with cause and remedy."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on; errors come back through `process_exception`."""
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer for an exception that a view raised."""
        if not isinstance(exception, HabeasError):
            return None
        status = status_of(exception)
        wants_json = "application/json" in request.headers.get("accept", "")
        if wants_json or request.path.startswith("/api/"):
            return problem_response(exception, status)
        return render(request, "problem.html", {"error": exception}, status=status)


def status_of(error: HabeasError) -> int:
    """The HTTP status of an error that is said to people."""
    if isinstance(error, RefusedError):
        return 403
    if isinstance(error, UnknownPhotoError):
        return 404
    if isinstance(error, PhotoError | MalformedError):
        return 422
    if error.code in _ASKED_WRONGLY:
        return 400
    return 503


def problem_response(error: HabeasError, status: int) -> HttpResponse:
    """Problem details of *error*, with the log index of a refusal, and who is missing."""
    more: dict[str, object] = {}
    index = getattr(error, "index", None)
    if index is not None:
        more["index"] = index
    missing = getattr(error, "missing", None)
    if missing:
        more["missing"] = list(missing)
    body = Problem.of(error, status, **more).encode()
    return HttpResponse(body, status=status, content_type=problem.MEDIA_TYPE)
