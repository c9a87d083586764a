"""YuNet (Wu et al. 2023, Machine Intelligence Research 20): small, fast, faces from 10 pixels."""

from __future__ import annotations

import os

import numpy as np
from numpy.typing import NDArray

from habeas import assets
from habeas.faces._onnx import Network, suppress
from habeas.faces._types import Box, Face

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

    def find(self, picture: NDArray[np.uint8], threshold: float) -> list[Face]:
        """See `habeas.faces.Detector`."""
        out = self._network(picture, _BGR)
        width = -(-picture.shape[2] // _STRIDES[-1]) * _STRIDES[-1]
        rows = []
        for at, stride in enumerate(_STRIDES):
            classes, objects, boxes, points = (out[at + 3 * kind][0] for kind in range(4))
            # The score is the geometric mean of "a face" and "an object here".
            squares = np.clip(classes[:, 0], 0, 1) * np.clip(objects[:, 0], 0, 1)
            seen = np.flatnonzero(squares >= threshold * threshold)
            cells = np.stack([seen % (width // stride), seen // (width // stride)])
            cells = cells.T.astype(np.float32)
            middle = (cells + boxes[seen, :2]) * stride
            half = np.exp(np.clip(boxes[seen, 2:], -8, 8)) * stride / 2
            marks = (points[seen].reshape(-1, 5, 2) + cells[:, None]) * stride
            edges = np.concatenate([middle - half, middle + half], axis=1)
            scores = np.sqrt(squares[seen])
            rows.append(np.column_stack([edges, scores, marks.reshape(-1, 10)]))
        found = np.concatenate(rows).astype(np.float32)
        kept = suppress(found[:, :4], found[:, 4], 0.3)
        return [
            Face(Box(*map(float, row[:4])), float(row[4]), row[5:].reshape(5, 2))
            for row in found[kept]
        ]
