"""One video in parts: cut at key frames, covered apart; `_join` puts them together.

Each part is looked at beyond both of its ends, as far as what is seen there decides what is
covered in it. Parts are encoded by one thread each and joined packet by packet: the same
plan gives the same bytes, whoever worked on it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Self

import av
import av.error
from av.container import OutputContainer

from habeas import faces
from habeas.cover._again import covered
from habeas.cover._pipeline import Pipeline
from habeas.cover._source import Source, shape_of
from habeas.cover._target import Encoder
from habeas.cover.errors import NoVideoError, OutputError
from habeas.cover.settings import Progress, Settings

#: Seconds of a part, about: a quarter more is looked at around it.
SECONDS = 40.0
#: Seconds are rounded, frames are not so close to each other.
_SLACK = 0.0005


@dataclass(frozen=True)
class Part:
    """A part of a video, for one machine of a cluster.

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
        """The part in *fields*."""
        return cls(**fields)

    def holds(self, at: float) -> bool:
        """Whether a frame of that time belongs to this part, and to no other."""
        after = self.start is None or at >= self.start - _SLACK
        return after and (self.end is None or at < self.end - _SLACK)


@dataclass(frozen=True)
class PartReport:
    """What was done to one part; as in `habeas.cover.Report`."""

    frames: int
    faces: int
    covered: int
    looks: int
    damaged: int
    whole: int
    jumps: int
    left_out: tuple[str, ...]
    turn: int
    gpu: bool


def plan(
    source: Path,
    seconds: float = SECONDS,
    *,
    progress: Progress | None = None,
    ready: Callable[[], None] | None = None,
) -> list[Part]:
    """Parts of about *seconds*, each beginning with a key frame. Nothing is decoded.

    A file whose clock jumps is one part, and so is an AVI: it does not say when pictures are
    shown that wait for later ones, and whoever begins in the middle counts them differently.

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
        if video.timeline.jumps or video.container.format.name == "avi":
            cuts = []
    finally:
        video.close()
    edges = itertools.pairwise([None, *cuts, None])
    return [Part(number, *edge) for number, edge in enumerate(edges)]


def cover_part(
    source: Path,
    target: Path,
    settings: Settings,
    part: Part,
    *,
    ending: str = ".mp4",
    progress: Progress | None = None,
    ready: Callable[[], None] | None = None,
) -> PartReport:
    """Cover one part of *source* into *target*, an MP4; an empty file if it has no frame.

    Args:
        source: the video.
        target: where to write.
        settings: how.
        part: one of `plan`.
        ending: of the whole video's name; chooses the encoder.
        progress: as in `habeas.cover.redact`.
        ready: called once files and models are open; a sandbox closes its doors there.

    Raises:
        FootageError: see the subclasses.
    """
    detector = faces.detector(settings.detector, gpu=settings.gpu)
    video, head = Source(source, settings), Source(source, settings)
    again = Source(source, settings) if settings.look.again else None
    out = _file(target, video)
    if ready is not None:
        ready()
    pipeline = Pipeline(detector, settings, video.fps)
    encoder: Encoder | None = None
    frames = with_cover = unchecked = 0
    try:
        # All parts are of one kind: that of the video's first frame.
        first = next(head.frames(), None)
        if first is None:
            raise NoVideoError(f"{source.name} has a video stream, but no frame in it.")
        watched = _span(video, first, part, before=pipeline.past, after=pipeline.future)
        painted = _span(again, first, part) if again else None
        for item in covered(pipeline, settings, watched, painted):
            at = item.frame.time
            if progress is not None:
                progress(frames, at, video.seconds)
            if not part.holds(at):
                continue
            if encoder is None:
                # More threads would divide the picture by how many cores there are.
                encoder = Encoder(out, first, settings, fps=video.fps, ending=ending,
                                  aspect=video.aspect, threads=1)  # fmt: skip
            out.mux(encoder.encode(item.frame))
            frames += 1
            with_cover += bool(item.boxes) or not item.checked
            unchecked += not item.checked
        if encoder is not None:
            out.mux(encoder.encode(None))
        out.close()
        target.touch()
    except (av.error.FFmpegError, ValueError, OSError) as error:
        raise OutputError(f"A part of {source.name} cannot be written: {error}") from error
    finally:
        video.close()
        head.close()
        if again is not None:
            again.close()
    left_out = tuple(sorted(video.left_out))
    return PartReport(frames, pipeline.faces, with_cover, pipeline.looks,
                      video.damaged + unchecked, unchecked,
                      video.timeline.jumps, left_out, pipeline.turn, detector.gpu)  # fmt: skip


def _file(target: Path, video: Source) -> OutputContainer:
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
    part: Part,
    *,
    before: float = 0.0,
    after: float = 0.0,
) -> Iterator[av.VideoFrame]:
    """The part's frames, and those of so many seconds around them, in the form of *first*."""
    shape = shape_of(first)
    until = None if part.end is None else part.end + after
    if part.start is None:
        yield from video.frames(shape, until=until)
        return
    since = part.start - before
    video.seek(max(0.0, since))
    frames = video.frames(shape, until=until)
    nearest = next(frames, None)
    if since > 0 and (nearest is None or not first.time < nearest.time <= part.start):
        # The index is wrong, or time stamps are missing in the middle: count from the front.
        video.seek(0.0)
        frames = video.frames(shape, until=until)
    elif nearest is not None:
        frames = itertools.chain([nearest], frames)
    yield from (frame for frame in frames if frame.time > since - _SLACK)
