"""Formats, *Log entries*, cameras: what cameras, recordings and viewings put on the public log.

These are acts of institutions (kinds `camera` and `footage`): their details stand open in
the entry. Only who viewed, why, and to the second what, stays behind a commitment of its
own: an entry names no person. A recorder signs for its cameras, the custodian for viewings.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from habeas.protocol.canonical import MalformedError
from habeas.protocol.document import Count, Day, Document, Hex32, Slug
from habeas.protocol.entry import Entry, Kind, sign_entry
from habeas.protocol.keys import Signer
from habeas.protocol.looks import (
    LOOKS,
    HoldRules,
    HourName,
    LiveRules,
    OfficeLook,
    ViewedDetails,
    ViewingPurpose,
)

__all__ = [
    "CameraDetails", "Details", "HourName", "KeepDays", "Line", "MissRate", "PublicCamera",
    "PublicZone", "PublicZones", "RecordedDetails", "RecordingHours", "Texts", "ViewedDetails",
    "ViewingPurpose", "details_of", "e6", "entry_of", "hour_name", "read_footage",
]  # fmt: skip

Line = Annotated[
    str,
    StringConstraints(
        max_length=250,
        # No control characters, and at its ends no spaces: a reader never mends what was signed.
        pattern=r"^[^\x00-\x20\x7f-\xa0]([^\x00-\x1f\x7f-\x9f]*[^\x00-\x20\x7f-\xa0])?$",
    ),
]
KeepDays = Annotated[int, Field(ge=1, le=365)]
_MILLION = 1_000_000
#: The width or height of a picture, in hundredths of a per cent.
_WHOLE = 10_000
_TimeOfDay = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class Texts(Document):
    """A text in every language of the portal."""

    en: Line
    ru: Line


class MissRate(Document):
    """How many of a million faces stay uncovered, and where the figure is from."""

    per_million: Annotated[int, Field(ge=0, le=_MILLION)]
    source: Texts

    @property
    def share(self) -> float:
        """The share of faces that stay uncovered, 0 to 1."""
        return self.per_million / _MILLION


class PublicZone(Document):
    """A rectangle of the upright picture, in hundredths of a per cent of its width and height."""

    left: Annotated[int, Field(ge=0, lt=_WHOLE)]
    top: Annotated[int, Field(ge=0, lt=_WHOLE)]
    width: Annotated[int, Field(ge=1, le=_WHOLE)]
    height: Annotated[int, Field(ge=1, le=_WHOLE)]

    @property
    def share(self) -> float:
        """Of the picture, 0 to 1; what lies outside of it does not count."""
        across, down = (
            min(_WHOLE, at + long) - at
            for at, long in ((self.left, self.width), (self.top, self.height))
        )
        return across * down / _WHOLE**2


_Zones = Annotated[tuple[PublicZone, ...], Field(max_length=16)]


class PublicZones(Document):
    """Where a camera's pictures are treated otherwise.

    Attributes:
        always: painted over whoever is there: other people's windows are never recorded.
        never: where faces are left as they are: posters, statues.
    """

    always: _Zones = ()
    never: _Zones = ()


class RecordingHours(Document):
    """From when to when a camera records, each day, by the clocks of a time zone.

    Attributes:
        begin, end: ``HH:MM``; where the end is not later, it is the next day's.
        time_zone: of the IANA database.
    """

    begin: _TimeOfDay
    end: _TimeOfDay
    time_zone: Annotated[
        str, StringConstraints(max_length=64, pattern=r"^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$")
    ]


class PublicCamera(Document):
    """What everybody may know of a camera: camera.json, and the details of its log entries.

    Attributes:
        latitude_e6, longitude_e6: millionths of a degree, WGS 84 (the formats have no fractions).
        viewers: offices that may ask to see recordings.
        keep_days: days after which an hour's recordings are deleted.
        since: first day of recording.
        until: the day on which the camera was taken away; None while it records.
        detector: what finds the faces; ``quality`` is how closely it looks.
        miss_rate: None where it has not been measured.
        zones: None where all of the picture is treated alike.
        hours: None where it records day and night.
        holds: None where nothing may be held.
        live: None where it may not be watched live.
    """

    id: Slug
    name: Texts
    where: Texts
    latitude_e6: Annotated[int, Field(ge=-90 * _MILLION, le=90 * _MILLION)]
    longitude_e6: Annotated[int, Field(ge=-180 * _MILLION, le=180 * _MILLION)]
    why: Texts
    viewers: Annotated[tuple[Slug, ...], Field(max_length=16)]
    keep_days: KeepDays
    since: Day
    until: Day | None = None
    detector: Slug
    quality: Slug
    miss_rate: MissRate | None = None
    zones: PublicZones | None = None
    hours: RecordingHours | None = None
    holds: HoldRules | None = None
    live: LiveRules | None = None

    @property
    def latitude(self) -> float:
        """Degrees, WGS 84."""
        return self.latitude_e6 / _MILLION

    @property
    def longitude(self) -> float:
        """Degrees, WGS 84."""
        return self.longitude_e6 / _MILLION


class CameraDetails(Document):
    """A camera was registered, changed, or taken away."""

    v: Literal[2] = 2
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

    v: Literal[2] = 2
    act: Literal["recorded"] = "recorded"
    camera: Slug
    hour: HourName
    segments: Count
    seconds: Count
    frames: Count
    lost: Count
    whole: Count
    root: Hex32


Details = CameraDetails | RecordedDetails | OfficeLook


def e6(value: float) -> int:
    """*value* in millionths (of a degree, or of all faces), rounded."""
    return round(value * _MILLION)


def entry_of(details: Details, day: date, signer: Signer, salt: bytes) -> Entry:
    """The log entry that says *details*, on *day*.

    Its bytes differ with each salt: make it once, and keep it until it is on the log.

    Args:
        details: what was done.
        day: UTC.
        signer: the recorder's key; the custodian's for what an office does.
        salt: 32 random bytes.

    Raises:
        MalformedError: its texts are too long for an entry.
    """
    kind = Kind.CAMERA if isinstance(details, CameraDetails) else Kind.FOOTAGE
    office = None if isinstance(details, CameraDetails | RecordedDetails) else details.office
    return sign_entry(signer, kind, day.isoformat(), details, salt, office=office)


def details_of(entry: Entry) -> Details:
    """What *entry* says.

    Raises:
        MalformedError: it says nothing about cameras or recordings.
    """
    if entry.kind is Kind.CAMERA:
        return CameraDetails.read(entry.details)
    if entry.kind is Kind.FOOTAGE:
        return read_footage(entry.details or {})
    raise MalformedError(f"An entry of kind {entry.kind} is not about cameras.")


def read_footage(fields: dict[str, Any]) -> RecordedDetails | OfficeLook:
    """The details of a `footage` entry.

    Raises:
        MalformedError: they are none.
    """
    kind = LOOKS.get(str(fields.get("act")))
    return RecordedDetails.read(fields) if kind is None else kind.read(fields)


def hour_name(moment: datetime) -> str:
    """The name of the hour in which *moment* (UTC) lies."""
    return moment.strftime("%Y-%m-%dT%HZ")
