"""How the whole picture moved since the last frame: a panning camera, a cut, or nothing.

Phase correlation (Kuglin and Hines 1975) of small grey pictures: the shift between two
pictures is the peak of the inverse transform of their normalised cross-power spectrum.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from habeas.cover._tuning import TUNED

Small = NDArray[np.uint8]
Grey = NDArray[np.float32]


@dataclass(frozen=True)
class Motion:
    """From one frame to the next.

    Attributes:
        dx, dy: how far the picture's content moved, in pixels of the small picture.
        cut: a new scene begins here.
        moving: something differs by more than noise: somebody passes, or the camera turns.
    """

    dx: float = 0.0
    dy: float = 0.0
    cut: bool = False
    moving: bool = False


class MotionEstimator:
    """Compares each small grey picture with the one before."""

    def __init__(self) -> None:
        self._last: Small | None = None
        self._spectrum: NDArray[np.complex64] | None = None
        self._moved = Motion()

    def next(self, small: Small) -> Motion:
        """The motion from the last picture to this one (height × width, grey)."""
        self._moved = self._since(self._last, small)
        self._last = small
        return self._moved

    def _since(self, last: Small | None, small: Small) -> Motion:
        if last is None or last.shape != small.shape:
            self._spectrum = None
            return Motion(cut=last is not None, moving=last is not None)
        if int((np.maximum(small, last) - np.minimum(small, last)).max()) <= TUNED.unmoved:
            self._spectrum = None
            return Motion()
        both = _Both(last.astype(np.float32), small.astype(np.float32))
        still = both.alike(0, 0)
        dx, dy = round(self._moved.dx), round(self._moved.dy)
        if still > TUNED.almost_the_same and both.lowest(0, 0) == (0, 0):
            # A camera on a pole, as nearly always: nothing else can be nearer.
            self._spectrum = None
            dx = dy = 0
        elif (dx or dy) and both.alike(dx, dy) > max(still, TUNED.almost_the_same):
            # A camera that turns goes on turning, as fast or nearly.
            self._spectrum = None
        else:
            before = self._spectrum if self._spectrum is not None else _spectrum(both.last)
            self._spectrum = _spectrum(both.now)
            dx, dy = _shift(before, self._spectrum, small.shape)
            alike = both.alike(dx, dy)
            if max(alike, still) < TUNED.same_scene:
                return Motion(cut=True, moving=True)
            if alike <= still:
                dx = dy = 0
        # The peak is drawn to 0 by what does not move with the picture, a slow pan's above all:
        # the difference itself has to say that the camera stands.
        x, y = both.refined(dx, dy)
        if max(abs(x), abs(y)) < TUNED.stands:
            return Motion(moving=True)
        return Motion(x, y, moving=True)


def _spectrum(picture: Grey) -> NDArray[np.complex64]:
    spectrum = np.fft.rfft2((picture - picture.mean()) * _window(*picture.shape))
    return spectrum.astype(np.complex64, copy=False)


@cache
def _window(height: int, width: int) -> Grey:
    return np.outer(np.hanning(height), np.hanning(width)).astype(np.float32)


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


class _Both:
    """Two pictures, and how far apart they are when one is shifted by whole pixels."""

    def __init__(self, last: Grey, now: Grey) -> None:
        self.last, self.now = last, now
        self._known: dict[tuple[int, int], float] = {}

    def refined(self, dx: int, dy: int) -> tuple[float, float]:
        """The place of least difference near (dx, dy), to parts of a pixel.

        The peak of a phase correlation is biased by noise; the difference itself is not. Walk
        down to its least whole pixel, then take the vertex of a parabola along each axis.
        """
        for _ in range(8):
            best = self.lowest(dx, dy)
            if best == (dx, dy):
                break
            dx, dy = best
        middle, at = self.difference(dx, dy), self.difference
        return (
            dx + _vertex(at(dx - 1, dy), middle, at(dx + 1, dy)),
            dy + _vertex(at(dx, dy - 1), middle, at(dx, dy + 1)),
        )

    def lowest(self, dx: int, dy: int) -> tuple[int, int]:
        """The place of least difference among (dx, dy) and its four neighbours."""
        near = [(dx + x, dy + y) for x, y in ((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1))]
        return min(near, key=lambda place: self.difference(*place))

    def difference(self, dx: int, dy: int) -> float:
        """Mean square, of what both show and nothing strange to either."""
        if (dx, dy) not in self._known:
            parts = self._overlap(dx, dy)
            self._known[dx, dy] = float("inf")
            if parts is not None:
                apart = parts[0] - parts[1]
                np.clip(apart, -TUNED.stranger, TUNED.stranger, out=apart)
                self._known[dx, dy] = float(np.einsum("ij,ij->", apart, apart)) / apart.size
        return self._known[dx, dy]

    def alike(self, dx: int, dy: int) -> float:
        """Correlation of the parts that both pictures show when shifted, −1 to 1."""
        parts = self._overlap(dx, dy)
        if parts is None:
            return -1.0
        p, q = (part - part.mean() for part in parts)
        pp, qq, pq = (float(np.einsum("ij,ij->", *two)) for two in ((p, p), (q, q), (p, q)))
        size = math.sqrt(pp * qq)
        # Two even pictures, such as black ones, are the same scene.
        return pq / size if size > 1 else 1.0

    def _overlap(self, dx: int, dy: int) -> tuple[Grey, Grey] | None:
        """The parts that show the same, when shifted; None if that is too little."""
        height, width = self.now.shape
        if abs(dx) > width // 2 or abs(dy) > height // 2:
            return None
        a = self.now[max(0, dy) : height + min(0, dy), max(0, dx) : width + min(0, dx)]
        b = self.last[max(0, -dy) : height + min(0, -dy), max(0, -dx) : width + min(0, -dx)]
        return a, b


def _vertex(left: float, middle: float, right: float) -> float:
    bend = left - 2 * middle + right
    return max(-0.5, min(0.5, 0.5 * (left - right) / bend)) if bend > 0 else 0.0
