"""Covered pictures into segments, by when they arrived."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

from habeas.cameras.counts import Counts
from habeas.cameras.lease import LeaseError
from habeas.cameras.recordings import HourClosedError, Recordings, SegmentExistsError
from habeas.cover import Settings
from habeas.cover.errors import OutputError
from habeas.cover.live import Covered, Segment

#: Seconds of a segment, about.
SEGMENT_SECONDS = 6.0
#: Seconds that a segment's last picture counts for at most: up to the next segment's first one,
#: and where the connection has ended.
_SHOWN, _SHOWN_LAST = 2.0, 0.2


class SegmentWriter:
    """Writes covered frames into segments that are each whole in themselves.

    Args:
        recordings: where to.
        camera: its id.
        settings: for the encoder.
        lost: how many of the camera's pictures were lost on the way here, so far.
        say: told what people should know.
        token: of the lease under which is recorded; None where leases are not used.

    Attributes:
        frames: written, so far; in time they stand in segments.
        whole: those of them that were covered as a whole.
        moving: those of them in which something moved.
        refused: frames of segments that could not be kept, because their hour was closed.
    """

    def __init__(
        self,
        recordings: Recordings,
        camera: str,
        settings: Settings,
        *,
        lost: Callable[[], int],
        say: Callable[[str], None],
        token: int | None = None,
    ) -> None:
        self._token = token
        self._recordings = recordings
        self._camera = camera
        self._settings = settings
        self._lost = lost
        self._say = say
        self._fps = 25.0
        self._aspect: Callable[[], Fraction | None] = lambda: None
        self._turn: Callable[[], int] = lambda: 0
        self._part: Path | None = None
        self._file: Segment | None = None
        self._start = datetime.min.replace(tzinfo=UTC)
        self._last = self._start
        self._begun = 0.0
        self._counted = Counts()
        self._in_it = 0
        self.frames = self.whole = self.moving = self.refused = 0

    def begin(
        self, fps: float, aspect: Callable[[], Fraction | None], turn: Callable[[], int]
    ) -> None:
        """A connection begins.

        Args:
            fps: frames a second, about.
            aspect: width over height of one pixel, once a frame has come.
            turn: degrees clockwise that bring the pictures upright, as far as is known.
        """
        self._fps, self._aspect, self._turn = fps, aspect, turn

    def write(self, item: Covered, at: float, moment: datetime) -> None:
        """Write one frame.

        Args:
            item: the frame.
            at: its time, seconds from the connection's first.
            moment: the same, UTC.

        Raises:
            OutputError: the disk does not take it.
        """
        over = at - self._begun >= SEGMENT_SECONDS
        if self._file is not None and (over or moment.hour != self._start.hour):
            self.close(moment)
        try:
            if self._file is None:
                self._part = self._recordings.new_part(self._camera)
                self._start, self._begun, self._in_it = moment, at, 0
                self._file = Segment(
                    self._part, item, self._settings, fps=self._fps, aspect=self._aspect(),
                    turn=self._turn(),
                )  # fmt: skip
            self._file.write(item)
        except (OutputError, OSError) as error:
            self._abandon()
            raise OutputError(f"The recording cannot be written: {error}") from error
        self._last = moment
        self._in_it += 1
        self.frames += 1
        self.whole += not item.checked
        self.moving += item.moving

    def close(self, following: datetime | None = None) -> None:
        """Finish the segment, and give it its name.

        Args:
            following: when the next one's first picture came; None where none follows.

        Raises:
            OutputError: the disk does not take it.
            LeaseError: somebody else records the camera by now.
        """
        if self._file is None or self._part is None:
            return
        try:
            self._file.close(self._length(following))
            counted = Counts(self._lost() + self.refused, self.whole, self.moving)
            since = counted - self._counted
            self._recordings.add(self._camera, self._start, self._part, since, token=self._token)
            self._counted = counted
            self._part = self._file = None
        except (SegmentExistsError, HourClosedError) as error:
            # The clock was set back: what has been closed stays as it is.
            self._say(f"{error.cause} {self._in_it} frames are lost.")
            self.refused += self._in_it
            self._abandon()
        except LeaseError:
            self.refused += self._in_it
            self._abandon()
            raise
        except OutputError:
            self._abandon()
            raise

    def _length(self, following: datetime | None) -> float:
        """Seconds, whole milliseconds, as names have them: no moment is in two segments.

        How long its last picture was to be shown nobody knows before the next one has come; an
        encoder supposes something, and cameras do not come as regularly.
        """
        end = self._last + timedelta(seconds=min(1 / self._fps, _SHOWN_LAST))
        if following is not None:
            end = min(following, self._last + timedelta(seconds=_SHOWN))
        named = timedelta(microseconds=self._start.microsecond // 1000 * 1000)
        start = self._start.replace(microsecond=0) + named
        return (end - start) // timedelta(milliseconds=1) / 1000

    def _abandon(self) -> None:
        if self._file is not None:
            self._file.abandon()
        if self._part is not None:
            self._part.unlink(missing_ok=True)
        self._part = self._file = None
