"""Painting over: solid, on the planes of a frame that nobody else refers to.

Every sample that a covered pixel touches is overwritten, the shared colour samples of
subsampled planes included, so that nothing under the cover reaches the encoder.
"""

from __future__ import annotations

from collections.abc import Sequence

import av
import numpy as np
from numpy.typing import NDArray

from habeas.faces import Box
from habeas.footage._planes import Plane, is_deep, planes
from habeas.footage.settings import Shape

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
    depth = 2 if is_deep(frame) else 0
    for plane, value in zip(planes(frame), (_BLACK, _NEUTRAL, _NEUTRAL), strict=True):
        plane[:] = value << depth


def _paint(arrays: list[Plane], box: Box, shape: Shape, frame: av.VideoFrame) -> None:
    left, top = max(0, int(box.left)) & ~1, max(0, int(box.top)) & ~1
    right, bottom = (
        min(frame.width + 1, int(box.right) + 2) & ~1,
        min(frame.height + 1, int(box.bottom) + 2) & ~1,
    )
    if right <= left or bottom <= top or min(box.width, box.height) < 0.01:
        return
    mask = _mask(box, shape, left, top, right, bottom)
    depth = 2 if is_deep(frame) else 0
    for plane, value in zip(arrays, (_BLACK, _NEUTRAL, _NEUTRAL), strict=True):
        across = 1 if plane.shape[1] == frame.width else 2
        down = 1 if plane.shape[0] == frame.height else 2
        area = plane[top // down : bottom // down, left // across : right // across]
        part = _shared(mask, across, down)[: area.shape[0], : area.shape[1]]
        np.copyto(area, value << depth, where=part, casting="unsafe")


def _shared(mask: Mask, across: int, down: int) -> Mask:
    """Samples of a plane: a colour sample goes when any pixel that shares it is covered."""
    if down == 2:
        mask = mask[::2] | mask[1::2]
    return mask if across == 1 else mask[:, ::2] | mask[:, 1::2]


def _mask(box: Box, shape: Shape, left: int, top: int, right: int, bottom: int) -> Mask:
    if shape == "box":
        return np.ones((bottom - top, right - left), np.bool_)
    x = (np.arange(left, right) + 0.5 - (box.left + box.right) / 2) / (box.width / 2)
    y = (np.arange(top, bottom) + 0.5 - (box.top + box.bottom) / 2) / (box.height / 2)
    return np.asarray((x * x)[None] <= (1 - y * y)[:, None])
