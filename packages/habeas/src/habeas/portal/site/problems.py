"""How a `HabeasError`, an unknown address and a failure are answered."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from habeas.custody import RefusedError, UnknownPhotoError
from habeas.foundation.errors import HabeasError
from habeas.foundation.problem import MEDIA_TYPE, Problem
from habeas.portrait import PhotoError
from habeas.protocol import MalformedError

#: Codes of requests that lack something or hold what they must not.
_ASKED_WRONGLY = frozenset({"bad-request", "request", "key-format", "decision"})
#: Codes of what is not there, or not for who asks.
_NOT_THERE = frozenset({"unknown-case"})


def answer(request: HttpRequest, error: HabeasError) -> HttpResponse:
    """A page, or JSON for programs, that says what happened and what to do about it."""
    wants_json = "application/json" in request.headers.get("accept", "")
    if wants_json or request.path.startswith("/api/"):
        return problem(error)
    return render(request, "problem.html", {"error": error}, status=status_of(error))


def problem(error: HabeasError, status: int | None = None) -> HttpResponse:
    """Problem details (RFC 9457) of *error*, with the log index of a refusal, and who is missing.

    Args:
        error: what happened.
        status: the HTTP status, where the error alone does not say it.
    """
    more: dict[str, object] = {}
    index = getattr(error, "index", None)
    if index is not None:
        more["index"] = index
    missing = getattr(error, "missing", None)
    if missing:
        more["missing"] = list(missing)
    said = Problem.of(error, status or status_of(error), **more)
    return HttpResponse(said.encode(), status=said.status, content_type=MEDIA_TYPE)


def status_of(error: HabeasError) -> int:
    """The HTTP status of an error that is said to people."""
    if isinstance(error, RefusedError):
        return 403
    if isinstance(error, UnknownPhotoError) or error.code in _NOT_THERE:
        return 404
    if isinstance(error, PhotoError | MalformedError):
        return 422
    if error.code in _ASKED_WRONGLY:
        return 400
    return 503


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """404."""
    return render(request, "not_found.html", status=404)


def failed(request: HttpRequest) -> HttpResponse:
    """500; without anything that could fail again."""
    return render(request, "failed.html", status=500)
