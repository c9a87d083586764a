"""BlazeFace (Bazarevsky et al. 2019, arXiv:1907.05047): faces and six points each.

Two models of MediaPipe's: short range for faces above about a tenth of the picture's
side, full range for faces down to a twentieth, with fewer false alarms.
"""

from __future__ import annotations

import numpy as np
from PIL import Image

from habeas.faces._litert import Model, Tensor
from habeas.faces._types import Box, Face, Pixels
from habeas.faces.tuning import TUNING

_KEYPOINTS = 6


def _anchors(side: int, layers: list[tuple[int, int]]) -> Tensor:
    """Anchor centres, 0 to 1: for each layer (stride, anchors in each cell)."""
    centres = []
    for stride, count in layers:
        cells = side // stride
        middle = (np.arange(cells, dtype=np.float32) + 0.5) / cells
        x, y = np.meshgrid(middle, middle)
        centres.append(np.repeat(np.stack([x.ravel(), y.ravel()], axis=1), count, axis=0))
    return np.concatenate(centres)


class BlazeFace:
    """One detector model.

    Args:
        name: asset name.
        side: side of its square input, pixels.
        layers: (stride, anchors in each cell) of its feature maps.
        threshold: least score of a face.
    """

    def __init__(
        self, name: str, side: int, layers: list[tuple[int, int]], threshold: float
    ) -> None:
        self._model = Model(name)
        self._side = side
        self._anchors = _anchors(side, layers)
        self._threshold = threshold

    def find(self, picture: Pixels | Image.Image) -> list[Face]:
        """All faces, surest first. *picture* is RGB of any size."""
        tensor, scale, left, top = self._letterbox(picture)
        regressed, logits = self._model(tensor)
        scores = 1 / (1 + np.exp(-np.clip(logits[0, :, 0], -50, 50)))
        chosen = np.flatnonzero(scores >= self._threshold)
        chosen = chosen[np.argsort(-scores[chosen])]
        raw = (regressed[0, chosen] / self._side).reshape(-1, 2 + _KEYPOINTS, 2)
        centres = self._anchors[chosen]
        middles, halves = raw[:, 0] + centres, raw[:, 1] / 2
        corners = np.stack([middles - halves, middles + halves], axis=1)
        placed = np.concatenate([corners, raw[:, 2:] + centres[:, None]], axis=1) * self._side
        placed = ((placed - (left, top)) / scale).astype(np.float32)
        return _merge([
            Face(Box(*map(float, each[:2].ravel())), float(score), each[2:])
            for each, score in zip(placed, scores[chosen], strict=True)
        ])  # fmt: skip

    def _letterbox(self, picture: Pixels | Image.Image) -> tuple[Tensor, float, int, int]:
        image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
        scale = self._side / max(image.size)
        size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
        # Means of whole pixels first: half the time, and the model sees no difference.
        small = image.resize(size, Image.Resampling.BILINEAR, reducing_gap=1.5)
        left, top = (self._side - size[0]) // 2, (self._side - size[1]) // 2
        tensor = np.zeros((1, self._side, self._side, 3), np.float32)
        content = tensor[0, top : top + size[1], left : left + size[0]]
        np.multiply(np.asarray(small), np.float32(1 / 127.5), out=content)
        content -= 1
        return tensor, scale, left, top


def _merge(candidates: list[Face]) -> list[Face]:
    """Overlapping candidates averaged by score, as BlazeFace does instead of suppression."""
    faces = []
    rest = candidates
    while rest:
        best = rest[0]
        near = [face for face in rest if face.box.overlap(best.box) > TUNING.merge_overlap]
        rest = [face for face in rest if face.box.overlap(best.box) <= TUNING.merge_overlap]
        weights = np.array([face.score for face in near], np.float32)
        weights /= weights.sum()
        box = sum(
            w * np.array([f.box.left, f.box.top, f.box.right, f.box.bottom])
            for w, f in zip(weights, near, strict=True)
        )
        points = sum(w * f.points for w, f in zip(weights, near, strict=True))
        faces.append(
            Face(Box(*map(float, np.asarray(box))), best.score, np.asarray(points, np.float32))
        )
    return faces


SHORT_RANGE = BlazeFace(
    "face_detection_short_range.tflite", 128, [(8, 2), (16, 6)], TUNING.short_score
)
FULL_RANGE = BlazeFace("face_detection_full_range_sparse.tflite", 192, [(4, 1)], TUNING.full_score)
