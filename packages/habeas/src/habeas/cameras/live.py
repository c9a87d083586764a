"""A camera's pictures as they come, over RTSP (RFC 2326), HTTP, a plain stream, or from a file.

    camera → packets, with the time of their arrival → decoder → those that there is time for

Packets wait, compressed, as long as the work needs; a decoder needs all of them, and what it
gives is thinned out by `Pace` before anything else is spent on it. Times are those of arrival
(`ArrivalClock`). What a connection cannot go on with ends it, with the reason in `lost`: the
recorder makes a new one.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Self, cast

import av
import av.error
from av.container import InputContainer
from av.video.stream import VideoStream

from habeas.cameras.camera_time import CameraTime
from habeas.cameras.clock import ArrivalClock
from habeas.cameras.pace import Pace, Rate
from habeas.cameras.packets import Arrived, Packet, Packets
from habeas.cameras.played import Played, is_file
from habeas.cover import Settings
from habeas.cover.errors import ChangedSizeError, FootageError, NoVideoError, TooLargeVideoError
from habeas.cover.live import Damage, Losses, Prepare, check_size

#: Ticks a second of the pictures' times.
TICKS = 90_000
#: Seconds after which who waits for a file's next packet looks whether it ends.
_REST = 0.1
#: Frames a second that a camera may declare and be believed.
_CREDIBLE = (1, 120)


@dataclass(frozen=True)
class CameraPatience:
    """How long a camera is waited for, seconds.

    Attributes:
        open: for the connection.
        silence: for the next packet: cameras that send only what moves pause for half a minute.
        undecoded: for a picture, while packets come that give none.
        probe: for what the camera says of its streams.
    """

    open: float = 10.0
    silence: float = 40.0
    undecoded: float = 10.0
    probe: float = 2.0


class CameraLostError(FootageError):
    """The camera does not answer, stopped sending, or sends something else now."""

    code = "camera-lost"
    remedy = "Check the camera and its address; the recorder tries again by itself."


class CameraConnection:
    """One connection to a camera.

    Args:
        url: ``rtsp://…``; never shown, because it may hold a password.
        settings: for the way up.
        patience: how long to wait.
        now: seconds of a clock that never goes back.
        rate: pictures a second that are wanted, at most; None for all.
        watched: whether somebody watches it now: see `PaceLimits.watched`.
        told: hears what time the camera says it is.

    Attributes:
        fps: frames a second, as far as the camera tells; else 25.
        lost: why it ended; None while it runs, and when it was stopped.
        began: when its first picture arrived, by *now*; the times of pictures count from there.
        clock, pace, told: what became of the camera's clock, of the rate, and of its time.
        left_out: what came beside the pictures and was not recorded, in words.

    Raises:
        CameraLostError: it cannot be reached.
        NoVideoError: it sends no video.
        TooLargeVideoError: more pixels than are taken.
    """

    def __init__(
        self,
        url: str,
        settings: Settings | None = None,
        patience: CameraPatience | None = None,
        now: Callable[[], float] = time.monotonic,
        rate: float | None = None,
        watched: Callable[[], bool] = lambda: False,
        told: CameraTime | None = None,
    ) -> None:
        self._watched, self.told = watched, told or CameraTime()
        self._patience = patience or CameraPatience()
        self._now = now
        self._losses = Losses()
        self._played = Played() if is_file(url) else None
        with self._losses.opening(2 * self._patience.probe):
            self._container = _open(url, self._patience)
        try:
            self._stream = _picture(self._container)
        except FootageError:
            self._container.close()
            raise
        self._stream.thread_type = "NONE"  # see `Damage`
        self._damage = Damage(self._stream)
        said = self._stream.average_rate or self._stream.guessed_rate
        fps = float(said) if said and _CREDIBLE[0] <= said <= _CREDIBLE[1] else 25.0
        self.fps = min(fps, rate or fps)
        self._rate = Rate(rate)
        self.lost: FootageError | None = None
        self.began = 0.0
        self.clock, self.pace = ArrivalClock(), Pace()
        self._prepare = Prepare(settings or Settings())
        kinds = {each.type for each in self._container.streams}
        self._beside = {"sound"} if "audio" in kinds else set()
        self._undecoded, self._packets = 0, Packets()
        self._users = 2
        self._closing = threading.Lock()
        threading.Thread(target=self._read, name="camera", daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def left_out(self) -> set[str]:
        """See the class."""
        return self._beside | self._prepare.left_out

    @property
    def pictures_lost(self) -> int:
        """Pictures that were sent and are not among `frames`, so far."""
        return self.pace.left_out + self._packets.dropped + self._undecoded

    @property
    def behind(self) -> float:
        """Seconds since the next waiting packet arrived; 0 where none waits."""
        return self._packets.age(self._now())

    @property
    def aspect(self) -> Fraction | None:
        """Width over height of one pixel, once a picture came; None where nothing tells."""
        return self._stream.codec_context.sample_aspect_ratio or self._stream.sample_aspect_ratio

    def frames(self) -> Iterator[av.VideoFrame]:
        """Frames of one size, in a format for `habeas.cover.live.Pipeline`, until the end.

        Their stamps rise, count `TICKS` a second, and tell when they arrived, from `began`.
        """
        try:
            for frame, arrival in self._decoded():
                now = self._now()
                self.began = self.began or arrival
                at = self.clock.at(arrival, _stamp(frame))
                if not self._rate.takes(at):
                    continue
                if not self.pace.takes(now - arrival, now, watched=self._watched()):
                    continue
                frame.pts, frame.time_base = round(at * TICKS), Fraction(1, TICKS)
                yield self._prepare(frame)
        except (ChangedSizeError, TooLargeVideoError) as error:
            # What came before is covered and written as ever.
            self.lost = error
        finally:
            self.stop()

    def _decoded(self) -> Iterator[tuple[av.VideoFrame, float]]:
        last, dropped = self._now(), 0
        while (arrived := self._packets.get()) is not None:
            if self._packets.dropped != dropped:
                dropped = self._packets.dropped
                self._damage.gap()
            frames = self._frames(arrived)
            for frame in frames:
                # A frame is known by the packet it came in: some cameras give no stamps.
                came = self._damage.check(frame)
                yield frame, arrived.at if came is None else came
            last = arrived.at if frames else last
            if arrived.at - last > self._patience.undecoded:
                self.lost = CameraLostError(
                    "The camera's pictures cannot be decoded any more; its codec may be another."
                )
                return
        with contextlib.suppress(av.error.FFmpegError, ValueError):
            for frame in self._stream.decode(None):
                if (came := self._damage.check(frame)) is not None:
                    yield frame, came

    def _frames(self, arrived: Arrived) -> list[av.VideoFrame]:
        self._damage.packet(arrived.packet, arrived.at, torn=arrived.torn)
        try:
            return [each for each in arrived.packet.decode() if isinstance(each, av.VideoFrame)]
        except (av.error.FFmpegError, ValueError):
            # A damaged packet, such as one lost on the way; a camera sends on.
            self._damage.failed()
            self._undecoded += 1
            return []

    def _read(self) -> None:
        try:
            self._receive()
            if not self._packets.ended:
                self.lost = self.lost or CameraLostError("The camera has ended the connection.")
        except CameraLostError as error:
            self.lost = self.lost or error
        except (av.error.FFmpegError, ValueError, OSError) as error:
            self.lost = self.lost or CameraLostError(f"The camera stopped sending: {_why(error)}.")
        finally:
            self.stop()
            self._let_go()

    def _receive(self) -> None:
        last, missed = self._now(), False
        for packet, torn in self._losses.packets(self._container.demux()):
            self._await(packet)
            now = self._now()
            # Of whichever stream it was: what follows in this one is not believed.
            missed |= torn
            if self._packets.ended:
                return
            if packet.stream_index == self._stream.index:
                last = now
                self.told.hear(packet)
                if packet.size:
                    self._packets.put(Arrived(cast("Packet", packet), now, missed))
                    missed = False
            elif now - last > self._patience.silence:
                raise CameraLostError("The camera sends sound, and no pictures any more.")

    def _await(self, packet: av.Packet[Any]) -> None:
        """Wait until a file's packet is due; a camera's has just come."""
        if self._played is None or packet.dts is None or packet.time_base is None:
            return
        due = self._now() + self._played.wait(packet.dts * packet.time_base, self._now())
        while (left := due - self._now()) > 0 and not self._packets.ended:
            time.sleep(min(left, _REST))

    def stop(self) -> None:
        """End the connection; `frames` gives what waits, and ends."""
        self._packets.end()

    def close(self) -> None:
        """Stop, and let go of the camera; do not call this while `frames` is read."""
        self.stop()
        self._let_go()

    def _let_go(self) -> None:
        """Close once both sides have gone: a reader may hang in a call for a while."""
        with self._closing:
            self._users -= 1
            if not self._users:
                self._container.close()


def _open(url: str, patience: CameraPatience) -> InputContainer:
    probing = {"analyzeduration": str(int(patience.probe * 1_000_000))}
    # TCP loses nothing on the way; some cameras speak UDP only.
    ways = ("tcp", "udp") if url.startswith(("rtsp://", "rtsps://")) else ("",)
    why = ""
    for way in ways:
        options = {**probing, "rtsp_transport": way} if way else probing
        try:
            return av.open(url, options=options, timeout=(patience.open, patience.silence))
        except (av.error.FFmpegError, ValueError, OSError) as error:
            why = why or _why(error)
    raise CameraLostError(f"The camera does not answer: {why}.") from None


def _picture(container: InputContainer) -> VideoStream:
    streams = [each for each in container.streams.video if each.codec_context is not None]
    if not streams:
        sound = " It sends sound." if container.streams.audio else ""
        raise NoVideoError(
            f"The camera sends no pictures.{sound}", "Check that this is the address of its video."
        )
    check_size("The camera", streams[0].width, streams[0].height)
    return streams[0]


def _stamp(frame: av.VideoFrame) -> Fraction | None:
    if frame.pts is None or frame.time_base is None:
        return None
    return frame.pts * frame.time_base


def _why(error: Exception) -> str:
    # The full text names the address, which may hold a password.
    return getattr(error, "strerror", None) or type(error).__name__
