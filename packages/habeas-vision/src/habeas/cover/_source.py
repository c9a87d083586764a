"""Files in: decoding what can be decoded, on one line of time, in one size and format.

What is not the first video stream's picture, or wanted sound, goes no further; `left_out` says
in words what that was.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
import av.error
from av.container import InputContainer
from av.video.stream import VideoStream

from habeas.cover._damage import Damage
from habeas.cover._frames import carried, converted, planar, turned
from habeas.cover._losses import Losses
from habeas.cover._timeline import Timeline
from habeas.cover.errors import (
    ChangedSizeError,
    NoVideoError,
    TooLargeVideoError,
    UnreadableVideoError,
)
from habeas.cover.settings import Settings

MAX_SIDE = 16_384
MAX_PIXELS = 40_000_000
#: After so many packets in a row that cannot be decoded, the rest is given up.
_MAX_DAMAGED = 2_000
#: Frames a second that a file may declare and be believed. Browsers' recorders declare 1,000,
#: as their stamps count milliseconds; then the stamps themselves tell.
_CREDIBLE = (1, 120)
#: Packets by whose stamps a rate is measured.
_MEASURED = 300


class Source:
    """One video file, opened.

    Args:
        path: the file.
        settings: for the way up.

    Attributes:
        damaged: packets that could not be decoded, so far.
        left_out: what the file has beside its picture and its sound, in words, so far.

    Raises:
        UnreadableVideoError: it cannot be opened.
        NoVideoError: it has no video stream.
        TooLargeVideoError: its frames have too many pixels.
    """

    def __init__(self, path: Path, settings: Settings) -> None:
        self.path = path
        self.damaged = 0
        self._losses = Losses()
        with self._losses.opening():
            self.container = open_file(path)
        streams = pictures(self.container)
        if not streams:
            self.container.close()
            raise NoVideoError(f"{path.name} has no video stream that can be decoded.")
        self.stream: VideoStream = streams[0]
        self.stream.thread_type = "NONE"  # see `Damage`
        check_size(path.name, self.stream.width, self.stream.height)
        self.left_out = _beside(self.container, len(streams))
        self._turn = turned(settings.turn)
        # Read now: a stream must not be touched once its file is closed.
        aspect = self.stream.sample_aspect_ratio
        on_its_side = settings.turn in (90, 270)
        #: Width over height of one pixel as it is written; None where the file does not tell.
        self.aspect = 1 / aspect if aspect and on_its_side else aspect
        #: Frames a second, about; time stamps count, not this.
        self.fps = self._rate()
        duration = self.container.duration
        #: Duration, where the file tells it.
        self.seconds = duration / av.time_base if duration and duration > 0 else None
        self.timeline = timeline_of(self.container, self.stream)

    @property
    def start(self) -> Fraction:
        """The file's first time stamp, seconds."""
        return Fraction(self.container.start_time or 0, av.time_base)

    def seek(self, seconds: float) -> None:
        """Go to the last key frame before *seconds* from the start, where the file can."""
        # A step that is meant is no jump of the clock.
        self.timeline = timeline_of(self.container, self.stream)
        with contextlib.suppress(av.error.FFmpegError, ValueError):
            self.container.seek(int((self.start + Fraction(seconds)) * av.time_base))

    def packets(self) -> Iterator[av.Packet[VideoStream]]:
        """The video's packets, undecoded, as far as the file can be read.

        Their stamps are on one line: `timeline` tells how often that had to be mended.
        """
        with contextlib.suppress(av.error.FFmpegError, ValueError):
            for packet in self.container.demux(self.stream):
                mend(packet, self.timeline)
                yield packet

    def frames(
        self, shape: tuple[int, int, str] | None = None, *, until: float | None = None
    ) -> Iterator[av.VideoFrame]:
        """All frames in order of display, of one size and a format in `PLANAR`.

        Time stamps rise strictly and count from the file's start. Packets that cannot be
        decoded are counted in `damaged` and left out; frames that may show something else than
        was sent are marked (`is_sound`).

        Args:
            shape: width, height and pixel format, as `shape_of` tells; those of the first frame
                for None.
            until: seconds from the start at which to end.

        Raises:
            ChangedSizeError: the picture's size changes on the way.
            TooLargeVideoError: as at the start.
        """
        base = self.stream.time_base or Fraction(1, 90_000)
        origin = int(self.start / base)
        step = max(1, int(1 / self.fps / base))
        last: int | None = None
        for frame in self._decoded():
            following = 0 if last is None else last + step
            pts = following if frame.pts is None else frame.pts - origin
            # A damaged file may begin before its own start, where no player looks.
            last = max(pts, 0 if last is None else last + 1)
            frame.pts, frame.time_base = last, base
            upright = frame if self._turn is None else self._turn(frame)
            if shape is None:
                shape = shape_of(upright)
                check_size(self.path.name, *shape[:2])
            elif shape[:2] != (upright.width, upright.height):
                raise ChangedSizeError(
                    f"The picture of {self.path.name} changes from {shape[0]} × {shape[1]} to "
                    f"{upright.width} × {upright.height} pixels after "
                    f"{float(last * base):.1f} seconds."
                )
            if until is not None and last * base > until:
                return
            yield converted(upright, shape[2])

    def _decoded(self) -> Iterator[av.VideoFrame]:
        in_a_row = 0
        damage = Damage(self.stream)
        packets = self._losses.packets(self.container.demux(self.stream))
        while in_a_row < _MAX_DAMAGED:
            try:
                packet, torn = next(packets)
            except StopIteration:
                return
            except (av.error.FFmpegError, ValueError):
                # The file ends in the middle of something: what came before stands.
                self.damaged += 1
                return
            mend(packet, self.timeline)
            damage.packet(packet, torn=torn)
            try:
                frames = packet.decode()
            except (av.error.FFmpegError, ValueError):
                damage.failed()
                self.damaged += 1
                in_a_row += 1
                continue
            in_a_row = 0
            for frame in frames:
                if isinstance(frame, av.VideoFrame):
                    damage.check(frame)
                    self.left_out |= carried(frame)
                    yield frame

    def _rate(self) -> float:
        """Frames a second: as declared, or as stamps tell where that cannot be; else 25."""
        declared = self.stream.average_rate or self.stream.guessed_rate
        if declared and _CREDIBLE[0] <= declared <= _CREDIBLE[1]:
            return float(declared)
        stamps: list[Fraction] = []
        again = open_file(self.path)
        with again, contextlib.suppress(av.error.FFmpegError, ValueError):
            stamps += (
                packet.pts * packet.time_base
                for packet in itertools.islice(again.demux(pictures(again)[0]), _MEASURED)
                if packet.pts is not None and packet.time_base is not None
            )
        span = float(max(stamps) - min(stamps)) if len(stamps) > 1 else 0.0
        return min(max((len(stamps) - 1) / span, 0.1), 1000.0) if span > 0 else 25.0

    def close(self) -> None:
        """Close the file."""
        self.container.close()


