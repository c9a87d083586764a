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


def sharpness(grey: Plane) -> Measure:
    """Variance of the Laplacian over variance of the face, aligned at 256 pixels; own mapping.

    Dividing by the variance takes contrast, and with it skin colour and light, out of the
    measure. Score 100 σ(log10 x; −2.35, 0.22), set on graded blur of clean portraits.
    """
    centre = grey[1:-1, 1:-1]
    laplacian = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:] - 4 * centre
    x = float(laplacian.var()) / (float(centre.var()) + 1.0)
    return _measure(x, 100 * sigmoid(math.log10(x + 1e-9), -2.35, 0.22))


def black_share(picture_y: Plane) -> Measure:
    """Share of the whole picture, background included, with Y ≤ 2 (of 255); own measure.

    Darkness is judged by what is lost in the whole picture, never by a face's luminance.
    Score 100 (1 − σ(x; 0.75, 0.05)).
    """
    x = float((picture_y <= 2).mean())
    return _measure(x, 100 * (1 - sigmoid(x, 0.75, 0.05)))


def luminance(rgb: NDArray[np.uint8]) -> Plane:
    """Linear-light Rec. 709 luminance of sRGB pixels, 0 to 255 (IEC 61966-2-1)."""
    linear = _LINEAR[rgb]
    return np.asarray(linear @ np.array([0.2126, 0.7152, 0.0722], np.float32) * 255, np.float32)


def _linear_table() -> Plane:
    c = np.arange(256, dtype=np.float64) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4).astype(np.float32)


_LINEAR = _linear_table()
