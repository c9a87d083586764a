"""Measures of our own of what a picture's surface shows: detail, backgrounds, blocks, dots.

Each is a pure function that gives the native value and a score of 0 to 100, higher is better,
as in `own`. Sources are the tables of docs/evaluation/portrait.md.
"""

from __future__ import annotations

import functools
import math

import numpy as np
from numpy.typing import NDArray

from habeas.portrait.assessment import Measure
from habeas.portrait.ofiq import Plane, scored, sigmoid


def detail(grey: Plane, hull: NDArray[np.bool_]) -> Measure:
    """Fine detail of the face over its coarse shapes, along the blurriest direction.

    Second differences along four directions, at 256 pixels and at 128; the least direction
    counts, as a moved camera leaves the others sharp. Both sizes, because compression puts
    back fine detail that a blur has taken. Divided by the variance of the Laplacian at 32
    pixels, which blur does not reach: contrast, and with it skin colour and light, cancel
    out. Score 100 σ(log10 x; −1.99, 0.08), set on graded blur of clean portraits.

    Args:
        grey: the aligned face, 0 to 255.
        hull: where it is face; hair and collar differ too much between people.
    """
    if not hull[8:-8:8, 8:-8:8].any():
        hull = np.ones_like(hull)
    grey, hull = _around(grey, hull)
    half = _halved(grey)
    eighth = _halved(_halved(half))
    fine = math.sqrt(_least_detail(grey, hull) * _least_detail(half, hull[::2, ::2]))
    x = fine / (float(_laplacian(eighth)[hull[8:-8:8, 8:-8:8]].var()) + 1)
    return scored(x, 100 * sigmoid(math.log10(x + 1e-9), -1.99, 0.08))


