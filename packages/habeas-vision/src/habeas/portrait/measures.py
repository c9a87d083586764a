"""Measures after ISO/IEC 29794-5:2025, with the formulas of BSI's OFIQ 1.0.3 where it has one.

Each is a pure function that gives the native value and a score of 0 to 100 (higher is
better). σ is the logistic function; T the distance from eye midpoint to chin; Y the
linear-light Rec. 709 luminance of the aligned face.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]


@dataclass(frozen=True)
class Measure:
    """A native value and its score, 0 (worst) to 100."""

    native: float
    score: int


def sigmoid(x: float, x0: float, width: float) -> float:
    """1 / (1 + exp((x0 − x) / w))."""
    return 1 / (1 + math.exp(max(-60.0, min(60.0, (x0 - x) / width))))


def _measure(native: float, score: float) -> Measure:
    return Measure(round(float(native), 5), int(max(0, min(100, round(score)))))


def single_face(largest: float, second: float) -> Measure:
    """Area of the second face over that of the first: 100 (1 − x)."""
    x = second / largest if largest else 0.0
    return _measure(x, 100 * (1 - x))


def inter_eye_distance(pixels: float, yaw: float) -> Measure:
    """Distance of the eyes over cos(yaw), pixels of the original: 100 σ(x; 70, 20)."""
    x = pixels / max(0.2, math.cos(math.radians(yaw)))
    return _measure(x, 100 * sigmoid(x, 70, 20))


def head_size(t: float, height: float) -> Measure:
    """|T / height of the frame − 0.45|: 200 (1 − σ(x; 0, 0.05))."""
    x = abs(t / height - 0.45)
    return _measure(x, 200 * (1 - sigmoid(x, 0, 0.05)))


def crop_margin(eye_to_edge: float, eye_distance: float) -> Measure:
    """Distance of the outer eye from the picture's edge over IED: 100 σ(x; 0.9, 0.1)."""
    x = eye_to_edge / eye_distance
    return _measure(x, 100 * sigmoid(x, 0.9, 0.1))


def margin_above(eyes_to_top: float, t: float) -> Measure:
    """Eye midpoint to the upper edge over T: 100 σ(x; 1.4, 0.1)."""
    x = eyes_to_top / t
    return _measure(x, 100 * sigmoid(x, 1.4, 0.1))


def margin_below(eyes_to_bottom: float, t: float) -> Measure:
    """Eye midpoint to the lower edge over T: 100 σ(x; 1.8, 0.1)."""
    x = eyes_to_bottom / t
    return _measure(x, 100 * sigmoid(x, 1.8, 0.1))


def angle(degrees: float) -> Measure:
    """A pose angle (yaw, pitch or roll), degrees: 100 max(0, cos x)²."""
    return _measure(degrees, 100 * max(0.0, math.cos(math.radians(degrees))) ** 2)


def eyes_open(smaller_gap: float, t: float) -> Measure:
    """The smaller eye's largest lid gap over T: 100 σ(x; 0.02, 0.01)."""
    x = smaller_gap / t
    return _measure(x, 100 * sigmoid(x, 0.02, 0.01))


def mouth_closed(gap: float, t: float) -> Measure:
    """Largest gap of the inner lips over T: 100 (1 − σ(x; 0.2, 0.06))."""
    x = gap / t
    return _measure(x, 100 * (1 - sigmoid(x, 0.2, 0.06)))


def luminance_mean(y: Plane) -> Measure:
    """Mean of Y (0 to 255) / 255: 100 σ(x; .2, .05) (1 − σ(x; .8, .05)).

    Reported, and never advised on: under the same light it differs by skin colour.
    """
    x = float(y.mean()) / 255
    return _measure(x, 100 * sigmoid(x, 0.2, 0.05) * (1 - sigmoid(x, 0.8, 0.05)))


def luminance_variance(y: Plane) -> Measure:
    """Variance of Y / 255 (v): 100 sin(π · 60v / (60v + 1)). Reported, never advised on."""
    v = float((y / 255).var())
    return _measure(v, 100 * math.sin(math.pi * 60 * v / (60 * v + 1)))


