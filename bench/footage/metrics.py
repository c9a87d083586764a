"""How much of the faces of a clip is covered. Pure: boxes in, counts out.

A face counts where at least `VISIBLE` of it can be seen and it is at least 16 pixels high.
It is missed in a frame when less than `COVERED` of its box is covered by what is painted:
the ellipse or the box, not the box around the ellipse.
"""

from __future__ import annotations

import collections
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bench.footage.truth import Shown, Truth
from habeas.faces import Box

Shape = Literal["ellipse", "box"]

#: Least share of a face's box that a cover hides; below, the face is missed.
COVERED = 0.7
#: Least share of a face that is seen; below, it counts as hidden.
VISIBLE = 0.4
#: Seconds at either end of a person's covered stretch in which no gap is counted.
_ENDS = 0.08
#: Seconds by which sums of times may be off.
_ROUNDED = 1e-6
#: Classes of height in pixels: from, below.
CLASSES = {"16–24": (16, 24), "24–40": (24, 40), "40–80": (40, 80), "over 80": (80, 1e9)}
ALL = "all"
#: Pixels between the points at which over-covered area is looked at.
_GRID = 2


@dataclass
class Tally:
    """Counts of one class of size, or of all.

    Attributes:
        faces: faces in frames.
        missed: of them, those that were not covered.
        frames: frames that show such a face.
        frames_missed: of them, those in which one was missed.
        people: whose height, in the median, is of this class.
        sometimes: people covered in some frames and missed in others.
        never: people who were not covered in any frame.
    """

    faces: int = 0
    missed: int = 0
    frames: int = 0
    frames_missed: int = 0
    people: int = 0
    sometimes: int = 0
    never: int = 0

    def add(self, other: Tally) -> None:
        """Add the counts of another clip."""
        for name, count in vars(other).items():
            setattr(self, name, getattr(self, name) + count)


@dataclass
class Score:
    """What was counted.

    Attributes:
        sizes: by class of size, and `ALL`.
        followed: visible faces in frames between a person's first and last covered one.
        gaps: of them, those that were not covered.
        longest: seconds from the last covered frame before the longest gap to the next after it.
        over: mean share of the frame that is covered beyond any face.
        frames: of all clips.
        strips: person to (frame, covered) of each visible appearance.
    """

    sizes: dict[str, Tally] = field(
        default_factory=lambda: {name: Tally() for name in (ALL, *CLASSES)}
    )
    followed: int = 0
    gaps: int = 0
    longest: float = 0.0
    over: float = 0.0
    frames: int = 0
    strips: dict[int, list[tuple[int, bool]]] = field(default_factory=dict)

    def add(self, other: Score) -> None:
        """Add another clip; its strips are left out."""
        for name, tally in other.sizes.items():
            self.sizes[name].add(tally)
        self.followed += other.followed
        self.gaps += other.gaps
        self.longest = max(self.longest, other.longest)
        frames = self.frames + other.frames
        if frames:
            self.over = (self.over * self.frames + other.over * other.frames) / frames
        self.frames = frames


def size_class(height: float) -> str | None:
    """The class of a face of that height in pixels; None where it is too small to count."""
    for name, (low, high) in CLASSES.items():
        if low <= height < high:
            return name
    return None


def covered_share(box: Box, covers: Sequence[Box], shape: Shape, width: int, height: int) -> float:
    """Share of *box*, as far as it lies in the frame, that *covers* hide; 0 outside of it."""
    left, right = max(0.0, box.left), min(float(width), box.right)
    top, bottom = max(0.0, box.top), min(float(height), box.bottom)
    if right <= left or bottom <= top:
        return 0.0
    across, down = _points(left, right), _points(top, bottom)
    return float(painted(covers, shape, across, down).mean())


