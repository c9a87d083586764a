"""Following heads through frames by geometry alone, in both directions of time.

    looks → sightings → tracks and links (`_association`) → smoothed (`_track`) → covers

Places are kept in the coordinates of the scene: what the camera's own movement adds is taken off
first, so that a pan does not tear covers from faces.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from habeas.cover._association import Chances, Pairs, pair, ratios
from habeas.cover._geometry import CoverSize, box_of, is_part, moved
from habeas.cover._head import Filter, Seen
from habeas.cover._track import Link, Node, Track
from habeas.cover._tuning import TUNED
from habeas.faces import Box, Sighting


@dataclass(frozen=True)
class Evidence:
    """What makes a face, by the detector's scores (0 to 1).

    Attributes:
        begin: a sighting of that score begins a track; fainter ones may continue it.
        alone: one sighting of that score is a face.
        confirm: seconds within which a second look tells whether a fainter one is. Where no look
            comes so soon (a single picture, a low rate), `begin` suffices.
        together: seconds within which two fainter ones are a face; or in two looks that follow one
            another. Textures are taken for faces now and then, people look after look (the two of
            so many of Blackman and Popoli 1999, section 6.4).
        surely: log likelihood ratio from which a faint sighting continues a track. Generated.
    """

    begin: float = 0.2
    alone: float = 0.4
    confirm: float = 0.17
    together: float = 0.6
    surely: float = 1.5


@dataclass(frozen=True)
class Tracking:
    """All that the tracker is told.

    Attributes:
        model: of movement and of the detector's errors.
        evidence: what makes a face.
        extent: how much is covered.
        chances: how likely what is.
        window: seconds for which somebody unseen may be met again.
    """

    model: Filter
    evidence: Evidence = field(default_factory=Evidence)
    extent: CoverSize = field(default_factory=CoverSize)
    chances: Chances = field(default_factory=Chances)
    window: float = 6.0


@dataclass(frozen=True, slots=True)
class _Frame:
    at: float
    scene: int
    origin: tuple[float, float]


class Tracker:
    """Sightings in, boxes for every frame out. Frames are numbered, and told in order."""

    def __init__(self, tracking: Tracking) -> None:
        self._tracking = tracking
        self._tracks: list[Track] = []
        self._links: list[Link] = []
        self._frames: dict[int, _Frame] = {}
        self._scene = 0
        self._origin = (0.0, 0.0)
        self._looked = float("-inf")
        self._looks: list[float] = []
        #: Faces that were followed so far.
        self.faces = 0
        #: Where the last look met somebody for the first time, pixels of its frame.
        self.begun: list[Box] = []

    def see(
        self,
        frame: int,
        at: float,
        found: Sequence[Sighting] | None,
        *,
        still: Sequence[Sighting] = (),
        shift: tuple[float, float] = (0.0, 0.0),
        cut: bool = False,
    ) -> None:
        """Tell what was found in a frame.

        Args:
            frame: its number, more than the last one's.
            at: its time in seconds, later than the last one's.
            found: what a look found; None where nobody looked.
            still: faces of the look before, where nobody looked as nothing has changed.
            shift: how far the picture's content moved since the last frame, pixels.
            cut: a new scene begins: nothing before has to do with anything after.
        """
        if cut:
            self._scene += 1
            self._looked = float("-inf")
        self._origin = (self._origin[0] + shift[0], self._origin[1] + shift[1])
        self._frames[frame] = _Frame(at, self._scene, self._origin)
        if found is not None:
            known = [self._seen(at, each, fresh=False) for each in still]
            seen = [self._seen(at, each, fresh=True) for each in found]
            # What lies within one that stands still is what the edge of the look left of it.
            seen = [each for each in seen if not any(is_part(each, it) for it in known)] + known
            self._associate(at, seen)
            self._looked = at
            self._looks.append(at)

    def _seen(self, at: float, face: Sighting, *, fresh: bool) -> Seen:
        box, (x, y) = face.box, self._origin
        evidence = self._tracking.evidence
        least = evidence.begin * TUNED.faint
        plain = min(max((face.score - least) / (evidence.alone - least), 0.0), 1.0)
        return Seen(
            at, (box.left + box.right) / 2 - x, (box.top + box.bottom) / 2 - y,
            box.width, box.height, face.score, fresh, plain,
        )  # fmt: skip

    def boxes(self, frame: int) -> list[Box]:
        """What to cover in a frame; final once `window` further seconds were told."""
        this = self._frames[frame]
        extent = self._tracking.extent
        ways: list[Track | Link] = [*self._tracks, *self._links]
        found = [
            way.cover(this.at, extent)
            for way in ways
            if way.scene == this.scene and way.is_face(self._tracking.evidence.confirm)
        ]
        return [moved(box, this.origin) for box in found if box is not None]

    def early(self, frame: int) -> list[Box]:
        """What to cover in a frame of which little is known that comes after it.

        It is more than `boxes` covers then: what was seen once is a face until it is known to be
        none, and who is lost is somewhere around. `boxes` is not changed by it.
        """
        this = self._frames[frame]
        extent = self._tracking.extent.early
        # Both keep what they have smoothed, and more sightings are to come.
        tracks = (replace(it, nodes=[replace(node) for node in it.nodes]) for it in self._tracks)
        ways: list[Track | Link] = [*tracks, *(replace(each) for each in self._links)]
        found = [way.cover(this.at, extent) for way in ways if way.scene == this.scene]
        return [moved(box, this.origin) for box in found if box is not None]

    def forget(self, frame: int) -> None:
        """Frames up to this one will not be asked for again."""
        at = self._frames.pop(frame).at
        self._links = [link for link in self._links if link.at > at]
        horizon = at - self._tracking.window
        del self._looks[: bisect_left(self._looks, horizon)]
        self._tracks = [track for track in self._tracks if track.last.at >= horizon]
        for track in self._tracks:
            track.forget(at)

    def _associate(self, at: float, seen: Sequence[Seen]) -> None:
        rules, model = self._tracking, self._tracking.model
        live = [
            track
            for track in self._tracks
            if track.scene == self._scene
            and track.until > at
            and at - track.last.at <= rules.window
        ]
        clear = [each.score >= rules.evidence.begin for each in seen]
        times = [
            (track.lasted, at - track.last.at, max(0.0, at - track.looked_after)) for track in live
        ]
        ratio, standing = (
            ratios([expect(track.state, at) for track in live], seen, clear, model, rules.chances,
                   times)
            for expect in (model.expect, model.standing)
        )  # fmt: skip
        ratio += np.array([track.odds for track in live])[:, None]
        # Of whom there is one sighting nobody knows whether they walk. Who stands is met where
        # they were, which for somebody who may be anywhere by now would be a chance in many.
        once = np.array([len(track.nodes) == 1 and not track.doubtful for track in live], np.bool_)
        standing += np.log(rules.chances.stands)
        standing[~once] = -np.inf
        # What is seen clearly chooses first; what is not may still continue a sure track, where it
        # is clearly that track's, and never begins one (Zhang et al., ByteTrack, ECCV 2022). A
        # track that may be nobody's takes what is left.
        sure = np.array([track.sure for track in live], np.bool_)
        doubtful = np.array([track.doubtful for track in live], np.int_)
        faint = ~np.array(clear, np.bool_)
        ratio[~sure[:, None] & faint[None]] = -np.inf
        standing[~sure[:, None] & faint[None]] = -np.inf
        stages = 2 * doubtful[:, None] + faint[None]
        pairs = pair(
            ratio, stages, np.where(faint, rules.evidence.surely, 0.0), rules.chances, standing
        )
        ends = [(track.state, track.size(track.last.at)) for track in live]
        ways = [
            live[before].otherwise(seen[number], odds) if len(live[before].nodes) == 1 else None
            for before, number, odds in pairs.perhaps
        ]
        owners = self._take(live, seen, clear, pairs)
        for (before, number, odds), way in zip(pairs.perhaps, ways, strict=True):
            if number in owners and not live[before].doubtful:
                self._link(Link(*ends[before], live[before], owners[number], seen[number], odds))
                if way is not None:
                    self._tracks.append(way)
        self._resolve(at, live, seen, ratio, owners)
        for track in live:
            if track.last.at < at:
                track.looked_after = min(track.looked_after, at)

    def _take(
        self, live: Sequence[Track], seen: Sequence[Seen], clear: Sequence[bool], pairs: Pairs
    ) -> dict[int, Track]:
        """Add sightings to tracks, and begin new ones; the track that each sighting is of."""
        owners: dict[int, Track] = {}
        self.begun = []
        for number, each in enumerate(seen):
            track = live[pairs.taken[number]] if number in pairs.taken else None
            if track is not None:
                if number in pairs.doubtful and track.sure and len(track.nodes) > 1:
                    # Both may be: that it is theirs, and that they are unseen and somebody came.
                    self._tracks.append(track.unseen(-pairs.doubtful[number]))
                    self._judge(self._begin(each, doubtful=True), each, clear=clear[number])
                track.add(each)
            elif clear[number] and not any(
                each.score < other.score and is_part(each, other) for other in seen
            ):
                track = self._begin(each)
            if track is not None:
                owners[number] = track
                self._judge(track, each, clear=clear[number])
        return owners

    def _resolve(
        self,
        at: float,
        live: Sequence[Track],
        seen: Sequence[Seen],
        ratio: NDArray[np.float64],
        owners: dict[int, Track],
    ) -> None:
        """End what may be nobody's with the sighting that fits, whoever else's that is.

        Where two people cross, one sighting may stand for both; each is covered on their way to it.
        """
        for before, track in enumerate(live):
            if not track.doubtful or track in owners.values():
                continue
            if not track.lasted:
                track.until = at
                continue
            number = max(owners, key=lambda n: float(ratio[before, n]), default=None)
            if number is not None and ratio[before, number] >= self._tracking.evidence.surely:
                size, odds = track.size(track.last.at), float(ratio[before, number])
                self._link(Link(track.state, size, track, owners[number], seen[number], odds))
                track.until = at

    def _link(self, link: Link) -> None:
        self._links.append(link)
        link.later.links.append(link)

    def _begin(self, seen: Seen, *, doubtful: bool = False) -> Track:
        model = self._tracking.model
        track = Track(
            self._scene, model, self._looks, [Node(seen, model.first(seen))],
            looked_before=self._looked, doubtful=doubtful,
        )  # fmt: skip
        self._tracks.append(track)
        return track

    def _judge(self, track: Track, seen: Seen, *, clear: bool) -> None:
        """Whether it is a face, now that it was seen again."""
        evidence = self._tracking.evidence
        seen_twice = False
        if clear and seen.fresh:
            since = min(seen.at - evidence.together, self._looked)
            seen_twice = track.clear_at is not None and track.clear_at >= since
            track.clear_at = seen.at
        if track.sure or not (seen_twice or seen.score >= evidence.alone):
            return
        track.sure = True
        if track.doubtful:
            return
        self.faces += 1
        if len(track.nodes) == 1:
            self.begun.append(moved(box_of(seen), self._origin))
