"""Pictures by night, as bright as those that detectors have learned on.

A look's picture is brightened, never the one that is written. All of the picture says by how
much, so that its parts are seen as the whole is.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from habeas.cover._planes import Plane
from habeas.cover._tuning import TUNED

#: One pixel in so many, each way, tells how light it is.
_EVERY = 8
#: Share of the picture that is at least so bright: lamps are less, most of a day's sky is not.
_BRIGHT = 90


def lit(planes: Sequence[Plane]) -> list[NDArray[np.uint8]]:
    """The planes of 8 bits, brightened where the picture is dark, each value by the same factor.

    Args:
        planes: height × width each, green first: it is most of what eyes and sensors see.
    """
    samples = [each.view(np.uint8) for each in planes]
    bright = float(np.percentile(samples[0][::_EVERY, ::_EVERY], _BRIGHT))
    gain = min(TUNED.gain, TUNED.bright / max(bright, 1.0))
    if gain <= 1:
        return samples
    table = np.clip(np.arange(256) * gain, 0, 255).round().astype(np.uint8)
    return [table[each] for each in samples]
