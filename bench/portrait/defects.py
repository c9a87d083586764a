"""Graded defects, made from clean portraits: what a bad camera, lamp or hand does to a photo.

Every defect is a function of a clean picture, its landmarks and a grade, and says which
grades people see clearly and which advice is right. Light is changed in linear light, as
lamps do it; sizes count in distances of the pupils (IED), so that they mean the same for
every picture.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from bench.portrait import framed, light
from bench.portrait.clean import Clean, from_linear, save, to_linear
from bench.portrait.lids import gaping, shut
from habeas import faces


@dataclass(frozen=True)
class Defect:
    """One kind of defect.

    Attributes:
        name: for people.
        unit: of the grades.
        grades: from none to the worst.
        clear: the grades that people see clearly.
        measure: whose score must fall.
        codes: the right advice; any of them will do.
        make: clean portrait and grade to a photo file.
    """

    name: str
    unit: str
    grades: tuple[float, ...]
    clear: tuple[float, ...]
    measure: str
    codes: tuple[str, ...]
    make: Callable[[Clean, float], bytes]


def _filtered(image: Image.Image, kernel: NDArray[np.float32]) -> Image.Image:
    """Convolution in linear light, through the frequencies."""
    light = to_linear(image)
    height, width = light.shape[:2]
    margin = max(kernel.shape)
    padded = np.pad(light, ((margin, margin), (margin, margin), (0, 0)), mode="edge")
    shape = padded.shape[:2]
    placed = np.zeros(shape, np.float32)
    placed[: kernel.shape[0], : kernel.shape[1]] = kernel / kernel.sum()
    placed = np.roll(placed, (-(kernel.shape[0] // 2), -(kernel.shape[1] // 2)), (0, 1))
    spectrum = np.fft.rfft2(placed)[..., None]
    result = np.fft.irfft2(np.fft.rfft2(padded, axes=(0, 1)) * spectrum, s=shape, axes=(0, 1))
    cut = result[margin : margin + height, margin : margin + width]
    return from_linear(cut.astype(np.float32))


def _motion(clean: Clean, share: float) -> bytes:
    length = share * clean.ied
    if length < 1:
        return save(clean.image)
    side = 2 * math.ceil(length / 2) + 3
    line = Image.new("L", (side * 4, side * 4))
    middle, reach = side * 2, length * 2
    dx, dy = reach * math.cos(0.4), reach * math.sin(0.4)
    ends = [(middle - dx, middle - dy), (middle + dx, middle + dy)]
    ImageDraw.Draw(line).line(ends, fill=255, width=4)
    small = np.asarray(line.resize((side, side), Image.Resampling.BOX), np.float32)
    return save(_filtered(clean.image, small))


def _defocus(clean: Clean, share: float) -> bytes:
    radius = share * clean.ied
    if radius < 0.5:
        return save(clean.image)
    reach = math.ceil(radius) + 1
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    disc = np.clip(radius + 0.5 - np.hypot(x, y), 0, 1).astype(np.float32)
    return save(_filtered(clean.image, disc))


def _busy(clean: Clean, share: float) -> bytes:
    """That share of a scene shines through the background."""
    mask = faces.find_person(np.asarray(clean.image))
    person = Image.fromarray((mask * 255).astype(np.uint8)).resize(clean.image.size)
    mixed = Image.blend(clean.image, clean.scene.resize(clean.image.size), share)
    return save(Image.composite(clean.image, mixed, person))


def _compressed(clean: Clean, quality: float) -> bytes:
    return save(clean.image, int(quality))


def _saved_again(clean: Clean, quality: float) -> bytes:
    """Compressed once, then saved without loss: the file's own tables tell nothing."""
    image = Image.open(io.BytesIO(save(clean.image, int(quality))))
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=1)
    return out.getvalue()


def _lids(clean: Clean, openness: float) -> bytes:
    return save(shut(clean.image, clean.landmarks, openness))


def _gaping(clean: Clean, gap: float) -> bytes:
    return save(gaping(clean.image, clean.landmarks, gap))


def _screen(clean: Clean, strength: float) -> bytes:
    """Photographed from a screen: a grid of dots, a little turned, dimming by that much."""
    width, height = clean.image.size
    y, x = np.mgrid[:height, :width].astype(np.float32)
    across, down = 0.96 * x + 0.28 * y, -0.28 * x + 0.96 * y
    grid = np.cos(2 * np.pi * across / 4.3) * np.cos(2 * np.pi * down / 4.3)
    dimmed = 1 - np.float32(strength) * (0.5 + 0.5 * grid)
    return save(from_linear(to_linear(clean.image) * dimmed[..., None]))


