"""Following boxes through frames by geometry alone, in both directions.

A face is seen every few frames. Between two looks its box is interpolated; before the
first and after the last it is carried on for a while, so that nobody flashes up on
entering, turning away or being hidden. Nothing here looks at pixels, or knows whose box
it is. Places are kept in the coordinates of the scene: what the camera's own movement
adds is taken off first, so that a pan does not tear boxes from faces.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from habeas.faces import Box, Sighting

#: Frames to either side in which a face's greatest size counts.
_AROUND = 9
#: Frames for which somebody unseen goes on as fast, and in which that falls to a third after.
_STRAIGHT, _FADES = 8, 16
#: Sizes of a face a frame below which somebody stands.
_STILL = 0.04
#: Sizes of a face and its change of size within which a faint sighting continues a track: at
#: once, more each frame for which it was not seen, and at most.
_FAINT, _FAINTER, _FAINTEST = 0.6, 0.008, 1.0
#: The same from which a sighting that continues a track begins one of its own as well.
_DOUBT = 1.0
#: The same, or sizes from the straight way on, from which a sighting may as well be somebody
#: else's, and within which the next one shows where the way went on in that case.
_PERHAPS, _AFTER_ALL = 0.5, 0.8
#: Open ways at once; there are four at most in a crowd, and more in a storm of false sightings.
_OPEN = 64
#: Sizes of a face from the way a track may have gone within which a sighting continues it.
_FAR = 5.0
#: By how much of the box a cover grows each frame since the face was seen, and at most.
_GROWS, _GROWN = 0.03, 0.7


@dataclass(frozen=True)
class Tracking:
    """How far boxes are carried, and how far they grow. Times count in frames of the usual length.

    Attributes:
        before: covered before a face is first seen.
        after: covered after it was last seen.
        stood: covered before a face is first seen that stood still.
        gap: longest stretch without a sighting that is closed, from both of its ends.
        once: the same after a single sighting, which does not tell where to.
        linger: covered after a face was last seen that stood still: it has not gone away, it
            is hidden or turned.
        keep: score from which a sighting begins a track; a fainter one may continue it.
        sure: score from which one look makes a face.
        grow: size of a cover over that of the box.
        pad: pixels by which a cover is wider to each side beyond that: what a detector may be
            off, which is much of a small face.
    """

    before: int
    after: int
    stood: int
    gap: int
    once: int
    linger: int
    keep: float
    sure: float
    grow: float = 1.03
    pad: float = 0.0


@dataclass(frozen=True)
class _Seen:
    at: float
    x: float
    y: float
    width: float
    height: float

    @property
    def size(self) -> float:
        return max(self.width, self.height)


def _when(seen: _Seen) -> float:
    return seen.at


@dataclass
class _Track:
    scene: int
    seen: list[_Seen] = field(default_factory=list)
    sure: bool = False
    #: Began with a sighting that another track went on with.
    shared: bool = False

    def speed(self, *, at_end: bool) -> tuple[float, float]:
        """Pixels a frame's time, over up to the last (or first) three sightings."""
        some = self.seen[-3:] if at_end else self.seen[:3]
        span = some[-1].at - some[0].at
        if span <= 0:
            return 0.0, 0.0
        return (some[-1].x - some[0].x) / span, (some[-1].y - some[0].y) / span

    def stands(self, *, at_end: bool) -> bool:
        """Whether it hardly moved when last (or first) seen; a few sightings tell."""
        if len(self.seen) < 3:
            return False
        dx, dy = self.speed(at_end=at_end)
        return math.hypot(dx, dy) < _STILL * self.seen[-1 if at_end else 0].size

    def place(self, at: float) -> _Seen:
        """Where the box is at a time: interpolated, or carried on at its last speed."""
        if at <= self.seen[0].at or at >= self.seen[-1].at:
            at_end = at >= self.seen[-1].at
            near = self.seen[-1 if at_end else 0]
            dx, dy = self.speed(at_end=at_end)
            # People who leave our sight go on for a moment, and rarely straight on for long.
            steps = at - near.at
            straight = min(abs(steps), _STRAIGHT)
            faded = _FADES * (1 - math.exp((straight - abs(steps)) / _FADES))
            run = math.copysign(straight + faded, steps)
            return _Seen(at, near.x + dx * run, near.y + dy * run, near.width, near.height)
        right = bisect_left(self.seen, at, key=_when)
        a, b = self.seen[right - 1], self.seen[right]
        t = (at - a.at) / (b.at - a.at)
        return _Seen(
            at,
            a.x + (b.x - a.x) * t,
            a.y + (b.y - a.y) * t,
            a.width + (b.width - a.width) * t,
            a.height + (b.height - a.height) * t,
        )

    def off(self, seen: _Seen) -> float:
        """Pixels from a later sighting to the way this one may have gone.

        Who was not seen for a while may have gone straight on, or have stopped at any point of
        that way: somebody who runs past unseen is the same track when seen again.
        """
        last, (dx, dy) = self.seen[-1], self.speed(at_end=True)
        run = seen.at - last.at
        to_x, to_y, way = seen.x - last.x, seen.y - last.y, dx * dx + dy * dy
        gone = min(max((to_x * dx + to_y * dy) / way, 0.0), run) if way else 0.0
        return math.hypot(to_x - dx * gone, to_y - dy * gone)

    def strays(self, seen: _Seen) -> float:
        """Sizes from a later sighting to where this one is if it went straight on."""
        last, (dx, dy) = self.seen[-1], self.speed(at_end=True)
        run = seen.at - last.at
        away = math.hypot(seen.x - last.x - dx * run, seen.y - last.y - dy * run)
        return away * 2 / (seen.size + last.size)

    def whole(self, at: float) -> _Seen:
        """Where to cover at a time: the place, as large as the face was seen around then.

        A face that goes behind a post is found by what is left to be seen of it; half of a
        face tells who it is, and the next frame may show more.
        """
        place = self.place(at)
        since = bisect_left(self.seen, at - _AROUND, key=_when)
        near = self.seen[since : bisect_right(self.seen, at + _AROUND, key=_when)]
        width = max([place.width, *(each.width for each in near)])
        height = max([place.height, *(each.height for each in near)])
        return _Seen(at, place.x, place.y, width, height)

    def distance(self, at: float) -> float:
        """Time from *at* to the nearest sighting."""
        right = bisect_left(self.seen, at, key=_when)
        return min(abs(each.at - at) for each in self.seen[max(0, right - 1) : right + 1])


