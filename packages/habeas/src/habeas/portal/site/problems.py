"""How a `HabeasError`, an unknown address and a failure are answered."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, get_language_bidi, gettext, override

from habeas.foundation.errors import HabeasError
from habeas.foundation.problem import MEDIA_TYPE, Problem
from habeas.portal.site.refusals import refusals
from habeas.portal.site.said import in_words, said
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
    return page(request, error)


def page(request: HttpRequest, error: HabeasError) -> HttpResponse:
    """A page about *error*, in the reader's language."""
    status = status_of(error)
    refusals.note(error.code, status)
    context = {"error": error, "said": said(error, status)}
    return render(request, "problem.html", context, status=status)


def problem(error: HabeasError) -> HttpResponse:
    """Problem details (RFC 9457) of *error*, with a refusal's log index, and who is missing.

    Detail and remedy are in the language that the request asks for (section 3.1.3 of the RFC).
    """
    status = status_of(error)
    detail, remedy, original = in_words(error, status)
    more: dict[str, object] = {"original": original} if original else {}
    index = getattr(error, "index", None)
    if index is not None:
        more["index"] = index
    missing = getattr(error, "missing", None)
    if missing:
        more["missing"] = list(missing)
    told = Problem(status, error.code, detail, remedy, more)
    refusals.note(error.code, status)
    return HttpResponse(told.encode(), status=status, content_type=MEDIA_TYPE)


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
    """500; without anything that could fail again, in every language, the reader's first."""
    mine = get_language()
    codes = sorted((code for code, _ in settings.LANGUAGES), key=lambda code: code != mine)
    languages = []
    for code in codes:
        with override(code):
            languages.append(
                {
                    "code": code,
                    "direction": "rtl" if get_language_bidi() else "ltr",
                    "title": gettext("Sorry, there is a problem"),
                    "text": gettext(
                        "Nothing that was confirmed to you is lost. Try again in a minute."
                    ),
                }
            )
    return render(request, "failed.html", {"languages": languages}, status=500)
