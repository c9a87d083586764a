"""One video in parts: cut at key frames, covered apart, joined without a seam.

Each part is looked at beyond both of its ends, as far as what is seen there decides what is
covered in it. Parts are encoded by one thread each and joined packet by packet: the same
plan gives the same bytes, whoever worked on it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Self

import av
import av.error
from av.bitstream import BitStreamFilterContext
from av.container import OutputContainer
from av.video.stream import VideoStream

from habeas import faces
from habeas.cover._again import covered
from habeas.cover._media import Sound, Source, add_video, container_name
from habeas.cover._pipeline import Pipeline
from habeas.cover.errors import NoVideoError, OutputError
from habeas.cover.settings import Settings

#: Seconds of a part, about: a quarter more is looked at around it.
SECONDS = 40.0
#: Seconds are rounded, frames are not so close to each other.
_SLACK = 0.0005

Progress = Callable[[int, float, float | None], None]


@dataclass(frozen=True)
class Segment:
    """A part of a video.

    Attributes:
        number: from 0.
        start: its first frame's time from the video's start, seconds; None for the beginning.
        end: that of the next part's first frame; None for the last part.
    """

    number: int
    start: float | None
    end: float | None

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> Self:
        """The segment in *fields*."""
        return cls(**fields)

    def holds(self, at: float) -> bool:
        """Whether a frame of that time belongs to this part, and to no other."""
        after = self.start is None or at >= self.start - _SLACK
        return after and (self.end is None or at < self.end - _SLACK)


@dataclass(frozen=True)
class Part:
    """What was done to one segment; as in `habeas.cover.Report`."""

    frames: int
    faces: int
    covered: int
    looks: int
    damaged: int


def plan(
    source: Path,
    seconds: float = SECONDS,
    *,
    progress: Progress | None = None,
    ready: Callable[[], None] | None = None,
) -> list[Segment]:
    """Parts of about *seconds*, each beginning with a key frame. Nothing is decoded.

    Args:
        source: the video.
        seconds: least length of a part, but for the last.
        progress: as in `habeas.cover.redact`.
        ready: called once files are open; a sandbox closes its doors there.

    Raises:
        FootageError: the video cannot be read.
    """
    video = Source(source, Settings())
    if ready is not None:
        ready()
    try:
        cuts: list[float] = []
        last: float | None = None
        for packet in video.packets():
            if not packet.is_keyframe or packet.pts is None or packet.time_base is None:
                continue
            # Counted as `Source.frames` does.
            base = packet.time_base
            at = float((packet.pts - int(video.start / base)) * base)
            if last is None:
                last = at  # sound may begin long before the picture
            elif at - last >= seconds:
                cuts.append(at)
                last = at
            if progress is not None:
                progress(0, at, video.seconds)
    finally:
        video.close()
    edges = itertools.pairwise([None, *cuts, None])
    return [Segment(number, *edge) for number, edge in enumerate(edges)]


def cover_segment(
    source: Path,
    target: Path,
    settings: Settings,
    segment: Segment,
    *,
    ending: str = ".mp4",
    progress: Progress | None = None,
    ready: Callable[[], None] | None = None,
) -> Part:
    """Cover one part of *source* into *target*, an MP4; an empty file if it has no frame.

    Args:
        source: the video.
        target: where to write.
        settings: how.
        segment: one of `plan`.
        ending: of the whole video's name; chooses the encoder.
        progress: as in `habeas.cover.redact`.
        ready: called once files and models are open; a sandbox closes its doors there.

    Raises:
        FootageError: see the subclasses.
    """
    detector = faces.detector(settings.detector, gpu=settings.gpu)
    video, head = Source(source, settings), Source(source, settings)
    again = Source(source, settings) if settings.look.again else None
    out = _part(target, video)
    if ready is not None:
        ready()
    pipeline = Pipeline(detector, settings, video.fps)
    stream: VideoStream | None = None
    frames = with_cover = unchecked = 0
    try:
        # All parts are of one kind: that of the video's first frame.
        first = next(head.frames(), None)
        if first is None:
            raise NoVideoError(f"{source.name} has a video stream, but no frame in it.")
        watched = _span(video, first, segment, before=pipeline.past, after=pipeline.future)
        painted = _span(again, first, segment) if again else None
        for item in covered(pipeline, settings, watched, painted):
            at = item.frame.time
            if progress is not None:
                progress(frames, at, video.seconds)
            if not segment.holds(at):
                continue
            if stream is None:
                stream = add_video(out, first, settings, fps=video.fps, ending=ending,
                                   aspect=video.stream.sample_aspect_ratio)  # fmt: skip
                # More would divide the picture by how many cores there are.
                stream.codec_context.thread_count = 1
            item.frame.pict_type = 0
            out.mux(stream.encode(item.frame))
            frames += 1
            with_cover += bool(item.boxes) or not item.checked
            unchecked += not item.checked
        if stream is not None:
            out.mux(stream.encode(None))
        out.close()
        target.touch()
    except (av.error.FFmpegError, ValueError, OSError) as error:
        raise OutputError(f"A part of {source.name} cannot be written: {error}") from error
    finally:
        video.close()
        head.close()
        if again is not None:
            again.close()
    return Part(frames, pipeline.faces, with_cover, pipeline.looks, video.damaged + unchecked)


def _part(target: Path, video: Source) -> OutputContainer:
    # MP4 keeps any time base, and decoding times. It keeps where a file begins too, but in
    # thousandths of a second unless it is told the finer scale that it gives the stream.
    scale = (video.stream.time_base or Fraction(1, 90_000)).denominator
    while scale < 10_000:
        scale *= 2
    try:
        return av.open(str(target), "w", format="mp4", options={"movie_timescale": str(scale)})
    except (av.error.FFmpegError, ValueError, OSError) as error:
        raise OutputError(f"A part of the video cannot be written: {error}") from error


def _span(
    video: Source,
    first: av.VideoFrame,
    segment: Segment,
    *,
    before: float = 0.0,
    after: float = 0.0,
) -> Iterator[av.VideoFrame]:
    """The segment's frames, and those of so many seconds around them, in the form of *first*."""
    shape = (first.width, first.height, first.format.name)
    until = None if segment.end is None else segment.end + after
    if segment.start is None:
        yield from video.frames(shape, until=until)
        return
    since = segment.start - before
    video.seek(max(0.0, since))
    frames = video.frames(shape, until=until)
    nearest = next(frames, None)
    if since > 0 and (nearest is None or not first.time < nearest.time <= segment.start):
        # The index is wrong, or time stamps are missing in the middle: count from the front.
        video.seek(0.0)
        frames = video.frames(shape, until=until)
    elif nearest is not None:
        frames = itertools.chain([nearest], frames)
    yield from (frame for frame in frames if frame.time > since - _SLACK)


