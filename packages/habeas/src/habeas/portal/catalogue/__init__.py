"""The services and offices that a city declares, read once from the folder of its catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from django.conf import settings

from habeas.portal.catalogue.declaration import Catalogue, DeclaredOffice, Service


@cache
def catalogue() -> Catalogue:
    """This portal's catalogue.

    Raises:
        CatalogueError: a file is not what it must be.
    """
    return Catalogue.load(settings.SERVICES)


def offices() -> Mapping[str, DeclaredOffice]:
    """All offices, by id."""
    return catalogue().offices


def services() -> Mapping[str, Service]:
    """All services, by id."""
    return catalogue().services


def office_name(office: str) -> str:
    """What people call an office, in the visitor's language; its id where it is not declared."""
    found = offices().get(office)
    return office if found is None else str(found.name)
