"""Frames in, covered frames out: look, follow, cover. One stage after another, bounded.

    frames → watch (scale, motion, detect every Nth, in parallel) → follow (both ways) → cover

It is decided about a frame only after the frames that follow it, as far as the look-ahead
goes, have been looked at: that is how a face is covered before it is first detected. Frames
wait for that in memory; or their places do, and the frames are read again (`_again`).
"""

from __future__ import annotations

import contextlib
import math
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import av

from habeas.cover._ahead import ahead
from habeas.cover._changes import REFRESH, Changes, unchanged
from habeas.cover._cover import cover, cover_whole
from habeas.cover._look import look, look_around, scaled, zone_box
from habeas.cover._motion import Motion, MotionEstimator
from habeas.cover._planes import small, step
from habeas.cover._track import Tracker, Tracking
from habeas.cover.settings import Quality, Settings
from habeas.faces import Box, Detector, Sighting

#: Seconds: covered before and after a sighting; the same of somebody who stands.
_BEFORE, _AFTER, _STOOD, _LINGER = 0.4, 0.4, 2.0, 4.0
#: Seconds in which somebody seen once may be met again.
_ONCE = 1.0
#: Seconds and bytes of frames that wait for their future at most.
_WAIT, _WAITING = 3.0, 240 * 1024 * 1024
#: Pixels of what the detector sees by which its boxes may be off.
_OFF = 3.5
#: How far threads that look stand back, of 19.
_NICE = 10

T = TypeVar("T")


@dataclass(frozen=True)
class Decision:
    """What to cover in a frame.

    Attributes:
        pts: the frame's time stamp.
        boxes: faces, pixels as stored.
        zones: what is covered always, as a rectangle.
        checked: False where detection failed: all of the frame.
    """

    pts: int | None
    boxes: tuple[Box, ...]
    zones: tuple[Box, ...]
    checked: bool


@dataclass(eq=False)
class Covered:
    """A frame that may be shown: everything to cover in it is painted over.

    Attributes:
        frame: the picture.
        boxes: what was covered, pixels as stored.
        checked: False where detection failed and the whole frame was covered.
    """

    frame: av.VideoFrame
    boxes: tuple[Box, ...]
    checked: bool = True


def paint(frame: av.VideoFrame, decision: Decision, settings: Settings) -> Covered:
    """Paint over what was decided; all of the frame where it could not be checked."""
    if decision.checked:
        cover(frame, decision.boxes, settings.shape)
        # A zone is a rectangle, whatever shape covers faces.
        cover(frame, decision.zones, "box")
    else:
        cover_whole(frame)
    return Covered(frame, (*decision.boxes, *decision.zones), decision.checked)


@dataclass(eq=False)
class _Watched:
    frame: av.VideoFrame
    at: float
    motion: Motion
    look: Future[list[Sighting]] | None = None
    #: Where was looked, stored pixels; None for everywhere.
    regions: tuple[Box, ...] | None = None


@dataclass(frozen=True)
class _Undecided:
    """A frame's number, time stamp, and zones in its pixels."""

    number: int
    pts: int | None
    always: tuple[Box, ...]
    never: tuple[Box, ...]


