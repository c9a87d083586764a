"""A clean portrait to make defects from, and light as lamps change it."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from habeas import faces
from habeas.portrait.tuning import TUNING

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
        height = self.landmarks.height * TUNING.frame_height
        return height * TUNING.frame_aspect, height


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


def border(image: Image.Image) -> tuple[int, int, int]:
    """The mean colour of the upper edge."""
    edge = np.asarray(image)[:8].reshape(-1, 3).mean(axis=0)
    return int(edge[0]), int(edge[1]), int(edge[2])
