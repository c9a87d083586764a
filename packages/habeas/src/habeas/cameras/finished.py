"""Days of a camera that need nothing any more: their hours are closed, told, and deleted.

A camera's hours stay as names and hashes for ever, and a recorder keeps house all the time: it
begins after the days that are finished, however many years those are. CAMERA/finished-before holds
the first day that is not. Without it all days are gone through once.
"""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

from habeas.foundation import durable

_FILE = "finished-before"
_DAY = re.compile(r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")


def begin(place: Path) -> str:
    """The first day that is not finished, ISO 8601; empty where none is known to be.

    Args:
        place: the camera's folder.
    """
    with contextlib.suppress(OSError):
        said = (place / _FILE).read_text().strip()
        return said if _DAY.match(said) else ""
    return ""


def days(place: Path) -> list[Path]:
    """Folders of the days that are not finished, oldest first."""
    first = begin(place)
    with contextlib.suppress(FileNotFoundError):
        return sorted(
            each for each in place.iterdir() if _DAY.match(each.name) and each.name >= first
        )
    return []


def advance(place: Path, today: str) -> None:
    """Take note of days that have become finished, up to the first that has not.

    Args:
        place: the camera's folder; the caller holds its lock.
        today: ISO 8601; a day is finished only once it is over.
    """
    reached = ""
    for day in days(place):
        if day.name >= today or _needs_something(day):
            reached = day.name
            break
    else:
        reached = today
    if reached > begin(place):
        durable.write(place / _FILE, f"{reached}\n".encode())


def reopen(place: Path, day: str) -> None:
    """A segment comes into a day that may be finished: a clock was set back.

    Args:
        place: the camera's folder; the caller holds its lock.
        day: of the segment.
    """
    if day < begin(place):
        durable.write(place / _FILE, f"{day}\n".encode())


def _needs_something(day: Path) -> bool:
    """Whether segments lie there, or something is owed to the log."""
    return any(
        each.suffix == ".mp4" or each.name == "owed.json"
        for hour in day.iterdir()
        if hour.is_dir()
        for each in hour.iterdir()
    )
