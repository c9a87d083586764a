"""A camera as its city declares it (CAMERA.toml), and what everybody may know of it.

id = "north-gate"
name = { en = "North gate", ru = "Северные ворота" }
where = { en = "Park Road 1, towards the park", ru = "Парковая, 1, в сторону парка" }
latitude = 55.7512
longitude = 37.6184
why = { en = "Safety at the crossing", ru = "Безопасность на переходе" }
url = "rtsp://…"                      # never shown to anybody
viewers = ["parks-department"]        # offices, as in the portal's offices.toml
keep_days = 14
since = 2026-11-01
turn = 180                            # optional: 90, 180 or 270 degrees clockwise to stand upright
rate = 10                             # optional: pictures a second that are kept, at most
[cover]                               # all of it optional
quality = "balanced"
detector = "auto"
always = ["0,50,30,50"]               # left,top,width,height in per cent: never recorded
never = ["80,0,10,20"]                # faces are left as they are: posters, statues; 5 % at most
[hours]                               # optional: it records day and night without
begin = "22:00"
end = "05:30"                         # of the next day, where it is not later
time_zone = "Europe/Moscow"
[holds]                               # optional: without, nothing is kept beyond its days
days = 90                             # beyond its own, at most
percent = 5                           # of the hours that are kept, at a time; 25 at most
[live]                                # optional: without, nobody watches it live
minutes = 15                          # after which it ends by itself
purposes = ["emergency"]              # of emergency, investigation, city-service
[measured]                            # optional: faces missed, measured at this camera
share = 0.006
source = { en = "400 counted faces, May 2026", ru = "400 сосчитанных лиц, май 2026" }
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Self, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic import field_validator as check

from habeas import faces
from habeas.cameras.naming import check_name
from habeas.cover import Settings, Shape, Turn, Zone
from habeas.cover.errors import FootageError
from habeas.foundation.errors import HabeasError
from habeas.protocol.document import Slug
from habeas.protocol.footage import (
    KeepDays,
    MissRate,
    PublicCamera,
    PublicZone,
    PublicZones,
    RecordingHours,
    Texts,
    e6,
)
from habeas.protocol.looks import HoldRules, LiveRules, ViewingPurpose

#: Shares of faces missed, by detector and quality, as the evaluation has measured them.
_MEASURED = Path(__file__).with_name("measured.json")
#: Of the picture, that zones may have in which faces stay bare: room for posters and statues, and
#: none for the street.
_BARE = 0.05
#: Degrees, WGS 84.
Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]


class CameraError(FootageError):
    """A camera's file that cannot be used."""

    code = "camera"
    remedy = (
        "Correct the file; the head of habeas.cameras.declaration shows all that can stand in it."
    )


