"""Frames in, covered frames out: look, follow, cover. One stage after another, bounded.

    frames → watch (scale, motion, detect every Nth, in parallel) → follow (both ways) → cover

A frame leaves only after the frames that follow it, as far as the look-ahead goes, have
been looked at: that is how a face is covered before it is first detected.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

import av
import numpy as np
from numpy.typing import NDArray

from habeas.faces import Box, Detector, Face
from habeas.footage._ahead import ahead
from habeas.footage._cover import cover, cover_whole
from habeas.footage._motion import Motion, MotionEstimator, Small, moved
from habeas.footage._track import Tracker, Tracking
from habeas.footage.settings import Quality, Settings, Zone

#: Longest side of the small picture in which motion is measured, pixels.
_SMALL = 240
#: Seconds: covered before and after a sighting; the longest gap that is closed; covered after
#: a sighting of somebody who stands.
_BEFORE, _AFTER, _GAP, _LINGER = 0.4, 0.4, 1.0, 4.0
#: Bytes of frames that may wait for their future.
_WAITING = 192 * 1024 * 1024
#: A face as high as that share of the picture is found with this score; a landscape is not.
_LARGE, _LARGE_SURE = 0.35, 0.75
#: While nothing moves, so many times fewer looks.
_IDLE = 4


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


@dataclass(eq=False)
class _Watched:
    frame: av.VideoFrame
    at: float
    motion: Motion
    look: Future[list[Face]] | None = None


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

    @property
    def past(self) -> float:
        """Seconds before a frame that decide what is covered in it."""
        # Three looks tell that somebody stands, and who stands is covered for long when hidden.
        return _LINGER + 3 * _IDLE * self.quality.every / self._fps

    @property
    def future(self) -> float:
        """Seconds after a frame that decide what is covered in it."""
        return _GAP + _IDLE * self.quality.every / self._fps

    @property
    def faces(self) -> int:
        """Faces that were followed so far."""
        return self._tracker.faces if self._tracker else 0

    def run(self, frames: Iterable[av.VideoFrame], *, paint: bool = True) -> Iterator[Covered]:
        """Every frame, covered, in order.

        Args:
            frames: decoded, of a format in `PLANAR`, all of one size.
            paint: False tells the boxes only.
        """
        with ThreadPoolExecutor(self._detector.parallel, thread_name_prefix="look") as executor:
            depth = max(2, min(2 * self.quality.every, 8))
            watched = ahead(self._watch(frames, executor), depth)
            try:
                yield from self._follow(watched, paint=paint)
            finally:
                watched.close()

    def _watch(
        self, frames: Iterable[av.VideoFrame], executor: ThreadPoolExecutor
    ) -> Iterator[_Watched]:
        estimator = MotionEstimator()
        held: _Watched | None = None
        looked_at: Small | None = None
        looked_last = 0.0
        for frame in frames:
            small = _small(frame)
            item = _Watched(frame, self._clock.at(frame), estimator.next(small))
            if item.motion.cut and held is not None and held.look is None:
                # The last frame of a scene: nothing after it will tell what it showed.
                held.look = self._submit(executor, held.frame)
            due = self.quality.every
            if looked_at is not None and not moved(looked_at, small):
                due *= _IDLE
            # By time: after a long frame people are elsewhere.
            if looked_at is None or item.motion.cut or item.at - looked_last > due - 0.5:
                item.look = self._submit(executor, frame)
                looked_at, looked_last = small, item.at
            if held is not None:
                yield held
            held = item
        if held is not None:
            if held.look is None:
                held.look = self._submit(executor, held.frame)
            yield held

    def _submit(self, executor: ThreadPoolExecutor, frame: av.VideoFrame) -> Future[list[Face]]:
        self.looks += 1
        return executor.submit(look, self._detector, frame, self.quality)

    def _follow(self, watched: Iterable[_Watched], *, paint: bool) -> Iterator[Covered]:
        waiting: deque[_Watched] = deque()
        failed: set[int] = set()
        shown = 0
        tracker: Tracker | None = None
        reach = 0
        for told, item in enumerate(watched):
            if tracker is None:
                tracking = self._tracking(item.frame)
                tracker = self._tracker = Tracker(tracking)
                reach = tracking.gap
            waiting.append(item)
            self._tell(tracker, told, item, failed)
            if len(waiting) > reach:
                yield self._finish(tracker, shown, waiting.popleft(), failed, paint=paint)
                shown += 1
        while tracker is not None and waiting:
            yield self._finish(tracker, shown, waiting.popleft(), failed, paint=paint)
            shown += 1

    def _tracking(self, frame: av.VideoFrame) -> Tracking:
        size = sum(plane.buffer_size for plane in frame.planes)
        most = max(2, _WAITING // max(1, size))
        gap = max(2, min(round(_GAP * self._fps), most))
        before = min(round(_BEFORE * self._fps), gap)
        return Tracking(
            before=before, after=max(2, round(_AFTER * self._fps)), gap=gap,
            linger=max(gap, round(_LINGER * self._fps)), sure=self.quality.sure,
        )  # fmt: skip

    def _tell(self, tracker: Tracker, number: int, item: _Watched, failed: set[int]) -> None:
        found: list[Face] | None = None
        if item.look is not None:
            try:
                found = item.look.result()
            except Exception:
                if not self._fail_closed:
                    raise
                # Nobody knows what these frames show until the next look that works.
                failed.add(number)
        scale = max(item.frame.width, item.frame.height) / _SMALL
        shift = (item.motion.dx * scale, item.motion.dy * scale)
        tracker.see(number, found, shift, at=item.at, cut=item.motion.cut)

    def _finish(
        self, tracker: Tracker, number: int, item: _Watched, failed: set[int], *, paint: bool
    ) -> Covered:
        boxes = [
            box for box in tracker.boxes(number) if not _inside(box, item.frame, self._settings)
        ]
        zones = [zone_box(zone, item.frame) for zone in self._settings.always]
        tracker.forget(number)
        # A failed look leaves all frames around it unchecked.
        near = self.quality.every * _IDLE
        checked = not any(abs(number - at) <= near for at in failed)
        failed.difference_update([at for at in failed if at < number - near])
        if paint:
            if checked:
                cover(item.frame, boxes, self._settings.shape)
                # A zone is a rectangle, whatever shape covers faces.
                cover(item.frame, zones, "box")
            else:
                cover_whole(item.frame)
        return Covered(item.frame, (*boxes, *zones), checked)


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


def look(detector: Detector, frame: av.VideoFrame, quality: Quality) -> list[Face]:
    """Faces of one frame, in its stored pixels. The picture is scaled down and turned upright."""
    scale = min(1.0, quality.side / max(frame.width, frame.height))
    width, height = max(1, round(frame.width * scale)), max(1, round(frame.height * scale))
    # Planes of green, blue and red: what swscale gives at once is what the networks take.
    picture = frame.reformat(width, height, "gbrp", interpolation="BILINEAR")
    green, blue, red = (_view(picture, at) for at in range(3))
    turns = quarter_turns(frame)
    upright = np.stack([np.rot90(each, turns) for each in (red, green, blue)])
    across, down = frame.width / width, frame.height / height
    return [
        replace(face, box=_stored(face.box, turns, width, height, across, down))
        for face in detector.find(upright, quality.keep)
        if face.score >= _LARGE_SURE or face.box.height < _LARGE * min(width, height)
    ]


def _stored(box: Box, turns: int, width: int, height: int, across: float, down: float) -> Box:
    """A box of the upright picture in the pixels of the stored frame."""
    left, top, right, bottom = box.left, box.top, box.right, box.bottom
    if turns == 1:  # the upright picture is the stored one turned anticlockwise
        left, top, right, bottom = width - bottom, left, width - top, right
    elif turns == 2:
        left, top, right, bottom = width - right, height - bottom, width - left, height - top
    elif turns == 3:
        left, top, right, bottom = top, height - right, bottom, height - left
    return Box(left * across, top * down, right * across, bottom * down)


def quarter_turns(frame: av.VideoFrame) -> int:
    """How often the stored picture is turned anticlockwise to stand upright, 0 to 3.

    Files may say any angle; pictures are turned by the nearest quarter.
    """
    return round(frame.rotation / 90) % 4


def zone_box(zone: Zone, frame: av.VideoFrame) -> Box:
    """A zone of the upright picture in the pixels of the stored frame."""
    turns = quarter_turns(frame)
    right, bottom = zone.left + zone.width, zone.top + zone.height
    box = Box(zone.left, zone.top, right, bottom)
    return _stored(box, turns, 1, 1, frame.width, frame.height)


def _inside(box: Box, frame: av.VideoFrame, settings: Settings) -> bool:
    x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    zones = [zone_box(zone, frame) for zone in settings.never]
    return any(z.left <= x <= z.right and z.top <= y <= z.bottom for z in zones)


def _small(frame: av.VideoFrame) -> Small:
    scale = _SMALL / max(frame.width, frame.height)
    width, height = max(8, round(frame.width * scale)), max(8, round(frame.height * scale))
    grey = frame.reformat(width, height, "gray", interpolation="AREA")
    return _view(grey, 0).copy()


def _view(frame: av.VideoFrame, plane: int) -> NDArray[np.uint8]:
    part = frame.planes[plane]
    rows = np.frombuffer(memoryview(part), np.uint8).reshape(-1, part.line_size)
    return np.asarray(rows[: part.height, : part.width])