def _around(grey: Plane, hull: NDArray[np.bool_]) -> tuple[Plane, NDArray[np.bool_]]:
    """Both, without what lies outside of the hull and its nearest neighbours."""
    kept = []
    for axis in (1, 0):
        along = np.flatnonzero(hull.any(axis=axis))
        first, last = int(along[0]), int(along[-1]) + 1
        # On the grid of 16 × 16 pixels, so that halving three times changes nothing.
        kept.append(slice(max(0, first // 16 * 16 - 16), -(-last // 16) * 16 + 16))
    rows, columns = kept
    return grey[rows, columns], hull[rows, columns]


def _halved(grey: Plane) -> Plane:
    rows = grey[::2] + grey[1::2]
    return np.asarray((rows[:, ::2] + rows[:, 1::2]) * np.float32(0.25))


def _laplacian(grey: Plane) -> Plane:
    centre = grey[1:-1, 1:-1]
    return grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:] - 4 * centre


def _least_detail(grey: Plane, hull: NDArray[np.bool_]) -> float:
    """The variance of second differences within *hull*, along the direction with least."""
    twice, within = 2 * grey[1:-1, 1:-1], hull[1:-1, 1:-1]
    directions = (
        (grey[:-2, 1:-1] + grey[2:, 1:-1], 1),
        (grey[1:-1, :-2] + grey[1:-1, 2:], 1),
        # A diagonal neighbour is √2 away, and a second difference goes by the square.
        (grey[:-2, :-2] + grey[2:, 2:], 2),
        (grey[:-2, 2:] + grey[2:, :-2], 2),
    )
    # The variance by sums of products: a tenth of the time that picking values out takes.
    inside, count = within.astype(np.float32), float(within.sum())
    variances = []
    for both, distance in directions:
        bent = (both - twice) * inside
        mean = float(bent.sum()) / count
        square = float(np.vdot(bent, bent)) / count
        variances.append((square - mean * mean) / distance**2)
    return min(variances)


def plain_background(grey: Plane, background: NDArray[np.bool_]) -> Measure:
    """Mean steepness outside of the person, levels a pixel: 100 (1 − σ(x; 9.2, 1)).

    Scharr's gradient, as in OFIQ's background uniformity; but around the face alone, and so
    small that plaster, concrete and foliage far out of focus are plain, where tiles, doors,
    flags and leaves are not. Where less than a quarter is background, what is seen of it
    counts less, by the root. Set on studios (at most 1.2), rooms, streets and gardens.

    Args:
        grey: the picture around the face, T 16 pixels, 0 to 255.
        background: True where the person is not. Without any, the background is out of sight,
            and even.
    """
    across = grey[:, 2:] - grey[:, :-2]
    down = grey[2:] - grey[:-2]
    gx = 3 * (across[:-2] + across[2:]) + 10 * across[1:-1]
    gy = 3 * (down[:, :-2] + down[:, 2:]) + 10 * down[:, 1:-1]
    where = background[1:-1, 1:-1]
    if not where.any():
        return scored(0.0, 100)
    seen = min(1.0, math.sqrt(float(where.mean()) / 0.25))
    x = float(np.hypot(gx, gy)[where].mean()) / 32 * seen
    return scored(x, 100 * (1 - sigmoid(x, 9.2, 1)))


def blockiness(grid: Plane | None, block: int, quality: float | None) -> Measure:
    """How blocky the picture is: steps at the edges of blocks over steps elsewhere.

    A file's coarse tables tell of compression even where no block shows, and blocks tell of
    an earlier saving that the file's own tables hide: the worse of both counts. Score
    100 (1 − σ(x; 2.1, 0.12)) for the steps, 100 σ(q; 22, 4) for the tables' IJG quality q.

    Args:
        grid: part of the stored picture that begins at the edge of a block; None where the
            picture was decoded too small to tell.
        block: side of a block there, pixels; 4 or 8.
        quality: estimated IJG quality of the file's tables, or None.
    """
    x = 1.0
    if grid is not None and block >= 4 and min(grid.shape) > 2 * block:
        x = max(_steps(grid, block), _steps(grid.T, block))
    score = 100 * (1 - sigmoid(x, 2.1, 0.12))
    if quality is not None:
        score = min(score, 100 * sigmoid(quality, 22, 4))
    return scored(x, score)


def _steps(grid: Plane, block: int) -> float:
    steps = np.abs(grid[:, 1:] - grid[:, :-1])
    steps = np.ones(len(steps), np.float32) @ steps / len(steps)
    at = np.arange(steps.size) % block == block - 1
    # Half a grey level, so that an even picture has no blocks.
    return float((steps[at].mean() + 0.5) / (steps[~at].mean() + 0.5))


def screen(grey: Plane) -> Measure:
    """The strongest regular pattern of a face, over its neighbourhood: 100 (1 − σ(x; 8.5, 0.6)).

    Screens and prints are made of dots, and photographs of them keep the dots or their
    moiré: lone peaks in the spectrum, away from both axes (where compression has its own).
    Paper without dots is not found.

    Args:
        grey: a square part of the face as decoded, 0 to 255; sides of at least 32 pixels.
    """
    side = min(grey.shape)
    window, where = _searched(side)
    part = grey[:side, :side]
    spectrum = np.abs(np.fft.fft2((part - part.mean()) * window))
    # The mean of 15 × 15 frequencies around, without the 5 × 5 that a peak may take.
    reach = 15 // 2 + 1
    summed = np.pad(spectrum, reach, mode="wrap").cumsum(0, np.float64).cumsum(1)
    around = (_boxes(summed, reach, 15) - _boxes(summed, reach, 5)) / (15**2 - 5**2)
    peak = float((spectrum[where] / (around[where] + 1.0)).max())
    return scored(peak, 100 * (1 - sigmoid(peak, 8.5, 0.6)))


@functools.lru_cache(maxsize=8)
def _searched(side: int) -> tuple[Plane, NDArray[np.bool_]]:
    """The window of a spectrum of *side*, and where in it peaks are looked for."""
    hann = np.hanning(side)
    y, x = np.fft.fftfreq(side)[:, None], np.fft.fftfreq(side)[None]
    axis, radius = 4 / side, np.hypot(x, y)
    # The other half of the spectrum of a picture says the same.
    where = (radius > 0.1) & (radius < 0.5) & (np.abs(x) > axis) & (y > axis)
    return (hann[:, None] * hann).astype(np.float32), where


def _boxes(summed: NDArray[np.float64], margin: int, side: int) -> NDArray[np.float64]:
    """The sum of *side* × *side* values around each, of sums from the corner with a *margin*."""
    length, low = summed.shape[0] - 2 * margin, margin - side // 2 - 1
    start, end = slice(low, low + length), slice(low + side, low + side + length)
    return np.asarray(
        summed[end, end] - summed[start, end] - summed[end, start] + summed[start, start]
    )


def drawing(grey: NDArray[np.uint8], hull: NDArray[np.bool_]) -> Measure:
    """Share of the face without any grain: 100 (1 − σ(x; 0.6, 0.04)).

    Cameras leave grain, skin has pores; drawn and rendered faces have areas of one value.

    Args:
        grey: the face as decoded, 0 to 255.
        hull: where it is face and not burnt out.
    """
    flat = (grey[1:-1, 1:-1] == grey[1:-1, 2:]) & (grey[1:-1, 1:-1] == grey[2:, 1:-1])
    within = hull[1:-1, 1:-1]
    x = float(flat[within].mean()) if within.any() else 0.0
    return scored(x, 100 * (1 - sigmoid(x, 0.6, 0.04)))