class Pipeline:
    """The stages for one video.

    Args:
        detector: of small faces; called by several threads.
        settings: how to cover.
        fps: frames a second, about; sets how far the look-ahead reaches.
        fail_closed: cover a frame whole when detection fails, instead of raising.
    """

    def __init__(
        self, detector: Detector, settings: Settings, fps: float, *, fail_closed: bool = False
    ) -> None:
        self._detector = detector
        self._settings = settings
        self._fps = min(max(fps, 1.0), 120.0)
        self._fail_closed = fail_closed
        #: How closely is looked; a recorder that cannot keep up lowers it.
        self.quality: Quality = settings.look
        #: Looks that were taken so far.
        self.looks = 0
        self._tracker: Tracker | None = None
        self._clock = _Clock(self._fps)
        self._changes = Changes()
        #: All faces of the last look, where was not looked again included.
        self._known: list[Sighting] = []
        #: The time of that look, in frames of the usual length.
        self._looked = -math.inf

    @property
    def past(self) -> float:
        """Seconds before a frame that decide what is covered in it."""
        # Three looks tell that somebody stands, and who stands is covered for long when hidden.
        return _LINGER + 3 * REFRESH * self.quality.every / self._fps

    @property
    def future(self) -> float:
        """Seconds after a frame that decide what is covered in it."""
        return self.quality.ahead + REFRESH * self.quality.every / self._fps

    @property
    def faces(self) -> int:
        """Faces that were followed so far."""
        return self._tracker.faces if self._tracker else 0

    def run(self, frames: Iterable[av.VideoFrame]) -> Iterator[Covered]:
        """Every frame, covered, in order; frames wait for their future, a few seconds at most.

        Args:
            frames: decoded, of a format in `PLANAR`, all of one size.
        """
        for frame, decision in self._decided(frames, lambda frame: frame, self._room):
            yield paint(frame, decision, self._settings)

    def decide(self, frames: Iterable[av.VideoFrame], *, live: bool = False) -> Iterator[Decision]:
        """What to cover in every frame of a file, in order; no frame is kept.

        Args:
            frames: as in `run`.
            live: what `run` would cover instead, whose frames wait.
        """
        room = _unbounded if self.quality.again and not live else self._room
        for _, decision in self._decided(frames, lambda _: None, room):
            yield decision

    def _decided(
        self,
        frames: Iterable[av.VideoFrame],
        keep: Callable[[av.VideoFrame], T],
        most: Callable[[av.VideoFrame], float],
    ) -> Iterator[tuple[T, Decision]]:
        with ThreadPoolExecutor(
            self._detector.parallel, thread_name_prefix="look", initializer=_give_way
        ) as executor:
            depth = max(2, min(2 * self.quality.every, 6))
            watched = ahead(self._watch(frames, executor), depth)
            try:
                yield from self._follow(watched, keep, most)
            finally:
                watched.close()

    def _watch(
        self, frames: Iterable[av.VideoFrame], executor: ThreadPoolExecutor
    ) -> Iterator[_Watched]:
        estimator = MotionEstimator()
        held: _Watched | None = None
        looked_last = -math.inf
        for frame in frames:
            shown = small(frame)
            item = _Watched(frame, self._clock.at(frame), estimator.next(shown))
            if item.motion.cut or item.motion.dx or item.motion.dy:
                # Whatever stands in the scene has another place in the picture.
                self._changes.forget()
            if item.motion.cut and held is not None and held.look is None:
                # The last frame of a scene: nothing after it will tell what it showed.
                self._submit(executor, held)
            # By time: after a long frame people are elsewhere.
            if item.motion.cut or item.at - looked_last > self.quality.every - 0.5:
                self._submit(executor, item, self._changes.regions(shown))
                looked_last = item.at
            if held is not None:
                yield held
            held = item
        if held is not None:
            if held.look is None:
                self._submit(executor, held)
            yield held

    def _submit(
        self, executor: ThreadPoolExecutor, item: _Watched, shares: tuple[Box, ...] | None = None
    ) -> None:
        if shares is not None:
            item.regions = tuple(scaled(each, item.frame) for each in shares)
        self.looks += shares != ()
        item.look = executor.submit(
            look, self._detector, item.frame, self.quality, regions=item.regions
        )

    def _follow(
        self,
        watched: Iterable[_Watched],
        keep: Callable[[av.VideoFrame], T],
        most: Callable[[av.VideoFrame], float],
    ) -> Iterator[tuple[T, Decision]]:
        waiting: deque[tuple[T, _Undecided]] = deque()
        failed: set[int] = set()
        tracker: Tracker | None = None
        reach = 0
        for told, item in enumerate(watched):
            if tracker is None:
                tracking = self._tracking(item.frame, most(item.frame))
                tracker = self._tracker = Tracker(tracking)
                reach = tracking.gap
            self._tell(tracker, told, item, failed)
            waiting.append((keep(item.frame), self._undecided(told, item.frame)))
            if len(waiting) > reach:
                kept, undecided = waiting.popleft()
                yield kept, self._decision(tracker, undecided, failed)
        while tracker is not None and waiting:
            kept, undecided = waiting.popleft()
            yield kept, self._decision(tracker, undecided, failed)

    def _room(self, frame: av.VideoFrame) -> float:
        """How many frames like this one may wait."""
        size = sum(plane.buffer_size for plane in frame.planes)
        return min(_WAIT * self._fps, _WAITING // max(1, size))

    def _tracking(self, frame: av.VideoFrame, most: float) -> Tracking:
        gap = max(2, round(min(self.quality.ahead * self._fps, most)))
        return Tracking(
            before=min(round(_BEFORE * self._fps), gap), after=max(2, round(_AFTER * self._fps)),
            gap=gap, once=min(round(_ONCE * self._fps), gap),
            stood=min(round(_STOOD * self._fps), gap),
            linger=round(_LINGER * self._fps), keep=self.quality.keep,
            sure=self.quality.sure,
            pad=_OFF / self.quality.scale(max(frame.width, frame.height)),
        )  # fmt: skip

    def _tell(self, tracker: Tracker, number: int, item: _Watched, failed: set[int]) -> None:
        found: list[Sighting] | None = None
        again = self._again(tracker, item)
        if item.look is not None or again:
            try:
                if item.look is None:
                    self.looks += 1
                    found = look_around(self._detector, item.frame, self.quality, again)
                else:
                    found = item.look.result()
                    if item.regions is not None:
                        found = [*found, *unchanged(self._known, found, item.regions)]
                    self._known, self._looked = found, item.at
            except Exception:
                if not self._fail_closed:
                    raise
                # Nobody knows what these frames show until the next look that works.
                failed.add(number)
        side = step(item.frame)
        shift = (item.motion.dx * side, item.motion.dy * side)
        tracker.see(number, found, shift, at=item.at, cut=item.motion.cut)
        if again:
            # Whom that look met first, the next one meets as soon.
            tracker.begun = []

    def _again(self, tracker: Tracker, item: _Watched) -> list[Box]:
        """Where to look at a frame between two looks: who just came may be gone by the next.

        Two sightings tell how fast somebody is, and so where they were before the first.
        """
        if not tracker.begun or item.at - self._looked < self.quality.every / 2:
            return []
        begun, tracker.begun = tracker.begun, []
        return [] if item.motion.cut else begun

    def _undecided(self, number: int, frame: av.VideoFrame) -> _Undecided:
        always, never = (
            tuple(zone_box(zone, frame) for zone in zones)
            for zones in (self._settings.always, self._settings.never)
        )
        return _Undecided(number, frame.pts, always, never)

    def _decision(self, tracker: Tracker, item: _Undecided, failed: set[int]) -> Decision:
        boxes = (box for box in tracker.boxes(item.number) if not _inside(box, item.never))
        # A failed look leaves all frames around it unchecked, up to the next at everything.
        near = self.quality.every * REFRESH
        checked = not any(abs(item.number - at) <= near for at in failed)
        decision = Decision(item.pts, tuple(boxes), item.always, checked)
        tracker.forget(item.number)
        failed.difference_update([at for at in failed if at < item.number - near])
        return decision


def _give_way() -> None:
    """This thread works when the encoder has nothing to do: everybody waits for that one."""
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)


class _Clock:
    """Times of frames, counted in frames of the usual length; they never stand still."""

    def __init__(self, fps: float) -> None:
        self._fps = fps
        self._last = -1.0

    def at(self, frame: av.VideoFrame) -> float:
        time = frame.time if frame.pts is not None and frame.time_base is not None else None
        told = self._last + 1 if time is None else time * self._fps
        # A gap in the time stamps is no time in which anybody moved: the next frame follows.
        self._last = min(max(told, self._last + 0.05), self._last + 12)
        return self._last


def _unbounded(_: av.VideoFrame) -> float:
    return math.inf


def _inside(box: Box, zones: Iterable[Box]) -> bool:
    x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    return any(z.left <= x <= z.right and z.top <= y <= z.bottom for z in zones)
