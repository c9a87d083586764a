"""The reference of all settings, as Markdown, from the kinds of configuration themselves."""

from __future__ import annotations

import types
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from habeas.configuration.parts import PartyConfiguration, Section
from habeas.configuration.secret import Secret, SigningKey

_PLAIN = {str: "text", int: "number", float: "number", bool: "true or false", Path: "path"}


def reference(kinds: Sequence[type[PartyConfiguration]]) -> str:
    """Tables of all settings, one section for each of *kinds*."""
    return "\n".join(line for kind in kinds for line in _party(kind))


def _party(kind: type[PartyConfiguration]) -> Iterator[str]:
    yield f"## {kind.who}"
    yield ""
    yield kind.about
    yield from _table(kind)
    yield from _sections(kind, "")


def _sections(kind: type[BaseModel], within: str) -> Iterator[str]:
    for name, field in kind.model_fields.items():
        inner = _section(field.annotation)
        if inner is not None:
            yield f"### `[{within}{name}]`"
            yield ""
            yield inner.about
            yield from _table(inner)
            yield from _sections(inner, f"{within}{name}.")


def _table(kind: type[BaseModel]) -> Iterator[str]:
    yield ""
    yield "| setting | | by default | |"
    yield "|---|---|---|---|"
    for name, field in kind.model_fields.items():
        if _section(field.annotation) is None:
            described = (field.description or "").replace("|", "\\|")
            yield f"| `{name}` | {_kind(field.annotation)} | {_default(field)} | {described} |"
    yield ""


def _section(annotation: Any) -> type[Section] | None:
    for each in (annotation, *get_args(annotation)):
        if isinstance(each, type) and issubclass(each, Section):
            return each
    return None


def _kind(annotation: Any) -> str:
    if annotation in {Secret, SigningKey}:
        return f"[{'secret' if annotation is Secret else 'key'}](#secrets)"
    if get_origin(annotation) is Literal:
        return " or ".join(f'`"{each}"`' for each in get_args(annotation))
    if get_origin(annotation) in {Union, types.UnionType}:
        return _kind(next(each for each in get_args(annotation) if each is not type(None)))
    if get_origin(annotation) is tuple:
        return f"list of {_kind(get_args(annotation)[0])}s"
    if hasattr(annotation, "__metadata__"):
        return _kind(get_args(annotation)[0])
    return _PLAIN.get(annotation, "text")


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "must be said"
    value = field.get_default(call_default_factory=True, validated_data={})
    if value is None:
        return ""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple):
        return f"`[{', '.join(_quoted(each) for each in value)}]`"
    return f"`{_quoted(value)}`"


def _quoted(value: object) -> str:
    return f'"{value}"' if isinstance(value, (str, Path)) else str(value)
