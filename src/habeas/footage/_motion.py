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
        if abs(dx) < 0.3 and abs(dy) < 0.3:
            dx = dy = 0.0
        alike, still = _alike(last, small, round(dx), round(dy)), _alike(last, small, 0, 0)
        if still >= alike:
            dx, dy, alike = 0.0, 0.0, still
        return Motion(dx, dy, alike < _SAME_SCENE)


def moved(a: Small, b: Small) -> bool:
    """Whether anything differs between two small pictures beyond noise."""
    return a.shape != b.shape or int(np.abs(a.astype(np.int16) - b).max()) > _MOVED


def _spectrum(small: Small) -> NDArray[np.complex64]:
    height, width = small.shape
    window = np.outer(np.hanning(height), np.hanning(width)).astype(np.float32)
    return np.fft.rfft2((small.astype(np.float32) - small.mean()) * window).astype(np.complex64)


def _shift(
    before: NDArray[np.complex64], after: NDArray[np.complex64], shape: tuple[int, ...]
) -> tuple[float, float]:
    cross = after * np.conj(before)
    # Normalising fully would give noise the same say as structure; a floor keeps it down.
    size = np.abs(cross)
    cross = cross / (size + 0.01 * float(size.mean()) + 1e-6)
    surface = np.fft.irfft2(cross, s=(shape[0], shape[1]))
    peak = int(surface.argmax())
    y, x = divmod(peak, shape[1])
    return _between(surface[y], x), _between(surface[:, x], y)


def _between(line: NDArray[np.floating], at: int) -> float:
    """The peak's place between samples, by a parabola; the second half counts backwards."""
    count = len(line)
    left, middle, right = line[at - 1], line[at], line[(at + 1) % count]
    bend = left - 2 * middle + right
    place = at + (0.5 * (left - right) / bend if bend else 0.0)
    return float(place - count if place > count / 2 else place)


def _alike(last: Small, small: Small, dx: int, dy: int) -> float:
    """Correlation of the parts that both pictures show when shifted, −1 to 1."""
    height, width = small.shape
    if abs(dx) > width // 2 or abs(dy) > height // 2:
        return -1.0
    a = small[max(0, dy) : height + min(0, dy), max(0, dx) : width + min(0, dx)]
    b = last[max(0, -dy) : height + min(0, -dy), max(0, -dx) : width + min(0, -dx)]
    p, q = a.astype(np.float32) - a.mean(), b.astype(np.float32) - b.mean()
    size = float(np.sqrt((p * p).sum() * (q * q).sum()))
    # Two even pictures, such as black ones, are the same scene.
    return float((p * q).sum()) / size if size > 1 else 1.0
