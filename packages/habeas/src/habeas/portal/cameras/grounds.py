"""A picture of the city under the plan of cameras: the operator's own, from nobody's service.

RECORDINGS/ground.toml
image = "city.png"          # beside it; PNG, JPEG or WebP
north = 55.80               # its edges, degrees, WGS 84; straight, as a plan is drawn
south = 55.70
west = 37.50
east = 37.70
"""

from __future__ import annotations

import logging
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from habeas.portal.cameras.plan import Ground

_LOG = logging.getLogger("habeas.portal")
_FILE = "ground.toml"
_KINDS = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
#: Bytes; a page loads it once.
_MOST = 4 * 1024 * 1024


@dataclass(frozen=True)
class GroundFile(Ground):
    """The picture, its file and its media type."""

    file: Path
    kind: str


def read(folder: Path) -> GroundFile | None:
    """The picture in the folder of recordings; None where there is none that can be used."""
    try:
        return _read(folder, (folder / _FILE).stat().st_mtime_ns)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, UnidentifiedImageError) as error:
        _LOG.warning("%s is not used: %s", _FILE, error)
        return None


@lru_cache(maxsize=4)
def _read(folder: Path, _changed: int) -> GroundFile:
    said = tomllib.loads((folder / _FILE).read_text())
    file = folder / Path(str(said["image"])).name
    if file.stat().st_size > _MOST:
        raise ValueError("the picture has more than 4 MiB")
    with Image.open(file) as picture:
        kind, (width, height) = _KINDS[picture.format or ""], picture.size
    edges = {name: float(said[name]) for name in ("north", "south", "west", "east")}
    if edges["north"] <= edges["south"] or edges["east"] <= edges["west"]:
        raise ValueError("its edges enclose nothing")
    return GroundFile(file=file, kind=kind, width=width, height=height, **edges)
