"""Painting over: solid, on the planes of a frame that nobody else refers to.

Every sample that a covered pixel touches is overwritten, the shared colour samples of
subsampled planes included, so that nothing under the cover reaches the encoder.
"""

from __future__ import annotations

from collections.abc import Sequence

import av
import numpy as np
from numpy.typing import NDArray

from habeas.cover._planes import Plane, is_deep, planes
from habeas.cover.settings import Shape
from habeas.faces import Box

_BLACK, _NEUTRAL = 16, 128

Mask = NDArray[np.bool_]


def cover(frame: av.VideoFrame, boxes: Sequence[Box], shape: Shape) -> None:
    """Paint *boxes* of *frame* over.

    The frame becomes a copy first where its decoder still refers to it: painting on a
    reference frame would leak into the frames that are predicted from it.

    Args:
        frame: of a format in `PLANAR`.
        boxes: pixels, as the frame is stored.
        shape: ``ellipse`` or ``box``.
    """
    if not boxes:
        return
    frame.make_writable()
    arrays = planes(frame)
    for box in boxes:
        _paint(arrays, box, shape, frame)


def cover_whole(frame: av.VideoFrame) -> None:
    """Paint the whole of *frame* over: what could not be checked is not shown."""
    frame.make_writable()
    for plane, value in zip(planes(frame), _black(frame), strict=True):
        plane[:] = value


def _paint(arrays: list[Plane], box: Box, shape: Shape, frame: av.VideoFrame) -> None:
    left, top = max(0, int(box.left)) & ~1, max(0, int(box.top)) & ~1
    right, bottom = (
        min(frame.width + 1, int(box.right) + 2) & ~1,
        min(frame.height + 1, int(box.bottom) + 2) & ~1,
    )
    if right <= left or bottom <= top or min(box.width, box.height) < 0.01:
        return
    across = _apart(left, right, box.left, box.right)
    down = _apart(top, bottom, box.top, box.bottom)
    inside: dict[tuple[int, int], Mask] = {}
    for plane, value in zip(arrays, _black(frame), strict=True):
        wide = 1 if plane.shape[1] == frame.width else 2
        high = 1 if plane.shape[0] == frame.height else 2
        area = plane[top // high : bottom // high, left // wide : right // wide]
        if shape == "box":
            area[:] = value
            continue
        if (wide, high) not in inside:
            inside[wide, high] = _nearest(across, wide)[None] <= (1 - _nearest(down, high))[:, None]
        part = inside[wide, high][: area.shape[0], : area.shape[1]]
        np.copyto(area, value, where=part)


def _apart(first: int, end: int, low: float, high: float) -> NDArray[np.float64]:
    """Square of the distance of pixels from the middle of an ellipse, in its radii, on one axis."""
    away = (np.arange(first, end) + (0.5 - (low + high) / 2)) * (2 / (high - low))
    return away * away


def _nearest(apart: NDArray[np.float64], shared: int) -> NDArray[np.float64]:
    """The same of samples that *shared* pixels share: covered when any of them is."""
    return apart if shared == 1 else np.minimum(apart[::2], apart[1::2])


def _black(frame: av.VideoFrame) -> list[np.generic]:
    """What covers are made of, by plane."""
    kind, deep = (np.uint16, 2) if is_deep(frame) else (np.uint8, 0)
    return [kind(value << deep) for value in (_BLACK, _NEUTRAL, _NEUTRAL)]
