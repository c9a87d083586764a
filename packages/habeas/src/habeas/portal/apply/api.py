"""Applying, for programs."""

from __future__ import annotations

import base64

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from habeas.portal.apply import checks
from habeas.portal.apply.forms import DetailsForm
from habeas.portal.apply.sending import sending
from habeas.portal.catalogue import services
from habeas.portal.site.bodies import BadRequestError, json_object


@csrf_exempt
@require_POST
def send(request: HttpRequest) -> HttpResponse:
    """Send an application: service, fields (JSON), photo."""
    service = services().get(request.POST.get("service", ""))
    if service is None:
        raise BadRequestError("There is no such service.", f"There are: {', '.join(services())}.")
    fields = json_object(request.POST.get("fields", "{}"))
    form = DetailsForm(service, {str(name): str(value) for name, value in fields.items()})
    if not form.is_valid():
        name, errors = next(iter(form.errors.items()))
        raise BadRequestError(f"{name}: {errors[0]}", "Correct the field and send it again.")
    upload = request.FILES.get("photo")
    photo = b""
    if upload is not None and service.photo is not None:
        photo = checks.check(upload, service.photo).kept
    with sending(service, form.answers(), photo) as sent:
        pass  # nothing else of a terminal's application is kept
    answer = {
        "reference": sent.reference,
        "receipt": sent.receipt.fields() if sent.receipt else None,
        "photo": base64.b64encode(photo).decode(),
    }
    return JsonResponse(answer, status=201)
