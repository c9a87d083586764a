"""Having portraits checked: as they are, in every defect and grade, and in every way up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from bench.portrait.clean import Clean, save
from bench.portrait.defects import DEFECTS
from bench.portrait.posed import turned
from habeas import faces
from habeas.portrait import _assess
from habeas.portrait.errors import PhotoError

#: Side that portraits are brought to, pixels.
_SIDE = 1000
_SCENES = ("forest-5524569_640.jpg", "hydrangea-3673120_640.jpg", "road-1072821_640.jpg")
ANGLES = (-40, -30, -20, -10, 0, 10, 20, 30, 40)


@dataclass(frozen=True)
class Answer:
    """What the check said about one file."""

    codes: tuple[str, ...]
    scores: dict[str, int]
    natives: dict[str, float]
    pupils: tuple[tuple[float, float], ...]
    faces: int
    turned: int


def ask(photo: bytes, profile: str = "default") -> Answer:
    """Check one photo; what stops it counts as its only advice."""
    try:
        found = _assess.assess(photo, profile, keep="none")
    except PhotoError as error:
        return Answer((error.code,), {}, {}, (), 0, 0)
    return Answer(
        tuple(each.code for each in found.advice),
        {name: each.score for name, each in found.measures.items()},
        {name: each.native for name, each in found.measures.items()},
        found.pupils,
        found.faces,
        found.turned,
    )


def ask_file(profile: str, path: Path) -> Answer:
    return ask(path.read_bytes(), profile)


def _load(path: Path) -> Image.Image:
    image = Image.open(path).convert("RGB")
    return image.resize((_SIDE, _SIDE), Image.Resampling.LANCZOS)


def clean(number: int, files: Sequence[Path], data: Path) -> Clean:
    """A portrait to make defects of, with another face and a scene."""
    image = _load(files[number])
    pixels = np.asarray(image)
    landmarks = faces.find_landmarks(pixels, faces.find_faces(pixels)[0])
    scene = Image.open(data / "negatives" / _SCENES[number % len(_SCENES)]).convert("RGB")
    return Clean(
        files[number].stem, image, landmarks, _load(files[(number + 7) % len(files)]), scene
    )


def one_portrait(number: int, files: Sequence[Path], data: Path) -> dict[tuple[str, float], Answer]:
    """Every defect in every grade, on one portrait."""
    portrait = clean(number, files, data)
    found = {
        (defect.name, grade): ask(defect.make(portrait, grade))
        for defect in DEFECTS
        for grade in defect.grades
    }
    for kind in ("yaw", "pitch"):
        for angle in ANGLES:
            yaw, pitch = (angle, 0) if kind == "yaw" else (0, angle)
            picture = turned(portrait.image, portrait.landmarks, yaw, pitch)
            found[kind, angle] = ask(save(picture))
    for turn in (0, 90, 180, 270):
        found["way up", turn] = ask(save(portrait.image.rotate(turn, expand=True)))
    return found
