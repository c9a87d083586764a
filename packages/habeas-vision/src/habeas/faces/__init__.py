"""Finding faces and their landmarks in pixels. Found, never recognised.

Models of MediaPipe run on LiteRT for portraits; for street scenes YuNet or CenterFace run
on ONNX Runtime. numpy in, frozen dataclasses out.
"""

import os

import numpy as np
from PIL import Image

from habeas.faces._blazeface import FULL_RANGE, SHORT_RANGE
from habeas.faces._detector import (
    DETECTORS,
    Detector,
    DetectorName,
    UnknownDetectorError,
    choose,
    detector,
    load_detectors,
)
from habeas.faces._mesh import Landmarks, find_landmarks
from habeas.faces._person import find_person
from habeas.faces._types import Box, Face, Pixels, Points, Sighting
from habeas.faces._upright import TURNS, evidence, is_sure, lean, way_up, ways_up
from habeas.faces.tuning import TUNING, Tuning

__all__ = [
    "DETECTORS",
    "FULL_RANGE",
    "SHORT_RANGE",
    "TUNING",
    "TURNS",
    "Box",
    "Detector",
    "DetectorName",
    "Face",
    "Landmarks",
    "Pixels",
    "Points",
    "Sighting",
    "Tuning",
    "UnknownDetectorError",
    "choose",
    "detector",
    "evidence",
    "find_faces",
    "find_landmarks",
    "find_person",
    "is_sure",
    "lean",
    "load",
    "load_detectors",
    "way_up",
    "ways_up",
]


# ONNX Runtime tells its maker what it runs on, over the network and through a database in the
# user's cache, unless this is set before it is loaded. Only modules of this room load it.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"


def load() -> None:
    """Load every model of portraits into this thread, by one look at nothing.

    Raises:
        AssetMissingError: a model file is not installed.
    """
    nothing = np.zeros((64, 64, 3), np.uint8)
    find_faces(nothing)
    find_person(nothing)
    points = np.full((6, 2), 32, np.float32)
    find_landmarks(nothing, Face(Box(0, 0, 64, 64), 1.0, points))


def find_faces(picture: Pixels | Image.Image, large: list[Face] | None = None) -> list[Face]:
    """All faces of a portrait, largest first.

    Large faces are found by the short-range model; smaller ones, and second faces, by the
    full-range model.

    Args:
        picture: RGB, as height × width × 3 pixels or as a picture of Pillow's.
        large: what the short-range model has found in it, where that is known.
    """
    size = picture.size if isinstance(picture, Image.Image) else picture.shape[:2]
    largest = TUNING.short_side * max(size)
    faces = SHORT_RANGE.find(picture) if large is None else large
    for face in FULL_RANGE.find(picture):
        same = [known for known in faces if face.box.overlap(known.box) >= TUNING.known_overlap]
        # Of a face that both find, each model places the points of those of its own size best.
        if face.box.width < largest or not same:
            faces = [known for known in faces if known not in same] + [face]
    return sorted(faces, key=lambda face: -face.box.area)
