"""Pictures by night, as bright as those that detectors have learned on, and not noisier by much.

A look's picture is changed, never the one that is written. All of the picture says by how much,
so that its parts are seen as the whole is.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from habeas.cover._planes import Plane
from habeas.cover._tuning import TUNED

Samples = NDArray[np.uint8]
#: One pixel in so many, each way, tells how light it is.
_EVERY = 8
#: Per cent of the picture that is at most so bright: lamps are above it, a day's light is not.
_BRIGHT = 90


def lit(planes: Sequence[Plane]) -> list[Samples]:
    """The planes of 8 bits, brightened where the picture is dark, each value by the same factor.

    Where that is much, they are smoothed as well: the noise of a sensor grows with the light.

    Args:
        planes: height × width each, green first: it is most of what eyes and sensors see.
    """
    samples = [each.view(np.uint8) for each in planes]
    bright = float(np.percentile(samples[0][::_EVERY, ::_EVERY], _BRIGHT))
    gain = min(TUNED.gain, TUNED.bright / max(bright, 1.0))
    if gain <= 1:
        return samples
    table = np.clip(np.arange(256) * gain, 0, 255).round().astype(np.uint8)
    brighter = [table[each] for each in samples]
    return brighter if gain < TUNED.noisy else [smoothed(each) for each in brighter]


def smoothed(plane: Samples) -> Samples:
    """The plane under the binomial filter of 3 × 3; edges are repeated."""
    rows = np.pad(plane, 1, mode="edge").astype(np.uint16)
    rows = rows[:-2] + 2 * rows[1:-1] + rows[2:]
    return ((rows[:, :-2] + 2 * rows[:, 1:-1] + rows[:, 2:]) >> 4).astype(np.uint8)
