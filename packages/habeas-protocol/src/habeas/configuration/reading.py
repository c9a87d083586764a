"""Reading a configuration, with every fault that it has; and looking for what it names."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from habeas.configuration import lines
from habeas.configuration.errors import ConfigurationError, Fault, SecretError
from habeas.configuration.parts import PartyConfiguration
from habeas.configuration.secret import Secret, TokenAddress
from habeas.foundation import text

_Kind = TypeVar("_Kind", bound=PartyConfiguration)
_Model = TypeVar("_Model", bound=BaseModel)
#: Bytes; nobody writes a longer one by hand.
_MOST = 256 * 1024
#: What stands in a fault's path and is no setting.
_KINDS = {"function-after", "Secret", "SigningKey", "TokenAddress"}
_REMEDIES = {
    "secret_inline": f"Say where it lies instead: {Secret.forms}; and change it, as it was read.",
    "secret_form": f"Write one of {Secret.forms}.",
    "token": "Write it as pkcs11:token=LABEL?module-path=FILE&pin-source=file:/FILE (RFC 7512).",
    "path": "Begin it with /.",
    "address": "Write it as https://HOST or https://HOST:PORT.",
    "mail_security": 'Write security = "tls" or "starttls".',
    "mail_login": "Write both, or neither.",
    "recorded": "Write camera, for one, or cameras, for a file of many; not both.",
    "proxy": "Name the address of the server in front, as this machine sees it.",
}


def read(file: Path, kind: type[_Kind]) -> _Kind:
    """The configuration in *file*, of one party.

    Raises:
        ConfigurationError: it is none; all faults stand in the error.
    """
    return inspect(file, {kind.who: kind})


def inspect(file: Path, kinds: Mapping[str, type[_Kind]]) -> _Kind:
    """The configuration in *file*, of whichever party it names.

    Args:
        file: TOML.
        kinds: of configurations, by party.

    Raises:
        ConfigurationError: it is none; all faults stand in the error.
    """
    content = _text(file)
    values, where = _tables(file, content), lines.Lines(content)
    party = values.get("party")
    kind = kinds.get(party) if isinstance(party, str) else None
    if kind is None:
        names = ", ".join(f'"{name}"' for name in kinds)
        cause = "It does not say whose it is." if party is None else "It is not for this party."
        raise ConfigurationError(
            file, [Fault(where.find(["party"]), cause, f"Write party = one of {names}.")]
        )
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        raise ConfigurationError(file, faults_of(error, kind, where)) from None


def settings(file: Path, kind: type[_Model]) -> _Model:
    """What a party's own program keeps in *file*, TOML, and people may have changed.

    Raises:
        ConfigurationError: it is not there, or no *kind*; all faults stand in the error.
    """
    content = _text(file)
    values = _tables(file, content)
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        raise ConfigurationError(file, faults_of(error, kind, lines.Lines(content))) from None


def _tables(file: Path, content: str) -> dict[str, Any]:
    try:
        return tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        line, why = lines.of_error(error, content)
        raise ConfigurationError(
            file,
            [
                Fault(
                    line, f"This is not TOML: {why}.", "Write it as `key = value`, text in quotes."
                )
            ],
        ) from None  # its words hold the text, which may hold a secret


def faults_of(
    error: ValidationError, kind: type[BaseModel], where: lines.Lines, within: Sequence[str] = ()
) -> list[Fault]:
    """The faults of a text that is no *kind*, in the order of its lines.

    Args:
        error: of the validation.
        kind: what the text should be.
        where: the lines of the text.
        within: the table of the text that was validated; none for all of it.
    """
    found = error.errors(include_url=False, include_input=False)
    faults = {_fault(each, kind, where, within): None for each in found}
    return sorted(faults, key=lambda each: each.line)


def missing(file: Path, configured: PartyConfiguration) -> list[Fault]:
    """What the configuration names and this machine does not have, or holds too openly."""
    where = lines.Lines(_text(file))
    found = [
        Fault(where.find(path), cause, remedy)
        for path, value in _values(configured, ())
        for cause, remedy in _look(path, value)
    ]
    return sorted(found, key=lambda each: each.line)


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > _MOST:
            raise ConfigurationError(
                file, [Fault(1, "This is too long for a configuration.", "Name another file.")]
            )
        return text.read(file)
    except text.TextFileError as error:
        raise ConfigurationError(file, [Fault(1, error.cause, error.remedy)]) from error
    except OSError as error:
        raise ConfigurationError(
            file,
            [Fault(1, f"It cannot be read: {error.strerror}.", "See that it is there and yours.")],
        ) from error


def _fault(
    error: ErrorDetails, kind: type[BaseModel], where: lines.Lines, within: Sequence[str]
) -> Fault:
    path = [
        each
        for each in error["loc"]
        if each not in {"function-after", "Secret", "SigningKey", "TokenAddress"}
    ]
    name = ".".join(map(str, (*within, *path))) or "the file"
    fields, described = _around(kind, path)
    line = where.find([*within, *path])
    match error["type"]:
        case "string_pattern_mismatch":  # a pattern is no word for people
            return Fault(
                line, f"{name} is not what it must be.", f"What belongs there: {described}"
            )
        case "missing":
            return Fault(line, f"{name} is missing.", f"Write it: {described}")
        case "extra_forbidden":
            close = difflib.get_close_matches(str(path[-1]), fields, 1)
            meant = f"Did you mean {close[0]}? " if close else ""
            return Fault(
                line, f"{name} is no setting.", f"{meant}There are: {', '.join(sorted(fields))}."
            )
        case other:
            message = error["msg"]
            return Fault(
                line,
                f"{name}: {message[0].lower()}{message[1:]}.".replace("..", "."),
                _REMEDIES.get(other) or f"What belongs there: {described}",
            )


def _around(kind: type[BaseModel], path: Sequence[str | int]) -> tuple[Sequence[str], str]:
    """The settings that may stand beside *path*, and what is written of it."""
    described = "see docs/operate/configuration.md."
    for index, part in enumerate(path):
        fields = kind.model_fields
        field = fields.get(str(part))
        if field is None:
            return list(fields), described
        described = field.description or described
        inner = _model(field.annotation)
        if inner is None or index == len(path) - 1:
            return list(fields), described
        kind = inner
    return list(kind.model_fields), described


def _model(annotation: Any) -> type[BaseModel] | None:
    for each in (annotation, *getattr(annotation, "__args__", ())):
        if isinstance(each, type) and issubclass(each, BaseModel):
            return each
    return None


def _values(
    part: BaseModel, path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Secret | TokenAddress | Path]]:
    for name in part.model_fields_set:
        value = getattr(part, name)
        if isinstance(value, (Secret, TokenAddress, Path)):
            yield (*path, name), value
        elif isinstance(value, BaseModel):
            yield from _values(value, (*path, name))


def _look(path: Sequence[str], value: Secret | TokenAddress | Path) -> Iterator[tuple[str, str]]:
    name = ".".join(path)
    if isinstance(value, Path):
        if not value.exists():
            yield (
                f"{name}: {value} is not there.",
                "Make it: `init` or `setup` of the party." if name == "data" else "Put it there.",
            )
        elif not os.access(value, os.R_OK):
            yield f"{name}: {value} cannot be read by this user.", "Run this as the service's user."
        return
    if (
        isinstance(value, Secret)
        and value.credential is not None
        and "CREDENTIALS_DIRECTORY" not in os.environ
    ):
        return  # only the service itself is given it
    try:
        value.verify()
    except SecretError as error:
        yield f"{name}: {error.cause}", error.remedy