class _Declared(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Cover(_Declared):
    """How faces are covered, as declared."""

    quality: str = "balanced"
    detector: str = "auto"
    shape: Shape = "ellipse"
    always: tuple[str, ...] = ()
    never: tuple[str, ...] = ()

    def settings(self, turn: Turn = 0) -> Settings:
        """The same for `habeas.cover`.

        Args:
            turn: degrees clockwise that bring the picture upright.

        Raises:
            SettingsError: quality or zones make no sense.
            UnknownDetectorError: there is no such detector.
        """
        always, never = (tuple(map(Zone.parse, each)) for each in (self.always, self.never))
        return Settings(
            quality=self.quality, detector=faces.choose(self.detector), shape=self.shape,
            always=always, never=never, turn=turn,
        )  # fmt: skip

    def public(self) -> PublicZones | None:
        """The zones, as they stand on the log.

        Raises:
            SettingsError: they make no sense.
        """
        if not self.always and not self.never:
            return None
        always, never = (
            tuple(_public(Zone.parse(each)) for each in zones)
            for zones in (self.always, self.never)
        )
        return PublicZones(always=always, never=never)


_Kind = TypeVar("_Kind", bound="Declaration")


def _public(zone: Zone) -> PublicZone:
    left, top, width, height = (
        round(10_000 * each) for each in (zone.left, zone.top, zone.width, zone.height)
    )
    return PublicZone(left=left, top=top, width=width, height=height)


class Live(_Declared):
    """For what the camera may be watched live, and for how long at a time."""

    minutes: Annotated[int, Field(ge=1, le=60)]
    purposes: Annotated[tuple[ViewingPurpose, ...], Field(min_length=1, max_length=3)]

    def public(self) -> LiveRules:
        """The same, as it stands on the log."""
        return LiveRules(minutes=self.minutes, purposes=self.purposes)


class Measured(_Declared):
    """The share of faces that stay uncovered, 0 to 1, and where the figure is from."""

    share: Annotated[float, Field(ge=0, le=1)]
    source: Texts

    def public(self) -> MissRate:
        """The same, as it stands on the log."""
        return MissRate(per_million=e6(self.share), source=self.source)


class Declaration(_Declared):
    """One camera, and not where it is reached."""

    id: Slug
    name: Texts
    where: Texts
    latitude: Latitude
    longitude: Longitude
    why: Texts
    viewers: tuple[Slug, ...]
    keep_days: KeepDays
    since: date
    turn: Turn = 0
    rate: Annotated[float, Field(ge=0.1, le=120)] | None = None
    cover: Cover = Cover()
    hours: RecordingHours | None = None
    holds: HoldRules | None = None
    live: Live | None = None
    measured: Measured | None = None

    @check("viewers")
    @classmethod
    def _once(cls, viewers: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(viewers)) != len(viewers):
            raise ValueError("an office is named twice")
        return viewers

    @check("cover")
    @classmethod
    def _covered(cls, cover: Cover) -> Cover:
        zones = cover.public()
        bare = sum(zone.share for zone in zones.never) if zones else 0.0
        if bare > _BARE:
            raise ValueError(
                f"faces would stay bare in {bare:.0%} of the picture; {_BARE:.0%} are allowed"
            )
        return cover

    @check("hours")
    @classmethod
    def _known(cls, hours: RecordingHours | None) -> RecordingHours | None:
        try:
            # Read now: a recorder that has confined itself opens no other files.
            _ = hours and ZoneInfo(hours.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError("there is no such time zone") from error
        return hours

    def settings(self) -> Settings:
        """How its pictures are covered; see `Cover.settings`."""
        return self.cover.settings(self.turn)

    def public(self) -> PublicCamera:
        """What everybody may know: everything but the address."""
        detector = faces.choose(self.cover.detector)
        return PublicCamera(
            id=self.id, name=self.name, where=self.where, latitude_e6=e6(self.latitude),
            longitude_e6=e6(self.longitude), why=self.why, viewers=self.viewers,
            keep_days=self.keep_days, since=self.since.isoformat(),
            detector=detector, quality=self.cover.quality,
            miss_rate=self.measured.public() if self.measured
            else miss_rate(detector, self.cover.quality),
            zones=self.cover.public(), hours=self.hours, holds=self.holds,
            live=self.live.public() if self.live else None,
        )  # fmt: skip


class Camera(Declaration):
    """One camera, with the address that nobody else gets to know."""

    url: Annotated[str, StringConstraints(min_length=1)] = Field(repr=False)

    @classmethod
    def load(cls, file: Path) -> Self:
        """The camera that *file* declares.

        Raises:
            CameraError: the file cannot be read, or declares none. Nothing in the words of
                the error shows the camera's address.
        """
        return declared(cls, read(file), file.name)


def read(file: Path) -> dict[str, Any]:
    """The TOML in *file*.

    Raises:
        CameraError: it cannot be read, or is none.
    """
    try:
        return tomllib.loads(file.read_text())
    except (OSError, UnicodeDecodeError) as error:
        raise CameraError(f"{file.name} cannot be read.") from error
    except tomllib.TOMLDecodeError as error:
        raise CameraError(f"{file.name} is not TOML: {error}.") from error


def declared(kind: type[_Kind], fields: Mapping[str, Any], where: str) -> _Kind:
    """The camera of that *kind* in *fields*, of a file or a place in it named *where*.

    Raises:
        CameraError: there is none, or it cannot be covered. Nothing in the words of the error
            shows what stands there.
        TakenNameError: its id is the address of another page.
    """
    try:
        camera = kind(**fields)
        camera.cover.settings()
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise CameraError(f"{where}: {place}: {first['msg']}.") from None
    except HabeasError as error:
        raise CameraError(f"{where}: cover: {error.cause}", error.remedy) from error
    check_name(camera.id)
    return camera


def miss_rate(detector: str, quality: str, file: Path = _MEASURED) -> MissRate | None:
    """The measured share of faces missed, or None where nothing was measured.

    Args:
        detector: a `habeas.faces.DetectorName`.
        quality: ``fast``, ``balanced`` or ``thorough``.
        file: JSON, ``{detector: {quality: {share, source: {en, ru}}}}``.
    """
    if not file.exists():
        return None
    found = json.loads(file.read_text()).get(detector, {}).get(quality)
    return None if found is None else Measured(**found).public()
