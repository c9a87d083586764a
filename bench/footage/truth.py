"""What a generated clip shows: the box of every face in every frame."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from habeas.faces import Box


@dataclass(frozen=True)
class Shown:
    """One face in one frame.

    Attributes:
        person: a running number within the clip; nobody appears under two.
        box: forehead to chin, cheek to cheek, in pixels; it may reach beyond the frame.
        visible: share of the face that is inside the frame and behind nothing, 0 to 1.
    """

    person: int
    box: Box
    visible: float


@dataclass(frozen=True)
class Truth:
    """All faces of a clip.

    Attributes:
        width: of a frame, pixels.
        height: of a frame, pixels.
        times: seconds of each frame from the first.
        frames: the faces of each frame, farthest first.
    """

    width: int
    height: int
    times: tuple[float, ...]
    frames: tuple[tuple[Shown, ...], ...]

    def save(self, path: Path) -> None:
        """Write as JSON."""
        frames = [
            [
                [s.person, *(round(v, 2) for v in _corners(s.box)), round(s.visible, 3)]
                for s in frame
            ]
            for frame in self.frames
        ]
        whole = {"width": self.width, "height": self.height, "times": self.times, "frames": frames}
        path.write_text(json.dumps(whole, separators=(",", ":")))

    @classmethod
    def load(cls, path: Path) -> Truth:
        """Read what `save` wrote."""
        whole = json.loads(path.read_text())
        frames = tuple(
            tuple(Shown(int(row[0]), Box(*row[1:5]), row[5]) for row in frame)
            for frame in whole["frames"]
        )
        return cls(whole["width"], whole["height"], tuple(whole["times"]), frames)


def _corners(box: Box) -> tuple[float, float, float, float]:
    return box.left, box.top, box.right, box.bottom
