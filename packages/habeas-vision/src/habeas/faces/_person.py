"""MediaPipe's selfie segmentation: which pixels show the person in front."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from habeas.faces._litert import Model
from habeas.faces._types import Pixels

_SIDE = 256
_MODEL = Model("selfie_segmentation.tflite")


def find_person(picture: Pixels | Image.Image) -> NDArray[np.float32]:
    """How sure each pixel shows the person, 0 to 1.

    Args:
        picture: RGB, as height × width × 3 pixels or as a picture of Pillow's.

    Returns:
        256 × 256, the whole picture squeezed into a square.
    """
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    square = image.resize((_SIDE, _SIDE), Image.Resampling.BILINEAR, reducing_gap=2.0)
    (mask,) = _MODEL(np.asarray(square)[None] * np.float32(1 / 255))
    return np.asarray(mask[0, :, :, 0], np.float32)
