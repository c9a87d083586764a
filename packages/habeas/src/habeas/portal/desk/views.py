"""The officers' desk."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from habeas.foundation.errors import HabeasError
from habeas.portal.cases.models import Case
from habeas.portal.catalogue import offices, services
from habeas.portal.desk import cases, openings
from habeas.portal.officers.access import signed_in
from habeas.portal.officers.models import Officer
from habeas.portal.site.bodies import json_object, raw
from habeas.portal.site.problems import problem
from habeas.protocol import Purpose


class PasswordError(HabeasError):
    """Another password than the one that the officer signed in with."""

    code = "password"
    status = 401


def _case(officer: Officer, reference: str) -> Case:
    try:
        return cases.find(officer, reference)
    except cases.UnknownCaseError as error:
        raise Http404 from error


@signed_in
@require_GET
def queue(request: HttpRequest, officer: Officer) -> HttpResponse:
    """Open cases of the officer's office."""
    context = {
        "office": offices()[officer.office],
        "cases": [(each, services().get(each.service)) for each in cases.open_cases(officer)],
    }
    return render(request, "desk/queue.html", context)


@signed_in
@require_GET
def case(request: HttpRequest, officer: Officer, reference: str) -> HttpResponse:
    """One case."""
    found = _case(officer, reference)
    service = services().get(found.service)
    labels = {each.name: each.label for each in service.fields} if service else {}
    context = {
        "office": offices()[officer.office],
        "case": found,
        "service": service,
        "answers": [(labels.get(name, name), value) for name, value in found.answers.items()],
    }
    return render(request, "desk/case.html", context)


@signed_in
@require_GET
def open_photo(request: HttpRequest, officer: Officer, reference: str) -> HttpResponse:
    """Ask for purpose, reason and password; the rest happens in the officer's browser."""
    found = _case(officer, reference)
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


@signed_in
@require_POST
def opening(request: HttpRequest, officer: Officer, reference: str) -> HttpResponse:
    """The request of the officer's browser; it carries the password once more."""
    found = _case(officer, reference)
    asked = json_object(raw(request))
    if not officer.check_password(str(asked.pop("password", ""))):
        wrong = PasswordError(
            _("The password is not right."), _("Enter the password that you signed in with.")
        )
        return problem(wrong)
    return JsonResponse(openings.ask_to_open(officer, found, asked).as_json())


@signed_in
@require_POST
def decide(request: HttpRequest, officer: Officer, reference: str) -> HttpResponse:
    """Decide a case. Its pointer to the photo is erased with the decision."""
    _case(officer, reference)
    try:
        cases.decide(officer, reference, request.POST.get("decision", ""))
    except cases.DecisionError:
        return redirect("desk:case", reference)
    messages.success(request, _("Case %(reference)s is decided.") % {"reference": reference})
    return redirect("desk:queue")
