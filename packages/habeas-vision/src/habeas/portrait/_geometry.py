"""Where things are in a portrait: pose, the aligned face, the hull, the frame of the product."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from habeas.faces import Landmarks, Pixels, Points
from habeas.portrait.assessment import Crop
from habeas.portrait.measures import Plane

Part = TypeVar("Part", Plane, Pixels)

#: The frame: 35 × 45 mm, T a third of its height, eyes at 45 % from above.
ASPECT = 35 / 45
HEIGHT_IN_T = 3.0
EYES_FROM_TOP = 0.45
#: Side of the aligned face, pixels. ISO/IEC 29794-5 uses 616; T is half of ours.
ALIGNED = 256
#: The face's outline in the mesh, in order.
_OUTLINE = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152,
    148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)  # fmt: skip
#: Cheeks of the mesh: (right of the person, left of the person).
CHEEKS = ((50, 101, 118, 123, 187, 205), (280, 330, 347, 352, 411, 425))


@dataclass(frozen=True)
class Pose:
    """Angles in degrees: turned to the person's left, chin up, and clockwise, positive."""

    yaw: float
    pitch: float
    roll: float


def pose(landmarks: Landmarks) -> Pose:
    """The pose, from the mesh's depth: temple to temple, and forehead to chin.

    The mesh makes heads flatter the further they turn. Faces turned by known angles gave the
    correction (docs/portrait-evaluation.md): yaw (1 + 0.011 |yaw|), pitch times 1.08.
    """
    mesh = landmarks.mesh
    across = mesh[454] - mesh[234]
    down = mesh[152] - mesh[10]
    eyes = landmarks.pupils[1] - landmarks.pupils[0]
    yaw = math.degrees(math.atan2(float(across[2]), float(np.hypot(across[0], across[1]))))
    pitch = math.degrees(math.atan2(float(down[2]), float(np.hypot(down[0], down[1]))))
    return Pose(
        yaw=yaw * (1 + 0.011 * abs(yaw)),
        pitch=pitch * 1.08,
        roll=math.degrees(math.atan2(float(eyes[1]), float(eyes[0]))),
    )


@dataclass(frozen=True, eq=False)
class Aligned:
    """The face, upright and of one size.

    Attributes:
        pixels: `ALIGNED` × `ALIGNED` × 3, RGB.
        hull: same size; True within the face's outline.
        matrix: affine map from here to the picture (a, b, c, d, e, f).
    """

    pixels: Pixels
    hull: NDArray[np.bool_]
    matrix: tuple[float, float, float, float, float, float]

    def place(self, points: Points) -> Points:
        """Points of the picture, here."""
        a, b, c, d, e, f = self.matrix
        turn = np.array([[a, b], [d, e]])
        return np.asarray(np.linalg.solve(turn, (points - (c, f)).T).T, np.float32)


def align(picture: Image.Image, landmarks: Landmarks) -> Aligned:
    """Cut the face out: eyes level, T half of the side."""
    x, y = (float(each) for each in landmarks.eye_midpoint)
    step = 2 * landmarks.height / ALIGNED
    matrix = _turned(x, y, step, pose(landmarks).roll, ALIGNED / 2, ALIGNED * 0.4)
    # Shrink first: sampling a large face at a few points would see noise, not sharpness.
    shrink = max(1, int(landmarks.height / ALIGNED))
    part, left, top = _around(picture, x, y, landmarks.height, shrink)
    a, b, c, d, e, f = matrix
    local = (a / shrink, b / shrink, (c - left) / shrink,
             d / shrink, e / shrink, (f - top) / shrink)  # fmt: skip
    cut = part.transform(
        (ALIGNED, ALIGNED), Image.Transform.AFFINE, local, Image.Resampling.BICUBIC
    )
    hull = Image.new("1", (ALIGNED, ALIGNED))
    shell = Aligned(np.asarray(cut), np.zeros(0, np.bool_), matrix)
    points = shell.place(outline(landmarks))
    ImageDraw.Draw(hull).polygon([(float(px), float(py)) for px, py in points], fill=1)
    return Aligned(np.asarray(cut), np.asarray(hull, np.bool_), matrix)


def _around(
    picture: Image.Image, x: float, y: float, t: float, shrink: int
) -> tuple[Image.Image, int, int]:
    """The part of the picture that the aligned face needs, shrunk."""
    reach = 2.2 * t
    left, top = max(0, int(x - reach)), max(0, int(y - reach))
    right = min(picture.width, int(x + reach) + 1)
    bottom = min(picture.height, int(y + reach) + 1)
    if right - left < shrink or bottom - top < shrink:
        return picture.reduce(shrink), 0, 0
    return picture.reduce(shrink, (left, top, right, bottom)), left, top


