"""The applicant's journey for programs of others: services, a draft that can be resumed, sending.

A draft is readable with its token alone, as a browser's is with its cookie (`drafts`).
"""

from __future__ import annotations

import base64
import binascii
import contextlib

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from habeas.foundation.errors import HabeasError
from habeas.portal.apply import checks, drafts, processing
from habeas.portal.apply.api import Photo, SentSaid
from habeas.portal.apply.forms import DetailsForm
from habeas.portal.apply.sending import sending
from habeas.portal.catalogue import services
from habeas.portal.catalogue.declaration import FormField, Service
from habeas.portal.site.bodies import BadRequestError, UnknownServiceError
from habeas.portal.site.calls import ApiAnswer, body, call, say
from habeas.protocol.document import Document, Slug


class NoSuchDraftError(HabeasError):
    """A token that opens no draft."""

    code = "no-draft"
    status = 401
    remedy = "Begin a new draft: POST /api/drafts. Nothing was sent."


class IncompleteError(HabeasError):
    """A draft that is sent before all is answered."""

    code = "incomplete"
    status = 409
    remedy = "Answer it: PATCH /api/drafts."


class UnknownQuestionError(HabeasError):
    """An answer to what the service does not ask."""

    code = "unknown-question"
    status = 404
    remedy = "See /api/services."


class Question(ApiAnswer):
    """One question of a service, in both languages."""

    name: str
    label: dict[str, str]
    hint: dict[str, str] | None
    kind: str
    required: bool


class ServiceSaid(ApiAnswer):
    """A service that people can apply for.

    Attributes:
        photo: whether a photo may be added; it is never required.
    """

    id: str
    name: dict[str, str]
    about: dict[str, str]
    office: str
    questions: list[Question]
    photo: bool


class Services(ApiAnswer):
    """All services."""

    services: list[ServiceSaid]


class Begun(Document):
    """What a draft begins with: the service, and answers by the names of its questions."""

    service: Slug
    answers: dict[str, str] | None = None


class Typed(Document):
    """Answers by the names of the questions; those that are left out stay as they are."""

    answers: dict[str, str]


class DraftSaid(ApiAnswer):
    """An application on its way.

    Attributes:
        token: opens it, for `Authorization: Bearer`; shown once, when it begins.
        problems: what is missing or wrong, by question, in the language of the request.
        photo: whether it has one.
        reference: once it was sent.
    """

    token: str | None
    service: str
    answers: dict[str, str]
    problems: dict[str, str]
    photo: bool
    reference: str | None


def _question(declared: FormField) -> Question:
    hint = declared.hint.model_dump() if declared.hint else None
    return Question(
        name=declared.name, label=declared.label.model_dump(), hint=hint, kind=declared.kind,
        required=declared.required,
    )  # fmt: skip


@require_GET
@call("GET", gives=Services)
def all_services(_: HttpRequest) -> HttpResponse:
    """The services, with their questions."""
    found = [
        ServiceSaid(
            id=each.id, name=each.name.model_dump(), about=each.about.model_dump(),
            office=each.office, questions=[_question(field) for field in each.fields],
            photo=each.photo is not None,
        )
        for each in services().values()
    ]  # fmt: skip
    return say(Services(services=found))


@require_GET
@call("GET", media="application/ld+json")
def record(request: HttpRequest, service: str) -> HttpResponse:
    """The record of processing of a service's photos, in W3C's Data Privacy Vocabulary."""
    found = services().get(service)
    if found is None or found.photo is None:
        raise Http404
    return JsonResponse(
        processing.record(found, found.photo, request.build_absolute_uri("/")),
        content_type="application/ld+json",
    )


def _draft(request: HttpRequest) -> tuple[Service, drafts.Draft]:
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    name, _, text = token.partition(".")
    service = services().get(name)
    secret = b""
    with contextlib.suppress(binascii.Error, ValueError):
        secret = base64.b64decode(text, altchars=b"-_", validate=True)
    draft = drafts.of_secret(secret, name) if service else None
    if service is None or draft is None:
        raise NoSuchDraftError("There is no draft that this token opens.")
    return service, draft


