"""MediaPipe's selfie segmentation: which pixels show the person in front."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from habeas.faces._litert import Model
from habeas.faces._types import Pixels

_SIDE = 256
_MODEL = Model("selfie_segmentation.tflite")


def find_person(picture: Pixels) -> NDArray[np.float32]:
    """How sure each pixel shows the person, 0 to 1.

    Args:
        picture: height × width × 3, RGB, 0 to 255.

    Returns:
        256 × 256, the whole picture squeezed into a square.
    """
    image = Image.fromarray(picture).resize((_SIDE, _SIDE), Image.Resampling.BILINEAR)
    (mask,) = _MODEL(np.asarray(image, np.float32)[None] / np.float32(255))
    return np.asarray(mask[0, :, :, 0], np.float32)
