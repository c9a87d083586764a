"""What an operator looks at: how the portal stands, what is declared, and who is in the circle."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from habeas.foundation.errors import HabeasError
from habeas.portal import catalogue
from habeas.portal.catalogue.checking import Checked
from habeas.portal.catalogue.declaration import Catalogue, CatalogueError, Service
from habeas.portal.operator.words import figure, loop
from habeas.portal.register.log import log_copy
from habeas.portal.register.seen import seen
from habeas.portal.register.words import purpose_name
from habeas.portal.site import health, setup
from habeas.protocol.credential import newest_roster
from habeas.protocol.parties import Office


def _declared() -> tuple[Catalogue | None, CatalogueError | None]:
    """The catalogue as its files are now, which this process shows from here on; or what is wrong.

    The portal itself reads them when it starts: what is shown here is what a restart will bring.
    """
    catalogue.catalogue.cache_clear()
    try:
        return catalogue.catalogue(), None
    except CatalogueError as error:
        return None, error


@require_GET
def standing(request: HttpRequest) -> HttpResponse:
    """Health, what keeps the portal from serving, the circle, and whether trustees answer."""
    _declared()
    found, figures = health.judge()
    newest, told = log_copy().chain.newest, seen()
    # What keeps it from serving is mostly what makes it unwell: each code is told once.
    blockers = {each.code: f"{each.cause} {each.remedy}" for each in setup.problems()}
    context = {
        "here": "standing",
        "problems": sorted(({**found.problems, **blockers}).items()),
        "figures": [(figure(name), value) for name, value in sorted(figures.items())],
        "ages": [(loop(name), round(age)) for name, age in sorted(found.ages.items())],
        "circle": newest.circle,
        "digest": newest.digest,
        "trustees": [(each, told.now().get(each.name)) for each in newest.circle.trustees],
    }
    return render(request, "operator/standing.html", context)


@require_GET
def all_services(request: HttpRequest) -> HttpResponse:
    """The services as their files are now, each with its pages."""
    found, error = _declared()
    faults = Checked(settings.SERVICES).faults if error else []
    context = {
        "here": "services",
        "services": [_shown(each, found) for each in found.services.values()] if found else [],
        "error_found": error,
        "faults": [(file.name, fault) for file, fault in faults],
        "folder": settings.SERVICES,
    }
    return render(request, "operator/services.html", context)


def _shown(service: Service, found: Catalogue) -> dict[str, object]:
    purposes = service.photo.purposes if service.photo else ()
    return {
        "declared": service,
        "office": str(found.offices[service.office].name),
        "purposes": ", ".join(purpose_name(each) for each in purposes),
    }


@dataclass(frozen=True)
class _Row:
    """One office: as it is declared, as the circle has it, and its newest list of officers."""

    id: str
    name: str
    second_person: bool
    seat: Office | None
    officers: int | None
    version: int | None


@require_GET
def all_offices(request: HttpRequest) -> HttpResponse:
    """The offices that are declared, beside those of the circle."""
    found, error = _declared()
    circle = log_copy().chain.newest.circle
    declared = found.offices if found else {}
    rows = []
    for name in sorted({*declared, *(each.office for each in circle.offices)}):
        mine = declared.get(name)
        version, officers = _roster(name)
        seat = circle.office(name)
        called = str(mine.name) if mine else name
        second = mine is not None and mine.second_person
        rows.append(_Row(name, called, second, seat, officers, version))
    return render(
        request, "operator/offices.html", {"here": "offices", "rows": rows, "error_found": error}
    )


def _roster(office: str) -> tuple[int | None, int | None]:
    try:
        newest = newest_roster(log_copy().rosters(office))
    except HabeasError:
        return None, None
    return (None, None) if newest is None else (newest.version, newest.size)
