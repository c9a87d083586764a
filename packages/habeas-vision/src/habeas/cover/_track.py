"""One person's sightings in order, and where they are at any time: filtered, smoothed, carried on.

Nothing here looks at pixels, or knows whose head it is.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from habeas.cover._geometry import CoverSize, hull
from habeas.cover._head import Filter, Seen, State
from habeas.cover._tuning import TUNED
from habeas.faces import Box


@dataclass(slots=True)
class Node:
    """A sighting of a track.

    Attributes:
        seen: what was found.
        state: filtered; what is known from it and all that came before.
        lasted: seconds for which the track had been seen by then, as `Track.lasted`.
        smoothed: once it was needed and enough has followed.
    """

    seen: Seen
    state: State
    lasted: float = 0.0
    smoothed: State | None = None


def _when(node: Node) -> float:
    return node.seen.at


@dataclass(eq=False)
class Track:
    """What is taken for one person.

    Attributes:
        scene: number of the scene between two cuts.
        model: the filter.
        looks: times of all looks, seconds; they grow.
        nodes: at least one, in order of time.
        sure: that it is a face.
        looked_before: time of the last look before the first sighting, seconds.
        looked_after: time of the first look after the last sighting, seconds.
        lasted: seconds for which it was seen without a look that did not find it.
        begins: time from which it is a way of its own, seconds.
        until: time from which it is another track's way, seconds.
        odds: natural logarithm of those that it is anybody.
        clear_at: time of the last clear sighting by a look, seconds; None for none yet.
        links: that end in it, and of which its next sightings tell more.
        doubtful: it may be nobody's: its last sighting, or what came after, is another track's.
    """

    scene: int
    model: Filter
    looks: Sequence[float]
    nodes: list[Node] = field(default_factory=list)
    sure: bool = False
    looked_before: float = float("-inf")
    looked_after: float = float("inf")
    lasted: float = 0.0
    begins: float = float("-inf")
    until: float = float("inf")
    odds: float = 0.0
    clear_at: float | None = None
    doubtful: bool = False
    links: list[Link] = field(default_factory=list)

    @property
    def first(self) -> Seen:
        """The first sighting that is kept."""
        return self.nodes[0].seen

    @property
    def last(self) -> Seen:
        """The last sighting."""
        return self.nodes[-1].seen

    @property
    def state(self) -> State:
        """What is known at the last sighting."""
        return self.nodes[-1].state

    def add(self, seen: Seen) -> None:
        """Go on with a later sighting."""
        own = self.model.likelihood(self.model.expect(self.state, seen.at), seen)
        self.links = [link for link in self.links if link.learn(seen, own)]
        if self.looked_after >= seen.at:
            self.lasted += seen.at - self.last.at
        self.nodes.append(Node(seen, self.model.see(self.state, seen), self.lasted))
        self.looked_after = float("inf")
        self.doubtful, self.odds = False, 0.0

    def unseen(self, odds: float) -> Track:
        """The same from now on, if what is going to be added is somebody else's.

        Args:
            odds: that it is, natural logarithm.
        """
        last = self.nodes[-1:]
        return replace(self, nodes=last, begins=self.last.at, doubtful=True, odds=self.odds + odds)

    def otherwise(self, seen: Seen, odds: float) -> Track:
        """The same from a sighting on, if that is its next one, which another track takes.

        Args:
            seen: the sighting.
            odds: that it is, natural logarithm.
        """
        way = replace(self, nodes=self.nodes[-1:], begins=seen.at, links=[])
        way.add(seen)
        way.doubtful, way.odds = True, odds
        return way

    def looked(self, since: float, until: float) -> int:
        """How many looks were taken between two times."""
        return max(0, bisect_left(self.looks, until) - bisect_right(self.looks, since))

    def is_face(self, confirm: float) -> bool:
        """Whether it is one, or no look came within *confirm* seconds that could have told."""
        soon = min(self.first.at - self.looked_before, self.looked_after - self.last.at)
        return self.sure or (len(self.nodes) == 1 and soon > confirm)

    def cover(self, at: float, extent: CoverSize) -> Box | None:
        """What to cover at a time, in the scene; None where nobody is expected any more."""
        if not self.begins <= at < self.until:
            return None
        if at < self.first.at:
            return self._beyond(self._smoothed(0), at, at > self.looked_before, extent)
        if at > self.last.at:
            return self._beyond(self.state, at, at < self.looked_after, extent)
        right = bisect_left(self.nodes, at, key=_when)
        node = self.nodes[right]
        if node.seen.at == at:
            box = self._around(self._smoothed(right), extent, extent.bridge)
            return hull(box, extent.sighting(node.seen))
        before = self.nodes[right - 1].state
        state = self.model.between(before, at, self._smoothed(right))
        box = self._around(state, extent, extent.bridge)
        gone, looks = node.seen.at - before.at, self.looked(before.at, node.seen.at)
        telling = self._telling(right, extent)
        return extent.weighed(box, self.size(at), 0.0, gone, looks, telling)

    def _telling(self, right: int, extent: CoverSize) -> float:
        """How much a look tells that did not find them before the sighting of that number, 0 to 1.

        What was seen to move on, and again later, is somebody and no texture; and who is hardly to
        be seen at an end of the way is mostly missed on it, as in the dark.
        """
        before, after = self.nodes[right - 1], self.nodes[right]
        again = self.nodes[-1].lasted > after.lasted
        if before.lasted and again and before.state.moves(extent.deviations):
            return min(before.seen.plain, after.seen.plain)
        return 1.0

    def _around(self, state: State, extent: CoverSize, most: float) -> Box:
        size = self.size(state.at)
        return extent.around(state, size, self.model.bias(max(size)), most)

    def _beyond(self, state: State, at: float, unlooked: bool, extent: CoverSize) -> Box | None:
        """Before the first or after the last sighting.

        Until somebody looks again, the head is somewhere around. Looked for and not found, it is
        turned or hidden; that is covered for as long as it is likely, and known where it would be.
        """
        there = self.model.expect(state, at)
        gone = abs(at - state.at)
        if not unlooked and gone > extent.patience:
            expected = gone <= extent.waits(self.lasted)
            if not expected or extent.doubt(there) > extent.known:
                return None
        box = self._around(there, extent, extent.reach)
        if not self.doubtful:
            return box
        looks = self.looked(state.at, at)
        return extent.weighed(box, self.size(state.at), self.odds, at - state.at, looks)

    def size(self, at: float) -> tuple[float, float]:
        """Width and height of the face at a time: the greatest seen around then."""
        since = bisect_left(self.nodes, at - TUNED.around, key=_when)
        until = bisect_right(self.nodes, at + TUNED.around, key=_when)
        near = bisect_left(self.nodes, at, key=_when)
        around = self.nodes[min(since, max(0, near - 1)) : max(until, near + 1)]
        return max(n.seen.width for n in around), max(n.seen.height for n in around)

    def _smoothed(self, number: int) -> State:
        node = self.nodes[number]
        if node.smoothed is not None:
            return node.smoothed
        end = min(number + 2 * TUNED.lag, len(self.nodes) - 1)
        state = self.nodes[end].state
        for at in range(end - 1, number - 1, -1):
            state = self.model.smooth(self.nodes[at].state, state)
            if at <= end - TUNED.lag:
                self.nodes[at].smoothed = state
        return state

    def forget(self, until: float) -> None:
        """Sightings matter no more of which neither place nor size counts after a time."""
        keep = max(0, bisect_left(self.nodes, until - TUNED.around, key=_when) - 1)
        del self.nodes[:keep]


@dataclass(eq=False)
class Link:
    """Two sightings that may be one person, of different tracks: the way between is covered.

    Attributes:
        before: what was known of the earlier one.
        size: width and height of the face then.
        earlier: its track.
        later: the track of the later one.
        seen: the later one.
        odds: natural logarithm of those that they are one person.
    """

    before: State
    size: tuple[float, float]
    earlier: Track
    later: Track
    seen: Seen
    odds: float
    _learned: int = 0
    _state: State | None = None
    _smoothed: State | None = None

    def learn(self, seen: Seen, own: float) -> bool:
        """Another sighting of the later track: is it where this way leads, or where that one does?

        Args:
            seen: the sighting.
            own: its log likelihood, by what the later track alone knew.

        Returns:
            Whether further ones tell more.
        """
        model = self.later.model
        state = self._state or model.see(self.before, self.seen)
        expected = model.expect(state, seen.at)
        self.odds += model.likelihood(expected, seen) - own
        self._state = model.see(state, seen)
        self._learned += 1
        return self._learned < TUNED.lag

    @property
    def at(self) -> float:
        """The later sighting's time, seconds."""
        return self.seen.at

    @property
    def scene(self) -> int:
        """That of both."""
        return self.later.scene

    def is_face(self, confirm: float) -> bool:
        """Whether both are; see `Track.is_face`."""
        return self.earlier.is_face(confirm) and self.later.is_face(confirm)

    def cover(self, at: float, extent: CoverSize) -> Box | None:
        """What to cover at a time between the two, in the scene; None elsewhere.

        A small chance that somebody is there is worth a small cover, where they most likely are,
        and no large one.
        """
        if not self.before.at < at < self.at:
            return None
        if self._smoothed is None:
            self._smoothed = self._smooth()
        width, height = self.later.size(self.at)
        size = max(width, self.size[0]), max(height, self.size[1])
        state = self.later.model.between(self.before, at, self._smoothed)
        box = extent.around(state, size, self.later.model.bias(max(size)), extent.bridge)
        looks = self.later.looked(self.before.at, self.at)
        return extent.weighed(box, size, self.odds, self.at - self.before.at, looks)

    def _smooth(self) -> State:
        """What is known of the later sighting, if both are one person."""
        model, nodes = self.later.model, self.later.nodes
        start = bisect_left(nodes, self.at, key=_when)
        states, state = [], self.before
        for node in nodes[start : start + TUNED.lag + 1]:
            state = model.see(state, node.seen)
            states.append(state)
        for earlier in reversed(states[:-1]):
            state = model.smooth(earlier, state)
        return state
