"""One video in parts: cut at key frames, covered apart, joined without a seam.

Each part is looked at a little beyond both of its ends, as far as a face is carried, so
that what its neighbours saw is covered in it too. Parts are encoded by one thread each and
joined packet by packet: the same plan gives the same bytes, whoever worked on it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Self

import av
import av.error
from av.codec.context import Flags
from av.container import OutputContainer
from av.video.stream import VideoStream

from habeas import faces
from habeas.footage._media import Sound, Source, add_video, container_name
from habeas.footage._pipeline import Pipeline
from habeas.footage.errors import NoVideoError, OutputError
from habeas.footage.settings import Settings

#: Seconds of a part, about; and how far beyond its ends it is looked at. The second is more
#: than a face is carried on by those who walk; who stands is seen again soon.
SECONDS = 20.0
_BEYOND = 1.5
#: Parts are in MP4: time stamps of any base, decoding times included.
_FORM = "mp4"


@dataclass(frozen=True)
class Segment:
    """A part of a video.

    Attributes:
        number: from 0.
        start: its first frame's time from the video's start, seconds; None for the beginning.
        end: that of the next part's first frame; None for the last part.
        width, height, form: of every frame, as the video's first has them.
    """

    number: int
    start: float | None
    end: float | None
    width: int
    height: int
    form: str

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> Self:
        """The segment in *fields*."""
        return cls(**fields)


@dataclass(frozen=True)
class Part:
    """What was done to one segment; as in `habeas.footage.Report`."""

    frames: int
    faces: int
    covered: int
    looks: int
    damaged: int


def plan(source: Path, seconds: float = SECONDS) -> list[Segment]:
    """Parts of about *seconds*, each beginning with a key frame.

    Raises:
        FootageError: the video cannot be read.
    """
    video = Source(source, Settings())
    try:
        first = next(video.frames(), None)
        if first is None:
            raise NoVideoError(f"{source.name} has a video stream, but no frame in it.")
        shape = (first.width, first.height, first.format.name)
        video.seek(0)
        cuts: list[float] = []
        last = 0.0
        for packet in video.packets():
            if packet.is_keyframe and packet.pts is not None and packet.time_base is not None:
                at = float(packet.pts * packet.time_base - video.start)
                if at - last >= seconds:
                    cuts.append(at)
                    last = at
    finally:
        video.close()
    edges = [None, *cuts, None]
    return [
        Segment(number, edges[number], edges[number + 1], *shape)
        for number in range(len(edges) - 1)
    ]


def cover_segment(
    source: Path,
    target: Path,
    settings: Settings,
    segment: Segment,
    *,
    progress: Callable[[int, float, float | None], None] | None = None,
    ready: Callable[[], None] | None = None,
) -> Part:
    """Cover one part of *source* into *target*.

    Raises:
        FootageError: see the subclasses.
    """
    detector = faces.detector(settings.detector, gpu=settings.gpu)
    video = Source(source, settings)
    out = av.open(str(target), "w", format=_FORM)
    if ready is not None:
        ready()
    pipeline = Pipeline(detector, settings, video.fps)
    start, end = segment.start or 0.0, segment.end
    stream = None
    frames = covered = 0
    try:
        if segment.start is not None:
            video.seek(max(0.0, segment.start - _BEYOND))
        shape = (segment.width, segment.height, segment.form)
        wanted = (
            frame
            for frame in video.frames(shape, until=None if end is None else end + _BEYOND)
            if segment.start is None or frame.time > segment.start - _BEYOND
        )
        # Half a tick, because seconds are rounded.
        slack = 0.0005
        for item in pipeline.run(wanted):
            at = item.frame.time
            if at < start - slack or (end is not None and at >= end - slack):
                continue
            if stream is None:
                stream = add_video(out, item.frame, settings, fps=video.fps, ending=".mp4",
                                   aspect=video.stream.sample_aspect_ratio)  # fmt: skip
                # One thread: more would divide the picture by how many cores there are.
                stream.codec_context.thread_count = 1
                # Every container can hold it then: MP4 wants the headers once, in front.
                stream.codec_context.flags |= Flags.global_header
            item.frame.pict_type = 0
            out.mux(stream.encode(item.frame))
            frames += 1
            covered += bool(item.boxes)
            if progress is not None:
                progress(frames, at, video.seconds)
        if stream is not None:
            out.mux(stream.encode(None))
        out.close()
    except (av.error.FFmpegError, OSError) as error:
        raise OutputError(f"A part of {source.name} cannot be written: {error}") from error
    finally:
        video.close()
    return Part(frames, pipeline.faces, covered, pipeline.looks, video.damaged)


def join(parts: Sequence[Path], source: Path, target: Path, ending: str) -> None:
    """Put *parts* together, with the sound of *source*; nothing is encoded anew.

    Raises:
        FootageError: a part does not fit the others, or the file cannot be written.
    """
    video = Source(source, Settings())
    first = next(video.frames(), None)
    try:
        out = av.open(str(target), "w", format=container_name(ending))
        sound = Sound(video, out, ending)
        turns = round(first.rotation / 90) % 4 if first is not None else 0
        seam = _Seam(out, sound, 90 * turns)
        for part in parts:
            seam.add(part)
        if not seam.any:
            raise NoVideoError(f"{source.name} has a video stream, but no frame in it.")
        sound.flush()
        out.close()
        sound.close()
    except (av.error.FFmpegError, ValueError, OSError) as error:
        raise OutputError(f"The covered video cannot be written: {error}") from error
    finally:
        video.close()


class _Seam:
    """One stream out of many parts' packets."""

    def __init__(self, out: OutputContainer, sound: Sound, rotation: int) -> None:
        self._out = out
        self._sound = sound
        self._rotation = rotation
        self._stream: VideoStream | None = None
        self._known: bytes | None = None
        self._last: Fraction | None = None

    @property
    def any(self) -> bool:
        """Whether there is any picture."""
        return self._stream is not None

    def add(self, part: Path) -> None:
        """Append one part's packets."""
        with av.open(str(part), "r", format=_FORM) as opened:
            if not opened.streams.video:
                return  # a part of which nothing could be decoded
            origin = opened.streams.video[0]
            stream = self._opened(origin)
            for packet in opened.demux(origin):
                if packet.dts is None or packet.pts is None or packet.time_base is None:
                    continue
                if self._last is not None and packet.dts * packet.time_base <= self._last:
                    # Each part's encoder begins its decoding times anew, a little early.
                    packet.dts = int(self._last / packet.time_base) + 1
                self._last = packet.dts * packet.time_base
                self._sound.until(packet.dts, packet.time_base)
                packet.stream = stream
                self._out.mux(packet)

    def _opened(self, origin: VideoStream) -> VideoStream:
        if self._stream is None:
            self._stream = self._out.add_stream_from_template(origin)
            self._stream.time_base = origin.time_base
            self._known = origin.codec_context.extradata
            if self._rotation:
                self._stream.set_display_rotation(self._rotation)
        elif origin.codec_context.extradata != self._known:
            raise OutputError("A part of the video was encoded in another way than the first.")
        return self._stream
