"""How a `HabeasError`, an unknown address and a failure are answered."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from habeas.foundation.errors import HabeasError
from habeas.foundation.problem import MEDIA_TYPE, Problem
from habeas.portrait import PhotoError
from habeas.protocol import MalformedError
from habeas.protocol.assertion import OfficerSignatureError
from habeas.protocol.credential import OfficeForkedError, OfficerUnknownError
from habeas.protocol.sealing import KeyFormatError

#: Errors of rooms that know nothing of HTTP, and what they mean as an answer.
_STATUS = {
    PhotoError: 422,
    MalformedError: 422,
    KeyFormatError: 400,
    OfficerUnknownError: 403,
    OfficerSignatureError: 403,
    OfficeForkedError: 403,
}


def answer(request: HttpRequest, error: HabeasError) -> HttpResponse:
    """A page, or JSON for programs, that says what happened and what to do about it."""
    wants_json = "application/json" in request.headers.get("accept", "")
    if wants_json or request.path.startswith("/api/"):
        return problem(error)
    return render(request, "problem.html", {"error": error}, status=status_of(error))


def problem(error: HabeasError) -> HttpResponse:
    """Problem details (RFC 9457) of *error*, with a refusal's log index, and who is missing."""
    more: dict[str, object] = {}
    index = getattr(error, "index", None)
    if index is not None:
        more["index"] = index
    missing = getattr(error, "missing", None)
    if missing:
        more["missing"] = list(missing)
    said = Problem.of(error, status_of(error), **more)
    return HttpResponse(said.encode(), status=said.status, content_type=MEDIA_TYPE)


def status_of(error: HabeasError) -> int:
    """The HTTP status (RFC 9110) of an answer with *error*.

    What a class says of itself counts. An error that says nothing was not expected of a
    request: it is the server's own, or one of the parties that it asks.
    """
    for kind in type(error).__mro__:
        if kind is HabeasError:
            break
        if "status" in vars(kind):
            return error.status
        if kind in _STATUS:
            return _STATUS[kind]
    return 503


def not_understood(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """400."""
    return render(request, "not_understood.html", status=400)


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """403."""
    return render(request, "not_understood.html", status=403)


class NotFoundError(HabeasError):
    """An address, or a name in it, at which there is nothing."""

    code = "not-found"
    status = 404
    remedy = "See /api/openapi.json."


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """404."""
    if request.path.startswith("/api/"):
        return problem(NotFoundError("There is nothing at this address."))
    return render(request, "not_found.html", status=404)


def failed(request: HttpRequest) -> HttpResponse:
    """500; without anything that could fail again."""
    return render(request, "failed.html", status=500)
