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
[cover]                               # all of it optional
quality = "balanced"
detector = "auto"
always = ["0,50,30,50"]               # left,top,width,height in per cent of the picture
never = []
[measured]                            # optional: faces missed, measured at this camera
share = 0.006
source = { en = "400 counted faces, May 2026", ru = "400 сосчитанных лиц, май 2026" }
"""

from __future__ import annotations

import json
import tomllib
from datetime import date
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic import field_validator as check

from habeas import faces
from habeas.cover import Settings, Shape, Turn, Zone
from habeas.cover.errors import FootageError, SettingsError
from habeas.foundation.errors import HabeasError
from habeas.protocol.document import Slug
from habeas.protocol.footage import (
    KeepDays,
    MissRate,
    PublicCamera,
    Texts,
    e6,
)

#: Shares of faces missed, by detector and quality, as the evaluation has measured them.
_MEASURED = Path(__file__).with_name("measured.json")
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


class Measured(_Declared):
    """The share of faces that stay uncovered, 0 to 1, and where the figure is from."""

    share: Annotated[float, Field(ge=0, le=1)]
    source: Texts

    def public(self) -> MissRate:
        """The same, as it stands on the log."""
        return MissRate(per_million=e6(self.share), source=self.source)


class Camera(_Declared):
    """One camera, with the address that nobody else gets to know."""

    id: Slug
    name: Texts
    where: Texts
    latitude: Latitude
    longitude: Longitude
    why: Texts
    url: Annotated[str, StringConstraints(min_length=1)] = Field(repr=False)
    viewers: tuple[Slug, ...]
    keep_days: KeepDays
    since: date
    turn: Turn = 0
    cover: Cover = Cover()
    measured: Measured | None = None

    @check("viewers")
    @classmethod
    def _once(cls, viewers: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(viewers)) != len(viewers):
            raise ValueError("an office is named twice")
        return viewers

    @classmethod
    def load(cls, file: Path) -> Self:
        """The camera that *file* declares.

        Raises:
            CameraError: the file cannot be read, or declares none. Nothing in the words of
                the error shows the camera's address.
        """
        try:
            camera = cls(**tomllib.loads(file.read_text()))
            camera.cover.settings()
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False, include_context=False)[0]
            where = ".".join(str(part) for part in first["loc"])
            raise CameraError(f"{file.name}: {where}: {first['msg']}.") from None
        except (OSError, UnicodeDecodeError) as error:
            raise CameraError(f"{file.name} cannot be read.") from error
        except (tomllib.TOMLDecodeError, TypeError) as error:
            raise CameraError(f"{file.name} is not TOML: {error}.") from error
        except SettingsError as error:
            raise CameraError(f"{file.name}: cover: {error.cause}", error.remedy) from error
        except HabeasError as error:
            raise CameraError(f"{file.name}: cover: {error.cause}", error.remedy) from error
        return camera

    def settings(self) -> Settings:
        """How its pictures are covered; see `Cover.settings`."""
        return self.cover.settings(self.turn)

    def public(self) -> PublicCamera:
        """What everybody may know: everything but the address and the zones."""
        detector = faces.choose(self.cover.detector)
        return PublicCamera(
            id=self.id, name=self.name, where=self.where, latitude_e6=e6(self.latitude),
            longitude_e6=e6(self.longitude), why=self.why, viewers=self.viewers,
            keep_days=self.keep_days, since=self.since.isoformat(),
            detector=detector, quality=self.cover.quality,
            miss_rate=self.measured.public() if self.measured
            else miss_rate(detector, self.cover.quality),
        )  # fmt: skip


def miss_rate(detector: str, quality: str, file: Path = _MEASURED) -> MissRate | None:
    """The measured share of faces missed, or None where nothing was measured.

    Args:
        detector: ``yunet`` or ``centerface``.
        quality: ``fast``, ``balanced`` or ``thorough``.
        file: JSON, ``{detector: {quality: {share, source: {en, ru}}}}``.
    """
    if not file.exists():
        return None
    found = json.loads(file.read_text()).get(detector, {}).get(quality)
    return None if found is None else Measured(**found).public()
