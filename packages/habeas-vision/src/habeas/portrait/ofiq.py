"""Measures of ISO/IEC 29794-5:2025, with the formulas of BSI's OFIQ 1.0.3 and its names.

Each is a pure function that gives the native value and a score of 0 to 100, higher is better.
σ is the logistic function; T the distance from eye midpoint to chin; IED that of the eye
centres; Y the linear-light Rec. 709 luminance, 0 to 255. Landmarks and masks are not OFIQ's
models', so values agree closely, not exactly (docs/evaluation/portrait.md). What we measure
otherwise on purpose has another name, in `own`.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from habeas.portrait.assessment import Measure

Plane = NDArray[np.float32]


def sigmoid(x: float, x0: float, width: float) -> float:
    """1 / (1 + exp((x0 − x) / w))."""
    return 1 / (1 + math.exp(max(-60.0, min(60.0, (x0 - x) / width))))


def scored(native: float, score: float) -> Measure:
    """A measure, rounded and within its scale."""
    return Measure(round(float(native), 5), int(max(0, min(100, round(score)))))


def single_face(largest: float, second: float) -> Measure:
    """Area of the second face over that of the first: 100 (1 − x)."""
    x = second / largest if largest else 0.0
    return scored(x, 100 * (1 - x))


def inter_eye_distance(pixels: float, yaw: float) -> Measure:
    """Distance of the eyes over cos(yaw), pixels of the original: 100 σ(x; 70, 20)."""
    x = pixels / max(0.2, math.cos(math.radians(yaw)))
    return scored(x, 100 * sigmoid(x, 70, 20))


def head_size(t: float, height: float) -> Measure:
    """T over the height of the picture; its distance d from 0.45 scores 200 (1 − σ(d; 0, 0.05))."""
    x = t / height
    return scored(x, 200 * (1 - sigmoid(abs(x - 0.45), 0, 0.05)))


def crop_margin(eye_to_edge: float, eye_distance: float) -> Measure:
    """Distance of the outer eye from the picture's edge over IED: 100 σ(x; 0.9, 0.1)."""
    x = eye_to_edge / eye_distance
    return scored(x, 100 * sigmoid(x, 0.9, 0.1))


def margin_above(eyes_to_top: float, t: float) -> Measure:
    """Eye midpoint to the upper edge over T: 100 σ(x; 1.4, 0.1)."""
    x = eyes_to_top / t
    return scored(x, 100 * sigmoid(x, 1.4, 0.1))


def margin_below(eyes_to_bottom: float, t: float) -> Measure:
    """Eye midpoint to the lower edge over T: 100 σ(x; 1.8, 0.1)."""
    x = eyes_to_bottom / t
    return scored(x, 100 * sigmoid(x, 1.8, 0.1))


def angle(degrees: float) -> Measure:
    """A pose angle, degrees; roll is positive counter-clockwise: 100 max(0, cos x)²."""
    return scored(degrees, 100 * max(0.0, math.cos(math.radians(degrees))) ** 2)


def eyes_open(smaller_gap: float, t: float) -> Measure:
    """The smaller eye's largest lid gap over T: 100 σ(x; 0.02, 0.01)."""
    x = smaller_gap / t
    return scored(x, 100 * sigmoid(x, 0.02, 0.01))


def mouth_closed(gap: float, t: float) -> Measure:
    """Largest gap of the inner lips over T: 100 (1 − σ(x; 0.2, 0.06))."""
    x = gap / t
    return scored(x, 100 * (1 - sigmoid(x, 0.2, 0.06)))


def luminance_mean(y: Plane) -> Measure:
    """Mean of Y (0 to 255) / 255: 100 σ(x; .2, .05) (1 − σ(x; .8, .05)).

    Reported, and never advised on: under the same light it differs by skin colour.
    """
    x = float(y.mean()) / 255
    return scored(x, 100 * sigmoid(x, 0.2, 0.05) * (1 - sigmoid(x, 0.8, 0.05)))


def luminance_variance(y: Plane) -> Measure:
    """Variance of Y / 255 (v): 100 sin(π · 60v / (60v + 1)). Reported, never advised on."""
    v = float((y / 255).var())
    return scored(v, 100 * math.sin(math.pi * 60 * v / (60 * v + 1)))


