"""From what is known of a head's place to what is painted: the head, wherever it may be.

A cover is the union of the head over the places in which it is with a stated probability: of an
ellipse over an ellipse, which is again one, as far as their shapes are alike.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from habeas.cover._head import Seen, State
from habeas.cover._tuning import TUNED
from habeas.faces import Box


@dataclass(frozen=True)
class CoverSize:
    """How much is covered.

    Attributes:
        certain: probability with which the middle of the head is where its cover takes it to be.
        across: width of what is covered over that of the face: ear to ear is 1.3 times as wide as
            from cheek to cheek (0.18 and 0.14 m, Farkas 1994).
        down: height of what is covered over that of the face, forehead to chin.
        up: how far the cover's middle lies above that of the face, face heights.
        more: face heights by which covers are wider to each side beyond that.
        reach: face heights by which a cover grows at most where nobody has looked yet.
        known: face heights within which it must be known where a face is that was looked for and
            not found; who may be farther is not covered by covering somewhere.
        chance: of being there still, until which somebody is covered who was looked for and not
            found.
        worth: of two sightings that may be one person the way between is covered where the odds
            that they are outweigh what is covered: so much, as a natural logarithm, on each area
            of a face. Real.
        moment: seconds of that way to which `worth` applies, as from one look to the next. Further
            looks on the way that did not find them speak against it, by the square of how many,
            and looks that are closer than that as one: where a face is to be seen, hardly any
            detector misses it so often. Real.
        least: areas of a face that a certain way is worth however many looks there were: a face,
            and three twentieths of it to each side. Real.
        bridge: face heights by which a cover grows at most on the way between two sightings.
        patience: seconds for which somebody is waited for, however little is known of where.
    """

    certain: float = 0.95
    across: float = 1.15
    down: float = 1.1
    up: float = 0.0
    more: float = 0.0
    reach: float = 1.0
    known: float = 0.5
    chance: float = 0.2
    worth: float = 4.0
    moment: float = 0.2
    least: float = 1.7
    bridge: float = 1.0
    patience: float = 0.0

    @property
    def early(self) -> CoverSize:
        """The same before it is known what comes after: who is lost may be met again.

        Whoever is met again within `patience` has been covered meanwhile, wherever they may have
        been, as far as a cover grows.
        """
        return replace(self, reach=2.0, patience=3.0)

    def widened(self, beyond: float) -> CoverSize:
        """The same with so many face heights more to each side."""
        return replace(self, more=self.more + beyond)

    @property
    def deviations(self) -> float:
        """Radius that holds that share of a two-dimensional normal distribution."""
        return math.sqrt(-2 * math.log1p(-self.certain))

    def waits(self, seen: float) -> float:
        """Seconds for which somebody is waited for who was seen for so many.

        Of a duration nothing is known but how long it has lasted: it lasts another so many with a
        chance of ``seen / (seen + more)`` (Gott, Nature 363, 1993).
        """
        return seen * (1 - self.chance) / self.chance

    def doubt(self, state: State) -> float:
        """How far the head may be from its expected place, face heights."""
        return self.deviations * max(state.deviation) / state.size

    def around(self, state: State, size: tuple[float, float], bias: float, most: float) -> Box:
        """The cover of a head whose place is known so well.

        Args:
            state: where it is.
            size: width and height of the face, pixels.
            bias: variance of what the detector is off, square pixels.
            most: face heights by which the cover grows at most.
        """
        width, height = size
        limit = (most * max(size) / self.deviations) ** 2
        wide, high = (
            self.deviations * math.sqrt(min(each.place_variance, limit) + bias)
            for each in (state.x, state.y)
        )
        return self._box(
            state.x.place, state.y.place, width * self.across / 2 + wide,
            height * self.down / 2 + high, height,
        )  # fmt: skip

    def weighed(
        self,
        box: Box,
        size: tuple[float, float],
        odds: float,
        seconds: float,
        looks: int,
        telling: float = 1.0,
    ) -> Box | None:
        """As much of a cover as a doubtful way is worth; None where that is less than a face.

        A small chance that somebody is there is worth a small cover, where they most likely are,
        and no large one. The more looks did not find them, the less.

        Args:
            box: the cover, if it were certain.
            size: width and height of the face, pixels.
            odds: natural logarithm of those that somebody goes that way.
            seconds: for how long it goes.
            looks: that were taken meanwhile, and did not find them.
            telling: how much each of them tells, 0 to 1: 1 where it would have found them.
        """
        faces = box.area / (size[0] * size[1])
        moments = max(1.0, telling * min(seconds / self.moment, looks + 1))
        worth = math.exp(min(odds, 0.0)) * max(math.exp(self.worth) / moments**2, self.least)
        return shrunk(box, math.sqrt(min(1.0, worth / faces))) if worth >= 1 else None

    def sighting(self, seen: Seen) -> Box:
        """The cover of a face where it was seen."""
        return self._box(
            seen.x, seen.y, seen.width * self.across / 2, seen.height * self.down / 2, seen.height
        )

    def _box(self, x: float, y: float, half_width: float, half_height: float, face: float) -> Box:
        y -= self.up * face
        half_width, half_height = half_width + self.more * face, half_height + self.more * face
        return Box(x - half_width, y - half_height, x + half_width, y + half_height)


#: What is covered, by name. A head with its hair is 0.23 m high from chin to crown and more, and
#: 0.2 m deep; a face 0.19 m high and 0.14 m wide (Farkas 1994).
EXTENTS = {"faces": CoverSize(), "heads": CoverSize(across=1.6, down=1.5, up=0.15)}


def box_of(seen: Seen) -> Box:
    """The box of a sighting, in the scene."""
    across, down = seen.width / 2, seen.height / 2
    return Box(seen.x - across, seen.y - down, seen.x + across, seen.y + down)


def is_part(seen: Seen, other: Seen) -> bool:
    """Whether a sighting lies within another.

    Detectors find parts of faces: of tilted ones, and of those that the edge of what is looked at
    cuts. A part is covered with its face; if it is somebody else, they will be seen beside it.
    """
    across = min(seen.x + seen.width / 2, other.x + other.width / 2) - max(
        seen.x - seen.width / 2, other.x - other.width / 2
    )
    down = min(seen.y + seen.height / 2, other.y + other.height / 2) - max(
        seen.y - seen.height / 2, other.y - other.height / 2
    )
    return max(0.0, across) * max(0.0, down) >= TUNED.part * seen.width * seen.height


def hull(box: Box, other: Box) -> Box:
    """The least box around two."""
    return Box(
        min(box.left, other.left), min(box.top, other.top),
        max(box.right, other.right), max(box.bottom, other.bottom),
    )  # fmt: skip


def moved(box: Box, by: tuple[float, float]) -> Box:
    """The box elsewhere."""
    return Box(box.left + by[0], box.top + by[1], box.right + by[0], box.bottom + by[1])


def shrunk(box: Box, share: float) -> Box:
    """The box around the same middle, with that share of its sides."""
    across, down = box.width * (1 - share) / 2, box.height * (1 - share) / 2
    return Box(box.left + across, box.top + down, box.right - across, box.bottom - down)
