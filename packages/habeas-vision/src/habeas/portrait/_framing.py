"""The product's frame around a face, and which side of the picture leaves too little room."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from habeas.faces import Landmarks
from habeas.portrait._geometry import lean, outline, turned_map
from habeas.portrait.assessment import Crop
from habeas.portrait.tuning import TUNING


@dataclass(frozen=True)
class Framing:
    """How the product's frame sits in the picture.

    Each number is the size that the frame could have, over its full size, if only that were
    in its way; below `Tuning.least_frame` it cannot be had.

    Attributes:
        crop: the frame in pixels of the picture; None where it cannot be had.
        room: the picture's own width and height.
        above: the room above the eyes.
        below: below the eyes.
        aside: beside the eyes, on the narrower side.
    """

    crop: Crop | None
    room: float
    above: float
    below: float
    aside: float


def frame(landmarks: Landmarks, size: tuple[int, int]) -> Framing:
    """The frame of the product around a face, in a picture of *size*.

    It is as large as it should be where the picture has room, and otherwise as large as it
    can be; the eyes are in the middle and 45 % from above, or as near to that as can be.
    """
    full_height = landmarks.height * TUNING.frame_height
    full_width = full_height * TUNING.frame_aspect
    x, y = (float(value) for value in landmarks.eye_midpoint)
    width, height = size
    highest, lowest = TUNING.eyes_highest, TUNING.eyes_lowest
    aside = 0.5 - TUNING.eyes_aside
    room = min(width / full_width, height / full_height)
    above = max(0.0, y / (highest * full_height))
    below = max(0.0, (height - y) / ((1 - lowest) * full_height))
    beside = max(0.0, min(x, width - x) / (aside * full_width))
    share = min(1.0, room, above, below, beside)
    if share < TUNING.least_frame:
        return Framing(None, room, above, below, beside)
    frame_height, frame_width = full_height * share, full_width * share
    top = _placed(y - TUNING.eyes_from_top * frame_height, height - frame_height)
    left = _placed(x - frame_width / 2, width - frame_width)
    crop = Crop(left, top, frame_width, frame_height, lean(landmarks))
    return Framing(crop, room, above, below, beside)


def _placed(wanted: float, most: float) -> float:
    return min(max(0.0, wanted), max(0.0, most))


def inside(landmarks: Landmarks, size: tuple[int, int], touching: Callable[[], float]) -> float:
    """How far the head is inside of the picture, in T; below 0 where part of it is outside.

    The face's outline tells for chin, cheeks and forehead. Hair is cut off where the person
    reaches the upper edge over more than a parting's width, and no skull has room below it.

    Args:
        landmarks: of the face.
        size: of the picture, pixels.
        touching: over what width the person reaches the upper edge, T; asked for only where
            that edge is near.
    """
    t = landmarks.height
    low, high = outline(landmarks).min(axis=0), outline(landmarks).max(axis=0)
    face = min(float(low[0]), float(low[1]), size[0] - float(high[0]), size[1] - float(high[1])) / t
    above = float(landmarks.eye_midpoint[1]) / t
    skull = above - TUNING.skull
    if above >= TUNING.hair:
        return float(min(face, skull))
    return float(min(face, skull, TUNING.parting - touching()))


def touching(
    landmarks: Landmarks, person: NDArray[np.uint8], box: tuple[int, int, int, int]
) -> float:
    """Over what width the person reaches the upper edge above the face, T.

    Args:
        landmarks: of the face.
        person: mask over *box*, 0 to 255.
        box: left, top, right and bottom, pixels of the picture; its top is the picture's.
    """
    t, x = landmarks.height, float(landmarks.eye_midpoint[0])
    step = (box[2] - box[0]) / person.shape[1]
    ends = ((x + side * t - box[0]) / step for side in (-1, 1))
    first, last = (int(np.clip(end, 0, person.shape[1] - 1)) for end in ends)
    columns = int((person[:2, first : last + 1].max(axis=0) > 127).sum())
    return float(columns * step / t)


def cut(image: Image.Image, landmarks: Landmarks, crop: Crop) -> Image.Image:
    """The frame: turned upright, at most `Tuning.crop_height` pixels high, never enlarged."""
    height = min(TUNING.crop_height, round(crop.height))
    width = round(height * TUNING.frame_aspect)
    step = crop.height / height
    x, y = (float(value) for value in landmarks.eye_midpoint)
    if abs(crop.roll) <= TUNING.roll_left:
        box = (crop.x, crop.y, crop.x + crop.width, crop.y + crop.height)
        if step == crop.height / round(crop.height):
            # Its pixels as they are: half of one does not matter.
            left, top = round(crop.x), round(crop.y)
            return image.crop((left, top, left + width, top + height))
        return image.resize((width, height), Image.Resampling.BICUBIC, box, reducing_gap=2.0)
    matrix = turned_map(x, y, step, crop.roll, (x - crop.x) / step, (y - crop.y) / step)
    return image.transform(
        (width, height), Image.Transform.AFFINE, matrix, Image.Resampling.BICUBIC,
        fillcolor=(255, 255, 255),
    )  # fmt: skip
