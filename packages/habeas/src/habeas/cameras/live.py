"""A camera's frames as they come, over RTSP, never further behind than a few seconds."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator

import av
import av.error
from av.video.stream import VideoStream

from habeas.cover import Settings
from habeas.cover.errors import FootageError, NoVideoError
from habeas.cover.live import Prepare, check_size

#: Seconds of frames that wait at most; what comes then replaces the oldest.
_WAITING = 4.0
#: Seconds to wait for a connection, and for the next packet.
_PATIENCE = 10.0


class CameraLostError(FootageError):
    """The camera does not answer, or stopped sending."""

    code = "camera-lost"
    remedy = "Check the camera and its address; the recorder tries again by itself."


class Live:
    """One connection to a camera.

    Args:
        url: ``rtsp://…``; never shown, because it may hold a password.

    Raises:
        CameraLostError: it cannot be reached.
        NoVideoError: it sends no video.
        TooLargeVideoError: more pixels than are taken.
    """

    def __init__(self, url: str) -> None:
        options = {"rtsp_transport": "tcp", "fflags": "nobuffer"} if _is_rtsp(url) else {}
        try:
            self._container = av.open(url, options=options, timeout=_PATIENCE)
        except (av.error.FFmpegError, ValueError, OSError) as error:
            raise CameraLostError(f"The camera does not answer: {_why(error)}.") from None
        streams = self._container.streams.video
        if not streams:
            self._container.close()
            raise NoVideoError("The camera sends no video.")
        self._stream: VideoStream = streams[0]
        self._stream.thread_type = "AUTO"
        check_size("The camera", self._stream.width, self._stream.height)
        rate = self._stream.average_rate or self._stream.guessed_rate
        self.fps = float(rate) if rate and 1 <= rate <= 120 else 25.0
        #: Frames that were dropped because they came faster than they could be worked on.
        self.dropped = 0
        #: Why it ended; None while it runs, and when it was stopped.
        self.lost: CameraLostError | None = None
        self._waiting: deque[av.VideoFrame] = deque()
        self._changed = threading.Condition()
        self._ended = False
        self._thread = threading.Thread(target=self._read, name="camera", daemon=True)
        self._thread.start()

    @property
    def lag(self) -> float:
        """Seconds of frames that wait."""
        return len(self._waiting) / self.fps

    def frames(self) -> Iterator[av.VideoFrame]:
        """Frames of one size and a format in `PLANAR`, until the connection ends or is stopped."""
        prepare = Prepare(Settings())
        last: int | None = None
        while (frame := self._next()) is not None:
            if frame.pts is None or frame.time_base is None:
                continue
            if last is not None and frame.pts <= last:
                continue
            last = frame.pts
            yield prepare(frame)

    def stop(self) -> None:
        """End the connection; `frames` gives what waits, and ends."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def close(self) -> None:
        """Stop, and let go of the camera."""
        self.stop()
        self._thread.join(2 * _PATIENCE)
        if not self._thread.is_alive():
            self._container.close()

    def _next(self) -> av.VideoFrame | None:
        with self._changed:
            while not self._waiting and not self._ended:
                self._changed.wait(1.0)
            return self._waiting.popleft() if self._waiting else None

    def _read(self) -> None:
        try:
            last = time.monotonic()
            for packet in self._container.demux(self._stream):
                if self._ended:
                    return
                try:
                    frames = packet.decode()
                except (av.error.FFmpegError, ValueError):
                    # A damaged packet, such as one lost on the way; a camera sends on.
                    if time.monotonic() - last > _PATIENCE:
                        raise
                    continue
                for frame in frames:
                    last = time.monotonic()
                    self._put(frame)
            self.lost = CameraLostError("The camera has ended the connection.")
        except (av.error.FFmpegError, ValueError, OSError) as error:
            self.lost = CameraLostError(f"The camera stopped sending: {_why(error)}.")
        finally:
            self.stop()

    def _put(self, frame: av.VideoFrame) -> None:
        with self._changed:
            if len(self._waiting) >= _WAITING * self.fps:
                self._waiting.popleft()
                self.dropped += 1
            self._waiting.append(frame)
            self._changed.notify()


def _is_rtsp(url: str) -> bool:
    return url.startswith(("rtsp://", "rtsps://"))


def _why(error: Exception) -> str:
    # The full text names the address, which may hold a password.
    return getattr(error, "strerror", None) or type(error).__name__
