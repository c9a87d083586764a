"""The portal with one more address, for comparison: it stores the upload plainly.

Same server, same form, same check of the photo, same database; then the JPEG goes into a
file, synced, and the application into its table. What sealing costs is the difference.
"""

from __future__ import annotations

import json
import os
import secrets
from datetime import UTC, datetime

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt

from habeas.portal.apply import checks
from habeas.portal.apply.forms import DetailsForm
from habeas.portal.apply.sending import new_reference
from habeas.portal.cases.models import Case
from habeas.portal.catalogue import services


@csrf_exempt
def apply_plainly(request: HttpRequest) -> HttpResponse:
    """As `habeas.portal.apply.api.send`, without sealing, trustees and log."""
    service = services()[request.POST["service"]]
    form = DetailsForm(service, json.loads(request.POST["fields"]))
    assert form.is_valid()
    assert service.photo
    photo = request.FILES["photo"]
    assert isinstance(photo, UploadedFile)
    picture = checks.check(photo, service.photo).kept
    reference = new_reference(service)
    folder = settings.DATA / "plain"
    folder.mkdir(exist_ok=True)
    with (folder / secrets.token_hex(16)).open("wb") as file:
        file.write(picture)
        file.flush()
        os.fsync(file.fileno())
    Case.objects.create(
        reference=reference,
        service=service.id,
        office=service.office,
        answers=json.dumps(form.answers()).encode(),
        day=datetime.now(UTC).date(),
    )
    return JsonResponse({"reference": reference}, status=201)


@csrf_exempt
def keep_plainly(request: HttpRequest) -> HttpResponse:
    """The bytes that a device has sealed into a synced file, and the application into its table."""
    service = services()["hunting-licence"]
    content = request.FILES["ciphertext"]
    assert isinstance(content, UploadedFile)
    reference = new_reference(service)
    folder = settings.DATA / "plain"
    folder.mkdir(exist_ok=True)
    with (folder / secrets.token_hex(16)).open("wb") as file:
        file.write(content.read() + request.POST["head"].encode())
        file.flush()
        os.fsync(file.fileno())
    Case.objects.create(
        reference=reference, service=service.id, office=service.office,
        answers=secrets.token_bytes(1500), day=datetime.now(UTC).date(),
    )  # fmt: skip
    return JsonResponse({"reference": reference}, status=201)


urlpatterns = [
    path("plain", apply_plainly), path("plain-bytes", keep_plainly),
    path("", include("habeas.portal.site.urls")),
]  # fmt: skip
