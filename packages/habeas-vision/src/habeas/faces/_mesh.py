"""MediaPipe's face mesh (Kartynnik et al. 2019, arXiv:1907.06724) and iris (arXiv:2006.11341).

468 points of one face, and the contours of both irises and eyelids. The points describe
where things are in this picture; nothing in them is made to tell people apart.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from habeas.faces._litert import Model
from habeas.faces._types import Box, Face, Pixels, Points
from habeas.faces.tuning import TUNING

_MESH_SIDE = 192
_IRIS_SIDE = 64
_MESH = Model("face_landmark.tflite")
_IRIS = Model("iris_landmark.tflite")

#: Points of the mesh: eye corners (outer, inner) of the person's right and left eye.
RIGHT_EYE_CORNERS = (33, 133)
LEFT_EYE_CORNERS = (263, 362)
CHIN = 152
NOSE_TIP = 1
LIPS_INNER_UPPER, LIPS_INNER_LOWER = 13, 14
#: Of the iris model's 71 contour points, the upper and the lower lid of the eye proper.
_LID_POINTS = 16


@dataclass(frozen=True, eq=False)
class Landmarks:
    """Where the parts of one face are, in pixels of the picture.

    Attributes:
        mesh: 468 × 3; x and y in pixels, z in pixels towards the camera negative.
        pupils: 2 × 2; the person's right pupil first.
        iris_diameter: mean over both eyes, pixels.
        lids: 2 × 16 × 2; contour of each eye's lids from the iris model.
        presence: 0 to 1, how sure the mesh model is that it sees a face.
        fit: largest distance of the mesh from the detector's eyes, nose and mouth, in
            distances of the eyes.
    """

    mesh: NDArray[np.float32]
    pupils: Points
    iris_diameter: float
    lids: NDArray[np.float32]
    presence: float
    fit: float

    @property
    def fits(self) -> bool:
        """Whether the mesh lies on a face; where it does not, its points mean nothing."""
        return self.presence >= TUNING.presence and self.fit <= TUNING.fit

    @cached_property
    def eye_distance(self) -> float:
        """Distance of the pupils, pixels."""
        return float(np.linalg.norm(self.pupils[0] - self.pupils[1]))

    @cached_property
    def eye_midpoint(self) -> NDArray[np.float32]:
        """Midpoint between the pupils, pixels."""
        return np.asarray(self.pupils.mean(axis=0), np.float32)

    @cached_property
    def height(self) -> float:
        """T of ISO/IEC 29794-5: eye midpoint to chin, pixels."""
        return float(np.linalg.norm(self.mesh[CHIN, :2] - self.eye_midpoint))


@dataclass(frozen=True)
class _Region:
    """A turned square of the picture: centre, side, angle in radians."""

    x: float
    y: float
    side: float
    angle: float

    def differs(self, other: _Region) -> bool:
        """Whether the two are farther apart than one look at the mesh forgives."""
        limit = TUNING.same_region
        return (
            math.hypot(self.x - other.x, self.y - other.y) > limit * self.side
            or abs(self.side - other.side) > limit * self.side
            or abs(math.sin(self.angle - other.angle)) > limit
        )

    def cut(self, picture: Image.Image, pixels: int, mirrored: bool = False) -> Image.Image:
        step = self.side / pixels
        cos, sin = math.cos(self.angle) * step, math.sin(self.angle) * step
        across = -1 if mirrored else 1
        half = pixels / 2
        a, b, d, e = cos * across, -sin, sin * across, cos
        matrix = (a, b, self.x - (a + b) * half, d, e, self.y - (d + e) * half)
        return picture.transform(
            (pixels, pixels), Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR
        )

    def place(self, points: NDArray[np.float32], pixels: int, mirrored: bool = False) -> Points:
        """Points of the cut square, back in the picture."""
        step = self.side / pixels
        centred = (points[:, :2] - pixels / 2) * step
        if mirrored:
            centred = centred * np.array([-1, 1], np.float32)
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        turn = np.array([[cos, sin], [-sin, cos]], np.float32)
        return np.asarray(centred @ turn + (self.x, self.y), np.float32)


def _angle(start: Points, end: Points) -> float:
    across = end - start
    return math.atan2(float(across[1]), float(across[0]))


def find_landmarks(picture: Pixels | Image.Image, face: Face) -> Landmarks:
    """The landmarks of one face.

    Args:
        picture: RGB, as pixels or as a picture of Pillow's.
        face: found in it.
    """
    whole = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    image, scale, offset = _part(whole, face.box)
    points = (face.points - offset) / np.float32(scale)
    size = max(face.box.width, face.box.height) / scale
    middle = ((face.box.left + face.box.right) / 2, (face.box.top + face.box.bottom) / 2)
    x, y = (np.array(middle) - offset) / scale
    region = _Region(float(x), float(y), size * 1.5, _angle(points[0], points[1]))
    mesh, presence = _run_mesh(image, region)
    tight = _around(mesh)
    if tight.differs(region):
        # The second time the mesh runs on what its own points enclose.
        mesh, presence = _run_mesh(image, tight)
    right = _run_iris(image, mesh, RIGHT_EYE_CORNERS, tight.angle, mirrored=False)
    left = _run_iris(image, mesh, LEFT_EYE_CORNERS, tight.angle, mirrored=True)
    pupils = np.stack([right[0], left[0]])
    lids = np.stack([right[2], left[2]])
    off = _fit(mesh, points)
    mesh *= np.float32(scale)
    mesh[:, :2] += offset
    return Landmarks(
        mesh=mesh,
        pupils=pupils * np.float32(scale) + offset,
        iris_diameter=(right[1] + left[1]) / 2 * scale,
        lids=lids * np.float32(scale) + offset,
        presence=presence,
        fit=off,
    )


def _part(image: Image.Image, box: Box) -> tuple[Image.Image, float, NDArray[np.float32]]:
    """What lies around *box*, shrunk: a large picture costs no more.

    Returns:
        The part, pixels of the picture for one of its own, and its corner in the picture.
    """
    x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    size = max(box.width, box.height)
    left, top = max(0, int(x - 1.1 * size)), max(0, int(y - 1.1 * size))
    right = min(image.width, int(x + 1.1 * size) + 1)
    bottom = min(image.height, int(y + 1.1 * size) + 1)
    times = max(1, int(1.5 * size / (TUNING.mesh_side * _MESH_SIDE)))
    if right - left < times or bottom - top < times:
        return image, 1.0, np.zeros(2, np.float32)
    part = image.reduce(times, (left, top, right, bottom))
    return part, float(times), np.array([left, top], np.float32)


def _around(mesh: NDArray[np.float32]) -> _Region:
    low, high = mesh[:, :2].min(axis=0), mesh[:, :2].max(axis=0)
    middle = (low + high) / 2
    return _Region(
        float(middle[0]),
        float(middle[1]),
        float((high - low).max()) * 1.5,
        _angle(mesh[RIGHT_EYE_CORNERS[0], :2], mesh[LEFT_EYE_CORNERS[0], :2]),
    )


def _fit(mesh: NDArray[np.float32], points: Points) -> float:
    """How far eyes, nose and mouth of the mesh are from the detector's, in eye distances."""
    flat = mesh[:, :2]
    eyes = [flat[list(corners)].mean(axis=0) for corners in (RIGHT_EYE_CORNERS, LEFT_EYE_CORNERS)]
    mouth = flat[[LIPS_INNER_UPPER, LIPS_INNER_LOWER]].mean(axis=0)
    # Of a head in profile the eyes are one behind the other: the face's height counts too.
    middle = (eyes[0] + eyes[1]) / 2
    unit = max(
        float(np.linalg.norm(eyes[1] - eyes[0])),
        float(np.linalg.norm(flat[CHIN] - middle)) / 2,
        1.0,
    )
    seen = np.stack([*eyes, flat[NOSE_TIP], mouth])
    return float(np.linalg.norm(seen - points[:4], axis=1).max()) / unit


