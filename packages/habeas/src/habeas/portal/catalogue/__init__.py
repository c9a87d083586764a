"""The services and offices that a city declares, read once from the folder of its catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from django.conf import settings

from habeas.portal.catalogue.declaration import Catalogue, Office, Service


@cache
def catalogue() -> Catalogue:
    """This portal's catalogue.

    Raises:
        CatalogueError: a file is not what it must be.
    """
    return Catalogue.load(settings.SERVICES)


def offices() -> Mapping[str, Office]:
    """All offices, by id."""
    return catalogue().offices


def services() -> Mapping[str, Service]:
    """All services, by id."""
    return catalogue().services
