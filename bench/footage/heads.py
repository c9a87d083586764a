"""Heads cut from portraits, with the outline of the face: material for generated video."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from rich.progress import track

from habeas import faces
from habeas.faces import Box

#: Height of the face in a cut-out, pixels: a little over the largest that is drawn.
_FACE = 230
#: How far a cut-out reaches, in sizes of the face from its middle.
_ACROSS, _DOWN = 1.25, 1.3

Pixels = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Head:
    """A head on nothing.

    Attributes:
        image: RGBA with colours multiplied by opacity.
        mask: which pixels are the face, forehead to chin; the size of *image*.
        outline: n × 2, the corners of that face, anticlockwise.
        middle: of the face's box.
        height: of the face's box.
    """

    image: Image.Image
    mask: Image.Image
    outline: NDArray[np.float64]
    middle: NDArray[np.float64]
    height: float


@dataclass(frozen=True)
class Pose:
    """Where a head is in a frame.

    Attributes:
        x: middle of the face, pixels.
        y: middle of the face, pixels.
        height: of the upright face, pixels.
        tilt: in the plane, radians.
        dx: how far it moves while the shutter is open, pixels.
        dy: how far it moves while the shutter is open, pixels.
    """

    x: float
    y: float
    height: float
    tilt: float = 0.0
    dx: float = 0.0
    dy: float = 0.0


@dataclass(frozen=True, eq=False)
class Patch:
    """A head as it is drawn: colours × opacity, opacity and face mask, 0 to 1, at left, top."""

    left: int
    top: int
    colour: Pixels
    opacity: Pixels
    mask: Pixels


def portraits(folder: Path) -> list[Path]:
    """Those whose heads are cut: all of the sets ``neutral`` and ``smiling``."""
    return [
        file for each in ("neutral", "smiling") for file in sorted((folder / each).glob("*.jpg"))
    ]


def load_heads(folder: Path) -> list[Head]:
    """Cut the heads of all `portraits`."""
    files = track(portraits(folder), "Cutting heads")
    return [cut(Image.open(file).convert("RGB")) for file in files]


def cut(portrait: Image.Image) -> Head:
    """Cut the head from a portrait."""
    pixels = np.asarray(portrait)
    mesh = faces.find_landmarks(pixels, faces.find_faces(pixels)[0]).mesh[:, :2].astype(np.float64)
    low, high = mesh.min(axis=0), mesh.max(axis=0)
    middle, (wide, tall) = (low + high) / 2, high - low
    person = Image.fromarray((255 * faces.find_person(pixels)).astype(np.uint8))
    opacity = np.asarray(person.resize(portrait.size, Image.Resampling.BICUBIC)) / 255.0
    # Shoulders and walls fade out around the head.
    y, x = np.mgrid[: portrait.height, : portrait.width]
    away = np.hypot((x - middle[0]) / (_ACROSS * wide), (y - middle[1]) / (_DOWN * tall))
    opacity = np.clip(opacity * 1.4 - 0.2, 0, 1) * np.clip((1 - away) / 0.2, 0, 1)
    reach = np.array((_ACROSS * wide, _DOWN * tall))
    left, top = (max(0, int(v)) for v in middle - reach)
    right, bottom = (math.ceil(v) for v in middle + reach)
    rgba = np.concatenate([pixels * opacity[..., None], 255 * opacity[..., None]], axis=2)
    part = rgba[top:bottom, left:right].round().astype(np.uint8)
    scale = _FACE / tall
    size = (round(part.shape[1] * scale), round(part.shape[0] * scale))
    # Colours are multiplied by opacity already, so that channels are resized one by one.
    channels = [Image.fromarray(part[..., n]) for n in range(4)]
    image = Image.merge("RGBA", [c.resize(size, Image.Resampling.LANCZOS) for c in channels])
    stretch = np.array(size) / (part.shape[1], part.shape[0])
    outline = _hull((mesh - (left, top)) * stretch)
    mask = Image.new("L", size)
    ImageDraw.Draw(mask).polygon([(float(a), float(b)) for a, b in outline], fill=255)
    return Head(image, mask, outline, (middle - (left, top)) * stretch, tall * stretch[1])


def _hull(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """The convex hull (Andrew 1979)."""

    def half(ordered: list[tuple[float, float]]) -> list[tuple[float, float]]:
        chain: list[tuple[float, float]] = []
        for x, y in ordered:
            while len(chain) > 1:
                (ax, ay), (bx, by) = chain[-2:]
                if (bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0:
                    break
                chain.pop()
            chain.append((x, y))
        return chain[:-1]

    ordered = sorted((float(x), float(y)) for x, y in points)
    return np.array(half(ordered) + half(ordered[::-1]))


def face_box(head: Head, pose: Pose) -> Box:
    """The box of the face in the frame, exactly."""
    points = (head.outline - head.middle) @ _turn(pose.tilt).T * (pose.height / head.height)
    low, high = points.min(axis=0), points.max(axis=0)
    return Box(
        pose.x + float(low[0]),
        pose.y + float(low[1]),
        pose.x + float(high[0]),
        pose.y + float(high[1]),
    )


def _turn(angle: float) -> NDArray[np.float64]:
    cos, sin = math.cos(angle), math.sin(angle)
    return np.array([[cos, -sin], [sin, cos]])


def draw(head: Head, pose: Pose) -> Patch:
    """The head as the camera sees it: scaled, turned, and blurred along its movement."""
    scale = pose.height / head.height
    width, height = head.image.size
    size = (max(2, math.ceil(width * scale)), max(2, math.ceil(height * scale)))
    # Shrunk first with a filter that averages: a plain affine would alias.
    small, mask = head.image, head.mask
    if scale < 1:
        parts = [c.resize(size, Image.Resampling.BOX) for c in head.image.split()]
        small, mask = Image.merge("RGBA", parts), head.mask.resize(size, Image.Resampling.BOX)
    ratio = np.array(small.size) / (width, height)
    corners = np.array([(0, 0), (width, 0), (0, height), (width, height)], float) - head.middle
    reach = corners @ _turn(pose.tilt).T * scale
    spare = np.abs((pose.dx, pose.dy)) / 2 + 2
    reach += np.array((pose.x, pose.y))
    low = np.floor(reach.min(axis=0) - spare).astype(int)
    high = np.ceil(reach.max(axis=0) + spare).astype(int)
    extent = (int(high[0] - low[0]), int(high[1] - low[1]))

    def placed(source: Image.Image, x: float, y: float) -> Pixels:
        back = _turn(-pose.tilt) / scale * ratio[:, None]
        shift = head.middle * ratio - back @ (x - low[0], y - low[1])
        matrix = (*back[0], shift[0], *back[1], shift[1])
        turned = source.transform(extent, Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR)
        return np.asarray(turned, np.float32)

    steps = min(9, math.ceil(math.hypot(pose.dx, pose.dy))) + 1
    at = np.linspace(-0.5, 0.5, steps) if steps > 1 else [0.0]
    rgba = sum(placed(small, pose.x + t * pose.dx, pose.y + t * pose.dy) for t in at) / len(at)
    pixels = np.asarray(rgba, np.float32)
    return Patch(
        int(low[0]),
        int(low[1]),
        pixels[..., :3],
        pixels[..., 3] / np.float32(255),
        placed(mask, pose.x, pose.y) / np.float32(255),
    )
