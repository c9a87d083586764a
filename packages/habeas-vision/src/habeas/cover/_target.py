"""The covered video, being written: pictures that were covered, wanted sound, nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path

import av
import av.error
from av.container import OutputContainer
from av.video.stream import VideoStream

from habeas.cover._frames import FrameFilter, bare, turned
from habeas.cover._readback import Written
from habeas.cover._sound import Soundtrack
from habeas.cover._source import Source
from habeas.cover._tag import tag
from habeas.cover.errors import OutputError
from habeas.cover.settings import Settings, Turn

#: Containers that have no place to say how a picture is to be turned: it is turned in them.
NO_TAG = (".ts",)
#: Containers that are told at their end how a picture is to be turned.
_TAGGED_LAST = ("mp4", "mov")


def container_name(ending: str) -> str:
    """FFmpeg's name of the container that files with *ending* have."""
    return {".mkv": "matroska", ".ts": "mpegts", ".m4v": "mp4"}.get(ending, ending[1:])


class Target:
    """The covered video.

    Args:
        path: the file; a name for the meantime.
        source: what it is made from.
        settings: for the encoder and the sound.
        ending: of the final name; chooses the container.
        turn: degrees clockwise that bring the pictures upright, beyond their tag, as far as is
            known when it is asked; see `Pipeline.turn`.

    Raises:
        OutputError: no container or encoder fits, or the file cannot be made.
    """

    def __init__(
        self,
        path: Path,
        source: Source,
        settings: Settings,
        ending: str,
        *,
        turn: Callable[[], int] = lambda: 0,
    ) -> None:
        self._path, self._form = path, container_name(ending)
        self._source, self._settings, self._ending = source, settings, ending
        self._turn = turn
        self._pictures: Encoder | None = None
        self._written = Written()
        try:
            self._out = av.open(str(path), "w", format=self._form)
            self._sound = Soundtrack(source, self._out, ending, settings.sound)
        except (av.error.FFmpegError, ValueError, OSError) as error:
            raise OutputError(
                f"A file with the ending {ending} cannot be written: {error}"
            ) from error

    def write(self, frame: av.VideoFrame) -> None:
        """Encode one covered frame, and the sound up to it.

        Raises:
            OutputError: the disk is full, or the encoder refuses.
        """
        try:
            if self._pictures is None:
                self._pictures = Encoder(
                    self._out, frame, self._settings, fps=self._source.fps, ending=self._ending,
                    aspect=self._source.aspect, turn=self._turn(),
                )  # fmt: skip
            self._written.add(frame)
            for packet in self._pictures.encode(frame):
                self._sound.until(packet.dts, packet.time_base)
                self._out.mux(packet)
        except (av.error.FFmpegError, ValueError) as error:
            raise OutputError(f"The covered video cannot be written: {error}") from error

    def close(self) -> None:
        """Write what is left, and read all of it back.

        Raises:
            OutputError: as in `write`; or the file does not hold what was written.
        """
        try:
            if self._pictures is not None:
                self._out.mux(self._pictures.encode(None))
            self._sound.flush()
            self._out.close()
            if self._pictures is not None and self._form in _TAGGED_LAST:
                # Perhaps nobody was in sight when the first picture was written.
                tag(self._path, self._pictures.quarters(self._turn()))
        except (av.error.FFmpegError, ValueError) as error:
            raise OutputError(f"The covered video cannot be written: {error}") from error
        finally:
            self._sound.close()
        self._written.compare(self._path, self._form, self._sound.spans())


