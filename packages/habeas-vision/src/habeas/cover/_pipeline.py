"""Frames in, covered frames out: look, follow, cover. One stage after another, bounded.

    frames → watch (scale, motion, looks, in parallel) → follow (both ways) → cover

It is decided about a frame only after the frames that follow it, as far as the look-ahead
goes, have been looked at: that is how a face is covered before it is first detected. Frames
wait for that in memory (`_waiting`); or their places do, and the frames are read again (`_again`).
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol, TypeVar

import av

from habeas.cover._ahead import ahead
from habeas.cover._changes import unchanged
from habeas.cover._damage import is_sound
from habeas.cover._decision import Covered, Decision, paint
from habeas.cover._frames import copying
from habeas.cover._geometry import EXTENTS
from habeas.cover._head import Filter, HeadMotion
from habeas.cover._look import look_around, zone_box
from habeas.cover._planes import step
from habeas.cover._tracker import Evidence, Tracker, Tracking
from habeas.cover._tuning import TUNED
from habeas.cover._unchecked import Unchecked
from habeas.cover._waiting import Waiting
from habeas.cover._watch import Watch, Watched
from habeas.cover._way_up import merged
from habeas.cover.settings import Settings
from habeas.faces import Box, Detector, Sighting

#: Seconds and bytes of frames that wait for their future at most.
_WAIT, _WAITING = 3.0, 240 * 1024 * 1024
#: Watched frames that wait to be followed: looks go on meanwhile. Of a camera fewer: whoever is
#: behind is late by all that wait here, and two more are looked at before and after them.
_AHEAD, _AHEAD_LIVE = 6, 1

T = TypeVar("T")


class Watcher(Protocol):
    """Is shown frames before they are final, if it asks for them: see `Pipeline.run`."""

    def waits(self) -> bool:
        """Whether it wants to see the frame that came now: asked for each, since each is large."""

    def show(self, make: Callable[[], Covered]) -> None:
        """That frame, a moment later; *make* paints a copy."""


@dataclass(frozen=True)
class _Undecided:
    """A frame's number, time in seconds, time stamp; is it sound, did it move; zones in pixels."""

    number: int
    at: float
    pts: int | None
    sound: bool
    moving: bool
    always: tuple[Box, ...]
    never: tuple[Box, ...]


