"""Files in and out: decoding what can be decoded, writing what must be kept.

Kept: size, time stamps, rotation, aspect ratio, colour tags, interlacing, sound. Gone: all
metadata of file and streams, subtitles, data tracks and attachments, which carry places
and devices.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import av.error
from av.audio.stream import AudioStream
from av.codec.hwaccel import HWAccel
from av.container import InputContainer, OutputContainer
from av.video.stream import VideoStream

from habeas.cover._planes import PLANAR
from habeas.cover.errors import NoVideoError, OutputError, TooLargeVideoError, UnreadableVideoError
from habeas.cover.settings import Settings

MAX_SIDE = 16_384
MAX_PIXELS = 40_000_000
#: After so many packets in a row that cannot be decoded, the rest is given up.
_MAX_DAMAGED = 2_000


class Source:
    """One video file, opened.

    Args:
        path: the file.
        settings: for the choice of hardware.

    Raises:
        UnreadableVideoError: it cannot be opened.
        NoVideoError: it has no video stream.
        TooLargeVideoError: its frames have too many pixels.
    """

    def __init__(self, path: Path, settings: Settings) -> None:
        self.path = path
        self.damaged = 0
        self.container = _open(path, settings)
        streams = [
            each
            for each in self.container.streams.video
            # Without a codec context there is no decoder for it; a cover picture is no video.
            if getattr(each, "codec_context", None) is not None
            and not each.disposition & av.stream.Disposition.attached_pic
        ]
        if not streams:
            self.container.close()
            raise NoVideoError(f"{path.name} has no video stream that can be decoded.")
        self.stream: VideoStream = streams[0]
        self.stream.thread_type = "AUTO"
        self._check_size(self.stream.width, self.stream.height)
        # Read now: a stream must not be touched once its file is closed.
        rate = self.stream.average_rate or self.stream.guessed_rate
        #: Frames a second, as far as the file tells; else 25.
        self.fps = float(rate) if rate and 0 < rate <= 1000 else 25.0
        duration = self.container.duration
        #: Duration, where the file tells it.
        self.seconds = duration / av.time_base if duration and duration > 0 else None

    def _check_size(self, width: int, height: int) -> None:
        if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
            raise TooLargeVideoError(
                f"{self.path.name} has frames of {width} × {height} pixels; the most that are "
                f"taken is {MAX_PIXELS // 1_000_000} megapixels."
            )

    @property
    def start(self) -> Fraction:
        """The file's first time stamp, seconds."""
        return Fraction(self.container.start_time or 0, av.time_base)

    def seek(self, seconds: float) -> None:
        """Go to the last key frame before *seconds* from the start, where the file can."""
        with contextlib.suppress(av.error.FFmpegError, ValueError):
            self.container.seek(int((self.start + Fraction(seconds)) * av.time_base))

    def packets(self) -> Iterator[av.Packet[VideoStream]]:
        """The video's packets, undecoded, as far as the file can be read."""
        with contextlib.suppress(av.error.FFmpegError, ValueError):
            yield from self.container.demux(self.stream)

    def frames(
        self, shape: tuple[int, int, str] | None = None, *, until: float | None = None
    ) -> Iterator[av.VideoFrame]:
        """All frames in order of display, of one size and a format in `PLANAR`.

        Time stamps rise strictly and count from the file's start. Packets that cannot be
        decoded are counted in `damaged` and left out.

        Args:
            shape: width, height and format; those of the first frame for None.
            until: seconds from the start at which to end.
        """
        base = self.stream.time_base or Fraction(1, 90_000)
        origin = int(self.start / base)
        step = max(1, int(1 / self.fps / base))
        last: int | None = None
        for frame in self._decoded():
            if shape is None:
                shape = (frame.width, frame.height, planar(frame.format.name, frame.width))
                self._check_size(frame.width, frame.height)
            known = frame.pts is not None
            pts = frame.pts - origin if known else (0 if last is None else last + step)  # type: ignore[operator]
            # A damaged file may begin before its own start, where no player looks.
            last = max(pts, 0 if last is None else last + 1)
            whole = like(frame, *shape)
            whole.pts, whole.time_base = last, base
            if until is not None and last * base > until:
                return
            yield whole

    def _decoded(self) -> Iterator[av.VideoFrame]:
        in_a_row = 0
        packets = self.container.demux(self.stream)
        while in_a_row < _MAX_DAMAGED:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except (av.error.FFmpegError, ValueError):
                # The file ends in the middle of something: what came before stands.
                self.damaged += 1
                return
            try:
                frames = packet.decode()
            except (av.error.FFmpegError, ValueError):
                self.damaged += 1
                in_a_row += 1
                continue
            in_a_row = 0
            for frame in frames:
                if isinstance(frame, av.VideoFrame):
                    self.damaged += frame.is_corrupt
                    yield frame

    def close(self) -> None:
        """Close the file."""
        self.container.close()