def shape_of(frame: av.VideoFrame) -> tuple[int, int, str]:
    """Width, height, and the pixel format in which the frame is worked on."""
    return frame.width, frame.height, planar(frame.format.name, frame.width)


def open_file(path: Path) -> InputContainer:
    """Open a file for reading, and nothing but a file.

    Args:
        path: the file.

    Raises:
        UnreadableVideoError: it cannot be opened.
    """
    # Only files: a playlist must not make the reader fetch anything.
    options = {"protocol_whitelist": "file"}
    try:
        return av.open(str(path), "r", container_options=options)
    except (av.error.FFmpegError, ValueError, OSError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise UnreadableVideoError(f"{path.name} cannot be opened as a video: {why}.") from error


def pictures(container: InputContainer) -> list[VideoStream]:
    """The streams that can be decoded and are no cover picture."""
    return [
        each
        for each in container.streams.video
        # Without a codec context there is no decoder for it.
        if getattr(each, "codec_context", None) is not None
        and not each.disposition & av.stream.Disposition.attached_pic
    ]


def check_size(name: str, width: int, height: int) -> None:
    """Raise `TooLargeVideoError` where frames have more pixels than are taken."""
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise TooLargeVideoError(
            f"{name} has frames of {width} × {height} pixels; the most that are taken is "
            f"{MAX_PIXELS // 1_000_000} megapixels."
        )


def timeline_of(container: InputContainer, picture: VideoStream) -> Timeline:
    """The line of time for the container's packets, where none was read yet."""
    jumpy = bool(int(container.format.flags) & cast("int", av.format.Flags.ts_discont.value))
    return Timeline(picture.index, jumpy)


def mend(packet: av.Packet[Any], timeline: Timeline) -> None:
    """Put the packet's stamps on the line; packets without any stay without."""
    base = packet.time_base
    stamp = packet.dts if packet.dts is not None else packet.pts
    if stamp is None or base is None:
        return
    length = (packet.duration or 0) * base
    ticks = int(timeline.correction(packet.stream_index, stamp * base, length) / base)
    if packet.dts is not None:
        packet.dts += ticks
    if packet.pts is not None:
        packet.pts += ticks


def _beside(container: InputContainer, videos: int) -> set[str]:
    """What stands in the file beside the first picture and sound, in words."""
    found = set()
    streams = list(container.streams)
    kinds = {each.type for each in streams}
    if videos > 1:
        found.add("another video track" if videos == 2 else f"{videos - 1} other video tracks")
    if any(each.disposition & av.stream.Disposition.attached_pic for each in streams):
        found.add("a cover picture")
    words = {"subtitle": "subtitles", "data": "a data track", "attachment": "attachments"}
    return found | {words[each] for each in kinds & words.keys()}
