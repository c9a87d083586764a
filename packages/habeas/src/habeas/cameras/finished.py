"""Days of a camera that need nothing any more: their hours are closed, told, and deleted.

A camera's hours stay as names and hashes for ever, and a recorder keeps house all the time: it
goes through the days that are not finished alone, however many years came before, and does not
even list those. CAMERA/unfinished-days.json names them. Without it, or where it cannot be read, all
days are gone through once.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from habeas.cameras import packs
from habeas.foundation import durable
from habeas.protocol.document import Day, Document

_FILE = "unfinished-days.json"
#: What a release before this one kept, which lists every day: it may not find its mark out of date.
_BEFORE = "finished-before"
_DAY = re.compile(r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")


class _Unfinished(Document):
    """An empty file says nothing; an empty list says that every day is finished."""

    v: Literal[2] = 2
    days: tuple[Day, ...]


def days(place: Path) -> list[Path]:
    """Folders of the days that are not finished, oldest first.

    Args:
        place: the camera's folder.
    """
    named = _named(place)
    if named is None:
        return _all(place)
    return [place / each for each in named if (place / each).is_dir()]


def advance(place: Path, today: str) -> None:
    """Take note of days that have become finished.

    Args:
        place: the camera's folder; the caller holds its lock.
        today: ISO 8601; a day is finished only once it is over.
    """
    kept = tuple(each.name for each in days(place) if each.name >= today or _needs_something(each))
    if kept != _named(place):
        _write(place, kept)
    (place / _BEFORE).unlink(missing_ok=True)


def reopen(place: Path, day: str) -> None:
    """A segment comes into a day, which may be a new one, or be finished: a clock was set back.

    Args:
        place: the camera's folder; the caller holds its lock.
        day: of the segment, ISO 8601.
    """
    named = _named(place)
    if named is not None and day not in named:
        _write(place, tuple(sorted([*named, day])))


def forget(place: Path) -> None:
    """Have all days gone through once more.

    Args:
        place: the camera's folder; the caller holds its lock.
    """
    (place / _FILE).unlink(missing_ok=True)


def _named(place: Path) -> tuple[str, ...] | None:
    """What the file says; None where that is not known."""
    try:
        return _Unfinished.model_validate_json((place / _FILE).read_bytes()).days
    except (OSError, ValidationError):
        return None


def _all(place: Path) -> list[Path]:
    try:
        return sorted(each for each in place.iterdir() if _DAY.match(each.name))
    except FileNotFoundError:
        return []


def _write(place: Path, named: tuple[str, ...]) -> None:
    durable.write(place / _FILE, _Unfinished(days=named).model_dump_json().encode())


def _needs_something(day: Path) -> bool:
    """Whether segments lie there or in an object, or something is owed to the log."""
    return any(
        each.suffix == ".mp4" or each.name in ("owed.json", packs.MARK)
        for hour in day.iterdir()
        if hour.is_dir()
        for each in hour.iterdir()
    )