def over_covered(
    covers: Sequence[Box], faces: Sequence[Box], shape: Shape, width: int, height: int
) -> float:
    """Share of the frame that *covers* hide outside of the boxes of *faces*."""
    across = np.arange(_GRID / 2, width, _GRID)
    down = np.arange(_GRID / 2, height, _GRID)
    wasted = painted(covers, shape, across, down) & ~painted(faces, "box", across, down)
    return float(wasted.mean())


def _points(low: float, high: float) -> NDArray[np.float64]:
    count = int(np.clip(2 * (high - low), 24, 96))
    return low + (np.arange(count) + 0.5) * (high - low) / count


def painted(
    boxes: Sequence[Box], shape: Shape, across: NDArray[np.float64], down: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Which points of a grid lie under one of *boxes*."""
    painted = np.zeros((len(down), len(across)), np.bool_)
    for box in boxes:
        if box.width <= 0 or box.height <= 0:
            continue
        c0, c1 = np.searchsorted(across, (box.left, box.right))
        r0, r1 = np.searchsorted(down, (box.top, box.bottom))
        if shape == "box":
            painted[r0:r1, c0:c1] = True
            continue
        x = (across[c0:c1] - (box.left + box.right) / 2) / (box.width / 2)
        y = (down[r0:r1] - (box.top + box.bottom) / 2) / (box.height / 2)
        painted[r0:r1, c0:c1] |= x[None] ** 2 + y[:, None] ** 2 <= 1
    return painted


def score(truth: Truth, covers: Sequence[Sequence[Box]], shape: Shape) -> Score:
    """Compare what was covered with what was shown.

    Args:
        truth: of the clip.
        covers: the boxes that were covered in each frame, in order.
        shape: what was painted into them.

    Raises:
        ValueError: there are more or fewer frames than the clip has.
    """
    if len(covers) != len(truth.frames):
        raise ValueError(f"{len(covers)} frames were covered of {len(truth.frames)}.")
    found = Score(frames=len(truth.frames))
    heights: dict[int, list[float]] = collections.defaultdict(list)
    over = []
    for number, (shown, painted) in enumerate(zip(truth.frames, covers, strict=True)):
        hidden = [each.box for each in shown]
        over.append(over_covered(painted, hidden, shape, truth.width, truth.height))
        seen: dict[str, list[bool]] = collections.defaultdict(list)
        for each in shown:
            size = _counts(each)
            if size is None:
                continue
            share = covered_share(each.box, painted, shape, truth.width, truth.height)
            for name in (ALL, size):
                seen[name].append(share >= COVERED)
            found.strips.setdefault(each.person, []).append((number, share >= COVERED))
            heights[each.person].append(each.box.height)
        for name, answers in seen.items():
            tally = found.sizes[name]
            tally.faces += len(answers)
            tally.missed += answers.count(False)
            tally.frames += 1
            tally.frames_missed += not all(answers)
    found.over = statistics.fmean(over) if over else 0.0
    for person, strip in found.strips.items():
        size = size_class(statistics.median(heights[person]))
        _count_person(found, size, strip, truth.times)
    return found


def _counts(shown: Shown) -> str | None:
    return size_class(shown.box.height) if shown.visible >= VISIBLE else None


def _count_person(
    found: Score, size: str | None, strip: list[tuple[int, bool]], times: Sequence[float]
) -> None:
    covered = [times[number] for number, is_covered in strip if is_covered]
    for name in (ALL, size):
        if name is None:
            continue
        tally = found.sizes[name]
        tally.people += 1
        tally.never += not covered
        tally.sometimes += 0 < len(covered) < len(strip)
    if not covered:
        return
    last, bare = covered[0], False
    for number, is_covered in strip:
        at = times[number]
        if covered[0] + _ENDS < at - _ROUNDED and at + _ROUNDED < covered[-1] - _ENDS:
            found.followed += 1
            found.gaps += not is_covered
            bare |= not is_covered
        if is_covered:
            found.longest = max(found.longest, at - last) if bare else found.longest
            last, bare = at, False
