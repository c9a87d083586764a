"""What cameras, recordings and viewings put on the public log (kinds `camera` and `footage`).

These are acts of institutions: their details stand open in the entry. Only who viewed,
why, and to the second what, stays behind a commitment of its own: an entry names no person.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from habeas import protocol
from habeas.protocol import Entry, Kind, MalformedError
from habeas.protocol.document import Day, Document, Hex32, Slug

Line = Annotated[str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True)]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
KeepDays = Annotated[int, Field(ge=1, le=365)]


#: An hour of recordings, UTC: ``2026-11-23T20Z``.
HourName = Annotated[
    str,
    StringConstraints(
        pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3])Z$"
    ),
]


class Texts(Document):
    """A text in every language of the portal."""

    en: Line
    ru: Line


class MissRate(Document):
    """The share of faces that stay uncovered, 0 to 1, and where the figure is from."""

    share: Annotated[float, Field(ge=0, le=1)]
    source: Texts


class PublicCamera(Document):
    """What everybody may know of a camera: camera.json, and the details of its log entries.

    Attributes:
        latitude, longitude: degrees, WGS 84.
        viewers: offices that may ask to see recordings.
        keep_days: days after which an hour's recordings are deleted.
        since: first day of recording.
        until: the day on which the camera was taken away; None while it records.
        detector: what finds the faces; ``quality`` is how closely it looks.
        miss_rate: None where it has not been measured.
    """

    id: Slug
    name: Texts
    where: Texts
    latitude: Latitude
    longitude: Longitude
    why: Texts
    viewers: tuple[Slug, ...]
    keep_days: KeepDays
    since: Day
    until: Day | None = None
    detector: Slug
    quality: Slug
    miss_rate: MissRate | None = None


class ViewingPurpose(StrEnum):
    """All that recordings can be viewed for. The list is closed."""

    EMERGENCY = "emergency"
    INVESTIGATION = "investigation"
    CITY_SERVICE = "city-service"


class CameraDetails(Document):
    """A camera was registered, changed, or taken away."""

    v: Literal[1] = 1
    act: Literal["registered", "changed", "removed"]
    camera: Slug
    entry: PublicCamera


class RecordedDetails(Document):
    """An hour of recordings was closed: from now on its segments are known by their root.

    Attributes:
        seconds: recorded of the hour's 3,600.
        frames: recorded.
        lost: that the camera sent, and that were not recorded: the recorder was too slow.
        whole: recorded, and covered as a whole because nobody could look at them.
    """

    v: Literal[1] = 1
    act: Literal["recorded"] = "recorded"
    camera: Slug
    hour: HourName
    segments: Annotated[int, Field(ge=0)]
    seconds: Annotated[int, Field(ge=0)]
    frames: Annotated[int, Field(ge=0)]
    lost: Annotated[int, Field(ge=0)]
    whole: Annotated[int, Field(ge=0)]
    root: Hex32


class ViewedDetails(Document):
    """An office viewed recordings.

    Attributes:
        hour: in which the span begins.
        minutes: length of the span, begun minutes counted.
        commit: binds officer, reason, case number and exact span, which are kept apart.
    """

    v: Literal[1] = 1
    act: Literal["viewed"] = "viewed"
    camera: Slug
    office: Slug
    purpose: Annotated[ViewingPurpose, Field(strict=False)]
    hour: HourName
    minutes: Annotated[int, Field(ge=1, le=60)]
    commit: Hex32


Details = CameraDetails | RecordedDetails | ViewedDetails


def entry_of(
    details: Details, day: date, random: Callable[[int], bytes] = secrets.token_bytes
) -> Entry:
    """The log entry that says *details*, on *day*.

    Its bytes differ each time, because of the salt: make it once, and keep it until it is
    on the log.
    """
    salt = random(32)
    fields = details.fields()
    return Entry(
        kind=Kind.CAMERA if isinstance(details, CameraDetails) else Kind.FOOTAGE,
        office=details.office if isinstance(details, ViewedDetails) else None,
        day=day.isoformat(),
        commit=protocol.commitment(salt, fields),
        details=fields,
        salt=salt.hex(),
    )


def details_of(entry: Entry) -> Details:
    """What *entry* says.

    Raises:
        MalformedError: it says nothing about cameras or recordings.
    """
    fields: dict[str, Any] = entry.details or {}
    if entry.kind is Kind.CAMERA:
        return CameraDetails.read(fields)
    if entry.kind is Kind.FOOTAGE and fields.get("act") == "viewed":
        return ViewedDetails.read(fields)
    if entry.kind is Kind.FOOTAGE:
        return RecordedDetails.read(fields)
    raise MalformedError(f"An entry of kind {entry.kind} is not about cameras.")


def hour_name(moment: datetime) -> str:
    """The name of the hour in which *moment* (UTC) lies."""
    return moment.strftime("%Y-%m-%dT%HZ")
