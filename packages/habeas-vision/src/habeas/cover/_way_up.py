"""Which way up a picture is: found by itself at the start, and watched.

Cameras hang sideways or upside down without saying so, and detectors find upright faces. So the
first looks are at all four ways up, until one of them has shown clearly more faces; now and then a
look is at all four again. Until it is known, what any way shows is covered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from habeas.cover._tuning import TUNED
from habeas.faces import Sighting

#: Ways up: quarter turns anticlockwise of the picture, beyond what its file says.
WAYS = (0, 1, 2, 3)


@dataclass(frozen=True)
class WayUpRules:
    """When the way up counts as found.

    Attributes:
        lead: sum of scores of clear sightings by which one way leads when it is found: one face
            that is seen twice, or two at once.
        surer: score by which a face is surer one way than any other when it speaks for that way;
            upside down it looks much like one, and speaks for none.
        clearly: times the second way's sum that the best one has to have before a file is tagged
            by it: of a large face alone, detectors are as sure when it lies on its side.
        again: seconds from one look at all ways to the next, once it is found.
        patience: seconds after which a scene without faces is looked at all ways less often.
        seldom: seconds from one look at all ways to the next then.
    """

    lead: float = 1.0
    surer: float = 0.1
    clearly: float = 1.5
    again: float = 10.0
    patience: float = 20.0
    seldom: float = 2.0


class WayUp:
    """Finds the way up of one video.

    Args:
        clear: score from which a sighting counts.
        known: the way up was told; nothing is to be found.
        watching: when it counts as found.
    """

    def __init__(self, clear: float, *, known: bool, watching: WayUpRules | None = None) -> None:
        self._clear = clear
        self._known = known
        self._rules = watching or WayUpRules()
        self._sums = dict.fromkeys(WAYS, 0.0)
        self._votes = dict.fromkeys(WAYS, 0.0)
        self._all_at: float | None = None
        self._since: float | None = None
        self._found = False
        #: Quarter turns anticlockwise that bring the picture upright, as far as is known.
        self.turns = 0

    @property
    def certain(self) -> int:
        """The same where it is beyond doubt; 0 where it is not."""
        best, second = sorted(self._sums.values(), reverse=True)[:2]
        clear = best >= self._rules.lead and best >= self._rules.clearly * second
        return self.turns if clear and self._sums[self.turns] == best else 0

    def ways(self, at: float) -> tuple[int, ...]:
        """How to look at a frame of that time, seconds."""
        if self._known:
            return (self.turns,)
        self._since = at if self._since is None else self._since
        rules = self._rules
        seldom = rules.seldom if at - self._since > rules.patience else 0.0
        pause = rules.again if self._found else seldom
        if self._all_at is not None and at - self._all_at < pause:
            return (self.turns,)
        self._all_at = at
        return WAYS

    def vote(self, found: Mapping[int, Sequence[Sighting]]) -> None:
        """Tell what a look at all ways showed."""
        if len(found) < len(WAYS):
            return
        speaks = self._speaks(found)
        for way, faces in found.items():
            # What was found long ago counts less: cameras are hung anew.
            kept = 0.5 if self._found else 1.0
            seen = sum(face.score for face in faces if face.score >= self._clear)
            self._sums[way] = self._sums[way] * kept + seen
            self._votes[way] = self._votes[way] * kept + speaks[way]
        best, second = sorted(WAYS, key=self._votes.__getitem__, reverse=True)[:2]
        if self._votes[best] - self._votes[second] >= self._rules.lead:
            self._found, self.turns = True, best

    def _speaks(self, found: Mapping[int, Sequence[Sighting]]) -> dict[int, float]:
        """Scores of the faces that speak for each way, each face once."""
        speaks = dict.fromkeys(WAYS, 0.0)
        for face in merged(found, clear=self._clear):
            if face.score < self._clear:
                continue
            sure = {
                way: max((f.score for f in some if f.box.overlap(face.box) > TUNED.same), default=0)
                for way, some in found.items()
            }
            best, second = sorted(WAYS, key=lambda way: sure.get(way, 0.0), reverse=True)[:2]
            if sure[best] - sure.get(second, 0.0) >= self._rules.surer:
                speaks[best] += sure[best]
        return speaks


def merged(
    found: Mapping[int, Sequence[Sighting]], way: int = 0, clear: float = 0.0
) -> list[Sighting]:
    """What all ways showed, each face once, as it was found most surely.

    Args:
        found: faces by the way up.
        way: that is taken for the right one; others show more that is no face.
        clear: score from which a sighting in one of the others counts.
    """
    faces = sorted(
        (f for each, some in found.items() for f in some if each == way or f.score >= clear),
        key=lambda face: -face.score,
    )
    kept: list[Sighting] = []
    for face in faces:
        if not any(face.box.overlap(other.box) > TUNED.same for other in kept):
            kept.append(face)
    return kept
