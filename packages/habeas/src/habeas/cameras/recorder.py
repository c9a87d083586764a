"""Recording a camera: covered in memory, written in segments, fixed hour by hour on the log.

    camera → pictures → Pipeline (covers, fails closed) → segments of some seconds → Recordings

When the work falls behind, fewer pictures are written, each as closely looked at as ever. A
picture that could not be looked at is written covered as a whole. Both are counted and said,
and stand in the camera's health and in the entry of the hour.
"""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial

from habeas import faces
from habeas.cameras import duty
from habeas.cameras.camera_time import CameraTime
from habeas.cameras.clock import together
from habeas.cameras.declaration import Camera
from habeas.cameras.live import TICKS, CameraConnection
from habeas.cameras.recordings import Recordings
from habeas.cameras.reporting import Figures, Reporter
from habeas.cameras.window import Window
from habeas.cameras.writing import SegmentWriter
from habeas.cover.errors import ChangedSizeError, FootageError
from habeas.cover.live import Covered, Pipeline, jpeg

#: Seconds between attempts to reach a camera that is lost.
_PAUSES = (1, 2, 5, 10, 30)
#: Seconds between looks at the clock, outside of a camera's hours.
_REST = 1.0

Say = Callable[[str], None]


class Recorder:
    """Records one camera until it is stopped.

    Args:
        camera: what to record, and how to cover it.
        recordings: where to.
        say: told what people should know: losses, delays, problems.
        clock: the time, UTC.
        now: seconds of a clock that never goes back.
        window: where the newest picture can be watched; nowhere without.
        detector: shared with other recorders; its own for None.
        token: of the lease under which it records; None where leases are not used.
    """

    def __init__(
        self,
        camera: Camera,
        recordings: Recordings,
        say: Say,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        now: Callable[[], float] = time.monotonic,
        window: Window | None = None,
        detector: faces.Detector | None = None,
        token: int | None = None,
    ) -> None:
        self._window, self._detector = window, detector
        self._camera = camera
        self._recordings = recordings
        self._say = say
        self._clock, self._now = clock, now
        self._settings = camera.settings()
        self._stopped = threading.Event()
        self._live: CameraConnection | None = None
        self._pipeline: Pipeline | None = None
        #: Of connections that are over.
        self._lost = self._looks = 0
        self._said: tuple[int, str] = (1, "")
        self._sampled: date | None = None
        self._writer = SegmentWriter(
            recordings, camera.id, self._settings, lost=lambda: self._lost_on_the_way, say=say,
            token=token,
        )  # fmt: skip
        self._report = Reporter(recordings.place(camera.id), self._figures, clock, now)

    @property
    def frames(self) -> int:
        """Frames written so far."""
        return self._writer.frames

    @property
    def whole(self) -> int:
        """Those of them that were covered as a whole."""
        return self._writer.whole

    @property
    def lost(self) -> int:
        """Pictures that the camera sent and that were not written."""
        return self._lost_on_the_way + self._writer.refused

    @property
    def _lost_on_the_way(self) -> int:
        live = self._live
        return self._lost + (live.pictures_lost if live else 0)

    def _figures(self) -> Figures:
        live, pipeline = self._live, self._pipeline
        counted = Figures(
            frames=self.frames, lost=self.lost, whole=self.whole,
            looks=self._looks + (pipeline.looks if pipeline else 0),
        )  # fmt: skip
        if live is None:
            return counted
        return Figures(
            counted.frames, counted.lost, counted.whole, counted.looks, live.behind,
            live.pace.every, live.clock.jumps, live.clock.distrusted, live.told.offset,
            tuple(sorted(live.left_out)),
        )  # fmt: skip

    def run(self) -> None:
        """Record until `stop`, and reach for the camera again whenever it is lost.

        What cannot be stored is not recorded, and said: the disk may have room again later.
        """
        detector = self._detector or faces.detector(self._settings.detector, gpu=self._settings.gpu)
        self._recordings.sweep_parts(self._camera.id)
        failures = 0
        with self._report:
            while not self._stopped.is_set():
                self._rest()
                if self._stopped.is_set():
                    break
                before = self.frames
                try:
                    self._connection(detector)
                except ChangedSizeError as error:
                    self._say(f"{error.cause} {error.remedy}")
                    continue
                except FootageError as error:
                    self._report.lost(error.cause)
                    self._say(f"{error.cause} Trying again.")
                except Exception as error:  # noqa: BLE001
                    # A fault of this program must not end the recorder, which would lose all that
                    # follows. Nothing that was left unfinished was written.
                    where = traceback.extract_tb(error.__traceback__)[-1]
                    fault = f"{type(error).__name__} in {where.name}, line {where.lineno}"
                    self._report.lost(f"The recorder failed: {fault}.")
                    self._say(f"The recorder failed: {fault}. Trying again.")
                failures = 0 if self.frames > before else failures
                self._stopped.wait(_PAUSES[min(failures, len(_PAUSES) - 1)])
                failures += 1

    def _rest(self) -> None:
        """Wait for the camera's hours, without a connection to it."""
        hours = self._camera.hours
        if hours is None or self._on_duty(self._clock()):
            return
        self._report.resting()
        begins = duty.begins(hours, self._clock())
        self._say(f"resting until {begins:%Y-%m-%d %H:%M} UTC: outside of its hours")
        while not self._on_duty(self._clock()) and not self._stopped.wait(_REST):
            pass

    def _on_duty(self, moment: datetime) -> bool:
        return duty.records(self._camera.hours, moment)

    def stop(self) -> None:
        """End recording; what was received is covered and written first."""
        self._stopped.set()
        live = self._live
        if live is not None:
            live.stop()

    def _connection(self, detector: faces.Detector) -> None:
        """One connection, from its first picture to its end.

        Raises:
            FootageError: why it ended, unless it was stopped.
        """
        with CameraConnection(
            self._camera.url, self._settings, now=self._now, rate=self._camera.rate,
            watched=lambda: self._window is not None and self._window.watched,
            told=CameraTime(self._clock),
        ) as live:  # fmt: skip
            pipeline = Pipeline(detector, self._settings, live.fps, fail_closed=True)
            self._live, self._pipeline = live, pipeline
            if self._stopped.is_set():
                live.stop()
            self._say(f"recording {self._camera.id} at {live.fps:.0f} frames a second")
            self._report.connected()
            self._writer.begin(live.fps, lambda: live.aspect, lambda: pipeline.turn)
            try:
                window, watcher = self._window, None
                if window is not None:
                    watcher = _Watcher(window, partial(self._show, live, window))
                for item in pipeline.run(live.frames(), watcher, sparing=True):
                    self._write(live, item)
                self._writer.close()
            finally:
                live.stop()
                self._lost += live.pictures_lost
                self._looks += pipeline.looks
                self._live = self._pipeline = None
        over = self._stopped.is_set() or not self._on_duty(self._clock())
        if live.lost is not None and not over:
            raise live.lost

    def _moment(self, live: CameraConnection, at: float) -> datetime:
        # Counted back from now: a clock that is set while a connection lasts counts from then on.
        now, clock = together(self._now, self._clock)
        return clock - timedelta(seconds=now - live.began - at)

    def _show(self, live: CameraConnection, window: Window, make: Callable[[], Covered]) -> None:
        """Show a picture to who watches, before all that decides about it has come."""
        if not window.watched:
            return
        item = make()
        moment = self._moment(live, (item.frame.pts or 0) / TICKS)
        if self._on_duty(moment):
            window.show(item, moment, self._pipeline.turn if self._pipeline else 0)

    def _write(self, live: CameraConnection, item: Covered) -> None:
        at = (item.frame.pts or 0) / TICKS
        moment = self._moment(live, at)
        if not self._on_duty(moment):
            live.stop()
            return
        self._sample(item)
        self._writer.write(item, at, moment)
        self._report.wrote(moment)
        self._tell(live)

    def _tell(self, live: CameraConnection) -> None:
        every, distrusted = self._said
        if live.pace.every != every:
            self._say(
                f"behind: one of {live.pace.every} pictures is written now"
                if live.pace.every > 1
                else "in time again: every picture is written"
            )
        if live.clock.distrusted and not distrusted:
            self._say(f"the camera's clock does not count any more: {live.clock.distrusted}")
        self._said = (live.pace.every, live.clock.distrusted)

    def _sample(self, item: Covered) -> None:
        """One covered picture a day for the register, of a frame that shows a cover."""
        today = self._clock().date()
        if self._sampled == today or not item.checked:
            return
        if item.boxes or self._recordings.sample(self._camera.id) is None:
            turn = self._pipeline.turn if self._pipeline else 0
            self._recordings.write_sample(self._camera.id, jpeg(item, turn=turn))
            if item.boxes:
                self._sampled = today


class _Watcher:
    """See `habeas.cover.live.Watcher`: whoever watches *window*."""

    def __init__(self, window: Window, show: Callable[[Callable[[], Covered]], None]) -> None:
        self._window, self.show = window, show

    def waits(self) -> bool:
        """Whether anybody watches; where nobody does, no picture is kept."""
        if not self._window.watched:
            self._window.forget()
        return self._window.watched
