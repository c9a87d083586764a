"""What an eye shows: how far its lids are apart, how dark its middle is, how white its white."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from habeas.faces import Landmarks, Points
from habeas.portrait.ofiq import luminance, quantile
from habeas.portrait.tuning import TUNING

#: Side of the cut-out eye, pixels, and how many widths of the eye it shows.
_SIDE, _REACH = 64, 1.4
#: The eye's width there, pixels.
_WIDTH = _SIDE / _REACH


@dataclass(frozen=True)
class Eye:
    """One eye.

    Attributes:
        gap: largest distance of the lids, pixels of the picture.
        width: distance of its corners, pixels of the picture.
        contrast: how much darker its darkest row is than the skin around, 0 to 1.
        white: luminance of the brighter side of its iris, share of white.
        around: luminance that a quarter of it and of what is around it exceeds, 0 to 255.
    """

    gap: float
    width: float
    contrast: float
    white: float
    around: float


def eyes(image: Image.Image, landmarks: Landmarks) -> tuple[Eye, Eye]:
    """The person's right and left eye."""
    right, left = (
        _eye(image, lids, pupil)
        for lids, pupil in zip(landmarks.lids, landmarks.pupils, strict=True)
    )
    return right, left


def lid_gap(lids: Points) -> float:
    """The largest distance between upper and lower lid: the model's 9 lower, then 7 upper."""
    lower, upper = lids[1:8], lids[9:16]
    return float(np.linalg.norm(upper - lower, axis=1).max())


def _eye(image: Image.Image, lids: Points, pupil: Points) -> Eye:
    first, last = sorted((lids[0], lids[8]), key=lambda corner: float(corner[0]))
    across = last - first
    width = max(1.0, float(np.linalg.norm(across)))
    middle = (first + last) / 2
    # Where the pupil is along the eye; it cannot be seen near the corners.
    aside = float((pupil - middle) @ across) / width**2
    aside = min(max(aside, -TUNING.gaze_aside), TUNING.gaze_aside) * _WIDTH
    pixels = _cut(image, middle, math.atan2(float(across[1]), float(across[0])), width)
    column = _SIDE / 2 + aside
    return Eye(
        gap=lid_gap(lids),
        width=width,
        contrast=_contrast(pixels, column),
        white=_white(pixels, column),
        # Every fourth pixel: what is looked for is large.
        around=quantile(luminance(pixels[::2, ::2]), 0.75),
    )


def _cut(image: Image.Image, middle: Points, angle: float, width: float) -> NDArray[np.uint8]:
    step = width * _REACH / _SIDE
    cos, sin, half = math.cos(angle) * step, math.sin(angle) * step, _SIDE / 2
    x, y = float(middle[0]), float(middle[1])
    matrix = (cos, -sin, x - (cos - sin) * half, sin, cos, y - (sin + cos) * half)
    shown = image.transform(
        (_SIDE, _SIDE), Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR
    )
    return np.asarray(shown)


def _contrast(pixels: NDArray[np.uint8], column: float) -> float:
    """How much darker than the skin the darkest row is, in a band through the pupil."""
    rows = slice(int(_SIDE / 2 - 0.32 * _WIDTH), int(_SIDE / 2 + 0.32 * _WIDTH) + 1)
    columns = slice(int(column - 0.1 * _WIDTH), int(column + 0.1 * _WIDTH) + 1)
    grey = pixels[rows, columns] @ np.array([0.299, 0.587, 0.114], np.float32)
    profile = np.median(grey, axis=1)
    skin = max(1.0, quantile(profile, 0.85))
    return (skin - float(profile.min())) / skin


def _white(pixels: NDArray[np.uint8], column: float) -> float:
    """The brighter of two spots between the iris and the corners."""
    row = _SIDE // 2
    spots = []
    for corner in (_SIDE / 2 - _WIDTH / 2, _SIDE / 2 + _WIDTH / 2):
        at = int(0.45 * corner + 0.55 * column)
        spots.append(pixels[row - 1 : row + 2, at - 1 : at + 2])
    return float(np.median(luminance(np.stack(spots)).reshape(2, -1), axis=1).max()) / 255
