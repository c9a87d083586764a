"""How well faces of real people are covered: real recordings with labelled faces.

They lie beside the project, never in it. Pure but for reading them.
"""

from __future__ import annotations

import itertools
import json
import math
import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.footage import DATA
from bench.footage.answers import System, answers
from bench.footage.metrics import painted
from habeas.faces import Box

CLIPS = DATA / "footage-real"
#: Clip, person, and whether their skin looks lighter or darker there: by eye, of the pictures.
SKIN: dict[str, dict[str, str]] = json.loads(Path(__file__).with_name("skin.json").read_text())
#: Least height of a face that counts, pixels; and shares of its ellipse that are to be covered.
LEAST, COVERED, MOSTLY = 16, 0.7, 0.9
SIZES = {"16–24": (16, 24), "24–40": (24, 40), "40–80": (40, 80), "over 80": (80, 1e9)}


@dataclass(frozen=True)
class Clip:
    """A recording with labels; see the README beside them."""

    name: str
    video: Path
    labels: dict[str, Any]


@dataclass(frozen=True)
class Face:
    """One labelled face in one frame, and how much of it is covered."""

    who: tuple[str, str]
    at: float
    height: float
    pose: str
    hidden: str
    share: float

    @property
    def skin(self) -> str:
        """``lighter``, ``darker``, or that nobody can tell."""
        clip, track = self.who
        return SKIN.get(clip, {}).get(track, "cannot tell")


def clips(rate: int | None) -> list[Clip]:
    """The recordings at that rate, or as they are where they have it; all as they are for None."""
    found: dict[str, Clip] = {}
    for file in sorted((CLIPS / "labels").glob("*.json")):
        name, _, at = file.stem.partition("@")
        if at and at != str(rate):
            continue
        folder = "rates" if at else "clips"
        video = next((CLIPS / folder).glob(f"{file.stem}.*"))
        if name not in found or at:
            found[name] = Clip(name, video, json.loads(file.read_text()))
    return list(found.values())


def _ellipse(box: Box, width: int, height: int) -> NDArray[np.bool_]:
    return painted([box], "ellipse", *_middles(width, height))


def _middles(width: int, height: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Of pixels, across and down."""
    return np.arange(width, dtype=np.float64) + 0.5, np.arange(height, dtype=np.float64) + 0.5


def score(clip: Clip, covers: Sequence[Sequence[Box]]) -> tuple[list[Face], list[float]]:
    """Each face that counts, and the share of each frame that is covered beyond all faces."""
    width, height, fps = (clip.labels[each] for each in ("width", "height", "fps"))
    by_frame = defaultdict(list)
    for face in clip.labels["faces"]:
        by_frame[face["frame"]].append(face)
    found, beyond = [], []
    across, down = _middles(width, height)
    for number, boxes in enumerate(covers):
        cover = painted(boxes, "ellipse", across, down)
        near = np.zeros_like(cover)
        for face in by_frame[number]:
            x, y, w, h = face["box"]
            near[max(0, int(y - h / 4)) : int(y + h * 1.25) + 1,
                 max(0, int(x - w / 4)) : int(x + w * 1.25) + 1] = True  # fmt: skip
            inside = _ellipse(Box(x, y, x + w, y + h), width, height)
            if face.get("ignore") or h < LEAST or not inside.any():
                continue
            who = clip.name, face["track"]
            share = float(cover[inside].mean())
            found.append(Face(who, number / fps, h, face["pose"], face["hidden"], share))
        beyond.append(float((cover & ~near).mean()))
    return found, beyond


@dataclass
class Result:
    """One program on all clips at one rate."""

    name: str
    faces: list[Face]
    beyond: float

    def below(self, share: float, faces: Iterable[Face] | None = None) -> str:
        """How many faces are covered less than that, in per cent."""
        some = list(self.faces if faces is None else faces)
        return f"{100 * sum(f.share < share for f in some) / len(some):.2f} %" if some else "–"

    @property
    def people(self) -> int:
        """Who is shown."""
        return len({face.who for face in self.faces})

    @property
    def bare(self) -> int:
        """People of whom less than seven tenths are covered in some frame."""
        return self.bare_of(self.faces)

    def bare_of(self, faces: Iterable[Face]) -> int:
        """The same of some of the faces."""
        return len({face.who for face in faces if face.share < COVERED})

    @property
    def longest(self) -> float:
        """Seconds of the longest time between two covered frames in which somebody is bare."""
        longest = 0.0
        for who in {face.who for face in self.faces}:
            seen = sorted((f for f in self.faces if f.who == who), key=lambda f: f.at)
            covered = [f.at for f in seen if f.share >= COVERED]
            longest = max([longest, *(
                b - a for a, b in itertools.pairwise(covered)
                if any(a < f.at < b for f in seen)
            )])  # fmt: skip
        return longest


def measure(found: Sequence[System], rate: int | None) -> list[Result]:
    """Ask all programs about all clips."""
    results = []
    for system in found:
        faces: list[Face] = []
        beyond: list[float] = []
        for clip in clips(rate):
            some, more = score(clip, answers(system, clip.video, clip.labels["frames"]))
            faces += some
            beyond += more
        results.append(Result(system.name, faces, statistics.fmean(beyond)))
    return results


def wilson(part: int, whole: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927)."""
    z, p = 1.96, part / whole
    middle = (p + z * z / (2 * whole)) / (1 + z * z / whole)
    half = z * math.sqrt(p * (1 - p) / whole + z * z / (4 * whole * whole)) / (1 + z * z / whole)
    return max(0.0, middle - half), min(1.0, middle + half)
