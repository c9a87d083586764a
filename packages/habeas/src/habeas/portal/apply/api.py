"""Applying, for programs."""

from __future__ import annotations

import base64
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST
from pydantic import WithJsonSchema

from habeas.portal.apply import checks
from habeas.portal.apply.forms import DetailsForm
from habeas.portal.apply.sending import sending
from habeas.portal.cases.models import Case
from habeas.portal.catalogue import services
from habeas.portal.site.bodies import BadRequestError, UnknownServiceError, json_object
from habeas.portal.site.calls import ApiAnswer, call, say
from habeas.protocol import Receipt


class Application(ApiAnswer):
    """An application as a form.

    Attributes:
        service: its id.
        fields: the answers, by the names of the service's questions: a JSON object, as text.
        photo: a picture, where the applicant adds one.
    """

    service: str
    fields: str = "{}"
    photo: Annotated[bytes, WithJsonSchema({"type": "string", "format": "binary"})] | None = None


class Photo(ApiAnswer):
    """A picture, as a form."""

    photo: Annotated[bytes, WithJsonSchema({"type": "string", "format": "binary"})]


class SentSaid(ApiAnswer):
    """What the applicant keeps: the receipt, and the photo (base64) as it was sealed."""

    reference: str
    receipt: Receipt | None
    photo: str


@csrf_exempt
@require_POST
@call("POST", takes=Application, form=True, gives=SentSaid, status=201)
def send(request: HttpRequest) -> HttpResponse:
    """Send an application: service, fields (JSON), photo."""
    service = services().get(request.POST.get("service", ""))
    if service is None:
        raise UnknownServiceError(
            "There is no such service.", f"There are: {', '.join(services())}."
        )
    fields = json_object(request.POST.get("fields", "{}"))
    form = DetailsForm(service, {str(name): str(value) for name, value in fields.items()})
    if not form.is_valid():
        name, errors = next(iter(form.errors.items()))
        raise BadRequestError(f"{name}: {errors[0]}", "Correct the field and send it again.")
    upload = request.FILES.get("photo")
    photo = b""
    if upload is not None and service.photo is not None:
        photo = checks.check(upload, service.photo, keep="one").kept
    with sending(service, form.answers(), photo) as sent:
        pass  # nothing else of a terminal's application is kept
    kept = base64.b64encode(photo).decode()
    return say(SentSaid(reference=sent.reference, receipt=sent.receipt, photo=kept), 201)


class Standing(ApiAnswer):
    """How an application stands, for whoever knows its reference.

    Attributes:
        photo_wanted: its office could not read the photo, and asks for another.
    """

    reference: str
    photo_wanted: bool


@require_GET
@call("GET", gives=Standing)
def application(_: HttpRequest, reference: str) -> HttpResponse:
    """Whether an application waits for another photo. One that there is not waits for none."""
    wanted = Case.objects.filter(
        reference=reference, state=Case.State.OPEN, photo_wanted=True
    ).exists()
    return say(Standing(reference=reference, photo_wanted=wanted))
