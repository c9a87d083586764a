"""Services and offices as TOML files declare them. ``sample/`` shows all that can stand there."""

from __future__ import annotations

import calendar
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar

from django.utils.translation import get_language
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from habeas.foundation.errors import HabeasError
from habeas.protocol import Purpose
from habeas.protocol.document import KeyName, Slug


class CatalogueError(HabeasError):
    """A service's file that cannot be used."""

    code = "catalogue"
    remedy = "Correct the file; the sample hunting-licence.toml shows all that can stand in one."


class _Declared(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


#: BCP 47, the language alone.
_LANGUAGE = re.compile(r"[a-z]{2,3}")
#: RFC 6454 origin, in the clear on this machine alone: whoever changes the page on its way would
#: hold the frame.
FrameOrigin = Annotated[
    str,
    StringConstraints(
        max_length=256,
        pattern=r"^(https://[a-z0-9.-]+|http://(localhost|127\.0\.0\.1))(:[1-9][0-9]{0,4})?$",
    ),
]
_Kind = TypeVar("_Kind", bound=_Declared)


class Words(BaseModel):
    """A text in English and Russian, and in any other language by its code; else in English."""

    model_config = ConfigDict(frozen=True, extra="allow")
    __pydantic_extra__: dict[str, str]

    en: str
    ru: str

    @model_validator(mode="after")
    def _languages(self) -> Self:
        for name in self.__pydantic_extra__:
            if not _LANGUAGE.fullmatch(name):
                raise ValueError(f"{name} is no language's code")
        return self

    def __str__(self) -> str:
        language = (get_language() or "en").partition("-")[0]
        return str(self.model_dump().get(language, self.en))


class FormField(_Declared):
    """One question of a form."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,40}$")]
    label: Words
    hint: Words | None = None
    kind: Literal["text", "lines", "date", "email", "tel"] = "text"
    autocomplete: str = "off"
    required: bool = True


def month_end(day: date, months: int = 0) -> date:
    """The last day of the month that lies *months* after that of *day*."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, calendar.monthrange(year, month)[1])


class PhotoRules(_Declared):
    """What is promised about a service's photo."""

    profile: Literal["default", "icao"] = "default"
    #: Name of the trustee at whose address devices get the app; by default at the portal's.
    host: KeyName | None = None
    #: Whose photo it is: rules relax for small children.
    child: bool = False
    recipients: tuple[Slug, ...]
    purposes: tuple[Purpose, ...]
    keep_months: Annotated[int, Field(ge=1, le=36)]
    #: Most requests for one photo, ever and in one day.
    openings_max: Annotated[int, Field(ge=1, le=100)] = 20
    openings_a_day: Annotated[int, Field(ge=1, le=100)] = 5
    #: Days after the decision at which the photo may go before its time.
    closed_days: Annotated[int, Field(ge=0, le=3650)] = 90
    #: Days after the decision in which a promised later purpose may still be asked for.
    later_days: dict[Purpose, Annotated[int, Field(ge=1, le=1095)]] = {
        Purpose.PRODUCE_DOCUMENT: 30,
        Purpose.APPEAL: 60,
        Purpose.APPLICANT_COPY: 60,
    }

    def opens_until(self, today: date) -> date:
        """The last day of the month that lies `keep_months` ahead: months are shredded whole."""
        return month_end(today, self.keep_months)


class Service(_Declared):
    """One service."""

    id: Slug
    prefix: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    office: Slug
    name: Words
    about: Words
    fields: Annotated[tuple[FormField, ...], Field(min_length=1)]
    #: Months after the decision for which the office keeps what the applicant answered.
    answers_months: Annotated[int, Field(ge=1, le=1200)] = 12
    photo: PhotoRules | None = None
    #: Origins whose pages may hold the photo step in a frame (`<habeas-photo>`); nobody by default.
    frame_ancestors: tuple[FrameOrigin, ...] = ()

    @model_validator(mode="after")
    def _framed(self) -> Self:
        if self.frame_ancestors and self.photo is None:
            raise ValueError("frame_ancestors: there is no photo step to frame")
        return self


class DeclaredOffice(_Declared):
    """One office."""

    id: Slug
    name: Words
    #: A second officer has to confirm each decision.
    second_person: bool = False


@dataclass(frozen=True)
class Catalogue:
    """All that a city declares.

    Attributes:
        offices: by id.
        services: by id.
    """

    offices: Mapping[str, DeclaredOffice]
    services: Mapping[str, Service]

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read ``offices.toml`` and one file for each service.

        Raises:
            CatalogueError: a file is not what it must be, or names an office that is none.
        """
        declared = _read(folder / "offices.toml")
        offices = {
            name: _declared(DeclaredOffice, name, _table(each, name), "offices.toml")
            for name, each in declared.items()
        }
        services = {}
        for file in sorted(folder.glob("*.toml")):
            if file.name == "offices.toml":
                continue
            service = _declared(Service, file.stem, _read(file), file.name)
            recipients = service.photo.recipients if service.photo else ()
            for office in (service.office, *recipients):
                if office not in offices:
                    raise CatalogueError(f"{file.name} names the office {office}, which is none.")
            if service.photo and service.office not in recipients:
                raise CatalogueError(
                    f"{file.name}: the office {service.office} decides, and is no recipient of "
                    "the photo: it could not open it.",
                    "Name it among the recipients, or leave the photo out.",
                )
            services[service.id] = service
        return cls(offices, services)


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text())
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CatalogueError(f"{file} cannot be used: {error}.") from error


def _table(value: Any, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise CatalogueError(f"offices.toml: {name} is no table.")
    return value


def _declared(kind: type[_Kind], identity: str, fields: dict[str, Any], file: str) -> _Kind:
    if "id" in fields:
        raise CatalogueError(f"{file}: the id is the name, {identity}; it is not written again.")
    try:
        return kind.model_validate({"id": identity, **fields})
    except ValidationError as error:
        raise CatalogueError(f"{file} cannot be used: {error}") from error
