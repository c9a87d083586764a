"""A frame's planes as arrays that share its memory."""

from __future__ import annotations

import av
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.generic]

#: Pixel formats with three planes, luma first; others are converted before.
PLANAR = {
    f"yuv{kind}p{depth}"
    for kind in ("420", "422", "444")
    for depth in ("", "10le")
} | {"yuvj420p", "yuvj422p", "yuvj444p"}  # fmt: skip
#: Sides of the small picture in which motion is measured, pixels: about, and at least.
_LONGER, _SHORTER = 240, 8


def is_deep(frame: av.VideoFrame) -> bool:
    """Whether samples have 10 bits in two bytes."""
    return frame.format.name.endswith("10le")


def planes(frame: av.VideoFrame) -> list[Plane]:
    """Each plane, height × width, of 8 or 16 bits; to be written to if the frame is."""
    kind = np.dtype(np.uint16 if is_deep(frame) else np.uint8)
    found: list[Plane] = []
    for plane in frame.planes:
        rows = np.frombuffer(memoryview(plane), kind).reshape(-1, plane.line_size // kind.itemsize)
        found.append(rows[: plane.height, : plane.width])
    return found


def small(frame: av.VideoFrame) -> NDArray[np.uint8]:
    """A small grey picture: of each square of `step` pixels, the mean of four in it.

    Not of all: that takes six times as long, and shows no more of what moves.
    """
    side = step(frame)
    luma = planes(frame)[0]
    luma = luma[: frame.height // side * side, : frame.width // side * side]
    near, far = side // 4, side - 1 - side // 4
    total = np.add(luma[near::side, near::side], luma[far::side, far::side], dtype=np.uint16)
    total += luma[near::side, far::side]
    total += luma[far::side, near::side]
    return (total >> (4 if is_deep(frame) else 2)).astype(np.uint8)


def step(frame: av.VideoFrame) -> int:
    """Pixels of the frame along one of its `small` picture."""
    shorter, longer = sorted((frame.width, frame.height))
    return max(1, min(round(longer / _LONGER), shorter // _SHORTER))
