"""Defects of light and colour, in linear light."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from bench.portrait.clean import Clean, from_linear, save, to_linear
from habeas import faces


def under(clean: Clean, stops: float) -> bytes:
    return save(from_linear(to_linear(clean.image) * np.float32(2**-stops)))


def over(clean: Clean, share: float) -> bytes:
    """As bright as it takes to burn out that share of this face, whatever its colour."""
    light = to_linear(clean.image)
    inside = Image.new("1", clean.image.size)
    outline = clean.landmarks.mesh[[10, 338, 284, 454, 365, 152, 136, 234, 54, 109], :2]
    ImageDraw.Draw(inside).polygon([(float(x), float(y)) for x, y in outline], fill=1)
    within = light[np.asarray(inside)] @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    gain = 1.0 if share == 0 else 1 / max(1e-3, float(np.quantile(within, 1 - share)))
    return save(from_linear(light * np.float32(max(1.0, gain))))


def side_light(clean: Clean, rest: float) -> bytes:
    """Light from one side: the other cheek gets *rest* of it."""
    light = to_linear(clean.image)
    x = (np.arange(light.shape[1]) - clean.eyes[0]) / clean.ied
    ramp = 1 / (1 + np.exp(-x / 0.15))
    return save(from_linear(light * (rest + (1 - rest) * ramp)[None, :, None].astype(np.float32)))


def cast(clean: Clean, stops: float) -> bytes:
    """The wrong white balance: red down and blue up."""
    gains = np.array([2**-stops, 1, 2**stops], np.float32)
    return save(from_linear(to_linear(clean.image) * gains))


def backlight(clean: Clean, stops: float) -> bytes:
    """A white window behind, and that much less light on the person."""
    if not stops:
        return save(clean.image)
    mask = faces.find_person(np.asarray(clean.image))
    person = np.asarray(
        Image.fromarray((mask * 255).astype(np.uint8)).resize(clean.image.size), np.float32
    )[..., None] / np.float32(255)
    dark = to_linear(clean.image) * np.float32(2**-stops)
    return save(from_linear(dark * person + np.float32(0.95) * (1 - person)))


def brim(clean: Clean, rest: float) -> bytes:
    """The shadow of a hat, down to below the eyes: *rest* of the light is left in it."""
    light = to_linear(clean.image)
    y = (np.arange(light.shape[0]) - clean.eyes[1]) / clean.ied - 0.42
    ramp = 1 / (1 + np.exp(-y / 0.02))
    return save(from_linear(light * (rest + (1 - rest) * ramp)[:, None, None].astype(np.float32)))


def leaves(clean: Clean, rest: float) -> bytes:
    """A shadow with a hard edge, slanting over the face: *rest* of the light is left in it."""
    light = to_linear(clean.image)
    x = (np.arange(light.shape[1]) - clean.eyes[0]) / clean.ied
    y = (np.arange(light.shape[0]) - clean.eyes[1]) / clean.ied
    ramp = 1 / (1 + np.exp(-(0.8 * x[None] + 0.6 * (y[:, None] - 0.4)) / 0.02))
    return save(from_linear(light * (rest + (1 - rest) * ramp)[..., None].astype(np.float32)))


def grey(clean: Clean, share: float) -> bytes:
    """That share of the colours is gone."""
    return save(Image.blend(clean.image, clean.image.convert("L").convert("RGB"), share))


def sepia(clean: Clean, share: float) -> bytes:
    """Brown all over, by that share."""
    luma = np.asarray(clean.image.convert("L"), np.float32)[..., None]
    brown = np.clip(luma * np.array([1.07, 0.94, 0.74], np.float32), 0, 255).astype(np.uint8)
    return save(Image.blend(clean.image, Image.fromarray(brown), share))