class Tracker:
    """Boxes in, boxes for every frame out. Frames are numbered from 0 and told in order."""

    def __init__(self, tracking: Tracking) -> None:
        self._tracking = tracking
        self._tracks: list[_Track] = []
        #: Ways that tracks went if a doubtful sighting was somebody else's: open until one fits.
        self._open: list[_Track] = []
        self._closed: list[_Track] = []
        self._scene = 0
        self._scenes: dict[int, int] = {}
        self._origin: dict[int, tuple[float, float]] = {}
        self._times: dict[int, float] = {}
        self._at = (0.0, 0.0)
        #: Faces that were followed so far.
        self.faces = 0
        #: Where the last look began tracks, pixels of its frame: how fast they are is not known.
        self.begun: list[Box] = []

    def see(
        self,
        frame: int,
        faces: Sequence[Sighting] | None,
        shift: tuple[float, float] = (0.0, 0.0),
        *,
        at: float | None = None,
        cut: bool = False,
    ) -> None:
        """Tell what was found in *frame*.

        Args:
            frame: its number, one more than the last.
            faces: what a look found; None where nobody looked.
            shift: how far the picture's content moved since the last frame, pixels.
            at: its time, in frames of the usual length; its number for None.
            cut: a new scene begins: nothing before has to do with anything after.
        """
        if cut:
            self._scene += 1
        self._at = (self._at[0] + shift[0], self._at[1] + shift[1])
        self._origin[frame] = self._at
        self._scenes[frame] = self._scene
        self._times[frame] = float(frame) if at is None else at
        if faces is not None:
            self._associate(self._times[frame], faces)

    def boxes(self, frame: int) -> list[Box]:
        """What to cover in *frame*, grown; final once `gap` further frames were told."""
        origin, scene, at = self._origin[frame], self._scenes[frame], self._times[frame]
        ways = [track for track in self._tracks if track.sure and self._reaches(track, at)]
        # Before that, and after they are closed, the track itself goes there.
        ways += [way for way in self._open if 0 <= at - way.seen[-1].at <= self._tracking.after]
        ways += [way for way in self._closed if way.seen[-2].at <= at <= way.seen[-1].at]
        return [
            _grown(way.whole(at), origin, self._growth(way.distance(at)), self._tracking.pad)
            for way in ways
            if way.scene == scene
        ]

    def forget(self, frame: int) -> None:
        """Frames up to *frame* will not be asked for again."""
        at = self._times.pop(frame, float(frame))
        self._origin.pop(frame, None)
        self._scenes.pop(frame, None)
        keep = max(self._tracking.gap, self._tracking.linger)
        self._tracks = [each for each in self._tracks if each.seen[-1].at + keep > at]
        self._open = [each for each in self._open if each.seen[-1].at + self._tracking.after > at]
        self._closed = [each for each in self._closed if each.seen[-1].at > at]
        for track in self._tracks:
            # Old sightings matter no more; three tell the speed.
            while len(track.seen) > 3 and track.seen[2].at < at - self._tracking.gap:
                track.seen.pop(0)

    def _reaches(self, track: _Track, at: float) -> bool:
        first, last = track.seen[0].at, track.seen[-1].at
        rules = self._tracking
        # Who stands has not just come, and does not just go: something was in front.
        before = rules.stood if track.stands(at_end=False) else rules.before
        after = rules.linger if track.stands(at_end=True) else rules.after
        return first - before <= at <= last + after

    def _patience(self, track: _Track) -> int:
        """How long a track that is not seen may still be gone on with."""
        if len(track.seen) == 1:
            return self._tracking.once
        linger = self._tracking.linger if track.stands(at_end=True) else 0
        return max(self._tracking.gap, linger)

    def _growth(self, distance: float) -> float:
        """Covers grow with the time since the face was seen."""
        return self._tracking.grow + min(_GROWN, _GROWS * distance)

    def _associate(self, at: float, faces: Sequence[Sighting]) -> None:
        ox, oy = self._at
        new = [
            _Seen(
                at,
                (face.box.left + face.box.right) / 2 - ox,
                (face.box.top + face.box.bottom) / 2 - oy,
                face.box.width,
                face.box.height,
            )
            for face in faces
        ]
        places = np.array([(seen.x, seen.y) for seen in new]).reshape(-1, 2)
        clear = [face.score >= self._tracking.keep for face in faces]
        live = [
            track
            for track in self._tracks
            if track.scene == self._scene and at - track.seen[-1].at <= self._patience(track)
        ]
        # What is seen clearly chooses first; what is not may still continue a sure track where
        # it is expected, and never begins one (Zhang et al., ByteTrack, ECCV 2022).
        pairs = sorted(
            (not clear[n], track.shared and len(track.seen) == 1, cost, t, n)
            for t, track in enumerate(live)
            for n in _near(track, at, places)
            if (cost := _cost(track, new[n])) is not None
            and (clear[n] or (track.sure and cost < _faint(at - track.seen[-1].at)))
        )
        taken_tracks: set[int] = set()
        taken_new: set[int] = set()
        doubtful: set[int] = set()
        closed = self._close(at, new)
        for _, _, cost, t, n in pairs:
            if t not in taken_tracks and n not in taken_new:
                taken_tracks.add(t)
                taken_new.add(n)
                doubt = max(cost, live[t].strays(new[n]))
                if doubt > _DOUBT and len(live[t].seen) > 1:
                    doubtful.add(n)
                if doubt > _PERHAPS and live[t].sure and len(live[t].seen) > 1:
                    self._open.append(_Track(self._scene, live[t].seen[-3:], sure=True))
                live[t].seen.append(new[n])
                # Two looks agree: that is a face, however unsure each was.
                self._make_sure(live[t])
        del self._open[:-_OPEN]
        for n, way in closed:
            # Nobody else's sighting: that way was the right one, and goes on.
            (self._closed if n in taken_new else self._tracks).append(way)
            taken_new.add(n)
        self.begun = []
        for n, face in enumerate(faces):
            sure = face.score >= self._tracking.sure
            # Far from where the track was expected, this may be somebody else who just came.
            if (n not in taken_new and clear[n]) or n in doubtful:
                track = _Track(self._scene, [new[n]], shared=n in doubtful)
                self._tracks.append(track)
                if sure:
                    self._make_sure(track)
                    self.begun.append(face.box)

    def _close(self, at: float, new: Sequence[_Seen]) -> list[tuple[int, _Track]]:
        """End open ways with what fits them, whoever else's sighting that is; tell which.

        Where two people cross, one sighting may stand for both; each is covered on their way to it.
        """
        still, closed = [], []
        for way in self._open:
            cost, nearest = min(
                ((cost, n) for n, seen in enumerate(new) if (cost := _cost(way, seen)) is not None),
                default=(math.inf, 0),
            )
            waited = at - way.seen[-1].at
            if way.scene != self._scene or waited > self._tracking.gap or cost > _AFTER_ALL:
                still.append(way)
            else:
                if waited <= self._tracking.after and way.strays(new[nearest]) > _PERHAPS:
                    # They would have stopped there; they may as well have gone straight on.
                    still.append(_Track(way.scene, list(way.seen), sure=True))
                way.seen.append(new[nearest])
                closed.append((nearest, way))
        self._open = still
        return closed

    def _make_sure(self, track: _Track) -> None:
        self.faces += not track.sure
        track.sure = True


