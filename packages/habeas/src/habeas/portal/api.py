"""The same acts for terminals, as JSON. Officers sign each request (HTTP Basic)."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from habeas.foundation.errors import HabeasError
from habeas.portal import custodian
from habeas.portal.apply.forms import DetailsForm
from habeas.portal.apply.models import Application
from habeas.portal.apply.submit import submit
from habeas.portal.desk import openings
from habeas.portal.desk.openings import Officer
from habeas.portal.desk.views import officer_of
from habeas.portal.middleware import problem_response
from habeas.portal.services import services
from habeas.portrait import MAX_BYTES, words
from habeas.portrait.errors import TooLargeError
from habeas.protocol import Receipt
from habeas.register.audit import History

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
_MAX_BODY = 128 * 1024


class BadRequestError(HabeasError):
    """A request that lacks something, or is malformed."""

    code = "bad-request"
    remedy = "Correct the request; `habeas --help` shows what the commands send."


class SignInError(HabeasError):
    """User name and password that do not belong together."""

    code = "sign-in"
    remedy = "Check user name and password."


class UnknownCaseError(HabeasError):
    """A reference that no case has."""

    code = "unknown-case"
    remedy = "Check the reference."


def for_officers(view: Callable[Concatenate[HttpRequest, Officer, P], HttpResponse]) -> View[P]:
    """Give the view the officer who signed the request."""

    @wraps(view)
    def signed(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        kind, _, blob = request.headers.get("authorization", "").partition(" ")
        try:
            name, _, password = base64.b64decode(blob, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            name = password = ""
        user = authenticate(request, username=name, password=password)
        if kind.lower() != "basic" or user is None:
            answer = problem_response(SignInError("The sign-in is not right."), 401)
            answer["WWW-Authenticate"] = 'Basic realm="desk"'
            return answer
        return view(request, officer_of(user), *args, **kwargs)

    return cast("View[P]", csrf_exempt(signed))


def _body(request: HttpRequest) -> dict[str, Any]:
    if len(request.body) > _MAX_BODY:
        raise BadRequestError("The request is too long.")
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise BadRequestError("The request is not JSON.") from error
    if not isinstance(body, dict):
        raise BadRequestError("The request is not a JSON object.")
    return body


@csrf_exempt
@require_POST
def apply(request: HttpRequest) -> HttpResponse:
    """Send an application: service, fields (JSON), photo."""
    service = services().get(request.POST.get("service", ""))
    if service is None:
        raise BadRequestError("There is no such service.", f"There are: {', '.join(services())}.")
    try:
        fields = json.loads(request.POST.get("fields", "{}"))
    except ValueError as error:
        raise BadRequestError("The fields are not JSON.") from error
    if not isinstance(fields, dict):
        raise BadRequestError("The fields are not a JSON object.")
    form = DetailsForm(service, {str(name): str(value) for name, value in fields.items()})
    if not form.is_valid():
        name, errors = next(iter(form.errors.items()))
        raise BadRequestError(f"{name}: {errors[0]}", "Correct the field and send it again.")
    file = request.FILES.get("photo")
    picture = b""
    if file is not None and service.photo is not None:
        if (file.size or 0) > MAX_BYTES:
            raise TooLargeError(*words("too-large"))
        rules = service.photo
        picture = custodian.pool().check(file.read(), rules.profile, child=rules.child).kept
    reference, receipt = submit(service, form.answers(), picture)
    answer = {
        "reference": reference,
        "receipt": receipt.fields() if receipt else None,
        "photo": base64.b64encode(picture).decode(),
    }
    return JsonResponse(answer, status=201)


@for_officers
@require_GET
def cases(_: HttpRequest, officer: Officer) -> HttpResponse:
    """The open cases of the officer's office."""
    found = Application.objects.filter(office=officer.office, state=Application.State.OPEN)
    rows = [
        {"reference": each.reference, "service": each.service, "photo": each.pointer is not None}
        for each in found.order_by("day", "pk")[:200]
    ]
    return JsonResponse({"cases": rows})


@for_officers
@require_POST
def opening(request: HttpRequest, officer: Officer, reference: str) -> HttpResponse:
    """Ask to open the photo of one case."""
    case = Application.objects.filter(pk=reference).first()
    if case is None:
        return problem_response(UnknownCaseError("There is no such case."), 404)
    return JsonResponse(openings.ask_to_open(officer, case, _body(request)).as_json())


@for_officers
@require_POST
def bulk(request: HttpRequest, officer: Officer) -> HttpResponse:
    """Several photos at once: never. Asking leaves a trace."""
    raise openings.refuse_bulk(officer, _body(request))


def _receipt(request: HttpRequest) -> Receipt:
    if len(request.body) > _MAX_BODY:
        raise BadRequestError("The receipt is too long.")
    return Receipt.decode(request.body)


def history_as_json(history: History) -> dict[str, Any]:
    """A history for programs."""

    def event(each: Any) -> dict[str, Any]:
        return {
            "index": each.index, "kind": each.entry.kind, "day": each.entry.day,
            "writer": each.writer, "details": each.details,
        }  # fmt: skip

    return {
        "events": [event(each) for each in history.events],
        "openings": [event(each) for each in history.openings],
        "missing": list(history.missing),
        "silent": history.silent,
        "searched": history.searched,
    }


@csrf_exempt
@require_POST
def history(request: HttpRequest) -> HttpResponse:
    """Every act on a receipt's photo."""
    return JsonResponse(history_as_json(custodian.history(_receipt(request))))


@csrf_exempt
@require_POST
def withdraw(request: HttpRequest) -> HttpResponse:
    """Withdraw a receipt's photo."""
    done = custodian.custody().withdraw(_receipt(request))
    answer = {"statements": done.statements, "owed": done.owed, "index": done.index}
    return JsonResponse(answer)


@require_GET
def health(_: HttpRequest) -> HttpResponse:
    """Whether the portal can serve."""
    Application.objects.exists()
    return JsonResponse({"ok": True})


urlpatterns = [
    path("applications", apply),
    path("cases", cases),
    path("cases/<str:reference>/openings", opening),
    path("openings", bulk),
    path("receipt/history", history),
    path("receipt/withdraw", withdraw),
    path("health", health),
]
