"""The catalogue: services and offices, declared in TOML files.

``$HABEAS_SERVICES`` names the folder; by default it is ``services`` in the portal's data
folder, then the one of the checkout.
"""

from __future__ import annotations

import calendar
import os
import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from django.conf import settings
from django.utils.translation import get_language
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from habeas.foundation.errors import HabeasError
from habeas.protocol import Purpose
from habeas.protocol.document import Slug


class CatalogueError(HabeasError):
    """A service's file that cannot be used."""

    code = "catalogue"
    remedy = "Correct the file; services/hunting-licence.toml shows all that can stand in one."


class _Declared(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Words(_Declared):
    """A text in every language of the portal."""

    en: str
    ru: str

    def __str__(self) -> str:
        return self.ru if (get_language() or "en").startswith("ru") else self.en


class FormField(_Declared):
    """One question of a form."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,40}$")]
    label: Words
    hint: Words | None = None
    kind: Literal["text", "lines", "date", "email", "tel"] = "text"
    autocomplete: str = "off"
    required: bool = True


class PhotoRules(_Declared):
    """What is promised about a service's photo."""

    profile: Literal["default", "icao"] = "default"
    #: Whose photo it is: rules relax for small children.
    child: bool = False
    recipients: tuple[Slug, ...]
    purposes: tuple[Purpose, ...]
    keep_months: Annotated[int, Field(ge=1, le=36)]

    def opens_until(self, today: date) -> date:
        """The last day of the month that lies `keep_months` ahead: months are shredded whole."""
        month = today.month - 1 + self.keep_months
        year, month = today.year + month // 12, month % 12 + 1
        return date(year, month, calendar.monthrange(year, month)[1])


class Service(_Declared):
    """One service."""

    id: Slug
    prefix: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    office: Slug
    name: Words
    about: Words
    fields: Annotated[tuple[FormField, ...], Field(min_length=1)]
    photo: PhotoRules | None = None


class Office(_Declared):
    """One office."""

    id: Slug
    name: Words


def folder() -> Path:
    """Where the catalogue lies."""
    if "HABEAS_SERVICES" in os.environ:
        return Path(os.environ["HABEAS_SERVICES"])
    if (settings.DATA / "services").is_dir():
        return settings.DATA / "services"
    return Path(__file__).resolve().parents[5] / "services"


@cache
def offices() -> Mapping[str, Office]:
    """All offices, by id.

    Raises:
        CatalogueError: the file is not what it must be.
    """
    file = folder() / "offices.toml"
    try:
        declared = tomllib.loads(file.read_text())
        return {name: Office(id=name, **each) for name, each in declared.items()}
    except (OSError, tomllib.TOMLDecodeError, ValidationError) as error:
        raise CatalogueError(f"{file.name} cannot be used: {error}") from error


@cache
def services() -> Mapping[str, Service]:
    """All services, by id.

    Raises:
        CatalogueError: a file is not what it must be, or names an office that is none.
    """
    found = {}
    for file in sorted(folder().glob("*.toml")):
        if file.name == "offices.toml":
            continue
        try:
            service = Service(id=file.stem, **tomllib.loads(file.read_text()))
        except (OSError, tomllib.TOMLDecodeError, ValidationError) as error:
            raise CatalogueError(f"{file.name} cannot be used: {error}") from error
        recipients = service.photo.recipients if service.photo else ()
        for office in (service.office, *recipients):
            if office not in offices():
                raise CatalogueError(f"{file.name} names the office {office}, which is none.")
        found[service.id] = service
    return found