def _near(track: _Track, at: float, places: NDArray[np.float64]) -> list[int]:
    """Which of *places* the track may have reached at all: in a crowd, few.

    Args:
        track: seen at least once.
        at: the time of the places.
        places: x and y, in rows.
    """
    last, (dx, dy) = track.seen[-1], track.speed(at_end=True)
    far = 1.5 * _FAR * last.size + math.hypot(dx, dy) * (at - last.at)
    close = np.abs(places - (last.x, last.y)) <= far
    return [int(n) for n in np.flatnonzero(close[:, 0] & close[:, 1])]


def _faint(waited: float) -> float:
    return min(_FAINT + _FAINTER * waited, _FAINTEST)


def _cost(track: _Track, seen: _Seen) -> float | None:
    """Distance of a sighting from where the track may have gone, in sizes; None if too far."""
    last = track.seen[-1]
    size = (last.size + seen.size) / 2
    ratio = seen.size / last.size
    if not 0.5 < ratio < 2:
        return None
    waited = seen.at - last.at
    distance = track.off(seen) / size
    # A first step has no speed yet to go by, and somebody who runs goes 0.75 of a face a frame.
    reach = 0.5 + 0.3 * waited if len(track.seen) > 1 else 0.8 + 0.75 * waited
    return distance + abs(math.log(ratio)) if distance <= min(reach, _FAR) else None


def _grown(place: _Seen, origin: tuple[float, float], growth: float, pad: float) -> Box:
    x, y = place.x + origin[0], place.y + origin[1]
    half_width, half_height = place.width * growth / 2 + pad, place.height * growth / 2 + pad
    return Box(x - half_width, y - half_height, x + half_width, y + half_height)
