"""Eyes that close by known shares: the skin between brow and lid is drawn down over the eye.

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
    return np.interp(columns, points[order, 0], points[order, 1])
