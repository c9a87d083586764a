"""Formats, *Log entries*, cameras: what offices do with recordings, as the public log tells it.

Each is an act of the custodian in an office's name (kind `footage`). What a camera's own entry
does not promise is not asked for: for what it may be watched live, and how much may be held for
how long. Only who acted, why, and to the second what, stays behind a commitment.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from habeas.protocol.document import Count, Day, Document, Hex32, Slug, check_day


def _hour(text: str) -> str:
    check_day(text[:10])
    return text


#: An hour of recordings, UTC: ``2026-11-23T20Z``.
HourName = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3])Z$"),
    AfterValidator(_hour),
]
_Minutes = Annotated[int, Field(ge=1, le=60)]


class ViewingPurpose(StrEnum):
    """All that cameras can be looked at for. The list is closed."""

    EMERGENCY = "emergency"
    INVESTIGATION = "investigation"
    CITY_SERVICE = "city-service"


_Purpose = Annotated[ViewingPurpose, Field(strict=False)]


class ExportPurpose(StrEnum):
    """All that recordings can be handed over for. The list is closed."""

    COURT = "court"
    POLICE = "police"
    SUBJECT_ACCESS = "subject-access"


class HoldReason(StrEnum):
    """All that recordings can be held for. The list is closed."""

    COURT_ORDER = "court-order"
    INVESTIGATION = "investigation"
    INCIDENT = "incident"
    PERSON = "person"


class HoldRules(Document):
    """What a camera's entry promises about holds.

    Attributes:
        days: beyond those that a camera keeps anyway, for which an hour may be held in all, by
            however many holds.
        percent: of the hours that are kept anyway, how many may be held at a time.
    """

    days: Annotated[int, Field(ge=1, le=366)]
    percent: Annotated[int, Field(ge=1, le=25)]

    def hours(self, keep_days: int) -> int:
        """How many hours may be held at a time of a camera that keeps *keep_days* days."""
        return max(1, 24 * keep_days * self.percent // 100)


class LiveRules(Document):
    """What a camera's entry promises about being watched live.

    Attributes:
        minutes: after which it ends by itself.
        purposes: for nothing else.
    """

    minutes: _Minutes
    purposes: Annotated[tuple[_Purpose, ...], Field(min_length=1, max_length=3)]


class ViewedDetails(Document):
    """An office viewed recordings.

    Attributes:
        hour: in which the span begins.
        minutes: length of the span, begun minutes counted.
        commit: binds officer, reason, case number and exact span, which are kept apart.
    """

    v: Literal[2] = 2
    act: Literal["viewed"] = "viewed"
    camera: Slug
    office: Slug
    purpose: _Purpose
    hour: HourName
    minutes: _Minutes
    commit: Hex32


class ExportedDetails(Document):
    """An office took a copy of recordings out, for a court, the police, or the person filmed.

    Attributes:
        hour: in which the span begins.
        minutes: length of the span, begun minutes counted.
        commit: binds `habeas.protocol.clip.Handover`: officer, reason, case number, exact span and
            the segments, which go to whoever gets the copy.
    """

    v: Literal[2] = 2
    act: Literal["exported"] = "exported"
    camera: Slug
    office: Slug
    purpose: Annotated[ExportPurpose, Field(strict=False)]
    hour: HourName
    minutes: _Minutes
    commit: Hex32


class LiveDetails(Document):
    """An office watches a camera live.

    Attributes:
        hour: in which it begins.
        minutes: after which it ends by itself.
        commit: binds `habeas.cameras.watching.Grant`: officer, pseudonym, reason, from when to
            when. Who can open it gets pictures, within that time.
    """

    v: Literal[2] = 2
    act: Literal["live"] = "live"
    camera: Slug
    office: Slug
    purpose: _Purpose
    hour: HourName
    minutes: _Minutes
    commit: Hex32


class LiveEndedDetails(Document):
    """It does not any more.

    Attributes:
        live: index of the entry with which it began.
        seconds: for how long there was anything to see.
    """

    v: Literal[2] = 2
    act: Literal["live-ended"] = "live-ended"
    camera: Slug
    office: Slug
    live: Count
    seconds: Count


class HeldDetails(Document):
    """Recordings are held: they are not deleted although their days are over.

    Attributes:
        office: that asked; None where the operator obeys a court.
        reason: for people and programs; a case number is behind the commitment.
        hour: the first of so many ``hours``.
        until: the last day of the hold, UTC: it ends by itself.
        commit: binds officer, case number and words.
    """

    v: Literal[2] = 2
    act: Literal["held"] = "held"
    camera: Slug
    office: Slug | None = None
    reason: Annotated[HoldReason, Field(strict=False)]
    hour: HourName
    hours: Annotated[int, Field(ge=1, le=24 * 366)]
    until: Day
    commit: Hex32


class LiftedDetails(Document):
    """A hold ended before its day.

    Attributes:
        hold: index of the entry that put it.
    """

    v: Literal[2] = 2
    act: Literal["lifted"] = "lifted"
    camera: Slug
    office: Slug | None = None
    hold: Count


OfficeLook = (
    ViewedDetails | ExportedDetails | LiveDetails | LiveEndedDetails | HeldDetails | LiftedDetails
)
#: By their ``act``.
LOOKS: dict[str, type[OfficeLook]] = {
    "viewed": ViewedDetails,
    "exported": ExportedDetails,
    "live": LiveDetails,
    "live-ended": LiveEndedDetails,
    "held": HeldDetails,
    "lifted": LiftedDetails,
}
