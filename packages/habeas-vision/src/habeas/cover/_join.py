"""Parts of one video put together without a seam, packet by packet, with its sound."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import av.error
from av.container import OutputContainer
from av.video.stream import VideoStream

from habeas.cover._readback import Written
from habeas.cover._sound import Soundtrack
from habeas.cover._source import Source
from habeas.cover._target import NO_TAG, container_name, quarters
from habeas.cover.errors import NoVideoError, OutputError
from habeas.cover.settings import Progress, Settings


@dataclass(frozen=True)
class Joined:
    """What was put together.

    Attributes:
        seconds: of video.
        left_out: of the source, in words, beside what the parts left out.
    """

    seconds: float
    left_out: tuple[str, ...]


def join(
    parts: Sequence[Path],
    source: Path,
    target: Path,
    settings: Settings,
    ending: str,
    turn: int = 0,
    *,
    progress: Progress | None = None,
    ready: Callable[[], None] | None = None,
) -> Joined:
    """Put *parts* together, with the sound of *source*; no picture is encoded anew.

    Args:
        parts: what `cover_part` wrote, in order.
        source: the video.
        target: where to write.
        settings: for the sound.
        ending: of the final name; chooses the container.
        turn: degrees clockwise that bring the picture upright, beyond its tag; where the container
            has no place to say so, it stays as it is.
        progress: as in `habeas.cover.redact`.
        ready: called once files are open; a sandbox closes its doors there.

    Raises:
        FootageError: a part does not fit the others, or the file cannot be written.
    """
    video = Source(source, settings)
    try:
        out = av.open(str(target), "w", format=container_name(ending))
        sound = Soundtrack(video, out, ending, settings.sound)
        if ready is not None:
            ready()
        seam = _Seam(out, sound, turn if ending not in NO_TAG else 0)
        for part in parts:
            seam.add(part)
            if progress is not None:
                progress(len(seam.written), seam.end, video.seconds)
        if not len(seam.written):
            raise NoVideoError(f"{source.name} has a video stream, but no frame in it.")
        sound.flush()
        out.close()
        sound.close()
    except (av.error.FFmpegError, ValueError, OSError) as error:
        raise OutputError(f"The covered video cannot be written: {error}") from error
    finally:
        video.close()
    seam.written.compare(target, container_name(ending), sound.spans())
    return Joined(round(seam.end + 1 / video.fps, 3), tuple(sorted(video.left_out)))


class _Seam:
    """One stream out of many parts' packets.

    Args:
        out: where to.
        sound: goes along.
        turn: see `join`.

    Attributes:
        written: stamps of the pictures so far.
        end: the last picture's time, seconds.
    """

    def __init__(self, out: OutputContainer, sound: Soundtrack, turn: int) -> None:
        self._turn = turn
        self._out = out
        self._sound = sound
        self._stream: VideoStream | None = None
        self._known: bytes | None = None
        self._last: Fraction | None = None
        self.written = Written()
        self.end = 0.0

    def add(self, part: Path) -> None:
        """Append one part's packets."""
        if not part.stat().st_size:
            return  # a part of which nothing could be decoded
        with av.open(str(part), "r", format="mp4") as opened:
            origin = opened.streams.video[0]
            stream = self._opened(part, origin)
            for packet in opened.demux(origin):
                self._append(packet, stream)

    def _append(self, packet: av.Packet[VideoStream], stream: VideoStream) -> None:
        if packet.dts is None or packet.pts is None or packet.time_base is None:
            return
        if self._last is not None and packet.dts * packet.time_base <= self._last:
            # Each part's encoder begins its decoding times anew, a little early.
            packet.dts = int(self._last / packet.time_base) + 1
        self._last = packet.dts * packet.time_base
        self.end = max(self.end, float(packet.pts * packet.time_base))
        self.written.add(packet)
        self._sound.until(packet.dts, packet.time_base)
        packet.stream = stream
        self._out.mux(packet)

    def _opened(self, part: Path, origin: VideoStream) -> VideoStream:
        known = origin.codec_context.extradata
        if self._stream is None:
            self._known = known
            self._stream = self._out.add_stream_from_template(origin)
            self._stream.time_base = origin.time_base
            if self._turn:
                self._stream.set_display_rotation(90 * quarters(_rotation(part), self._turn))
        elif known != self._known:
            raise OutputError("A part of the video was encoded in another way than the first.")
        return self._stream


def _rotation(part: Path) -> float:
    """What a part's first picture says of itself, degrees anticlockwise."""
    with av.open(str(part), "r", format="mp4") as opened:
        return next(opened.decode(video=0)).rotation
