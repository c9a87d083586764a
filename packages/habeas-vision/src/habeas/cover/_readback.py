"""What was written is read again before it gets its name: as many pictures, when they were.

Containers round stamps, shift them, or have no place for them; a file that plays at other
times than its source is no copy of it. So the written file's stamps are compared with those
that went in, and the length of each track of sound with what was written of it.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import av.error
from av.video.stream import VideoStream

from habeas.cover.errors import OutputError


@dataclass(frozen=True)
class Tolerance:
    """By how much a written file may differ, seconds.

    Attributes:
        picture: Matroska and WebM round stamps to milliseconds.
        sound: encoders begin with a packet of silence, and fill the last one: two packets of
            1,024 samples at 16,000 a second.
    """

    picture: float = 0.0011
    sound: float = 0.13


class Written:
    """The stamps of a file that is being written."""

    def __init__(self) -> None:
        self._stamps = array("q")
        self._base = Fraction(1)

    def add(self, picture: av.VideoFrame | av.Packet[VideoStream]) -> None:
        """A picture goes into the file; all have one time base."""
        if picture.pts is not None and picture.time_base is not None:
            self._stamps.append(picture.pts)
            self._base = picture.time_base

    def __len__(self) -> int:
        return len(self._stamps)

    def compare(
        self,
        path: Path,
        form: str,
        sounds: Mapping[int, tuple[Fraction, Fraction]],
        tolerance: Tolerance | None = None,
    ) -> None:
        """Raise unless *path* holds what was written.

        Args:
            path: the finished file.
            form: FFmpeg's name of its container.
            sounds: first stamp and end of each track of sound, by number, as they went in.
            tolerance: what is let pass.

        Raises:
            OutputError: it cannot be read, or differs.
        """
        allowed = tolerance or Tolerance()
        expected = sorted(self._stamps)
        stamps, heard = _read(path, form)
        if len(stamps) != len(expected):
            raise OutputError(
                f"{len(expected)} pictures were written, and {len(stamps)} are in the file.",
                _REMEDY,
            )
        if not stamps:
            return
        # A container may shift all that it holds: MPEG-2 systems begin at 1.4 seconds.
        shift = stamps[0] - float(expected[0] * self._base)
        for told, stamp in zip(stamps, expected, strict=True):
            wanted = float(stamp * self._base)
            if abs(told - shift - wanted) > allowed.picture:
                raise OutputError(
                    f"A picture of {wanted:.3f} seconds is at {told - shift:.3f} in the file.",
                    _REMEDY,
                )
        for number, (start, end) in sounds.items():
            found = heard.get(number, (0.0, 0.0))
            for what, told, wanted in (
                ("begins", found[0] - shift, float(start)), ("ends", found[1] - shift, float(end)),
            ):  # fmt: skip
                if abs(told - wanted) > allowed.sound:
                    raise OutputError(
                        f"Sound that {what} at {wanted:.3f} seconds {what} at {told:.3f} in the "
                        "file.",
                        _REMEDY,
                    )


_REMEDY = "Choose another ending: .mkv holds nearly everything; or leave the sound out."


def _read(path: Path, form: str) -> tuple[list[float], dict[int, tuple[float, float]]]:
    """Stamps of the pictures in order of display; start and end of each track of sound."""
    stamps: list[float] = []
    heard: dict[int, tuple[float, float]] = {}
    try:
        with av.open(str(path), "r", format=form) as container:
            for packet in container.demux():
                base, stamp = packet.time_base, packet.pts
                if stamp is None or base is None:
                    continue
                at = float(stamp * base)
                if packet.stream.type == "video":
                    stamps.append(at)
                elif packet.stream.type == "audio":
                    start, end = heard.get(packet.stream_index, (at, at))
                    until = at + float((packet.duration or 0) * base)
                    heard[packet.stream_index] = (min(start, at), max(end, until))
    except (av.error.FFmpegError, ValueError, OSError) as error:
        raise OutputError(f"What was written cannot be read again: {error}", _REMEDY) from error
    return sorted(stamps), heard