def _drawing(clean: Clean, levels: float) -> bytes:
    """Drawn in areas of that many values; 0 for a photo."""
    if not levels:
        return save(clean.image)
    smooth = clean.image.filter(ImageFilter.MedianFilter(9)).filter(ImageFilter.MedianFilter(9))
    step = 256 / levels
    drawn = (np.asarray(smooth) // step * step + step / 2).astype(np.uint8)
    out = io.BytesIO()
    Image.fromarray(drawn).save(out, "PNG", compress_level=1)
    return out.getvalue()


DEFECTS = (
    Defect("motion blur", "length / IED", (0, 0.04, 0.08, 0.15, 0.25, 0.4), (0.15, 0.25, 0.4),
           "detail", ("blurred",), _motion),
    Defect("defocus", "radius / IED", (0, 0.02, 0.04, 0.06, 0.1, 0.15), (0.06, 0.1, 0.15),
           "detail", ("blurred",), _defocus),
    Defect("under-exposure", "stops", (0, 1, 2, 3, 4, 5), (3, 4, 5),
           "face_light", ("too-dark",), light.under),
    Defect("backlight", "stops", (0, 1, 2, 3, 4), (2, 3, 4),
           "face_light", ("backlit",), light.backlight),
    Defect("over-exposure", "share of the face burnt out", (0, 0.03, 0.08, 0.15, 0.3, 0.6),
           (0.15, 0.3, 0.6), "over_exposure", ("too-bright",), light.over),
    Defect("side light", "light on the dark side", (1, 0.7, 0.5, 0.3, 0.2, 0.1), (0.2, 0.1),
           "light_balance", ("uneven-light",), light.side_light),
    Defect("shade of a hat", "light in the shade", (1, 0.7, 0.5, 0.3, 0.15, 0.08), (0.15, 0.08),
           "shade", ("shadow", "uneven-light"), light.brim),
    Defect("slanting shade", "light in the shade", (1, 0.7, 0.5, 0.3, 0.15, 0.08), (0.15, 0.08),
           "shade", ("shadow", "uneven-light"), light.leaves),
    Defect("colour cast", "stops, red down and blue up", (0, 0.2, 0.4, 0.7, 1, 1.4), (1, 1.4),
           "skin_colour", ("odd-colours",), light.cast),
    Defect("black and white", "share", (0, 0.5, 0.8, 1), (1,),
           "hues", ("black-and-white",), light.grey),
    Defect("sepia", "share", (0, 0.5, 0.8, 1), (1,), "hues", ("tinted",), light.sepia),
    Defect("lids", "opening left", (1, 0.5, 0.3, 0.15, 0), (0.3, 0.15, 0),
           "eye_openness", ("eyes-closed",), _lids),
    Defect("open mouth", "gap / T", (0, 0.05, 0.1, 0.2, 0.3), (0.2, 0.3),
           "mouth_closed", ("mouth-open",), _gaping),
    Defect("roll", "degrees", (0, 5, 10, 20, 30, 40), (20, 30, 40),
           "roll", ("sideways",), framed.roll),
    Defect("cut from above", "eyes to edge / T", (1.4, 1.2, 1, 0.8, 0.7, 0.6), (0.7, 0.6),
           "head_inside", ("cut-off",), framed.above),
    Defect("cut from below", "eyes to edge / T", (2, 1.6, 1.3, 1.15, 1.05, 0.9), (1.15, 0.9),
           "room_below", ("little-below", "cut-off"), framed.below),
    Defect("cut from the side", "share of half of the frame", (0, 0.05, 0.1, 0.2, 0.35, 0.5),
           (0.35, 0.5), "room_aside", ("off-side", "cut-off"), framed.crop),
    Defect("too large", "room / frame", (1, 0.95, 0.9, 0.8, 0.7, 0.6), (0.7, 0.6),
           "room", ("too-close", "cut-off"), framed.large),
    Defect("too small", "IED, pixels", (120, 90, 60, 36, 28, 22), (36, 28, 22),
           "inter_eye_distance", ("too-small",), framed.small),
    Defect("tiny resolution", "IED, pixels", (120, 90, 60, 36, 24, 16), (36, 24, 16),
           "inter_eye_distance", ("too-small",), framed.tiny),
    Defect("second face", "size / first", (0, 0.35, 0.6, 0.8, 1), (0.6, 0.8, 1),
           "single_face", ("several-faces",), framed.second),
    Defect("small second face", "size / first", (0, 0.15, 0.3, 0.4), (0.4,),
           "single_face", ("small-face",), framed.second),
    Defect("screen", "dots' contrast", (0, 0.05, 0.1, 0.2, 0.4), (0.2, 0.4),
           "screen", ("screen",), _screen),
    Defect("drawing", "levels of a channel", (0, 16, 8, 5), (8, 5),
           "drawing", ("drawing",), _drawing),
    Defect("busy background", "share of a scene", (0, 0.2, 0.4, 0.7, 1), (0.7, 1),
           "plain_background", ("busy-background",), _busy),
    Defect("JPEG quality", "IJG quality", (90, 50, 30, 15, 10, 5), (15, 10, 5),
           "blockiness", ("compressed",), _compressed),
    Defect("JPEG, saved again as PNG", "IJG quality", (90, 50, 30, 15, 10, 5), (10, 5),
           "blockiness", ("compressed",), _saved_again),
)  # fmt: skip