class Pipeline:
    """The stages for one video.

    Who cannot keep up gives it fewer frames: all that it is given are looked at as closely as the
    settings say, and what could not be looked at is covered whole.

    Args:
        detector: of small faces; called by several threads.
        settings: how to cover.
        fps: frames a second, about; for frames without a time.
        fail_closed: cover frames whole when detection fails, instead of raising.
    """

    def __init__(
        self, detector: Detector, settings: Settings, fps: float, *, fail_closed: bool = False
    ) -> None:
        self._detector = detector
        self._settings = settings
        self._quality = settings.look
        self._fail_closed = fail_closed
        self._watch = Watch(
            detector, self._quality, min(max(fps, 0.1), 1000.0), turned=settings.turn != 0
        )
        self._tracker: Tracker | None = None
        self._unchecked = Unchecked()
        #: All faces of the last look, where was not looked again included.
        self._known: list[Sighting] = []
        #: The time of that look, seconds.
        self._looked = -math.inf
        self._again = 0
        self._copy = copying()

    @property
    def looks(self) -> int:
        """Looks that were taken so far."""
        return self._watch.looks + self._again

    @property
    def turn(self) -> int:
        """Degrees clockwise that bring pictures upright, beyond `Settings.turn` and their tag.

        Found by itself where the settings say nothing, and 0 where it is in doubt; known before
        the first frame is given, if anybody was in sight in the seconds that frames wait. The
        pictures themselves are not turned: what is written is tagged so.
        """
        return -90 * self._watch.way_up.certain % 360

    @property
    def past(self) -> float:
        """Seconds before a frame that decide what is covered in it."""
        return self._quality.ahead + 2 * TUNED.refresh

    @property
    def future(self) -> float:
        """Seconds after a frame that decide what is covered in it."""
        return self._quality.ahead + 2 * TUNED.refresh

    @property
    def faces(self) -> int:
        """Faces that were followed so far."""
        return self._tracker.faces if self._tracker else 0

    def run(
        self,
        frames: Iterable[av.VideoFrame],
        watcher: Watcher | None = None,
        *,
        sparing: bool = False,
    ) -> Iterator[Covered]:
        """Every frame, covered, in order; frames wait for their future, a few seconds at most.

        Args:
            frames: decoded, of a format in `PLANAR`, all of one size.
            watcher: is shown the frames that it waits for, after `TUNED.soon` seconds of their
                future: a copy that is covered as far as it is known by then, and wider.
            sparing: for a camera. Frames wait in less memory, and take more time (see `Waiting`);
                fewer are looked at before it is their turn.
        """
        line = Waiting(sparing=sparing)
        depth = _AHEAD_LIVE if sparing else _AHEAD
        for kept, decision in self._decided(
            frames, line.keep, waiting=True, depth=depth, watcher=watcher
        ):
            yield paint(line.give(kept), decision, self._settings)

    def decide(self, frames: Iterable[av.VideoFrame], *, live: bool = False) -> Iterator[Decision]:
        """What to cover in every frame of a file, in order; no frame is kept.

        Args:
            frames: as in `run`.
            live: what `run` would cover instead, whose frames wait.
        """
        waiting = live or not self._quality.again
        for _, decision in self._decided(frames, lambda _: None, waiting=waiting):
            yield decision

    def _decided(
        self,
        frames: Iterable[av.VideoFrame],
        keep: Callable[[av.VideoFrame], T],
        *,
        waiting: bool,
        depth: int = _AHEAD,
        watcher: Watcher | None = None,
    ) -> Iterator[tuple[T, Decision]]:
        with self._watch.executor() as executor:
            watched = ahead(self._watch.watch(frames, executor), depth)
            try:
                yield from self._follow(watched, keep, watcher, waiting=waiting)
            finally:
                watched.close()

    def _follow(
        self,
        watched: Iterable[Watched],
        keep: Callable[[av.VideoFrame], T],
        watcher: Watcher | None,
        *,
        waiting: bool,
    ) -> Iterator[tuple[T, Decision]]:
        undecided: deque[tuple[T, _Undecided]] = deque()
        early: deque[tuple[av.VideoFrame, _Undecided]] = deque()
        tracker: Tracker | None = None
        window = min(self._quality.ahead, _WAIT) if waiting else self._quality.ahead
        most = math.inf
        for number, item in enumerate(watched):
            if tracker is None:
                tracker = self._tracker = Tracker(self._tracking(item.frame))
                if waiting:
                    size = sum(plane.buffer_size for plane in item.frame.planes)
                    most = max(1, _WAITING // max(1, size))
            self._tell(tracker, number, item)
            this = self._undecided(number, item)
            undecided.append((keep(item.frame), this))
            if watcher is not None:
                if watcher.waits():
                    early.append((item.frame, this))
                while early and item.at - early[0][1].at >= TUNED.soon:
                    self._show(tracker, watcher, *early.popleft())
            while len(undecided) > most or item.at - undecided[0][1].at >= window:
                kept, frame = undecided.popleft()
                if early and early[0][1] is frame:
                    # It is large, and waits no longer.
                    early.popleft()
                yield kept, self._decision(tracker, frame)
        while tracker is not None and undecided:
            kept, frame = undecided.popleft()
            yield kept, self._decision(tracker, frame)

    def _show(
        self, tracker: Tracker, watcher: Watcher, frame: av.VideoFrame, item: _Undecided
    ) -> None:
        def make() -> Covered:
            boxes = self._open(tracker.early(item.number), item)
            checked = item.sound and self._unchecked.checked(item.at)
            decision = Decision(item.pts, boxes, item.always, checked, item.moving)
            # What is painted on is the watcher's own: the frame itself is not decided yet.
            return paint(self._copy(frame), decision, self._settings)

        watcher.show(make)

    def _tracking(self, frame: av.VideoFrame) -> Tracking:
        quality = self._quality
        return Tracking(
            Filter(HeadMotion(), quality.scale(max(frame.width, frame.height))),
            Evidence(quality.begin, quality.alone),
            EXTENTS[self._settings.cover].widened(self._settings.beyond),
            window=quality.ahead,
        )

    def _tell(self, tracker: Tracker, number: int, item: Watched) -> None:
        side = step(item.frame)
        shift = (item.motion.dx * side, item.motion.dy * side)
        begun = self._begun(tracker, item)
        found: list[Sighting] | None = None
        still: list[Sighting] = []
        try:
            if item.look is not None:
                found = merged(item.look.result(), item.way, 1.3 * self._quality.begin)
                if item.regions is not None:
                    still = unchanged(self._known, found, item.regions)
                self._known, self._looked = [*found, *still], item.at
                self._unchecked.looked(item.at, whole=item.regions is None)
            elif begun:
                self._again += 1
                found = look_around(self._detector, item.frame, self._quality, begun, item.way)
        except Exception:
            if not self._fail_closed:
                raise
            # Nobody knows what these frames show until the next look that works.
            self._unchecked.failed()
        tracker.see(number, item.at, found, still=still, shift=shift, cut=item.motion.cut)
        if begun:
            # Whom that look met first, the next one meets as soon.
            tracker.begun = []

    def _begun(self, tracker: Tracker, item: Watched) -> list[Box]:
        """Where to look at a frame between two looks: who just came may be gone by the next.

        Two sightings tell how fast somebody is, and so where they were before the first.
        """
        if item.look is not None or item.at - self._looked < self._quality.interval / 2:
            return []
        begun, tracker.begun = tracker.begun, []
        return begun

    def _undecided(self, number: int, item: Watched) -> _Undecided:
        always, never = (
            tuple(zone_box(zone, item.frame) for zone in zones)
            for zones in (self._settings.always, self._settings.never)
        )
        sound = is_sound(item.frame)
        moving = item.motion.moving
        return _Undecided(number, item.at, item.frame.pts, sound, moving, always, never)

    def _decision(self, tracker: Tracker, item: _Undecided) -> Decision:
        boxes = self._open(tracker.boxes(item.number), item)
        checked = item.sound and self._unchecked.checked(item.at)
        decision = Decision(item.pts, boxes, item.always, checked, item.moving)
        tracker.forget(item.number)
        self._unchecked.forget(item.at)
        return decision

    def _open(self, boxes: Iterable[Box], item: _Undecided) -> tuple[Box, ...]:
        return tuple(box for box in boxes if not _inside(box, item.never))


def _inside(box: Box, zones: Iterable[Box]) -> bool:
    x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    return any(z.left <= x <= z.right and z.top <= y <= z.bottom for z in zones)