def _open(path: Path, settings: Settings) -> InputContainer:
    # Only files: a playlist must not make the reader fetch anything.
    options = {"protocol_whitelist": "file"}
    if settings.gpu:
        # Whatever keeps the hardware from it: the processor can.
        with contextlib.suppress(av.error.FFmpegError, NotImplementedError, RuntimeError):
            hardware = HWAccel("cuda", allow_software_fallback=True)
            return av.open(str(path), "r", container_options=options, hwaccel=hardware)
    try:
        return av.open(str(path), "r", container_options=options)
    except (av.error.FFmpegError, ValueError, OSError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise UnreadableVideoError(f"{path.name} cannot be opened as a video: {why}.") from error


def planar(name: str, width: int) -> str:
    """The format of `PLANAR` that loses least."""
    if name in PLANAR:
        return name
    deep = any(part in name for part in ("10", "12", "14", "16", "p010", "48", "64"))
    rich = "444" in name or name.startswith(("rgb", "bgr", "gbr", "argb", "abgr", "pal8"))
    return f"yuv{'444' if rich and not width % 2 else '420'}p{'10le' if deep else ''}"


def like(frame: av.VideoFrame, width: int, height: int, form: str) -> av.VideoFrame:
    """The frame in this size and format: a stream may change both on its way."""
    if (frame.width, frame.height, frame.format.name) == (width, height, form):
        return frame
    return frame.reformat(width, height, form)


def container_name(ending: str) -> str:
    """FFmpeg's name of the container that files with *ending* have."""
    return {".mkv": "matroska", ".ts": "mpegts", ".m4v": "mp4"}.get(ending, ending[1:])


class Target:
    """The covered video, being written.

    Args:
        path: the file; its ending chooses the container.
        source: what it is made from.
        settings: for the encoder.
        ending: the final name's ending, where *path* is a name for the meantime.

    Raises:
        OutputError: no container or encoder fits, or the file cannot be made.
    """

    def __init__(self, path: Path, source: Source, settings: Settings, ending: str) -> None:
        self._source = source
        form = container_name(ending)
        try:
            self._out: OutputContainer = av.open(str(path), "w", format=form)
            self._settings, self._ending = settings, ending
            self._video: VideoStream | None = None
            self._sound = Sound(source, self._out, ending)
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
            if self._video is None:
                self._video = add_video(
                    self._out, frame, self._settings, fps=self._source.fps, ending=self._ending,
                    aspect=self._source.stream.sample_aspect_ratio,
                )  # fmt: skip
            # The encoder chooses its own kinds of frame, not those of the source.
            frame.pict_type = 0
            for packet in self._video.encode(frame):
                self._sound.until(packet.dts, packet.time_base)
                self._out.mux(packet)
        except (av.error.FFmpegError, ValueError) as error:
            raise OutputError(f"The covered video cannot be written: {error}") from error

    def close(self) -> None:
        """Write what is left.

        Raises:
            OutputError: as in `write`.
        """
        try:
            if self._video is not None:
                for packet in self._video.encode(None):
                    self._out.mux(packet)
            self._sound.flush()
            self._out.close()
        except (av.error.FFmpegError, ValueError) as error:
            raise OutputError(f"The covered video cannot be written: {error}") from error
        finally:
            self._sound.close()


def add_video(
    out: OutputContainer,
    frame: av.VideoFrame,
    settings: Settings,
    *,
    fps: float,
    ending: str,
    aspect: Fraction | None,
) -> VideoStream:
    """A stream in *out* for frames like *frame*, with all that must stay as it was.

    Args:
        out: the file.
        frame: the first one.
        settings: for the encoder.
        fps: frames a second, about; time stamps count, not this.
        ending: of the file's name.
        aspect: width over height of one pixel.
    """
    rate = Fraction(fps).limit_denominator(1001)
    if ending == ".webm":
        options = {"deadline": "realtime", "cpu-used": "7", "row-mt": "1", "b": "0",
                   "crf": str(settings.encoding.crf + 10)}  # fmt: skip
        stream = out.add_stream("libvpx-vp9", rate=rate, options=options)
    else:
        options = settings.encoding.x264
        if frame.interlaced_frame:
            options["flags"] = "+ildct+ilme"
        stream = out.add_stream("libx264", rate=rate, options=options)
    context = stream.codec_context
    stream.width, stream.height = frame.width, frame.height
    # 4:2:0 has no half samples: odd sizes are kept by 4:4:4.
    odd = frame.width % 2 or frame.height % 2
    stream.pix_fmt = _odd(frame.format.name) if odd else frame.format.name
    context.time_base = frame.time_base  # type: ignore[assignment]
    stream.time_base = frame.time_base
    if aspect:
        context.sample_aspect_ratio = aspect
    context.color_range, context.colorspace = frame.color_range, frame.colorspace
    context.color_primaries, context.color_trc = frame.color_primaries, frame.color_trc
    if quarter := round(frame.rotation / 90) % 4:
        # Not every container keeps other angles; the picture is shown by the nearest quarter.
        stream.set_display_rotation(90 * quarter)
    return stream


def _odd(form: str) -> str:
    return form.replace("420", "444").replace("422", "444")


class Sound:
    """The sound, copied packet by packet from a reader of its own, in step with the picture.

    A codec that the container cannot hold is encoded anew. Sound that is damaged is left
    out: it is no reason to refuse the picture.
    """

    def __init__(self, source: Source, out: OutputContainer, ending: str) -> None:
        self._origin = source.start
        self._out = out
        self._targets: dict[int, AudioStream] = {}
        self._copied: set[int] = set()
        self._reader: InputContainer | None = None
        if source.container.streams.audio:
            self._reader = _open(source.path, Settings())
            for stream in self._reader.streams.audio:
                if getattr(stream, "codec_context", None) is not None:
                    self._add(stream, ending)
        self._packets = self._demux()
        self._next = next(self._packets, None)

    def _add(self, stream: AudioStream, ending: str) -> None:
        if stream.codec_context.name in self._out.supported_codecs:
            self._copied.add(stream.index)
            self._targets[stream.index] = self._out.add_stream_from_template(stream)
        elif ending == ".webm":
            self._targets[stream.index] = self._out.add_stream("libopus", rate=48_000)
        else:
            rate = stream.codec_context.sample_rate
            self._targets[stream.index] = self._out.add_stream("aac", rate=rate)

    def _demux(self) -> Iterator[av.Packet[AudioStream]]:
        if self._reader is not None and self._targets:
            with contextlib.suppress(av.error.FFmpegError, ValueError):
                known = [each for each in self._reader.streams.audio if each.index in self._targets]
                packets = self._reader.demux(known)
                yield from cast("Iterator[av.Packet[AudioStream]]", packets)

    def until(self, dts: int | None, base: Fraction | None) -> None:
        """Write the sound up to a picture's time; all of it for None."""
        end = None if dts is None or base is None else dts * base
        while self._next is not None:
            packet = self._next
            known = packet.dts is not None and packet.time_base is not None
            if known and end is not None and packet.dts * packet.time_base - self._origin > end:  # type: ignore[operator]
                return
            with contextlib.suppress(av.error.FFmpegError, ValueError):
                self._write(packet)
            self._next = next(self._packets, None)

    def _write(self, packet: av.Packet[AudioStream]) -> None:
        target = self._targets[packet.stream.index]
        if packet.stream.index not in self._copied:
            for frame in packet.decode():
                if frame.pts is not None and frame.time_base is not None:
                    frame.pts -= int(self._origin / frame.time_base)
                self._out.mux(target.encode(frame))
        elif packet.dts is not None and packet.time_base is not None:
            origin = int(self._origin / packet.time_base)
            packet.dts -= origin
            if packet.pts is not None:
                packet.pts -= origin
            packet.stream = target
            self._out.mux(packet)

    def flush(self) -> None:
        """Write the rest, and what the encoders still hold."""
        self.until(None, None)
        for index, target in self._targets.items():
            if index not in self._copied:
                with contextlib.suppress(av.error.FFmpegError, ValueError):
                    self._out.mux(target.encode(None))

    def close(self) -> None:
        """Close the reader."""
        if self._reader is not None:
            self._reader.close()
