"""Eyes that close and mouths that open by known shares.

The skin between brow and lid is drawn down over the eye.

The eyeball stays where it is and the lid slides over it, as lids do; lashes come along. What
it cannot show is the crease that vanishes and the brow that sinks when somebody blinks.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from habeas.faces import Landmarks

#: Lower edges of the brows in the mesh, of the person's right and left eye.
_BROWS = ((46, 53, 52, 65, 55), (276, 283, 282, 295, 285))


def shut(image: Image.Image, landmarks: Landmarks, openness: float) -> Image.Image:
    """The face of *image* with *openness* of each eye's opening left: 1 as it is, 0 shut."""
    pixels = np.asarray(image, np.float32)
    drawn = pixels.copy()
    for lids, brow in zip(landmarks.lids, _BROWS, strict=True):
        _draw(pixels, drawn, lids, landmarks.mesh[list(brow), :2], openness)
    return Image.fromarray(np.clip(drawn + 0.5, 0, 255).astype(np.uint8))


def _draw(
    pixels: NDArray[np.float32],
    drawn: NDArray[np.float32],
    lids: NDArray[np.float32],
    brow: NDArray[np.float32],
    openness: float,
) -> None:
    """Close one eye: nine points of *lids* are the lower lid with both corners, seven the upper."""
    lower = lids[:9]
    upper = np.concatenate([lower[:1], lids[9:16], lower[8:]])
    columns = np.arange(int(np.ceil(lower[:, 0].min())), int(lower[:, 0].max()) + 1)
    low, high, top = (_at(columns, each) for each in (lower, upper, brow))
    high = np.minimum(high, low)
    # Lashes and the lid's edge are a little outside of the contour.
    rim = 0.06 * (columns[-1] - columns[0])
    low, high = low + 0.3 * rim, high - rim
    edge = low - openness * (low - high)
    rows = np.arange(pixels.shape[0], dtype=np.float32)[:, None]
    stretched = top + (rows - top) * (high - top) / np.maximum(edge - top, 1e-3)
    covered = (rows >= top) & (rows < edge)
    source = np.where(covered, stretched, rows)
    part = pixels[:, columns]
    floor = np.clip(source.astype(int), 0, pixels.shape[0] - 2)
    rest = (source - floor)[..., None]
    at = np.arange(len(columns))
    drawn[:, columns] = part[floor, at] * (1 - rest) + part[floor + 1, at] * rest


def _at(columns: NDArray[np.int_], points: NDArray[np.float32]) -> NDArray[np.float64]:
    """The height of a line through *points* at each column."""
    order = np.argsort(points[:, 0])
    return np.asarray(np.interp(columns, points[order, 0], points[order, 1]))


#: Inner lips of the mesh, upper and lower, from the right corner to the left.
_UPPER_LIP = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308)
_MOUTH = np.array([38, 18, 20], np.float32)


def gaping(image: Image.Image, landmarks: Landmarks, gap: float) -> Image.Image:
    """The face of *image* with its lower lip drawn down by *gap* of T; it is dark between.

    The chin stays, which opened jaws do not: what is measured is the gap alone.
    """
    pixels = np.asarray(image, np.float32)
    drawn = pixels.copy()
    line = landmarks.mesh[list(_UPPER_LIP), :2]
    columns = np.arange(int(np.ceil(line[:, 0].min())), int(line[:, 0].max()) + 1)
    lip = _at(columns, line)
    chin = float(landmarks.mesh[152, 1])
    middle, half = (columns[0] + columns[-1]) / 2, (columns[-1] - columns[0]) / 2
    arch = np.sqrt(np.clip(1 - ((columns - middle) / half) ** 2, 0, 1))
    lower = lip + gap * landmarks.height * arch
    rows = np.arange(pixels.shape[0], dtype=np.float32)[:, None]
    squeezed = chin - (chin - rows) * (chin - lip) / np.maximum(chin - lower, 1e-3)
    source = np.where((rows >= lower) & (rows < chin), squeezed, rows)
    part = pixels[:, columns]
    floor = np.clip(source.astype(int), 0, pixels.shape[0] - 2)
    rest = (source - floor)[..., None]
    at = np.arange(len(columns))
    moved = part[floor, at] * (1 - rest) + part[floor + 1, at] * rest
    dark = ((rows >= lip) & (rows < lower))[..., None]
    drawn[:, columns] = np.where(dark, _MOUTH, moved)
    return Image.fromarray(np.clip(drawn + 0.5, 0, 255).astype(np.uint8))
