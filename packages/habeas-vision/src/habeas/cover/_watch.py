"""The first stage: when and where to look, in seconds, and the looks themselves.

    frames → scaled, motion, cuts → looks at what has changed, in threads → watched frames

Looks are told by time: one scene gets the same looks at any rate of frames, as far as it has them,
and at ten frames a second and below each frame is looked at. A pipeline that cannot keep up must be
given fewer frames; it never looks less at those that it is given.
"""

from __future__ import annotations

import contextlib
import math
import os
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import av

from habeas.cover._changes import Changes
from habeas.cover._look import look_ways, scaled
from habeas.cover._motion import Motion, MotionEstimator, Small
from habeas.cover._planes import small
from habeas.cover._tuning import TUNED
from habeas.cover._way_up import WayUp
from habeas.cover.settings import Quality
from habeas.faces import Box, Detector, Sighting


@dataclass(eq=False)
class Watched:
    """A frame, and what is known of it before anybody looks at others.

    Attributes:
        frame: the picture.
        at: seconds; later than the frame's before.
        shown: its small grey picture.
        motion: from the last frame.
        look: what was found, once it is, by the way up; None where nobody looks.
        regions: where was looked, stored pixels; None for everywhere.
        way: quarter turns anticlockwise that bring it upright, beyond what its file says.
    """

    frame: av.VideoFrame
    at: float
    shown: Small
    motion: Motion
    look: Future[dict[int, list[Sighting]]] | None = None
    regions: tuple[Box, ...] | None = None
    way: int = 0


class Watch:
    """Watches one video.

    Args:
        detector: of small faces; called by several threads.
        quality: how closely to look.
        fps: frames a second, about, for frames without a time.
        turned: whether the way up was told.
    """

    def __init__(
        self, detector: Detector, quality: Quality, fps: float, *, turned: bool = False
    ) -> None:
        self._detector = detector
        self._quality = quality
        self._clock = _Clock(fps)
        self._estimator = MotionEstimator()
        self._changes = Changes()
        self._looked = -math.inf
        self._all_ways: Future[dict[int, list[Sighting]]] | None = None
        #: Which way up the picture is.
        self.way_up = WayUp(quality.begin, known=turned)
        #: Looks that were taken so far.
        self.looks = 0

    def executor(self) -> ThreadPoolExecutor:
        """Threads that look."""
        return ThreadPoolExecutor(
            self._detector.parallel, thread_name_prefix="look", initializer=_give_way
        )

    def watch(
        self, frames: Iterable[av.VideoFrame], executor: ThreadPoolExecutor
    ) -> Iterator[Watched]:
        """*frames* with their looks, one behind: the next one's time tells whether to look."""
        held: Watched | None = None
        for frame in frames:
            shown = small(frame)
            item = Watched(frame, self._clock.at(frame), shown, self._estimator.next(shown))
            if held is not None:
                yield self._looked_at(held, item, executor)
            held = item
        if held is not None:
            yield self._looked_at(held, None, executor)

    def _looked_at(
        self, item: Watched, following: Watched | None, executor: ThreadPoolExecutor
    ) -> Watched:
        """Look now if the next frame would be too late, or is of another scene."""
        motion, quality = item.motion, self._quality
        item.way = self.way_up.turns
        if motion.cut or motion.dx or motion.dy:
            # Whatever stands in the scene has another place in the picture.
            self._changes.forget()
        late = math.inf if following is None or following.motion.cut else following.at
        if not motion.cut and late - self._looked <= quality.interval + TUNED.rounded:
            return item
        shares = self._changes.regions(item.shown, item.at)
        if shares is not None:
            item.regions = tuple(scaled(each, item.frame) for each in shares)
        ways = self._ways(item.at)
        item.way = self.way_up.turns
        item.look = executor.submit(
            look_ways, self._detector, item.frame, quality, item.regions, ways
        )
        if len(ways) > 1:
            self._all_ways = item.look
        self._looked = item.at
        self.looks += len(ways) * (shares != ())
        return item

    def _ways(self, at: float) -> tuple[int, ...]:
        """Which ways up to look at now; what the last look at all ways told is waited for."""
        if self._all_ways is not None:
            # A look that fails tells nothing of the way up; who asks for its faces is told.
            with contextlib.suppress(Exception):
                self.way_up.vote(self._all_ways.result())
            self._all_ways = None
        return self.way_up.ways(at)


def _give_way() -> None:
    """This thread works when the encoder has nothing to do: everybody waits for that one."""
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), TUNED.give_way)


class _Clock:
    """Times of frames in seconds; they never stand still, and never leap."""

    def __init__(self, fps: float) -> None:
        self._usual = 1 / fps
        self._told: float | None = None
        self._at = 0.0

    def at(self, frame: av.VideoFrame) -> float:
        """The frame's time, from about that of the first."""
        told = frame.time if frame.pts is not None and frame.time_base is not None else None
        since = self._usual if told is None or self._told is None else told - self._told
        if told is not None:
            self._told = told
        self._at += min(max(since, self._usual / 20), TUNED.gap)
        return self._at