def dynamic_range(y: Plane) -> Measure:
    """Entropy of the histogram of Y, bits: 12.5 x."""
    counts = np.bincount(np.clip(y, 0, 255).astype(np.uint8).ravel(), minlength=256)
    p = counts[counts > 0] / counts.sum()
    x = float(-(p * np.log2(p)).sum())
    return scored(x, 12.5 * x)


def under_exposure(y: Plane) -> Measure:
    """Share of Y ≤ 25: 120 (0.832 − σ(x; 0.92, 0.05)). Reported, never advised on."""
    x = float((y <= 25).mean())
    return scored(x, 120 * (0.832 - sigmoid(x, 0.92, 0.05)))


def over_exposure(y: Plane) -> Measure:
    """Share of Y ≥ 247: 1 / (x + 0.01)."""
    x = float((y >= 247).mean())
    return scored(x, 1 / (x + 0.01))


def illumination_uniformity(left: Plane, right: Plane) -> Measure:
    """Σ min of the histograms of Y in the two zones of the cheeks: 100 x^0.3."""
    histograms = [
        np.bincount(np.clip(side + 0.5, 0, 255).astype(np.uint8).ravel(), minlength=256) / side.size
        for side in (left, right)
    ]
    x = float(np.minimum(*histograms).sum())
    return scored(x, 100 * x**0.3)


def natural_colour(zones: NDArray[np.uint8]) -> Measure:
    """How far the zones' mean colour is outside of a* 5–25 and b* 5–35: 200 (1 − σ(x; 0, 10)).

    x is 100 where a* or b* is negative. The mean is of the coded values, in CIELAB of D50.

    Args:
        zones: n × 3, sRGB; both zones of the cheeks together.
    """
    mean = zones.reshape(-1, 3).mean(axis=0) / 255
    r, g, b = np.where(mean <= 0.04045, mean / 12.92, ((mean + 0.055) / 1.055) ** 2.4)
    x, y, z = (
        (0.43605 * r + 0.38508 * g + 0.14309 * b) / 0.964221,
        0.22249 * r + 0.71689 * g + 0.06062 * b,
        (0.01393 * r + 0.0971 * g + 0.71419 * b) / 0.825211,
    )
    fx, fy, fz = (_cubic(float(each)) for each in (x, y, z))
    a_star, b_star = 500 * (fx - fy), 200 * (fy - fz)
    off = 100.0
    if a_star >= 0 and b_star >= 0:
        off = math.hypot(max(5 - a_star, 0.0, a_star - 25), max(5 - b_star, 0.0, b_star - 35))
    return scored(off, 200 * (1 - sigmoid(off, 0, 10)))


def _cubic(x: float) -> float:
    """The cube root of CIE 15, and its line near black."""
    return x ** (1 / 3) if x > 216 / 24389 else (24389 / 27 * x + 16) / 116


def luminance(rgb: NDArray[np.uint8]) -> Plane:
    """Linear-light Rec. 709 luminance of sRGB pixels, 0 to 255 (IEC 61966-2-1)."""
    # numpy takes by integers of its own kind in a third of the time.
    at = rgb.astype(np.intp)
    red, green, blue = (share.take(at[..., band]) for band, share in enumerate(_SHARES))
    return np.asarray(red + green + blue, np.float32)


def quantile(values: Plane, share: float) -> float:
    """What *share* of the values do not exceed, between the two nearest (numpy's ``linear``).

    numpy's own answers for many shares and axes, which takes longer than this.
    """
    at = share * (values.size - 1)
    low = int(at)
    high = min(low + 1, values.size - 1)
    parted = np.partition(values, (low, high), axis=None)
    return float(parted[low]) + (at - low) * float(parted[high] - parted[low])


def _linear_table() -> Plane:
    c = np.arange(256, dtype=np.float64) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4).astype(np.float32)


#: Linear light of each coded value, 0 to 1.
LINEAR = _linear_table()
#: What each coded value of red, green and blue adds to Y (ITU-R BT.709).
_SHARES = [np.float32(255 * weight) * LINEAR for weight in (0.2126, 0.7152, 0.0722)]
