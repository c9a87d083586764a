"""MediaPipe's face mesh (Kartynnik et al. 2019, arXiv:1907.06724) and iris (arXiv:2006.11341).

468 points of one face, and the contours of both irises and eyelids. The points describe
where things are in this picture; nothing in them is made to tell people apart.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from habeas.faces._litert import Model
from habeas.faces._types import Box, Face, Pixels, Points

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
    """

    mesh: NDArray[np.float32]
    pupils: Points
    iris_diameter: float
    lids: NDArray[np.float32]
    presence: float

    @property
    def eye_distance(self) -> float:
        """Distance of the pupils, pixels."""
        return float(np.linalg.norm(self.pupils[0] - self.pupils[1]))

    @property
    def eye_midpoint(self) -> NDArray[np.float32]:
        """Midpoint between the pupils, pixels."""
        return np.asarray(self.pupils.mean(axis=0), np.float32)

    @property
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


def find_landmarks(picture: Pixels, face: Face) -> Landmarks:
    """The landmarks of one face. The mesh runs twice: the second time on its own points."""
    box = face.box
    x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    size = max(box.width, box.height)
    # Only what lies around the face is looked at: a large picture costs no more.
    left, top = max(0, int(x - 1.6 * size)), max(0, int(y - 1.6 * size))
    part = picture[top : int(y + 1.6 * size) + 1, left : int(x + 1.6 * size) + 1]
    if not part.size:
        part, left, top = picture, 0, 0
    image = Image.fromarray(part)
    offset = np.array([left, top], np.float32)
    points = face.points - offset
    region = _Region(x - left, y - top, size * 1.5, _angle(points[0], points[1]))
    mesh, _ = _run_mesh(image, region)
    around = mesh[:, :2]
    low, high = around.min(axis=0), around.max(axis=0)
    middle = (low + high) / 2
    tight = _Region(
        float(middle[0]),
        float(middle[1]),
        float((high - low).max()) * 1.5,
        _angle(mesh[RIGHT_EYE_CORNERS[0], :2], mesh[LEFT_EYE_CORNERS[0], :2]),
    )
    mesh, presence = _run_mesh(image, tight)
    right = _run_iris(image, mesh, RIGHT_EYE_CORNERS, tight.angle, mirrored=False)
    left_eye = _run_iris(image, mesh, LEFT_EYE_CORNERS, tight.angle, mirrored=True)
    mesh[:, :2] += offset
    return Landmarks(
        mesh,
        np.stack([right[0], left_eye[0]]) + offset,
        (right[1] + left_eye[1]) / 2,
        np.stack([right[2], left_eye[2]]) + offset,
        presence,
    )


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


def around(landmarks: Landmarks) -> Box:
    """The box around the mesh."""
    low, high = landmarks.mesh[:, :2].min(axis=0), landmarks.mesh[:, :2].max(axis=0)
    return Box(float(low[0]), float(low[1]), float(high[0]), float(high[1]))
