"""What a camera's entry said before: each version stands on the log, with what it changed."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from django.utils.translation import gettext as _

from habeas.foundation.errors import HabeasError
from habeas.portal.register.log import log_copy
from habeas.protocol import Entry
from habeas.protocol.footage import CameraDetails, details_of

#: Versions that a page shows.
_MOST = 50


@dataclass(frozen=True)
class Version:
    """One version of a camera's entry.

    Attributes:
        index: of the log's entry.
        day: on which it was written.
        act: ``registered``, ``changed`` or ``removed``.
        changed: in words, what differs from the version before.
    """

    index: int
    day: str
    act: str
    changed: tuple[str, ...]


def versions(camera: str) -> list[Version]:
    """The versions of a camera's entry, newest first."""
    found: list[tuple[int, Entry, CameraDetails]] = []
    for index, content in log_copy().versions(camera, _MOST + 1):
        try:
            entry = Entry.decode(content)
            details = details_of(entry)
        except HabeasError:
            continue  # a reader counts what is none of ours, and obeys none of it
        if isinstance(details, CameraDetails):
            found.append((index, entry, details))
    shown = [
        Version(index, entry.day, details.act, _changed(details, before))
        for (index, entry, details), (_index, _entry, before) in pairwise(found)
    ]
    if found and len(found) <= _MOST:
        index, entry, details = found[-1]
        shown.append(Version(index, entry.day, details.act, ()))
    return shown


def _changed(now: CameraDetails, before: CameraDetails) -> tuple[str, ...]:
    words = {
        "name": _("Name"), "where": _("Where"), "why": _("Why"), "latitude_e6": _("Where"),
        "longitude_e6": _("Where"), "viewers": _("Who may view"), "keep_days": _("Days kept"),
        "since": _("Records since"), "until": _("Taken away"),
        "detector": _("Faces are found by"), "quality": _("Faces are found by"),
        "miss_rate": _("Faces missed"), "zones": _("Parts of the picture"), "hours": _("Hours"),
        "holds": _("Holds"), "live": _("Watched live"),
    }  # fmt: skip
    one, other = now.entry.fields(), before.entry.fields()
    names = [name for name in words if one.get(name) != other.get(name)]
    return tuple(dict.fromkeys(words[name] for name in names))