def _run_mesh(image: Image.Image, region: _Region) -> tuple[NDArray[np.float32], float]:
    cut = np.asarray(region.cut(image, _MESH_SIDE), np.float32)[None] / np.float32(255)
    points, flag = _MESH(cut)
    raw = points.reshape(468, 3)
    flat = region.place(raw, _MESH_SIDE)
    depth = raw[:, 2:] * (region.side / _MESH_SIDE)
    presence = 1 / (1 + math.exp(-max(-50.0, min(50.0, float(flag.ravel()[0])))))
    return np.concatenate([flat, depth], axis=1).astype(np.float32), presence


def _run_iris(
    image: Image.Image,
    mesh: NDArray[np.float32],
    corners: tuple[int, int],
    angle: float,
    *,
    mirrored: bool,
) -> tuple[Points, float, Points]:
    """Pupil, iris diameter and lid contour of one eye. The model knows right eyes only."""
    outer, inner = mesh[corners[0], :2], mesh[corners[1], :2]
    middle = (outer + inner) / 2
    side = float(np.linalg.norm(outer - inner)) * 2.3
    region = _Region(float(middle[0]), float(middle[1]), side, angle)
    cut = np.asarray(region.cut(image, _IRIS_SIDE, mirrored), np.float32)[None] / np.float32(255)
    contours, iris = _IRIS(cut)
    points = region.place(iris.reshape(5, 3), _IRIS_SIDE, mirrored)
    lids = region.place(contours.reshape(71, 3)[:_LID_POINTS], _IRIS_SIDE, mirrored)
    across = float(np.linalg.norm(points[1] - points[3]) + np.linalg.norm(points[2] - points[4]))
    return points[0], across / 2, lids
