"""The officers' desk."""

from __future__ import annotations

import json
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from habeas.foundation.errors import HabeasError
from habeas.portal.apply.models import Application
from habeas.portal.desk import openings
from habeas.portal.desk.openings import Officer
from habeas.portal.middleware import problem_response
from habeas.portal.services import offices, services
from habeas.protocol import Purpose

_MAX_BODY = 16 * 1024


class PasswordError(HabeasError):
    """The password that an officer repeats for an opening is wrong."""

    code = "password"


def officer_of(user: User) -> Officer:
    """The officer that *user* is, by the one group that is an office.

    Raises:
        Http404: the user belongs to no office.
    """
    groups = set(user.groups.values_list("name", flat=True)) & set(offices())
    if len(groups) != 1:
        raise Http404
    return Officer(user.get_username(), groups.pop())


def _case(request: HttpRequest, reference: str) -> tuple[Officer, Application]:
    officer = officer_of(cast("User", request.user))
    return officer, get_object_or_404(Application, pk=reference, office=officer.office)


@login_required
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """Open cases of the officer's office."""
    officer = officer_of(cast("User", request.user))
    cases = Application.objects.filter(office=officer.office, state=Application.State.OPEN)
    context = {
        "office": offices()[officer.office],
        "cases": [
            (case, services().get(case.service)) for case in cases.order_by("day", "pk")[:200]
        ],
    }
    return render(request, "desk/queue.html", context)


@login_required
@require_GET
def case(request: HttpRequest, reference: str) -> HttpResponse:
    """One case."""
    officer, found = _case(request, reference)
    service = services().get(found.service)
    labels = {each.name: each.label for each in service.fields} if service else {}
    context = {
        "office": offices()[officer.office],
        "case": found,
        "service": service,
        "answers": [(labels.get(name, name), value) for name, value in found.fields.items()],
    }
    return render(request, "desk/case.html", context)


@login_required
@require_GET
def open_photo(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask for purpose, reason and password; the rest happens in the officer's browser."""
    officer, found = _case(request, reference)
    if found.pointer is None:
        return redirect("desk:case", reference)
    service = services().get(found.service)
    promised = service.photo.purposes if service and service.photo else ()
    context = {
        "office": offices()[officer.office],
        "officer": officer,
        "case": found,
        "purposes": [(each, each in promised) for each in Purpose],
    }
    return render(request, "desk/open.html", context)


@login_required
@require_POST
def opening(request: HttpRequest, reference: str) -> HttpResponse:
    """The request of the officer's browser; it carries the password once more."""
    officer, found = _case(request, reference)
    if len(request.body) > _MAX_BODY:
        raise openings.RequestError("The request is too long.")
    try:
        body = json.loads(request.body)
        password = str(body.pop("password", ""))
    except (ValueError, AttributeError) as error:
        raise openings.RequestError("The request is not JSON.") from error
    if not cast("User", request.user).check_password(password):
        wrong = PasswordError(
            _("The password is not right."), _("Enter the password that you signed in with.")
        )
        return problem_response(wrong, 401)
    return JsonResponse(openings.ask_to_open(officer, found, body).as_json())


@login_required
@require_POST
def decide(request: HttpRequest, reference: str) -> HttpResponse:
    """Decide a case. Its pointer to the photo is erased with the decision."""
    _officer, found = _case(request, reference)
    state = request.POST.get("decision", "")
    if state not in (Application.State.APPROVED, Application.State.DECLINED):
        return redirect("desk:case", reference)
    Application.objects.filter(pk=found.pk, state=Application.State.OPEN).update(
        state=state, pointer=None
    )
    messages.success(request, _("Case %(reference)s is decided.") % {"reference": reference})
    return redirect("desk:queue")