class Encoder:
    """Encodes pictures, and nothing that comes with them.

    Args:
        out: the file.
        frame: the first picture, covered: size, format, colour and the way up are its.
        settings: for the encoder.
        fps: frames a second, about; time stamps count, not this.
        ending: of the file's name; chooses the encoder.
        aspect: width over height of one pixel.
        turn: degrees clockwise that bring the picture upright, beyond its tag.
        threads: of the encoder; as many as there are cores for None. Fewer or more divide the
            picture in another way, and give other bytes.
        recorded: it is one of many that run at once, and takes less memory.
    """

    def __init__(
        self,
        out: OutputContainer,
        frame: av.VideoFrame,
        settings: Settings,
        *,
        fps: float,
        ending: str,
        aspect: Fraction | None,
        turn: int = 0,
        threads: int | None = None,
        recorded: bool = False,
    ) -> None:
        self._rotation = frame.rotation
        #: Quarter turns anticlockwise that bring the stored picture upright.
        turns = quarters(frame.rotation, turn)
        self._steps: list[FrameFilter] = [bare()]
        if turns and ending in NO_TAG:
            turning = turned(_CLOCKWISE[turns])
            self._steps += [turning] if turning else []
            frame = self._prepared(frame)
            aspect = 1 / aspect if aspect and turns % 2 else aspect
        rate = Fraction(fps).limit_denominator(1001)
        if ending == ".webm":
            options = {"deadline": "realtime", "cpu-used": "7", "row-mt": "1", "b": "0",
                       "crf": str(settings.encoding.crf + 10)}  # fmt: skip
            self.stream: VideoStream = out.add_stream("libvpx-vp9", rate=rate, options=options)
        else:
            # Captions and messages are off twice: here, and by taking them off each frame.
            encoding = settings.encoding.recorded if recorded else settings.encoding.x264
            options = {**encoding, "a53cc": "0", "udu_sei": "0"}
            if frame.interlaced_frame:
                options["flags"] = "+ildct+ilme"
            self.stream = out.add_stream("libx264", rate=rate, options=options)
        context = self.stream.codec_context
        self.stream.width, self.stream.height = frame.width, frame.height
        # 4:2:0 has no half samples: odd sizes are kept by 4:4:4.
        odd = frame.width % 2 or frame.height % 2
        self.stream.pix_fmt = _odd(frame.format.name) if odd else frame.format.name
        context.time_base = frame.time_base  # type: ignore[assignment]
        self.stream.time_base = frame.time_base
        if aspect:
            context.sample_aspect_ratio = aspect
        context.color_range, context.colorspace = frame.color_range, frame.colorspace
        context.color_primaries, context.color_trc = frame.color_primaries, frame.color_trc
        if turns and ending not in NO_TAG:
            # Not every container keeps other angles; the picture is shown by the nearest quarter.
            self.stream.set_display_rotation(90 * turns)
        if threads is not None:
            context.thread_count = threads

    def quarters(self, turn: int) -> int:
        """Quarter turns anticlockwise that bring the stored picture upright.

        Args:
            turn: degrees clockwise, beyond the first picture's own tag.
        """
        return quarters(self._rotation, turn)

    def encode(self, frame: av.VideoFrame | None) -> list[av.Packet[VideoStream]]:
        """The packets that a covered frame gives; the last ones for None.

        Raises:
            av.error.FFmpegError, ValueError: the encoder refuses.
        """
        if frame is None:
            return self.stream.encode(None)
        alone = self._prepared(frame)
        # The encoder chooses its own kinds of frame, not those of the source.
        alone.pict_type = 0
        return self.stream.encode(alone)

    def _prepared(self, frame: av.VideoFrame) -> av.VideoFrame:
        for step in self._steps:
            frame = step(frame)
        return frame


class WrittenTrack:
    """The one track of a file, whose length is told at its end.

    Args:
        out: the file.
    """

    def __init__(self, out: OutputContainer) -> None:
        self._out = out
        self._newest: av.Packet[VideoStream] | None = None

    def add(self, packets: Iterable[av.Packet[VideoStream]]) -> None:
        """Write *packets*, but for the newest: how long the last one lasts nobody knows yet."""
        for packet in packets:
            if self._newest is not None:
                self._out.mux(self._newest)
            self._newest = packet

    def end(self, length: float | None) -> None:
        """Write the last packet.

        Args:
            length: of the track, seconds; as the encoder thinks for None.
        """
        last, self._newest = self._newest, None
        if last is None:
            return
        if length is not None and last.dts is not None and last.time_base is not None:
            # MP4 has durations in the order of decoding, and the last ends the track.
            last.duration = max(1, round(length / last.time_base) - last.dts)
        self._out.mux(last)


#: Quarter turns anticlockwise, as degrees clockwise.
_CLOCKWISE: dict[int, Turn] = {1: 270, 2: 180, 3: 90}


def quarters(rotation: float, turn: int) -> int:
    """Quarter turns anticlockwise: of a picture's tag, and what is to be added to it."""
    return (round(rotation / 90) - turn // 90) % 4


def _odd(form: str) -> str:
    return form.replace("420", "444").replace("422", "444")
