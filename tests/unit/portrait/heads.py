"""Heads whose parts are where a test puts them."""

import math

import numpy as np

from habeas.faces import Landmarks
from habeas.portrait import _geometry


def rotation(yaw, pitch, roll):
    a, b, c = (math.radians(each) for each in (yaw, pitch, roll))
    ry = np.array([[math.cos(a), 0, -math.sin(a)], [0, 1, 0], [math.sin(a), 0, math.cos(a)]])
    rx = np.array([[1, 0, 0], [0, math.cos(b), -math.sin(b)], [0, math.sin(b), math.cos(b)]])
    rz = np.array([[math.cos(c), -math.sin(c), 0], [math.sin(c), math.cos(c), 0], [0, 0, 1]])
    return rz @ rx @ ry


def head(x=500.0, y=450.0, t=100.0, yaw=0.0, pitch=0.0, roll=0.0):
    """A flat head: eyes at (x, y), chin T below; every point of the mesh has its place."""
    mesh = np.zeros((468, 3))
    angles = np.linspace(0, 2 * math.pi, len(_geometry._OUTLINE), endpoint=False)
    for point, angle in zip(_geometry._OUTLINE, angles, strict=True):
        mesh[point] = (0.8 * t * math.sin(angle), -t * math.cos(angle), 0)
    mesh[454], mesh[234] = (0.8 * t, 0, 0), (-0.8 * t, 0, 0)
    mesh[10], mesh[152] = (0, -t, 0), (0, t, 0)
    pupils = np.array([(-0.4 * t, 0, 0), (0.4 * t, 0, 0)])
    turn = rotation(yaw, pitch, roll).T
    mesh, pupils = mesh @ turn + (x, y, 0), pupils @ turn + (x, y, 0)
    lids = np.zeros((2, 16, 2), np.float32)
    return Landmarks(
        mesh.astype(np.float32), pupils[:, :2].astype(np.float32), 10.0, lids, 1.0, 0.0
    )
