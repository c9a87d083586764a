"""YuNet (Wu et al. 2023, Machine Intelligence Research 20): small, fast, faces from 10 pixels."""

from __future__ import annotations

import os

import numpy as np
from numpy.typing import NDArray

from habeas.faces import assets
from habeas.faces._onnx import Network, suppress
from habeas.faces._types import Box, Sighting
from habeas.faces.tuning import TUNING

ASSET = "yunet_n_dynamic.onnx"
_STRIDES = (8, 16, 32)
_BGR = (2, 1, 0)


class YuNet:
    """The detector with the model file that is added by hand (`habeas models add`)."""

    name = "yunet"
    #: Its pictures take little memory each, and one thread for each wastes least.
    parallel = min(8, os.cpu_count() or 1)

    def __init__(self, *, gpu: bool = False) -> None:
        self._network = Network(assets.path(ASSET), gpu=gpu)
        self.gpu = self._network.gpu

    def find(self, picture: NDArray[np.uint8], threshold: float) -> list[Sighting]:
        """See `habeas.faces.Detector`."""
        out = self._network(picture, _BGR)
        width = -(-picture.shape[2] // _STRIDES[-1]) * _STRIDES[-1]
        found = []
        for at, stride in enumerate(_STRIDES):
            # The points in the face that come last are of no use here.
            classes, objects, boxes = (out[at + 3 * kind][0] for kind in range(3))
            # The score is the geometric mean of "a face" and "an object here".
            squares = np.clip(classes[:, 0], 0, 1) * np.clip(objects[:, 0], 0, 1)
            seen = np.flatnonzero(squares >= threshold * threshold)
            cells = np.stack([seen % (width // stride), seen // (width // stride)], axis=1)
            middle = (cells.astype(np.float32) + boxes[seen, :2]) * stride
            half = np.exp(np.clip(boxes[seen, 2:], -8, 8)) * stride / 2
            found.append(np.column_stack([middle - half, middle + half, np.sqrt(squares[seen])]))
        rows = np.concatenate(found).astype(np.float32)
        return [
            Sighting(Box(*map(float, row[:4])), float(row[4]))
            for row in rows[suppress(rows[:, :4], rows[:, 4], TUNING.suppress_overlap)]
        ]
