"""What finding faces gives: boxes and points. Nothing here tells one person from another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: Height × width × 3, RGB, 0 to 255.
Pixels = NDArray[np.uint8]
#: n × 2, x and y in pixels of the picture.
Points = NDArray[np.float32]


@dataclass(frozen=True)
class Box:
    """A box in pixels of the picture; it may reach beyond its edges."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """Width in pixels."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Height in pixels."""
        return self.bottom - self.top

    @property
    def area(self) -> float:
        """Area in square pixels."""
        return max(0.0, self.width) * max(0.0, self.height)

    def overlap(self, other: Box) -> float:
        """Intersection over union, 0 to 1."""
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        shared = max(0.0, across) * max(0.0, down)
        whole = self.area + other.area - shared
        return shared / whole if whole else 0.0


@dataclass(frozen=True)
class Sighting:
    """Where a face was found, and nothing else of it.

    Attributes:
        box: around it.
        score: 0 to 1, how sure the detector is that this is a face; it says nothing of
            the picture's quality.
    """

    box: Box
    score: float


@dataclass(frozen=True, eq=False)
class Face(Sighting):
    """A face in a portrait that was found.

    Attributes:
        points: the detector's few points; both eyes first, the person's right eye leading.
    """

    points: Points
