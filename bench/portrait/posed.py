"""Faces turned by angles that are known: the mesh of a portrait, turned in space and drawn.

Each triangle of the mesh takes its pixels from the photo with it, nearest last.
"""

from __future__ import annotations

import math

import numpy as np
from matplotlib.tri import Triangulation
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from habeas.faces import Landmarks

_GREY = (190, 190, 190)


def turned(image: Image.Image, landmarks: Landmarks, yaw: float, pitch: float) -> Image.Image:
    """The face of *image* turned by *yaw*, then *pitch*, degrees; on plain grey."""
    mesh = landmarks.mesh.astype(np.float64)
    centre = mesh.mean(axis=0)
    centre[2] += landmarks.height * 0.6  # about the neck's axis
    moved = (mesh - centre) @ _rotation(yaw, pitch).T + centre
    canvas = Image.new("RGB", image.size, _GREY)
    triangles = Triangulation(mesh[:, 0], mesh[:, 1]).triangles
    # Farther triangles first: depth grows away from the camera.
    for triangle in sorted(triangles, key=lambda each: -moved[each, 2].mean()):
        _draw(canvas, image, mesh[triangle, :2], moved[triangle, :2])
    return canvas


def _rotation(yaw: float, pitch: float) -> NDArray[np.float64]:
    a, b = math.radians(yaw), math.radians(pitch)
    across = np.array([[math.cos(a), 0, -math.sin(a)], [0, 1, 0], [math.sin(a), 0, math.cos(a)]])
    down = np.array([[1, 0, 0], [0, math.cos(b), -math.sin(b)], [0, math.sin(b), math.cos(b)]])
    return np.asarray(down @ across)


def _draw(
    canvas: Image.Image,
    image: Image.Image,
    source: NDArray[np.float64],
    target: NDArray[np.float64],
) -> None:
    low = np.floor(target.min(axis=0)).astype(int)
    high = np.ceil(target.max(axis=0)).astype(int) + 1
    width, height = (int(each) for each in high - low)
    local = np.column_stack([target - low, np.ones(3)])
    if abs(np.linalg.det(local)) < 1e-6:
        return
    matrix = np.linalg.solve(local, source).T.ravel()
    part = image.transform(
        (width, height), Image.Transform.AFFINE, tuple(matrix), Image.Resampling.BILINEAR
    )
    mask = Image.new("L", (width, height))
    corners = [(float(x), float(y)) for x, y in target - low]
    ImageDraw.Draw(mask).polygon(corners, fill=255, outline=255)
    canvas.paste(part, (int(low[0]), int(low[1])), mask)