def join(
    parts: Sequence[Path],
    source: Path,
    target: Path,
    ending: str,
    *,
    progress: Progress | None = None,
    ready: Callable[[], None] | None = None,
) -> float:
    """Put *parts* together, with the sound of *source*; nothing is encoded anew.

    Args:
        parts: what `cover_segment` wrote, in order.
        source: the video.
        target: where to write.
        ending: of the final name; chooses the container.
        progress: as in `habeas.cover.redact`.
        ready: called once files are open; a sandbox closes its doors there.

    Returns:
        Seconds of video.

    Raises:
        FootageError: a part does not fit the others, or the file cannot be written.
    """
    video = Source(source, Settings())
    try:
        out = av.open(str(target), "w", format=container_name(ending))
        sound = Sound(video, out, ending)
        if ready is not None:
            ready()
        seam = _Seam(out, sound, annex_b=ending == ".avi")
        for part in parts:
            seam.add(part)
            if progress is not None:
                progress(seam.frames, seam.end, video.seconds)
        if not seam.frames:
            raise NoVideoError(f"{source.name} has a video stream, but no frame in it.")
        sound.flush()
        out.close()
        sound.close()
    except (av.error.FFmpegError, ValueError, OSError) as error:
        raise OutputError(f"The covered video cannot be written: {error}") from error
    finally:
        video.close()
    return round(seam.end + 1 / video.fps, 3)


class _Seam:
    """One stream out of many parts' packets.

    Args:
        out: where to.
        sound: goes along.
        annex_b: H.264 with start codes, for a container that cannot have it otherwise.
    """

    def __init__(self, out: OutputContainer, sound: Sound, *, annex_b: bool) -> None:
        self._out = out
        self._sound = sound
        self._annex_b = annex_b
        self._stream: VideoStream | None = None
        self._known: bytes | None = None
        self._last: Fraction | None = None
        #: Frames so far, and the last one's time in seconds.
        self.frames = 0
        self.end = 0.0

    def add(self, part: Path) -> None:
        """Append one part's packets."""
        if not part.stat().st_size:
            return  # a part of which nothing could be decoded
        with av.open(str(part), "r", format="mp4") as opened:
            origin = opened.streams.video[0]
            new = self._stream is None
            stream = self._opened(origin)
            packets: Iterator[av.Packet[VideoStream]] = opened.demux(origin)
            if self._annex_b:
                start_codes = BitStreamFilterContext(
                    "h264_mp4toannexb", origin, stream if new else None
                )
                packets = _through(start_codes, packets)
            for packet in packets:
                self._append(packet, stream)

    def _append(self, packet: av.Packet[VideoStream], stream: VideoStream) -> None:
        if packet.dts is None or packet.pts is None or packet.time_base is None:
            return
        if self._last is not None and packet.dts * packet.time_base <= self._last:
            # Each part's encoder begins its decoding times anew, a little early.
            packet.dts = int(self._last / packet.time_base) + 1
        self._last = packet.dts * packet.time_base
        self.end = max(self.end, float(packet.pts * packet.time_base))
        self.frames += 1
        self._sound.until(packet.dts, packet.time_base)
        packet.stream = stream
        self._out.mux(packet)

    def _opened(self, origin: VideoStream) -> VideoStream:
        known = origin.codec_context.extradata
        if self._stream is None:
            self._known = known
            self._stream = self._out.add_stream_from_template(origin)
            self._stream.time_base = origin.time_base
        elif known != self._known:
            raise OutputError("A part of the video was encoded in another way than the first.")
        return self._stream


def _through(
    bitstream: BitStreamFilterContext, packets: Iterator[av.Packet[VideoStream]]
) -> Iterator[av.Packet[VideoStream]]:
    for packet in packets:
        base = packet.time_base
        if packet.size:
            for changed in bitstream.filter(packet):
                changed.time_base = base
                yield changed
