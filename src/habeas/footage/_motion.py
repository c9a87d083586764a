"""How the whole picture moved since the last frame: a panning camera, a cut, or nothing.

Phase correlation (Kuglin and Hines 1975) of small grey pictures: the shift between two
pictures is the peak of the inverse transform of their normalised cross-power spectrum.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Small = NDArray[np.uint8]

#: Grey levels by which a pixel of the small picture differs when something moved there.
_MOVED = 18
#: Pixels of the small picture below which it has not moved: people who walk by move it less.
_STANDS = 0.2
#: Grey levels from which a difference counts no more: somebody who walks by, not the place.
_STRANGE = 20
#: Correlation of aligned pictures below which they show different scenes.
_SAME_SCENE = 0.5


@dataclass(frozen=True)
class Motion:
    """From one frame to the next.

    Attributes:
        dx, dy: how far the picture's content moved, in pixels of the small picture.
        cut: a new scene begins here.
    """

    dx: float = 0.0
    dy: float = 0.0
    cut: bool = False


class MotionEstimator:
    """Compares each small grey picture with the one before."""

    def __init__(self) -> None:
        self._last: Small | None = None
        self._spectrum: NDArray[np.complex64] | None = None

    def next(self, small: Small) -> Motion:
        """The motion from the last picture to this one (height × width, grey)."""
        last, self._last = self._last, small
        if last is None or last.shape != small.shape:
            self._spectrum = None
            return Motion(cut=last is not None)
        difference = np.abs(small.astype(np.int16) - last)
        if int(difference.max()) <= _MOVED:
            self._spectrum = None
            return Motion()
        before = self._spectrum if self._spectrum is not None else _spectrum(last)
        self._spectrum = _spectrum(small)
        dx, dy = _shift(before, self._spectrum, small.shape)
        alike, still = _alike(last, small, dx, dy), _alike(last, small, 0, 0)
        if max(alike, still) < _SAME_SCENE:
            return Motion(cut=True)
        # The peak is drawn to 0 by what does not move with the picture, a slow pan's above all:
        # the difference itself has to say that the camera stands.
        x, y = _refined(last, small, *((dx, dy) if alike > still else (0, 0)))
        if max(abs(x), abs(y)) < _STANDS:
            return Motion()
        return Motion(x, y)


def _spectrum(small: Small) -> NDArray[np.complex64]:
    height, width = small.shape
    window = np.outer(np.hanning(height), np.hanning(width)).astype(np.float32)
    return np.fft.rfft2((small.astype(np.float32) - small.mean()) * window).astype(np.complex64)


def _shift(
    before: NDArray[np.complex64], after: NDArray[np.complex64], shape: tuple[int, ...]
) -> tuple[int, int]:
    cross = after * np.conj(before)
    # Normalising fully would give noise the same say as structure; a floor keeps it down.
    size = np.abs(cross)
    cross = cross / (size + 0.1 * float(size.mean()) + 1e-6)
    surface = np.fft.irfft2(cross, s=(shape[0], shape[1]))
    y, x = divmod(int(surface.argmax()), shape[1])
    return (x - shape[1] if x > shape[1] // 2 else x), (y - shape[0] if y > shape[0] // 2 else y)


def _refined(last: Small, small: Small, dx: int, dy: int) -> tuple[float, float]:
    """The place of least difference near (dx, dy), to parts of a pixel.

    The peak of a phase correlation is biased by noise; the difference itself is not. Walk
    down to its least whole pixel, then take the vertex of a parabola along each axis.
    """
    known: dict[tuple[int, int], float] = {}

    def at(x: int, y: int) -> float:
        if (x, y) not in known:
            known[x, y] = _difference(last, small, x, y)
        return known[x, y]

    for _ in range(8):
        near = [(dx + x, dy + y) for x, y in ((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1))]
        best = min(near, key=lambda place: at(*place))
        if best == (dx, dy):
            break
        dx, dy = best
    middle = at(dx, dy)
    return (
        dx + _vertex(at(dx - 1, dy), middle, at(dx + 1, dy)),
        dy + _vertex(at(dx, dy - 1), middle, at(dx, dy + 1)),
    )


def _vertex(left: float, middle: float, right: float) -> float:
    bend = left - 2 * middle + right
    return max(-0.5, min(0.5, 0.5 * (left - right) / bend)) if bend > 0 else 0.0


def _overlap(last: Small, small: Small, dx: int, dy: int) -> tuple[Small, Small] | None:
    """The parts of both pictures that show the same, when shifted; None if that is too little."""
    height, width = small.shape
    if abs(dx) > width // 2 or abs(dy) > height // 2:
        return None
    a = small[max(0, dy) : height + min(0, dy), max(0, dx) : width + min(0, dx)]
    b = last[max(0, -dy) : height + min(0, -dy), max(0, -dx) : width + min(0, -dx)]
    return a, b


def _difference(last: Small, small: Small, dx: int, dy: int) -> float:
    parts = _overlap(last, small, dx, dy)
    if parts is None:
        return float("inf")
    difference = parts[0].astype(np.float32) - parts[1]
    return float(np.minimum(difference * difference, _STRANGE**2).mean())


def _alike(last: Small, small: Small, dx: int, dy: int) -> float:
    """Correlation of the parts that both pictures show when shifted, −1 to 1."""
    parts = _overlap(last, small, dx, dy)
    if parts is None:
        return -1.0
    p, q = (part.astype(np.float32) - part.mean() for part in parts)
    size = float(np.sqrt((p * p).sum() * (q * q).sum()))
    # Two even pictures, such as black ones, are the same scene.
    return float((p * q).sum()) / size if size > 1 else 1.0