def dynamic_range(y: Plane) -> Measure:
    """Entropy of the histogram of Y, bits: 12.5 x."""
    counts = np.bincount(np.clip(y, 0, 255).astype(np.uint8).ravel(), minlength=256)
    p = counts[counts > 0] / counts.sum()
    x = float(-(p * np.log2(p)).sum())
    return _measure(x, 12.5 * x)


def under_exposure(y: Plane) -> Measure:
    """Share of Y ≤ 25: 120 (0.832 − σ(x; 0.92, 0.05)). Reported, never advised on."""
    x = float((y <= 25).mean())
    return _measure(x, 120 * (0.832 - sigmoid(x, 0.92, 0.05)))


def over_exposure(y: Plane) -> Measure:
    """Share of Y ≥ 247: 1 / (x + 0.01)."""
    x = float((y >= 247).mean())
    return _measure(x, 1 / (x + 0.01))


def illumination_uniformity(left: Plane, right: Plane) -> Measure:
    """Σ min of the cheeks' histograms of Y: 100 x^0.3."""
    histograms = [
        np.histogram(side, bins=256, range=(0, 256))[0] / max(1, side.size)
        for side in (left, right)
    ]
    x = float(np.minimum(*histograms).sum())
    return _measure(x, 100 * x**0.3)


def light_balance(left: Plane, right: Plane) -> Measure:
    """Ratio of the cheeks' median luminance, darker over brighter; own measure.

    A ratio of the two sides of one face does not depend on the colour of the skin. Score
    100 σ(x; 0.45, 0.07): half the light on one side is where people see a shadow.
    """
    a, b = float(np.median(left)) + 1, float(np.median(right)) + 1
    x = min(a, b) / max(a, b)
    return _measure(x, 100 * sigmoid(x, 0.45, 0.07))


def fit(x: float) -> Measure:
    """How the product's frame fits: its size where it can be over its size, 1 is whole; own.

    Score 100 at 1, 50 at 11/12, below which part of the frame is missing.
    """
    whole = 11 / 12
    score = 50 + 50 * (x - whole) / (1 - whole) if x >= whole else 50 * x / whole
    return _measure(x, score)


def expression(x: float) -> Measure:
    """Width of the mouth over the distance of the pupils; own measure, for advice only.

    A broad smile widens the mouth beyond the pupils. Score 100 (1 − σ(x; 0.95, 0.03)).
    """
    return _measure(x, 100 * (1 - sigmoid(x, 0.95, 0.03)))


def natural_colour(cheeks: NDArray[np.uint8]) -> Measure:
    """Distance of the cheeks' mean colour from a* 5–25, b* 5–35 in CIELAB: 200 (1 − σ(x; 0, 10)).

    Args:
        cheeks: n × 3, sRGB.
    """
    _, a, b = lab(cheeks)
    x = math.hypot(max(5 - a, 0.0, a - 25), max(5 - b, 0.0, b - 35))
    return _measure(x, 200 * (1 - sigmoid(x, 0, 10)))


def sharpness(grey: Plane, hull: NDArray[np.bool_]) -> Measure:
    """Fine detail of the face over its coarse shapes, along the blurriest direction; own measure.

    Second differences along four directions, at 256 pixels and at 128; the least direction
    counts, as a moved camera leaves the others sharp. Both sizes, because compression puts
    back fine detail that a blur has taken. Divided by the variance of the Laplacian at 32
    pixels, which blur does not reach: contrast, and with it skin colour and light, cancel
    out. Score 100 σ(log10 x; −1.9, 0.08), set on graded blur of clean portraits.

    Args:
        grey: the aligned face, 0 to 255.
        hull: where it is face; hair and collar differ too much between people.
    """
    if not hull[8:-8:8, 8:-8:8].any():
        hull = np.ones_like(hull)
    half, eighth = _shrunk(grey, 2), _shrunk(grey, 8)
    fine = math.sqrt(_least_detail(grey, hull) * _least_detail(half, hull[::2, ::2]))
    x = fine / (float(_laplacian(eighth)[hull[8:-8:8, 8:-8:8]].var()) + 1)
    return _measure(x, 100 * sigmoid(math.log10(x + 1e-9), -1.9, 0.08))


