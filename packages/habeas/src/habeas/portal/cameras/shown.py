"""Cameras in words and figures, for pages."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache

from django.conf import settings
from django.http import Http404
from django.template.defaultfilters import floatformat

from habeas.cameras import health
from habeas.cameras.bucket import HourBucket
from habeas.cameras.health import CameraHealth
from habeas.cameras.recordings import ID, Recordings
from habeas.faces import DETECTORS
from habeas.foundation.errors import HabeasError
from habeas.portal.catalogue import offices
from habeas.portal.catalogue.declaration import Words
from habeas.portal.register.log import hours_copy, log_copy
from habeas.protocol import Entry
from habeas.protocol.footage import (
    CameraDetails,
    Details,
    PublicCamera,
    PublicZone,
    Texts,
    details_of,
)
from habeas.protocol.looks import LiveDetails, LiveEndedDetails
from habeas.register.looks import Looks

#: Entries in which a look that goes on stands: recorders write one an hour.
_RECENT = 50


@dataclass(frozen=True)
class ShownCamera:
    """A camera in the visitor's language."""

    camera: PublicCamera
    name: Words
    where: Words
    why: Words
    viewers: tuple[str, ...]
    detector: str
    source: Words | None

    @property
    def percent(self) -> float:
        """Faces missed, per cent."""
        return 100 * self.camera.miss_rate.share if self.camera.miss_rate else 0.0

    @property
    def most_held(self) -> int:
        """How many hours may be held at a time."""
        rules = self.camera.holds
        return rules.hours(self.camera.keep_days) if rules else 0

    @property
    def longest_held(self) -> int:
        """Days for which an hour may be kept in all."""
        return self.camera.keep_days + (self.camera.holds.days if self.camera.holds else 0)

    @property
    def painted(self) -> str:
        """How much of the picture is painted over, whoever is there; at most, as ``25 %``."""
        return _percent(self.camera.zones.always if self.camera.zones else ())

    @property
    def bare(self) -> str:
        """In how much of the picture faces are left as they are; at most, as ``2.5 %``."""
        return _percent(self.camera.zones.never if self.camera.zones else ())


def _percent(zones: Iterable[PublicZone]) -> str:
    return f"{floatformat(min(100.0, 100 * sum(zone.share for zone in zones)), -1)} %"


@dataclass(frozen=True)
class Row:
    """An entry of the log about a camera."""

    index: int
    entry: Entry
    details: Details


@cache
def _bucket(url: str) -> HourBucket:
    return HourBucket.open(url, settings.RECORDINGS_STORE)


def recordings() -> Recordings:
    """The folder of recordings, and the store of its packed hours.

    Raises:
        BucketError: the store cannot be used.
    """
    url = settings.RECORDINGS_BUCKET
    return Recordings(settings.RECORDINGS, _bucket(url) if url else None)


def find(camera: str) -> ShownCamera:
    """The camera of this id.

    Raises:
        Http404: it is not registered.
        CameraError: its entry cannot be used.
    """
    place = recordings()
    if not (ID.fullmatch(camera) and (place.place(camera) / "camera.json").exists()):
        raise Http404
    return show(place.camera(camera))


def show(camera: PublicCamera) -> ShownCamera:
    """*camera* for a page."""
    return ShownCamera(
        camera, _words(camera.name), _words(camera.where), _words(camera.why),
        tuple(office_name(each) for each in camera.viewers),
        DETECTORS.get(camera.detector, camera.detector),
        _words(camera.miss_rate.source) if camera.miss_rate else None,
    )  # fmt: skip


def _words(texts: Texts) -> Words:
    return Words(en=texts.en, ru=texts.ru)


def office_name(office: str) -> str:
    """The office's name in the visitor's language; its id where the portal knows no more."""
    return str(offices()[office].name) if office in offices() else office


def rows(camera: str, count: int, before: int | None = None) -> list[Row]:
    """The newest entries about *camera* below index *before*."""
    found = []
    for index, content in log_copy().of_camera(camera, count, before):
        try:
            entry = Entry.decode(content)
            found.append(Row(index, entry, details_of(entry)))
        except HabeasError:
            continue  # anybody who may write to the log may write what is none of ours
    return found


def hours(camera: str, count: int, before: int | None = None) -> list[Row]:
    """The newest hours of *camera* on the log of hours below index *before*, where there is one."""
    copy = hours_copy()
    found = copy.of_camera(camera, count, before) if copy is not None else []
    return [Row(index, entry, details_of(entry)) for index, entry in found]


def watched(camera: str) -> tuple[int, str] | None:
    """The newest live look that the log has no end of: its entry's index, and the office's name."""
    ended: set[int] = set()
    today = datetime.now(UTC).date()
    for row in rows(camera, _RECENT):
        if isinstance(row.details, LiveEndedDetails):
            ended.add(row.details.live)
        elif isinstance(row.details, LiveDetails) and row.index not in ended:
            # None lasts longer than an hour: one without an end is over by the next day but one.
            if today - date.fromisoformat(row.entry.day) <= timedelta(days=1):
                return row.index, office_name(row.details.office)
            return None
    return None


@dataclass(frozen=True)
class Fares:
    """How a camera fares: its report, and what is wrong, by codes."""

    shown: ShownCamera
    health: CameraHealth | None
    alarms: tuple[str, ...]

    @property
    def lost_percent(self) -> float:
        """Of the pictures that the camera sent."""
        said = self.health
        return 100 * said.lost / (said.frames + said.lost) if said and said.frames else 0.0

    @property
    def whole_percent(self) -> float:
        """Of the pictures that were written."""
        said = self.health
        return 100 * said.whole / said.frames if said and said.frames else 0.0


def fares() -> list[Fares]:
    """How all cameras fare that have not been taken away; those with something wrong first."""
    now, place = datetime.now(UTC), recordings()
    found = []
    for camera in place.cameras():
        if not camera.until:
            said = health.read(place.place(camera.id), now)
            found.append(Fares(show(camera), said, tuple(health.alarms(said, now))))
    return sorted(found, key=lambda each: (not each.alarms, each.shown.camera.id))


@dataclass(frozen=True)
class ShownLooks:
    """What an office did with a camera in a month, in words and figures."""

    looks: Looks
    office: str

    @property
    def month(self) -> date:
        """Its first day."""
        return date.fromisoformat(f"{self.looks.month}-01")


def looks(camera: str = "") -> list[ShownLooks]:
    """Looks at one camera, or at all, newest month first."""
    return [ShownLooks(each, office_name(each.office)) for each in log_copy().looks(camera)]


def registered(camera: PublicCamera) -> int | None:
    """The index of the entry that says exactly what *camera* says now, if the log has it."""
    newest = log_copy().registered(camera.id)
    if newest is None:
        return None
    index, content = newest
    with contextlib.suppress(HabeasError):
        details = details_of(Entry.decode(content))
        if isinstance(details, CameraDetails) and details.entry == camera:
            return index
    return None
