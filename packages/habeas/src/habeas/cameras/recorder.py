"""Recording a camera: covered in memory, written in segments, fixed hour by hour on the log.

    camera → frames → Pipeline (covers, fails closed) → segments of some seconds → Recordings

When the work falls behind, frames are left out, and that is said; never a look or a cover. A frame
that could not be checked is written covered as a whole.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import av

from habeas import faces
from habeas.cameras.declaration import Camera
from habeas.cameras.live import CameraLostError, Live
from habeas.cameras.recordings import HourClosedError, Recordings, SegmentExistsError
from habeas.cover import live as covering
from habeas.cover.errors import OutputError
from habeas.cover.live import Covered, Pipeline
from habeas.cover.settings import Settings
from habeas.foundation.errors import HabeasError
from habeas.tlog.writing import EntryWriter

SEGMENT_SECONDS = 6.0
#: An hour is closed when its last segment must have been written.
_GRACE = timedelta(seconds=90)
#: Seconds behind at which less is looked, and below which more is looked again.
_BEHIND, _CAUGHT_UP = 1.0, 0.2
_RARELY = 12
#: Seconds between attempts to reach a camera that is lost.
_PAUSES = (1, 2, 5, 10, 30)

Say = Callable[[str], None]


class Recorder:
    """Records one camera until it is stopped.

    Args:
        camera: what to record, and how to cover it.
        recordings: where to.
        say: told what people should know: losses, delays, problems.
        clock: the time, UTC.
    """

    def __init__(
        self,
        camera: Camera,
        recordings: Recordings,
        say: Say,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._camera = camera
        self._recordings = recordings
        self._say = say
        self._clock = clock
        self._settings = camera.cover.settings()
        self._stopped = threading.Event()
        self._live: Live | None = None
        self._sampled: date | None = None
        #: Frames written so far, and those of them that were covered as a whole.
        self.frames = self.unchecked = 0

    def run(self) -> None:
        """Record, and reach for the camera again whenever it is lost.

        Raises:
            OutputError: nothing can be written. What cannot be stored is not recorded.
        """
        detector = faces.detector(self._settings.detector, gpu=self._settings.gpu)
        self._recordings.sweep_parts(self._camera.id)
        failures = 0
        while not self._stopped.is_set():
            try:
                self._live = Live(self._camera.url)
                failures = 0
                self._say(f"recording {self._camera.id} at {self._live.fps:.0f} frames a second")
                self._session(self._live, detector)
            except CameraLostError as error:
                self._say(f"{error.cause} Trying again.")
            finally:
                if self._live is not None:
                    self._live.close()
                    self._live = None
            if not self._stopped.is_set():
                self._stopped.wait(_PAUSES[min(failures, len(_PAUSES) - 1)])
                failures += 1

    def stop(self) -> None:
        """End recording; what was received is covered and written first."""
        self._stopped.set()
        if self._live is not None:
            self._live.stop()

    def _session(self, live: Live, detector: faces.Detector) -> None:
        pipeline = Pipeline(detector, self._settings, live.fps, fail_closed=True)
        pace = _Pace(live, self._say)
        segments = _Segments(self._recordings, self._camera.id, self._settings, live.fps)
        began = self._clock()
        first: float | None = None
        try:
            for item in pipeline.run(pace.watched(live.frames())):
                frame = item.frame
                if frame.pts is None or frame.time_base is None:
                    continue
                at = float(frame.pts * frame.time_base)
                first = at if first is None else first
                segments.write(item, began + timedelta(seconds=at - first))
                self.frames += 1
                self.unchecked += not item.checked
                self._sample(item)
        finally:
            segments.close()
        if live.lost is not None and not self._stopped.is_set():
            raise live.lost

    def _sample(self, item: Covered) -> None:
        """One covered picture a day for the register, of a frame that shows a cover."""
        today = self._clock().date()
        if self._sampled == today or not item.checked:
            return
        if item.boxes or self._recordings.sample(self._camera.id) is None:
            self._recordings.write_sample(self._camera.id, covering.jpeg(item))
            if item.boxes:
                self._sampled = today


class _Pace:
    """Keeps up: takes fewer frames when some wait, more again when they do not.

    What is taken is looked at as closely as ever: who looks less often leaves faces bare.
    """

    def __init__(self, live: Live, say: Say) -> None:
        self._live = live
        self._say = say
        self._every = 1
        self._dropped = 0
        self._calm_since = time.monotonic()

    def watched(self, frames: Iterator[av.VideoFrame]) -> Iterator[av.VideoFrame]:
        """*frames*, with an eye on how many wait."""
        for number, frame in enumerate(frames):
            self._adjust()
            if number % self._every == 0:
                yield frame

    def _adjust(self) -> None:
        now, every = time.monotonic(), self._every
        if self._live.dropped > self._dropped:
            missing = self._live.dropped - self._dropped
            self._dropped = self._live.dropped
            self._say(f"too slow: {missing} frames were left out")
        if self._live.lag > _BEHIND:
            if every < _RARELY and now - self._calm_since > 1:
                self._take_every(min(_RARELY, every * 2), "behind")
                self._calm_since = now
        elif self._live.lag > _CAUGHT_UP:
            self._calm_since = now
        elif every > 1 and now - self._calm_since > 10:
            self._take_every(every // 2, "caught up")
            self._calm_since = now

    def _take_every(self, frames: int, why: str) -> None:
        self._every = frames
        self._say(f"{why}: taking every {frames}. frame now")


class _Segments:
    """Writes covered frames into segments that are each whole in themselves."""

    def __init__(self, recordings: Recordings, camera: str, settings: Settings, fps: float) -> None:
        self._recordings = recordings
        self._camera = camera
        self._settings = settings
        self._fps = fps
        self._part: Path | None = None
        self._file: covering.Segment | None = None
        self._start = datetime.min.replace(tzinfo=UTC)

    def write(self, item: Covered, at: datetime) -> None:
        """Write one frame of the time *at*.

        Raises:
            OutputError: the disk does not take it.
        """
        over = (at - self._start).total_seconds() >= SEGMENT_SECONDS
        if self._file is not None and (over or at.hour != self._start.hour):
            self.close()
        try:
            if self._file is None:
                self._part = self._recordings.new_part(self._camera)
                self._start = at
                self._file = covering.Segment(
                    self._part, item, self._settings, fps=self._fps, aspect=None
                )
            self._file.write(item)
        except OutputError:
            self._abandon()
            raise

    def close(self) -> None:
        """Finish the segment, and give it its name.

        Raises:
            OutputError: the disk does not take it.
        """
        if self._file is None or self._part is None:
            return
        try:
            self._file.close()
        except OutputError:
            self._abandon()
            raise
        part, self._part, self._file = self._part, None, None
        try:
            self._recordings.add(self._camera, self._start, part)
        except (SegmentExistsError, HourClosedError):
            # The clock was set back: what has been closed stays as it is.
            part.unlink(missing_ok=True)

    def _abandon(self) -> None:
        if self._file is not None:
            self._file.abandon()
        if self._part is not None:
            self._part.unlink(missing_ok=True)
        self._part = self._file = None


def keep_house(
    recordings: Recordings, log: EntryWriter | None, now: datetime, say: Say = lambda _: None
) -> None:
    """Close hours that are over, tell the log what it is owed, delete what has had its days.

    Args:
        recordings: of any number of cameras.
        log: where entries go; None keeps them until there is one.
        now: the time, UTC.
        say: told what could not be done; the next round tries again.
    """
    for camera in recordings.cameras():
        for hour in recordings.open_hours(camera.id, now - _GRACE):
            recordings.close_hour(camera.id, hour, now.date())
    if log is not None:
        _tell(recordings, log, say)
    try:
        for camera_id, hour in recordings.delete_expired(now):
            say(f"deleted {camera_id} {hour}: its days are over")
    except HabeasError as error:
        say(str(error))


def _tell(recordings: Recordings, log: EntryWriter, say: Say) -> None:
    for owed in list(recordings.owed()):
        try:
            recordings.logged(owed, log.append(owed.entry).index)
        except HabeasError as error:
            say(f"The log could not be told: {error}")
            return
