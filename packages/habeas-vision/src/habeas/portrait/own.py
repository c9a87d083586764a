"""Measures of our own, where the standard's are unfair, unclear, or say nothing.

Each is a pure function that gives the native value and a score of 0 to 100, higher is better.
None rests on how bright skin is: under one light, skins differ by more than good and bad
light do. Sources are the tables of docs/evaluation/portrait.md.
"""

from __future__ import annotations

import functools
import math

import numpy as np
from numpy.typing import NDArray

from habeas.portrait.ofiq import LINEAR, Measure, Plane, scored, sigmoid


def fit(x: float) -> Measure:
    """How large the product's frame can be beside its full size, 1: 50 at 0.8, 100 at 1.

    For the picture as a whole (`room`), or for one side of the head where it is.
    """
    least = 0.8
    return scored(x, 50 + 50 * (x - least) / (1 - least) if x >= least else 50 * x / least)


def head_inside(x: float) -> Measure:
    """How far the head is inside of the picture, T; below 0 part of it is outside: 50 + 500 x."""
    return scored(x, 50 + 500 * x)


def face_light(eye_white: float, highlights: float) -> Measure:
    """The light that falls on the face, as a share of white: 100 σ(log2 x; log2 0.095, 0.25).

    Eye whites are white in everybody: in one studio their luminance has the same range for
    all groups, from 0.17. Where they cannot be seen, highlights of the skin count, by 1.4:
    the darkest skin of the evaluation has 0.16 there in good light.

    Args:
        eye_white: the brightest spot beside an iris, share of white.
        highlights: what two hundredths of the face exceed, share of white.
    """
    x = max(eye_white, highlights / 1.4)
    return scored(x, 100 * sigmoid(math.log2(x + 1e-4), math.log2(0.095), 0.25))


def backlight(highlights: float, picture: float) -> Measure:
    """How much brighter the picture is than the face, stops: 100 (1 − σ(x; 2, 0.25)).

    Args:
        highlights: of the face, as in `face_light`.
        picture: what a hundredth of the whole picture exceeds, share of white.
    """
    x = math.log2((picture + 1e-3) / (highlights + 1e-3))
    return scored(x, 100 * (1 - sigmoid(x, 2, 0.25)))


def light_balance(left: float, right: float) -> Measure:
    """Median luminance of one cheek over the other's, the darker over the brighter.

    A ratio within one face does not depend on the colour of the skin. Score 100 σ(x; 0.28,
    0.05): daylight through a window beside somebody leaves a third or more on the far side.
    """
    a, b = left + 1, right + 1
    x = min(a, b) / max(a, b)
    return scored(x, 100 * sigmoid(x, 0.28, 0.05))


def shade(patches: list[float]) -> Measure:
    """The darkest part of the face over the brightest: cheeks, nose, below the eyes.

    Hats, trees and blinds put part of a face into shadow. Score 100 σ(x; 0.2, 0.04): in
    even light the parts of one face differ by half at most. A part with less than a thirtieth
    of the light is black glasses or hair: shadows in daylight leave more.
    """
    brightest = max(patches) + 1
    lit = [(each + 1) / brightest for each in patches if (each + 1) / brightest > 0.033]
    x = min(lit)
    return scored(x, 100 * sigmoid(x, 0.2, 0.04))


def eye_openness(gaps: list[float], contrasts: list[float]) -> Measure:
    """Mean lid gap over the eye's width, and 0.4 times how dark the eye's middle is: open or not.

    The gap alone is weak: models of lids believe in open eyes, and narrow eyes are open. An
    eye that is open is dark where the pupil is, whatever its colour; a lid is not. Score
    100 σ(x; 0.52, 0.02).

    Args:
        gaps: largest lid gap over the width of each eye.
        contrasts: of each eye, how much darker its darkest row is than the skin around, 0 to 1.
    """
    x = sum(gaps) / len(gaps) + 0.4 * sum(contrasts) / len(contrasts)
    return scored(x, 100 * sigmoid(x, 0.52, 0.02))


