"""Which clips are made: their scenes, and under what conditions a camera sees them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bench.footage.grounds import CORNER, HALL, STREET, Place

#: Frames a second at which a scene is written down; a clip may have others.
RATE = 25


@dataclass(frozen=True)
class Shot:
    """A stretch between two cuts.

    Attributes:
        place: the background.
        frames: at 25 a second.
        people: who appear.
        low: least height of a face, pixels, where people begin.
        high: greatest, likewise.
        pan: pixels that the camera turns to either side; 0 for a camera on a pole.
    """

    place: Place
    frames: int
    people: int
    low: float = 18
    high: float = 150
    pan: float = 0


@dataclass(frozen=True)
class Clip:
    """A clip to make. At any rate of frames the same people do the same.

    Attributes:
        name: of the clip.
        width: of a frame as it is drawn, pixels.
        height: likewise.
        shots: one after another.
        seed: chooses the people and what they do.
        uneven: drops and delays frames, as phones and cameras do.
        fps: frames a second.
        night: there is little light, and the sensor is noisy and grey.
        sideways: the camera hangs on its side, and its file does not say so.
    """

    name: str
    width: int
    height: int
    shots: tuple[Shot, ...]
    seed: int
    uneven: bool = False
    fps: int = RATE
    night: bool = False
    sideways: bool = False

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of its file's pictures, pixels."""
        return (self.height, self.width) if self.sideways else (self.width, self.height)

    @property
    def frames(self) -> list[int]:
        """How many of each shot."""
        return [shot.frames * self.fps // RATE for shot in self.shots]


def at_rate(clip: Clip, fps: int) -> Clip:
    """The same scene at so many frames a second."""
    return replace(clip, name=f"{clip.name}@{fps}", fps=fps)


def clips(seed: int = 1) -> list[Clip]:
    """The clips of the evaluation."""
    full, half = (1920, 1080), (1280, 720)
    cuts = tuple(
        Shot(place, 60, 8, pan=pan)
        for place, pan in ((STREET, 0), (HALL, 0), (CORNER, 300), (HALL, 200))
    )
    return [
        Clip("static-1080p", *full, (Shot(STREET, 200, 12),), seed),
        Clip("crowd-1080p", *full, (Shot(CORNER, 200, 24, 16, 44),), seed + 100),
        Clip("pan-1080p", *full, (Shot(STREET, 200, 14, pan=420),), seed + 200),
        Clip("cuts-1080p", *full, cuts, seed + 300),
        Clip("static-720p", *half, (Shot(HALL, 200, 10, 17, 120),), seed + 400),
        Clip("pan-720p", *half, (Shot(HALL, 200, 10, 17, 120, pan=280),), seed + 500),
        Clip("uneven-720p", *half, (Shot(STREET, 200, 10, 17, 120),), seed + 600, uneven=True),
    ]


def conditions(seed: int) -> list[Clip]:
    """One scene as cameras see it in the day, at night, while they turn and hung sideways."""
    width, height = 1280, 720
    shot, turning = (Shot(STREET, 150, 8, 20, 120, pan=pan) for pan in (0, 280))
    still = Clip("day", width, height, (shot,), seed)
    return [
        still,
        replace(still, name="night", night=True),
        replace(still, name="turning", shots=(turning,)),
        replace(still, name="sideways", sideways=True),
    ]
