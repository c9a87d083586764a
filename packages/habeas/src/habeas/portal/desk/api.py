"""The desk, for programs: the office's cases, a case, asking to open its photo, deciding.

    GET  /api/cases                          {cases: [{reference, service, day, photo}]}
    GET  /api/cases/REFERENCE                {reference, service, day, state, photo, answers,
                                              purposes: promised, when there is a photo}
    POST /api/cases/REFERENCE/openings       {purpose, reason, one_time_key} -> the opening
    POST /api/cases/REFERENCE/decision       {decision: approved | declined}
    POST /api/openings                       several photos at once: refused, on the public log

The officer's name and password come with each request (HTTP Basic). A problem is answered
with problem details (RFC 9457): code, detail, remedy, and the index on the log of a refusal.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET, require_POST

from habeas.portal.cases.models import Case
from habeas.portal.catalogue import services
from habeas.portal.desk import cases as desk
from habeas.portal.desk import openings
from habeas.portal.officers.access import by_password
from habeas.portal.officers.models import Officer
from habeas.portal.site.bodies import json_object, raw


def _listed(case: Case) -> dict[str, Any]:
    return {
        "reference": case.reference,
        "service": case.service,
        "day": case.day.isoformat(),
        "photo": case.pointer is not None,
    }


@by_password
@require_GET
def cases(_: HttpRequest, officer: Officer) -> HttpResponse:
    """The open cases of the officer's office."""
    return JsonResponse({"cases": [_listed(each) for each in desk.open_cases(officer)]})


@by_password
@require_GET
def case(_: HttpRequest, officer: Officer, reference: str) -> HttpResponse:
    """One case of the officer's office."""
    found = desk.find(officer, reference)
    service = services().get(found.service)
    promised = service.photo.purposes if service and service.photo else ()
    return JsonResponse(
        {
            **_listed(found),
            "state": found.state,
            "answers": found.answers,
            "purposes": list(promised),
        }
    )


@by_password
@require_POST
def opening(request: HttpRequest, officer: Officer, reference: str) -> HttpResponse:
    """Ask to open the photo of one case; another office's request is refused by the trustees."""
    found = Case.objects.filter(pk=reference).first()
    if found is None:
        raise desk.UnknownCaseError("There is no such case.")
    asked = json_object(raw(request))
    return JsonResponse(openings.ask_to_open(officer, found, asked).as_json())


@by_password
@require_POST
def decision(request: HttpRequest, officer: Officer, reference: str) -> HttpResponse:
    """Decide one case of the officer's office."""
    chosen = str(json_object(raw(request)).get("decision", ""))
    desk.decide(officer, reference, chosen)
    return JsonResponse({"reference": reference, "state": chosen})


@by_password
@require_POST
def bulk(request: HttpRequest, officer: Officer) -> HttpResponse:
    """Several photos at once: never. Asking leaves a trace."""
    raise openings.refuse_bulk(officer, json_object(raw(request)))
