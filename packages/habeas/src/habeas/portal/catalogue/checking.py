"""All that is wrong with a catalogue, by file and line: for whoever writes one.

`Catalogue.load` stops at the first fault, which is right for a portal that starts. Needs no
portal, so that a catalogue can be checked before it is put anywhere.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from habeas.configuration import Fault, Lines, faults_of
from habeas.configuration.lines import of_error
from habeas.portal.catalogue.declaration import Catalogue, DeclaredOffice, Service
from habeas.protocol import Circle

_OFFICES = "offices.toml"


class Checked:
    """A catalogue, looked at.

    Args:
        folder: with offices.toml and one file for each service.
        circle: under which the portal seals; None where there is none yet.

    Attributes:
        faults: each with its file, in the order of files and lines.
        catalogue: what it declares; None where a fault was found.
    """

    def __init__(self, folder: Path, circle: Circle | None = None) -> None:
        self._folder, self._circle = folder, circle
        self._offices: set[str] = set()
        self._prefixes: dict[str, str] = {}
        self.faults = list(self._look())
        self.catalogue = None if self.faults else Catalogue.load(folder)

    def _look(self) -> Iterator[tuple[Path, Fault]]:
        file = self._folder / _OFFICES
        if not file.exists():
            yield file, Fault(1, "There is no offices.toml.", "Declare at least one office there.")
        for each in (file, *sorted(set(self._folder.glob("*.toml")) - {file})):
            if each.exists():
                for fault in self._file(each):
                    yield each, fault
        if not set(self._folder.glob("*.toml")) - {file}:
            yield self._folder, Fault(1, "There is no service.", "Write a file SERVICE.toml.")

    def _file(self, file: Path) -> Iterator[Fault]:
        try:
            text = file.read_text()
            values = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            line, why = of_error(error, text)
            yield Fault(line, f"This is not TOML: {why}.", "Write it as `key = value`.")
            return
        except (OSError, UnicodeDecodeError):
            yield Fault(1, "It cannot be read as text in UTF-8.", "Mend it, or its rights.")
            return
        where = Lines(text)
        if file.name == _OFFICES:
            yield from self._declared(values, where)
        else:
            yield from self._service(file, values, where)

    def _declared(self, values: dict[str, Any], where: Lines) -> Iterator[Fault]:
        if not values:
            yield Fault(1, "No office is declared.", "Write [office-id] and its name.")
        for name, value in values.items():
            self._offices.add(name)
            if not isinstance(value, dict):
                yield Fault(where.find([name]), f"{name} is no table.", f"Write [{name}].")
                continue
            try:
                DeclaredOffice.model_validate({"id": name, **value})
            except ValidationError as error:
                yield from faults_of(error, DeclaredOffice, where, [name])
            yield from self._in_circle(name, where.find([name]))

    def _service(self, file: Path, values: dict[str, Any], where: Lines) -> Iterator[Fault]:
        if "id" in values:
            line = where.find(["id"])
            yield Fault(line, f"The id is the file's name, {file.stem}.", "Leave `id` out.")
            return
        try:
            service = Service.model_validate({"id": file.stem, **values})
        except ValidationError as error:
            yield from faults_of(error, Service, where)
            return
        recipients = service.photo.recipients if service.photo else ()
        named = [(["office"], service.office)]
        named += [(["photo", "recipients"], each) for each in recipients]
        for path, office in named:
            if office not in self._offices:
                yield Fault(
                    where.find(path), f"There is no office {office}.",
                    f"offices.toml has {', '.join(sorted(self._offices)) or 'none'}.",
                )  # fmt: skip
        if service.photo and service.office not in recipients:
            yield Fault(
                where.find(["photo", "recipients"]),
                f"The office {service.office} decides, and could not open the photo.",
                "Name it among the recipients, or leave the photo out.",
            )
        other = self._prefixes.setdefault(service.prefix, file.name)
        if other != file.name:
            yield Fault(
                where.find(["prefix"]), f"{other} has the prefix {service.prefix} too.",
                "Choose another: case numbers begin with it.",
            )  # fmt: skip

    def _in_circle(self, office: str, line: int) -> Iterator[Fault]:
        if self._circle is not None and self._circle.office(office) is None:
            yield Fault(
                line, f"The circle has no office {office}: nothing could be sealed for it.",
                "Have it named in the next circle, or leave it out.",
            )  # fmt: skip
