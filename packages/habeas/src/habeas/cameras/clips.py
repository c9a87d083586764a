"""The film for people: segments put together without encoding anything anew.

ISO/IEC 14496-12. Each coded picture is taken over byte by byte, so that whoever has the proven
segments can hold the film against them (`verify_same`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from itertools import groupby, zip_longest
from pathlib import Path
from typing import Any

import av
import av.error
from av.container import OutputContainer
from av.video.stream import VideoStream

from habeas.cover.errors import OutputError, UnreadableVideoError
from habeas.protocol.clip import ClipChangedError

#: Ticks a second of a film's times.
_TICKS = 90_000
#: The index of all pictures stands at the front: it plays while it is fetched.
_OPTIONS = {"movflags": "+faststart"}


@dataclass(frozen=True)
class ClipSegment:
    """A segment; `start` is UTC."""

    start: datetime
    path: Path


def films(parts: Sequence[ClipSegment]) -> list[list[ClipSegment]]:
    """*parts* (in order) in runs of one picture size and encoder setting: each can be one film.

    Raises:
        UnreadableVideoError: a part is no video.
    """
    return [list(run) for _, run in groupby(parts, lambda each: _setting(each.path))]


def join(parts: Sequence[ClipSegment], target: Path) -> None:
    """Write the film of *parts*, a run of `films`; where nothing was recorded it stands still.

    Raises:
        UnreadableVideoError: a part cannot be read.
        OutputError: the disk does not take it.
    """
    try:
        with av.open(str(target), "w", format="mp4", options=_OPTIONS) as out:
            stream: VideoStream | None = None
            last = -1
            for part in parts:
                offset = round((part.start - parts[0].start).total_seconds() * _TICKS)
                with av.open(str(part.path)) as container:
                    source = container.streams.video[0]
                    if stream is None:
                        stream = out.add_stream_from_template(source)
                    last = _copy(container.demux(source), stream, out, offset, last)
    except (av.error.FFmpegError, ValueError, IndexError) as error:
        raise UnreadableVideoError("A segment cannot be put together with the others.") from error
    except OSError as error:
        raise OutputError(f"The film cannot be written: {error.strerror}.") from error


def _copy(
    packets: Iterator[Any], stream: VideoStream, out: OutputContainer, offset: int, last: int
) -> int:
    """Copy all packets of a segment; gives the time at which the last one is decoded."""
    for packet in packets:
        if packet.pts is None or packet.dts is None or packet.time_base is None:
            continue  # the end of the segment
        scale = packet.time_base * _TICKS
        # A segment may begin a moment before the one before it ends; a film's times only rise.
        dts = max(round(packet.dts * scale) + offset, last + 1)
        packet.pts = max(round(packet.pts * scale) + offset, dts)
        packet.dts, packet.time_base, packet.stream = dts, Fraction(1, _TICKS), stream
        out.mux(packet)
        last = dts
    return last


def verify_same(parts: Sequence[Path], film: Path) -> None:
    """Raise unless *film* has exactly the coded pictures of *parts*, in their order.

    Raises:
        ClipChangedError: one differs, is missing, or was added.
        UnreadableVideoError: a file is no video.
    """
    if any(_setting(each) != _setting(film) for each in parts):
        raise ClipChangedError(f"{film.name} is encoded otherwise than the segments.")
    pictures = (each for part in parts for each in _pictures(part))
    for one, other in zip_longest(pictures, _pictures(film)):
        if one != other:
            raise ClipChangedError(f"{film.name} shows other pictures than the segments.")


def _setting(path: Path) -> tuple[str, int, int, bytes]:
    try:
        with av.open(str(path)) as container:
            context = container.streams.video[0].codec_context
            return context.name, context.width, context.height, bytes(context.extradata or b"")
    except (av.error.FFmpegError, OSError, ValueError, IndexError) as error:
        raise UnreadableVideoError(f"{path.name} is no video that can be read.") from error


def _pictures(path: Path) -> Iterator[bytes]:
    try:
        with av.open(str(path)) as container:
            for packet in container.demux(container.streams.video[0]):
                if packet.size:
                    yield bytes(packet)
    except (av.error.FFmpegError, OSError, ValueError, IndexError) as error:
        raise UnreadableVideoError(f"{path.name} is no video that can be read.") from error
