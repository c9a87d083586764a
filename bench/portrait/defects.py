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
from PIL import Image, ImageDraw

from habeas import faces
from habeas.portrait._geometry import ASPECT, EYES_FROM_TOP, HEIGHT_IN_T

Linear = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Clean:
    """A clean portrait.

    Attributes:
        name: for people.
        image: RGB.
        landmarks: of its face.
        other: another person's portrait, for a second face.
        scene: a picture without people, for backgrounds.
    """

    name: str
    image: Image.Image
    landmarks: faces.Landmarks
    other: Image.Image
    scene: Image.Image

    @property
    def ied(self) -> float:
        """Distance of the pupils, pixels."""
        return self.landmarks.eye_distance

    @property
    def eyes(self) -> tuple[float, float]:
        """Their midpoint, pixels."""
        x, y = self.landmarks.eye_midpoint
        return float(x), float(y)

    @property
    def frame(self) -> tuple[float, float]:
        """Width and height of the product's frame, pixels."""
        height = self.landmarks.height * HEIGHT_IN_T
        return height * ASPECT, height


@dataclass(frozen=True)
class Defect:
    """One kind of defect.

    Attributes:
        name: for people.
        unit: of the grades.
        grades: from none to the worst.
        clear: the grades that people see clearly.
        measure: whose score must fall.
        code: the right advice.
        make: clean portrait and grade to a photo file.
    """

    name: str
    unit: str
    grades: tuple[float, ...]
    clear: tuple[float, ...]
    measure: str
    code: str
    make: Callable[[Clean, float], bytes]


def to_linear(image: Image.Image) -> Linear:
    """Linear light, 0 to 1 (IEC 61966-2-1)."""
    c = np.asarray(image, np.float32) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4).astype(np.float32)


def from_linear(light: Linear) -> Image.Image:
    """sRGB; what is above white is cut off, as in a camera."""
    c = np.clip(light, 0, 1)
    encoded = np.where(c <= 0.0031308, c * 12.92, 1.055 * c ** (1 / 2.4) - 0.055)
    return Image.fromarray((encoded * 255 + 0.5).astype(np.uint8))


def save(image: Image.Image, quality: int = 92) -> bytes:
    """A JPEG, as phones write them."""
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


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


def _under(clean: Clean, stops: float) -> bytes:
    return save(from_linear(to_linear(clean.image) * np.float32(2**-stops)))


def _over(clean: Clean, share: float) -> bytes:
    """As bright as it takes to burn out that share of this face, whatever its colour."""
    light = to_linear(clean.image)
    inside = Image.new("1", clean.image.size)
    outline = clean.landmarks.mesh[[10, 338, 284, 454, 365, 152, 136, 234, 54, 109], :2]
    ImageDraw.Draw(inside).polygon([(float(x), float(y)) for x, y in outline], fill=1)
    within = light[np.asarray(inside)] @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    gain = 1.0 if share == 0 else 1 / max(1e-3, float(np.quantile(within, 1 - share)))
    return save(from_linear(light * np.float32(max(1.0, gain))))


def _side_light(clean: Clean, rest: float) -> bytes:
    """Light from one side: the other cheek gets *rest* of it."""
    light = to_linear(clean.image)
    x = (np.arange(light.shape[1]) - clean.eyes[0]) / clean.ied
    ramp = 1 / (1 + np.exp(-x / 0.15))
    return save(from_linear(light * (rest + (1 - rest) * ramp)[None, :, None].astype(np.float32)))


def _cast(clean: Clean, stops: float) -> bytes:
    """The wrong white balance: red down and blue up."""
    gains = np.array([2**-stops, 1, 2**stops], np.float32)
    return save(from_linear(to_linear(clean.image) * gains))


def _roll(clean: Clean, degrees: float) -> bytes:
    turned = clean.image.rotate(
        degrees, Image.Resampling.BICUBIC, center=clean.eyes, fillcolor=_border(clean.image)
    )
    return save(turned)


def _border(image: Image.Image) -> tuple[int, int, int]:
    edge = np.asarray(image)[:8].reshape(-1, 3).mean(axis=0)
    return int(edge[0]), int(edge[1]), int(edge[2])


def _crop(clean: Clean, share: float) -> bytes:
    """That share of the frame's half is outside on one side; the rest of the picture is wide."""
    width = clean.frame[0]
    left = clean.eyes[0] - width / 2 * (1 - share)
    wide = clean.image.width + int(width)
    canvas = Image.new("RGB", (wide, clean.image.height), _border(clean.image))
    canvas.paste(clean.image, (0, 0))
    return save(canvas.crop((int(left), 0, wide, clean.image.height)))