def _turned(
    x: float, y: float, step: float, roll: float, cx: float, cy: float
) -> tuple[float, float, float, float, float, float]:
    """Affine map that takes (cx, cy) of the result to (x, y), turned and scaled."""
    angle = math.radians(roll)
    cos, sin = math.cos(angle) * step, math.sin(angle) * step
    return (cos, -sin, x - cos * cx + sin * cy, sin, cos, y - sin * cx - cos * cy)


def cheek(y: Part, aligned: Aligned, landmarks: Landmarks, points: tuple[int, ...]) -> Part:
    """The part of *y*, an aligned plane or picture, in the box of some points of the mesh."""
    at = aligned.place(landmarks.mesh[list(points), :2])
    low = np.clip(at.min(axis=0), 0, ALIGNED - 2).astype(int)
    high = np.clip(at.max(axis=0), low + 1, ALIGNED).astype(int)
    return y[low[1] : high[1] + 1, low[0] : high[0] + 1]


def lid_gap(lids: Points) -> float:
    """The largest distance between upper and lower lid: the model's 9 lower, then 7 upper."""
    lower, upper = lids[1:8], lids[9:16]
    return float(np.linalg.norm(upper - lower, axis=1).max())


def outline(landmarks: Landmarks) -> Points:
    """The face's outline, n × 2, pixels."""
    return np.asarray(landmarks.mesh[list(_OUTLINE), :2], np.float32)


def silhouette(mask: NDArray[np.uint8], size: tuple[int, int]) -> Points:
    """The outline of a mask's person in a picture of *size*: left edges down, right edges up."""
    rows = [
        (y, np.flatnonzero(mask[y] > 127))
        for y in range(0, mask.shape[0], 4)
        if (mask[y] > 127).any()
    ]
    edges = [(x[0], y) for y, x in rows] + [(x[-1] + 1, y) for y, x in reversed(rows)]
    step = np.array([size[0] / mask.shape[1], size[1] / mask.shape[0]], np.float32)
    return np.asarray(edges, np.float32).reshape(-1, 2) * step


@dataclass(frozen=True)
class Framing:
    """How the product's frame sits in the picture.

    Attributes:
        crop: the frame in pixels of the picture, or None where too much of it is missing.
        room: size of the largest such frame that the picture could hold around a head in its
            middle, over the frame's; below 1 the head is too large for the picture.
        inside: the same with the head where it is; below `room`, it is off the middle.
    """

    crop: Crop | None
    room: float
    inside: float


#: Up to a twelfth of the frame may be missing; it is then drawn that much tighter.
TIGHT = 11 / 12


def frame(landmarks: Landmarks, size: tuple[int, int]) -> Framing:
    """The frame of the product around a face, in a picture of *size*."""
    height = landmarks.height * HEIGHT_IN_T
    width = height * ASPECT
    x, y = (float(value) for value in landmarks.eye_midpoint)
    inside = max(0.0, min(
        x / (width / 2),
        (size[0] - x) / (width / 2),
        y / (height * EYES_FROM_TOP),
        (size[1] - y) / (height * (1 - EYES_FROM_TOP)),
    ))  # fmt: skip
    room = min(size[0] / width, size[1] / height)
    if inside < TIGHT:
        return Framing(None, room, inside)
    tight = min(1.0, inside)
    width, height = width * tight, height * tight
    roll = pose(landmarks).roll
    return Framing(
        Crop(x - width / 2, y - height * EYES_FROM_TOP, width, height, roll), room, inside
    )


def cut(image: Image.Image, landmarks: Landmarks, crop: Crop, most: int) -> Image.Image:
    """The frame: turned upright, at most *most* pixels high, never enlarged."""
    height = min(most, round(crop.height))
    width = round(height * ASPECT)
    step = crop.height / height
    # Less than half a degree is not worth sampling anew for.
    roll = crop.roll if abs(crop.roll) > 0.5 else 0.0
    x, y = (float(value) for value in landmarks.eye_midpoint)
    matrix = _turned(x, y, step, roll, width / 2, height * EYES_FROM_TOP)
    return image.transform(
        (width, height), Image.Transform.AFFINE, matrix, Image.Resampling.BICUBIC,
        fillcolor=(255, 255, 255),
    )  # fmt: skip
