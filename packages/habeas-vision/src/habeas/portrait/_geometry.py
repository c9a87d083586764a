"""Where things are in a portrait: pose, the aligned face, its parts, and outlines."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from habeas.faces import Landmarks, Pixels, Points
from habeas.portrait.ofiq import Plane, luminance
from habeas.portrait.tuning import TUNING

_Value = TypeVar("_Value", np.uint8, np.float32)
#: Side of the aligned face, pixels. ISO/IEC 29794-5 uses 616; T is half of ours.
ALIGNED = 256
#: The face's outline in the mesh, in order.
_OUTLINE = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152,
    148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)  # fmt: skip
#: Without the forehead, as OFIQ's landmarks have it: the jaw, ear to ear, and the brows.
_OFIQ_HULL = (
    454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150, 136, 172, 58, 132,
    93, 234, 70, 63, 105, 66, 107, 336, 296, 334, 293, 300,
)  # fmt: skip
#: Parts of the mesh that show skin in most people: each by some of its points.
LIT = {
    "right cheek": (118, 101, 50), "left cheek": (347, 330, 280),
    "below the right eye": (119, 120, 100), "below the left eye": (348, 349, 329),
    "bridge of the nose": (6, 197, 195), "tip of the nose": (1, 4, 5),
    "beside the nose, right": (205, 36, 50), "beside the nose, left": (425, 266, 280),
}  # fmt: skip
#: Of those, the right side and the left.
SIDES = (
    ("right cheek", "below the right eye", "beside the nose, right"),
    ("left cheek", "below the left eye", "beside the nose, left"),
)
SKIN = {**LIT, "forehead": (151, 9, 108, 337)}


@dataclass(frozen=True)
class Pose:
    """Angles in degrees: turned to the person's left, chin up, counter-clockwise, positive."""

    yaw: float
    pitch: float
    roll: float


def pose(landmarks: Landmarks) -> Pose:
    """The pose, from the mesh's depth: temple to temple, and forehead to chin.

    The mesh makes heads flatter the further they turn, which is corrected.
    """
    mesh = landmarks.mesh
    across = mesh[454] - mesh[234]
    down = mesh[152] - mesh[10]
    yaw = math.degrees(math.atan2(float(across[2]), float(np.hypot(across[0], across[1]))))
    pitch = math.degrees(math.atan2(float(down[2]), float(np.hypot(down[0], down[1]))))
    return Pose(
        yaw=yaw * (1 + TUNING.yaw_growth * abs(yaw)),
        pitch=pitch * TUNING.pitch_gain,
        roll=-lean(landmarks),
    )


def lean(landmarks: Landmarks) -> float:
    """How far the line of the eyes leans in the picture, degrees clockwise."""
    eyes = landmarks.pupils[1] - landmarks.pupils[0]
    return math.degrees(math.atan2(float(eyes[1]), float(eyes[0])))


@dataclass(frozen=True, eq=False)
class Aligned:
    """The face, of one size, and upright but for a lean that measures do not mind.

    Attributes:
        image: `ALIGNED` × `ALIGNED`, RGB.
        hull: same size; True within the face's outline.
        ofiq_hull: the same without the forehead.
        matrix: affine map from here to the picture (a, b, c, d, e, f).
    """

    image: Image.Image
    hull: NDArray[np.bool_]
    ofiq_hull: NDArray[np.bool_]
    matrix: tuple[float, float, float, float, float, float]

    @cached_property
    def pixels(self) -> Pixels:
        """`ALIGNED` × `ALIGNED` × 3."""
        return np.asarray(self.image)

    @cached_property
    def luminance(self) -> Plane:
        """`ALIGNED` × `ALIGNED`, 0 to 255; see `ofiq.luminance`."""
        return luminance(self.pixels)

    def place(self, points: Points) -> Points:
        """Points of the picture, here."""
        a, b, c, d, e, f = self.matrix
        # The map is a turn and one scale: its inverse is its transpose, scaled back.
        back = np.array([[a, b], [d, e]]) / (a * e - b * d)
        return np.asarray((points - (c, f)) @ back, np.float32)


def align(picture: Image.Image, landmarks: Landmarks) -> Aligned:
    """Cut the face out: T half of the side, eyes level unless they nearly were."""
    x, y = (float(each) for each in landmarks.eye_midpoint)
    step = 2 * landmarks.height / ALIGNED
    angle = lean(landmarks)
    if abs(angle) <= TUNING.roll_left:
        angle = 0.0
    matrix = turned_map(x, y, step, angle, ALIGNED / 2, ALIGNED * 0.4)
    cut = _sampled(picture, x, y, step, angle)
    nowhere = np.zeros(0, np.bool_)
    shell = Aligned(cut, nowhere, nowhere, matrix)
    hull, ofiq_hull = (
        _filled(shell.place(landmarks.mesh[list(points), :2])) for points in (_OUTLINE, _OFIQ_HULL)
    )
    return Aligned(cut, hull, ofiq_hull, matrix)