def _large(clean: Clean, room: float) -> bytes:
    """Zoomed in until the picture has *room* of what the frame needs."""
    width, height = (each * room for each in clean.frame)
    x, y = clean.eyes
    left, top = int(x - width / 2), int(y - height * EYES_FROM_TOP)
    return save(clean.image.crop((left, top, int(x + width / 2), int(y + height * 0.55))))


def _small(clean: Clean, ied: float) -> bytes:
    """Far away: the same picture size, with the eyes *ied* pixels apart."""
    scale = ied / clean.ied
    size = (round(clean.image.width * scale), round(clean.image.height * scale))
    canvas = Image.new("RGB", clean.image.size, _border(clean.image))
    at = ((canvas.width - size[0]) // 2, (canvas.height - size[1]) // 2)
    canvas.paste(clean.image.resize(size, Image.Resampling.LANCZOS), at)
    return save(canvas)


def _tiny(clean: Clean, ied: float) -> bytes:
    scale = ied / clean.ied
    size = (round(clean.image.width * scale), round(clean.image.height * scale))
    return save(clean.image.resize(size, Image.Resampling.LANCZOS))


def _second(clean: Clean, size: float) -> bytes:
    """Somebody else beside, of that size."""
    if not size:
        return save(clean.image)
    width, height = clean.image.size
    canvas = Image.new("RGB", (int(width * 1.8), height), _border(clean.image))
    canvas.paste(clean.image, (0, 0))
    other = clean.other.resize((round(width * size), round(height * size)))
    part = other.crop((other.width // 5, 0, other.width * 4 // 5, other.height))
    canvas.paste(part, (int(width * 0.95), height - part.height))
    return save(canvas)


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


DEFECTS = (
    Defect("motion blur", "length / IED", (0, 0.04, 0.08, 0.15, 0.25, 0.4), (0.15, 0.25, 0.4),
           "sharpness", "blurred", _motion),
    Defect("defocus", "radius / IED", (0, 0.02, 0.04, 0.06, 0.1, 0.15), (0.06, 0.1, 0.15),
           "sharpness", "blurred", _defocus),
    Defect("under-exposure", "stops", (0, 1, 2, 3, 4, 5), (3, 4, 5),
           "highlights", "too-dark", _under),
    Defect("over-exposure", "share of the face burnt out", (0, 0.03, 0.08, 0.15, 0.3, 0.6),
           (0.15, 0.3, 0.6), "over_exposure", "too-bright", _over),
    Defect("side light", "light on the dark side", (1, 0.7, 0.5, 0.3, 0.2, 0.1), (0.3, 0.2, 0.1),
           "light_balance", "uneven-light", _side_light),
    Defect("colour cast", "stops, red down and blue up", (0, 0.2, 0.4, 0.7, 1, 1.4), (1, 1.4),
           "natural_colour", "colour-cast", _cast),
    Defect("roll", "degrees", (0, 5, 10, 20, 30, 40), (20, 30, 40), "roll", "sideways", _roll),
    Defect("crop", "share of half of the frame", (0, 0.05, 0.1, 0.2, 0.3, 0.45),
           (0.2, 0.3, 0.45), "centring", "cut-off", _crop),
    Defect("too large", "room / frame", (1, 0.95, 0.9, 0.8, 0.7, 0.6), (0.8, 0.7, 0.6),
           "room", "too-close", _large),
    Defect("too small", "IED, pixels", (120, 90, 60, 36, 28, 22), (36, 28, 22),
           "inter_eye_distance", "too-small", _small),
    Defect("tiny resolution", "IED, pixels", (120, 90, 60, 36, 24, 16), (36, 24, 16),
           "inter_eye_distance", "too-small", _tiny),
    Defect("second face", "size / first", (0, 0.3, 0.6, 0.8, 1), (0.6, 0.8, 1),
           "single_face", "several-faces", _second),
    Defect("busy background", "share of a scene", (0, 0.2, 0.4, 0.7, 1), (0.7, 1),
           "background_uniformity", "busy-background", _busy),
    Defect("JPEG quality", "IJG quality", (90, 50, 30, 15, 10, 5), (15, 10, 5),
           "compression", "compressed", _compressed),
    Defect("JPEG, saved again as PNG", "IJG quality", (90, 50, 30, 15, 10, 5), (10, 5),
           "compression", "compressed", _saved_again),
)  # fmt: skip