def _shrunk(grey: Plane, times: int) -> Plane:
    height, width = grey.shape[0] // times, grey.shape[1] // times
    return np.asarray(grey.reshape(height, times, width, times).mean(axis=(1, 3)), np.float32)


def _laplacian(grey: Plane) -> Plane:
    centre = grey[1:-1, 1:-1]
    return grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:] - 4 * centre


def _least_detail(grey: Plane, hull: NDArray[np.bool_]) -> float:
    """The variance of second differences within *hull*, along the direction with least."""
    twice, within = 2 * grey[1:-1, 1:-1], hull[1:-1, 1:-1]
    directions = (
        grey[:-2, 1:-1] + grey[2:, 1:-1] - twice,
        grey[1:-1, :-2] + grey[1:-1, 2:] - twice,
        # A diagonal neighbour is √2 away, and a second difference goes by the square.
        (grey[:-2, :-2] + grey[2:, 2:] - twice) / 2,
        (grey[:-2, 2:] + grey[2:, :-2] - twice) / 2,
    )
    return min(float(each[within].var()) for each in directions)


def highlights(picture_y: Plane) -> Measure:
    """The brightest hundredth of the whole picture, as a share of white; own measure.

    Darkness is judged by what light there is in the whole picture, background and clothes
    included, never by how bright a face is. Score 100 σ(log2 x; −2.64, 0.3).
    """
    x = float(np.quantile(picture_y, 0.99)) / 255
    return _measure(x, 100 * sigmoid(math.log2(x + 1e-4), -2.64, 0.3))


def background_uniformity(grey: Plane, background: NDArray[np.bool_]) -> Measure:
    """Mean magnitude of the Scharr gradient outside of the person: 190 (1 − σ(x; 10, 100)).

    Args:
        grey: the picture, its longest side 354 pixels, 0 to 255.
        background: True where the person is not. Without any, the background is out of sight,
            and even.
    """
    across = grey[:, 2:] - grey[:, :-2]
    down = grey[2:] - grey[:-2]
    gx = 3 * (across[:-2] + across[2:]) + 10 * across[1:-1]
    gy = 3 * (down[:, :-2] + down[:, 2:]) + 10 * down[:, 1:-1]
    where = background[1:-1, 1:-1]
    x = float(np.hypot(gx, gy)[where].mean()) if where.any() else 0.0
    return _measure(x, 190 * (1 - sigmoid(x, 10, 100)))


def compression(grid: Plane | None, block: int, quality: float | None) -> Measure:
    """How blocky the picture is: steps at the edges of blocks over steps elsewhere; own measure.

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
    return _measure(x, score)


def _steps(grid: Plane, block: int) -> float:
    steps = np.abs(np.diff(grid, axis=1)).mean(axis=0)
    at = np.arange(steps.size) % block == block - 1
    # Half a grey level, so that an even picture has no blocks.
    return float((steps[at].mean() + 0.5) / (steps[~at].mean() + 0.5))


def lab(rgb: NDArray[np.uint8]) -> tuple[float, float, float]:
    """Mean L*, a*, b* (CIE 15, D65) of sRGB pixels, n × 3."""
    r, g, b = (float(each) for each in _LINEAR[rgb].reshape(-1, 3).mean(axis=0))
    x = (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505
    y = 0.2126 * r + 0.7152 * g + 0.0722 * b
    z = (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089
    fx, fy, fz = (c ** (1 / 3) if c > 0.008856 else 7.787 * c + 16 / 116 for c in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def luminance(rgb: NDArray[np.uint8]) -> Plane:
    """Linear-light Rec. 709 luminance of sRGB pixels, 0 to 255 (IEC 61966-2-1)."""
    linear = _LINEAR[rgb]
    return np.asarray(linear @ np.array([0.2126, 0.7152, 0.0722], np.float32) * 255, np.float32)


def _linear_table() -> Plane:
    c = np.arange(256, dtype=np.float64) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4).astype(np.float32)


_LINEAR = _linear_table()
