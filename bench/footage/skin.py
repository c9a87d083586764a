"""Lighter and darker skin of the portraits whose heads generated clips show: measured, not told.

The individual typology angle of both cheeks, arctan((L* − 50) / b*) (Chardon, Cretois and Hourseau,
Int. J. Cosmetic Science 13, 1991): above 28 degrees skin counts as light or intermediate, below as
tan, brown or dark. All portraits are of one studio's light, so that they compare with each other;
its colour is not calibrated, so that one near the edge may be on either side.
"""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from bench.footage import DATA
from bench.footage.clips import Clip
from bench.footage.generate import cast_of
from bench.footage.heads import portraits
from habeas import faces

#: Degrees from which skin is lighter.
LIGHTER = 28.0
#: Points of the mesh on the cheeks, and the side of the square around each, in widths of the face.
_CHEEKS, _SIDE = (118, 101, 50, 347, 330, 280), 0.04


def angle(pixels: NDArray[np.uint8]) -> float:
    """The angle of a portrait's cheeks, degrees; the median of their pixels.

    Args:
        pixels: height × width × 3, sRGB.
    """
    mesh = faces.find_landmarks(pixels, faces.find_faces(pixels)[0]).mesh[:, :2]
    half = max(1, round(float(np.ptp(mesh[:, 0])) * _SIDE / 2))
    squares = []
    for x, y in np.rint(mesh[list(_CHEEKS)]).astype(int):
        squares.append(pixels[y - half : y + half, x - half : x + half].reshape(-1, 3))
    strip = Image.fromarray(np.concatenate(squares)[None])
    to_lab = ImageCms.buildTransform(
        ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB"
    )
    lab = ImageCms.applyTransform(strip, to_lab)
    if lab is None:
        raise RuntimeError("The colours were not converted.")
    light, _, yellow = np.asarray(lab)[0].T
    # Pillow keeps a* and b* as signed bytes, and L* in 255ths.
    place = float(np.median(light)) * 100 / 255, float(np.median(yellow.view(np.int8)))
    return float(np.degrees(np.arctan2(place[0] - 50, place[1])))


@functools.cache
def _is_lighter(portrait: Path) -> bool:
    return angle(np.asarray(Image.open(portrait).convert("RGB"))) > LIGHTER


def lighter(clip: Clip) -> dict[int, bool]:
    """Whether each person of a clip has lighter skin, by number."""
    cast = cast_of(clip, portraits(DATA / "portraits"))
    return {person: _is_lighter(portrait) for person, portrait in cast.items()}