def _filled(points: Points) -> NDArray[np.bool_]:
    plane = Image.new("1", (ALIGNED, ALIGNED))
    ImageDraw.Draw(plane).polygon([(float(x), float(y)) for x, y in points], fill=1)
    return np.asarray(plane, np.bool_)


def _sampled(picture: Image.Image, x: float, y: float, step: float, angle: float) -> Image.Image:
    """The aligned face's pixels: scaled, then turned; of both only what has to be done.

    Scaling goes by rows and columns, a quarter of the time that turning takes; and because it
    always comes first, turned faces are as sharp as others.
    """
    # The corner that is farthest from the eyes' midpoint.
    reach = math.hypot(0.5, 0.6) * ALIGNED * step
    if angle:
        wanted = (x - reach, y - reach, x + reach, y + reach)
    else:
        half, above = ALIGNED * step / 2, ALIGNED * step * 0.4
        wanted = (x - half, y - above, x + half, y - above + 2 * half)
    box = (max(0.0, wanted[0]), max(0.0, wanted[1]),
           min(float(picture.width), wanted[2]), min(float(picture.height), wanted[3]))  # fmt: skip
    size = (max(1, round((box[2] - box[0]) / step)), max(1, round((box[3] - box[1]) / step)))
    # Means of whole pixels first, where there are many: a large face costs no more.
    scaled = picture.resize(size, Image.Resampling.BICUBIC, box, reducing_gap=2.0)
    if size == (ALIGNED, ALIGNED) and not angle:
        return scaled
    centre = ((x - box[0]) / step, (y - box[1]) / step)
    matrix = turned_map(*centre, 1.0, angle, ALIGNED / 2, ALIGNED * 0.4)
    return scaled.transform(
        (ALIGNED, ALIGNED), Image.Transform.AFFINE, matrix,
        Image.Resampling.BICUBIC if angle else Image.Resampling.BILINEAR,
    )  # fmt: skip


def turned_map(
    x: float, y: float, step: float, roll: float, cx: float, cy: float
) -> tuple[float, float, float, float, float, float]:
    """Affine map that takes (cx, cy) of the result to (x, y), turned and scaled."""
    angle = math.radians(roll)
    cos, sin = math.cos(angle) * step, math.sin(angle) * step
    return (cos, -sin, x - cos * cx + sin * cy, sin, cos, y - sin * cx - cos * cy)


def patches(
    plane: NDArray[_Value],
    aligned: Aligned,
    landmarks: Landmarks,
    parts: Mapping[str, tuple[int, ...]],
) -> NDArray[_Value]:
    """A small square of *plane* at each of *parts*, one below the other: parts × n × n.

    Args:
        plane: pixels of *aligned*, or another plane of the same size.
        aligned: the face.
        landmarks: its own.
        parts: each by points of the mesh.
    """
    reach = TUNING.patch_side // 2
    placed = aligned.place(landmarks.mesh[:, :2])
    found = []
    for points in parts.values():
        at = placed.take(points, axis=0).sum(axis=0) / len(points)
        x, y = (min(max(int(each), reach), ALIGNED - reach) for each in at)
        found.append(plane[y - reach : y + reach, x - reach : x + reach])
    return np.stack(found)


def cheek_zones(aligned: Aligned, landmarks: Landmarks) -> tuple[Pixels, Pixels]:
    """OFIQ's zones of the right and left cheek: squares of 0.3 IED, half-way down to the mouth."""
    corners = aligned.place(landmarks.mesh[[33, 133, 263, 362, 13, 14], :2])
    right, left, mouth = (
        corners[:2].mean(axis=0),
        corners[2:4].mean(axis=0),
        corners[4:].mean(axis=0),
    )
    side = max(2, int(0.3 * float(np.linalg.norm(left - right))))
    down = float(np.linalg.norm(mouth - (right + left) / 2)) / 2
    zones = []
    for x, y in ((right[0] - side, right[1] + down), (left[0], left[1] + down)):
        column = int(np.clip(x, 0, ALIGNED - side))
        row = int(np.clip(y, 0, ALIGNED - side))
        zones.append(aligned.pixels[row : row + side, column : column + side])
    return zones[0], zones[1]


def outline(landmarks: Landmarks) -> Points:
    """The face's outline, n × 2, pixels."""
    return np.asarray(landmarks.mesh[list(_OUTLINE), :2], np.float32)


def silhouette(mask: NDArray[np.uint8], box: tuple[int, int, int, int]) -> Points:
    """The outline of a mask's person: left edges down, right edges up; pixels of the picture.

    Args:
        mask: over *box*, 0 to 255.
        box: left, top, right and bottom, pixels of the picture.
    """
    rows = [
        (y, np.flatnonzero(mask[y] > 127))
        for y in range(0, mask.shape[0], 4)
        if (mask[y] > 127).any()
    ]
    edges = [(x[0], y) for y, x in rows] + [(x[-1] + 1, y) for y, x in reversed(rows)]
    left, top, right, bottom = box
    step = ((right - left) / mask.shape[1], (bottom - top) / mask.shape[0])
    placed = np.asarray(edges, np.float32).reshape(-1, 2) * np.array(step, np.float32)
    return placed + np.array([left, top], np.float32)
