"""Docs/protocol, *Code custody*: what a verified copy of the log says of the app.

Pure over the copy: which releases there are, who last found a site unchanged, what differed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from habeas.protocol import Entry, Kind
from habeas.protocol.app import (
    AppDetails,
    AppDiffersDetails,
    AppError,
    AppReleases,
    AppSeenDetails,
)
from habeas.protocol.document import Document
from habeas.protocol.reading import details_of
from habeas.register.copy import LogCopy


@dataclass(frozen=True)
class SaidOfSite:
    """What a trustee said of a site on one day, and where that stands on the log."""

    index: int
    day: str
    details: AppSeenDetails | AppDiffersDetails


def releases(copy: LogCopy) -> AppReleases:
    """All releases of the log, in order."""
    found = AppReleases()
    for index, day, details in _of(copy, Kind.APP):
        if isinstance(details, AppDetails):
            try:
                found = found.extend(details, copy.chain, index, day)
            except AppError:
                continue  # an old one that somebody brought again: it counts for nothing
    return found


def last_seen(copy: LogCopy) -> list[SaidOfSite]:
    """For each trustee and origin the last time that it was found unchanged, newest first."""
    found: dict[tuple[str, str], SaidOfSite] = {}
    for index, day, details in _of(copy, Kind.APP_SEEN):
        if isinstance(details, AppSeenDetails):
            found[details.trustee, details.origin] = SaidOfSite(index, day, details)
    return sorted(found.values(), key=lambda said: -said.index)


def differences(copy: LogCopy, most: int) -> list[SaidOfSite]:
    """*most* differences that trustees have found, newest first: of each trustee its newest.

    Whoever says it over and over takes no place from what another has found.
    """
    found = []
    for index, content in copy.differences(most):
        entry = Entry.decode(content)
        details = details_of(entry)
        if isinstance(details, AppDiffersDetails):
            found.append(SaidOfSite(index, entry.day, details))
    return found


def _of(copy: LogCopy, kind: Kind) -> Iterator[tuple[int, str, Document]]:
    for index, content in copy.of_kind(kind):
        entry = Entry.decode(content)
        yield index, entry.day, details_of(entry)
