"""Measures of our own, where the standard's are unfair, unclear, or say nothing.

Each is a pure function that gives the native value and a score of 0 to 100, higher is better.
None rests on how bright skin is: under one light, skins differ by more than good and bad
light do. Sources are the tables of docs/evaluation/portrait.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from habeas.portrait.assessment import Measure
from habeas.portrait.ofiq import LINEAR, Plane, scored, sigmoid


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


@dataclass(frozen=True)
class FacePart:
    """The light on a small part of a face.

    Attributes:
        light: median luminance, 0 to 255.
        uneven: its standard deviation over its mean.
    """

    light: float
    uneven: float = 0.0

    @property
    def smooth(self) -> bool:
        """Whether it can be skin: hair, lashes and frames vary by half of their light."""
        return self.uneven < 0.45


def light_balance(left: list[FacePart], right: list[FacePart]) -> Measure:
    """The light on one side of the face over the other's, the darker over the brighter.

    A ratio within one face does not depend on the colour of the skin. Of each part beside its
    counterpart, the median counts, as hair may hang over a cheek and a hat's shadow end in
    it; nothing is said of a side that hair covers. Score 100 σ(x; 0.255, 0.05): daylight
    through a window beside somebody leaves a third or more on the far side.

    Args:
        left: parts of that side of the face.
        right: their counterparts, in the same order.
    """
    ratios = [
        math.log((a.light + 1) / (b.light + 1))
        for a, b in zip(left, right, strict=True)
        if a.smooth and b.smooth
    ]
    x = math.exp(-abs(float(np.median(ratios)))) if ratios else 1.0
    return scored(x, 100 * sigmoid(x, 0.255, 0.05))


def shade(parts: list[FacePart]) -> Measure:
    """The darkest part of the face over the brightest: cheeks, nose, below the eyes.

    Hats, trees and blinds put part of a face into shadow. Score 100 σ(x; 0.2, 0.04): in
    even light the parts of one face differ by half at most. A part with less than a thirtieth
    of the light is black glasses: a shadow leaves more, and lies evenly.
    """
    brightest = max(part.light for part in parts) + 1
    shares = [(part.light + 1) / brightest for part in parts if part.smooth]
    x = min((share for share in shares if share > 0.033), default=1.0)
    return scored(x, 100 * sigmoid(x, 0.2, 0.04))


def eye_openness(gaps: list[float], contrasts: list[float], around: float = 1.0) -> Measure:
    """Mean lid gap over the eye's width, and 0.4 times how dark the eye's middle is: open or not.

    The gap alone is weak: models of lids believe in open eyes, and narrow eyes are open. An
    eye that is open is dark where the pupil is, whatever its colour; a lid is not. Score
    100 σ(x; 0.51, 0.02). Behind black glasses nothing can be said of eyes, and nothing is.

    Args:
        gaps: largest lid gap over the width of each eye.
        contrasts: of each eye, how much darker its darkest row is than the skin around, 0 to 1.
        around: the light around the eyes over that on the brightest part of the face. Bare
            eyes of the evaluation have 0.23 and more, black glasses 0.01 to 0.15.
    """
    x = sum(gaps) / len(gaps) + 0.4 * sum(contrasts) / len(contrasts)
    return scored(x, 100 * sigmoid(x, 0.51, 0.02) if around >= 0.05 else 100)


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


def lab(rgb: NDArray[np.uint8]) -> tuple[float, float, float]:
    """Mean L*, a*, b* (CIE 15, D65) of sRGB pixels, n × 3."""
    light = LINEAR.take(rgb.reshape(-1, 3).astype(np.intp))
    r, g, b = (float(each) for each in light.sum(axis=0) / len(light))
    x = (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505
    y = 0.2126 * r + 0.7152 * g + 0.0722 * b
    z = (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089
    fx, fy, fz = (c ** (1 / 3) if c > 0.008856 else 7.787 * c + 16 / 116 for c in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)