def _said(service: Service, draft: drafts.Draft, *, new: bool = False) -> DraftSaid:
    form = DetailsForm(service, draft.fields)
    problems = {} if form.is_valid() else {n: str(e[0]) for n, e in form.errors.items()}
    token = f"{service.id}.{base64.urlsafe_b64encode(draft.secret).decode()}" if new else None
    return DraftSaid(
        token=token, service=service.id, answers=draft.fields,
        problems={} if draft.reference else problems, photo=bool(draft.photo),
        reference=draft.reference or None,
    )  # fmt: skip


def _keep(service: Service, draft: drafts.Draft, answers: dict[str, str]) -> None:
    unknown = sorted(set(answers) - {each.name for each in service.fields})
    if unknown:
        raise UnknownQuestionError(f"The service has no question {unknown[0]}.")
    if draft.reference:
        raise drafts.AlreadySentError("This application was sent already.")
    form = DetailsForm(service, {**draft.fields, **answers})
    draft.faulty = not form.is_valid()
    draft.fields = {name: text for name, text in form.typed().items() if text}
    drafts.store(draft)


@csrf_exempt
@require_http_methods(["POST", "GET", "PATCH", "DELETE"])
@call("POST", takes=Begun, gives=DraftSaid, status=201)
@call("GET", gives=DraftSaid, drafts=True)
@call("PATCH", takes=Typed, gives=DraftSaid, drafts=True)
@call("DELETE", status=204, media="", drafts=True)
def draft(request: HttpRequest) -> HttpResponse:
    """An application on its way: begin it, resume it, answer more, or give it up."""
    if request.method == "POST":
        begun = body(request, Begun)
        service = services().get(begun.service)
        if service is None:
            raise UnknownServiceError("There is no such service.")
        fresh = drafts.begin(service.id)
        _keep(service, fresh, begun.answers or {})
        return say(_said(service, fresh, new=True), 201)
    service, found = _draft(request)
    if request.method == "DELETE":
        drafts.drop(found)
        return HttpResponse(status=204)
    if request.method == "PATCH":
        _keep(service, found, body(request, Typed).answers)
    return say(_said(service, found))


@csrf_exempt
@require_http_methods(["POST", "DELETE"])
@call("POST", takes=Photo, form=True, gives=DraftSaid, drafts=True)
@call("DELETE", gives=DraftSaid, drafts=True)
def draft_photo(request: HttpRequest) -> HttpResponse:
    """Add a photo to a draft, in place of the one before, or take it away."""
    service, found = _draft(request)
    if found.reference:
        raise drafts.AlreadySentError("This application was sent already.")
    found.forget_photo()
    if request.method == "POST":
        upload = request.FILES.get("photo")
        if upload is None or service.photo is None:
            raise BadRequestError("There is no photo, or the service takes none.")
        found.upright = checks.check(upload, service.photo, keep="one").kept
        found.photo_decided = True
    drafts.store(found)
    return say(_said(service, found))


@csrf_exempt
@require_POST
@call("POST", gives=SentSaid, status=201, drafts=True)
def draft_sending(request: HttpRequest) -> HttpResponse:
    """Send a draft. The portal's server seals the photo, and the receipt is given once."""
    service, found = _draft(request)
    if found.reference:
        raise drafts.AlreadySentError("This application was sent already.")
    form = DetailsForm(service, found.fields)
    if not form.is_valid():
        name, errors = next(iter(form.errors.items()))
        raise IncompleteError(f"{name}: {errors[0]}")
    photo = found.photo
    with sending(service, form.answers(), photo) as sent:
        drafts.close(found, sent.reference, "")
    kept = base64.b64encode(photo).decode()
    return say(SentSaid(reference=sent.reference, receipt=sent.receipt, photo=kept), 201)