def smile(x: float) -> Measure:
    """Width of the mouth over the distance of the pupils: 100 (1 − σ(x; 0.95, 0.03)).

    A broad smile widens the mouth beyond the pupils.
    """
    return scored(x, 100 * (1 - sigmoid(x, 0.95, 0.03)))


def hues(chroma: NDArray[np.float32], luma: Plane) -> Measure:
    """How much the face's colours differ at one brightness, levels: 100 σ(x; 1.6, 0.15).

    In black and white, and in sepia, brightness says it all: what is left is the noise of
    compression. In colour, lips, eyes, hair and skin differ.

    Args:
        chroma: n × 2, Cb and Cr, 0 to 255.
        luma: n, 0 to 255.
    """
    step = (luma / 16).astype(int)
    counts = np.maximum(np.bincount(step, minlength=16), 1)
    means = [np.bincount(step, each, minlength=16) / counts for each in chroma.T]
    off = [each - mean[step] for each, mean in zip(chroma.T, means, strict=True)]
    x = math.sqrt(float(np.mean([np.square(each).mean() for each in off])))
    return scored(x, 100 * sigmoid(x, 1.6, 0.15))


def tint(chroma: NDArray[np.float32]) -> Measure:
    """Mean distance of the face's colours from grey, levels: 100 σ(x; 4, 0.5).

    Tells black and white (low) from sepia, where `hues` has found one of them.
    """
    x = float(np.hypot(*(chroma - 128).T).mean())
    return scored(x, 100 * sigmoid(x, 4, 0.5))


def skin_colour(patches: list[NDArray[np.uint8]]) -> Measure:
    """How far the most natural parts of the face are from skin, in CIELAB: 200 (1 − σ(x; 0, 10)).

    Skin has a* 3 to 38 and b* 2 to 40, ruddy cheeks included. A mask, a scarf or a beard over
    the cheeks is not skin: the second best of all parts counts.

    Args:
        patches: n × 3 each, sRGB.
    """
    off = []
    for patch in patches:
        _, a, b = lab(patch)
        off.append(math.hypot(max(3 - a, 0.0, a - 38), max(2 - b, 0.0, b - 40)))
    x = sorted(off)[1]
    return scored(x, 200 * (1 - sigmoid(x, 0, 10)))


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
    half = _halved(grey)
    eighth = _halved(_halved(half))
    fine = math.sqrt(_least_detail(grey, hull) * _least_detail(half, hull[::2, ::2]))
    x = fine / (float(_laplacian(eighth)[hull[8:-8:8, 8:-8:8]].var()) + 1)
    return scored(x, 100 * sigmoid(math.log10(x + 1e-9), -1.99, 0.08))


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
    summed = np.pad(spectrum, reach, mode="wrap").cumsum(0).cumsum(1)
    around = (_boxes(summed, reach, 15) - _boxes(summed, reach, 5)) / (15**2 - 5**2)
    peak = float((spectrum[where] / (around[where] + 1.0)).max())
    return scored(peak, 100 * (1 - sigmoid(peak, 8.5, 0.6)))


@functools.lru_cache(maxsize=8)
def _searched(side: int) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """The window of a spectrum of *side*, and where in it peaks are looked for."""
    hann = np.hanning(side)
    y, x = np.fft.fftfreq(side)[:, None], np.fft.fftfreq(side)[None]
    axis, radius = 4 / side, np.hypot(x, y)
    where = (radius > 0.1) & (radius < 0.5) & (np.abs(x) > axis) & (np.abs(y) > axis)
    return hann[:, None] * hann, where


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


def lab(rgb: NDArray[np.uint8]) -> tuple[float, float, float]:
    """Mean L*, a*, b* (CIE 15, D65) of sRGB pixels, n × 3."""
    r, g, b = (float(each) for each in LINEAR[rgb].reshape(-1, 3).mean(axis=0))
    x = (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505
    y = 0.2126 * r + 0.7152 * g + 0.0722 * b
    z = (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089
    fx, fy, fz = (c ** (1 / 3) if c > 0.008856 else 7.787 * c + 16 / 116 for c in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)
