"""JPEG (ITU-T T.81): the segments that pixels need, taken out of whatever stands around them.

Everything else is left behind before any decoder looks: EXIF, XMP, thumbnails, comments,
a film or a second picture behind the end. A small file can also ask for endless work without
having many pixels, in a progressive one by thousands of scans (annex G): limits come first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from habeas.portrait._limits import LIMITS, UnsoundError

_EOI, _SOS, _APP0, _APP1, _APP2, _APP14 = 0xD9, 0xDA, 0xE0, 0xE1, 0xE2, 0xEE
#: Frames (B.2.2) that decoders read: baseline, extended with Huffman codes, progressive.
_PROGRESSIVE = 0xC2
_FRAMES = (0xC0, 0xC1, _PROGRESSIVE)
_ALL_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
#: Tables, frame, restart interval, number of lines, scan: what decoding needs.
_CODED = 0
_KEPT = _ALL_FRAMES | {0xC4, 0xCC, 0xDB, 0xDD, 0xDC, _SOS, _CODED}
#: A header of JFIF (ITU-T T.871) that says: the colours are YCbCr.
_JFIF = b"\xff\xe0\x00\x10JFIF\0\1\1\0\0\1\0\1\0\0"


@dataclass(frozen=True)
class Jpeg:
    """What a JPEG file holds.

    Attributes:
        content: the picture without anything else.
        exif: as found first, or None.
        icc: the profile, or None where there is none or parts of it are missing.
        frame: its frame's marker, 0xC0 to 0xCF; None where there is none.
        precision: bits of a sample.
        size: width and height, pixels.
        whole: whether the end of the picture is there.
    """

    content: bytes
    exif: bytes | None
    icc: bytes | None
    frame: int | None
    precision: int
    size: tuple[int, int]
    whole: bool

    @property
    def common(self) -> bool:
        """Whether decoders read this coding: not arithmetic, lossless or of 12 bits."""
        return self.frame in _FRAMES and self.precision == 8

    @property
    def progressive(self) -> bool:
        """Whether the picture comes in several scans, each finer."""
        return self.frame == _PROGRESSIVE


@dataclass(frozen=True)
class _Piece:
    """A segment, or the coded data behind a scan's header (marker 0)."""

    marker: int
    raw: bytes

    @property
    def body(self) -> bytes:
        return self.raw[4:]

    @property
    def kept(self) -> bytes:
        """What the decoder gets of it."""
        if self.marker == _APP0 and self.body.startswith(b"JFIF\0"):
            return _JFIF
        if self.marker == _APP14 and self.body.startswith(b"Adobe"):
            return self.raw
        return self.raw if self.marker in _KEPT else b""


def parse(photo: bytes) -> Jpeg:
    """Take a JPEG apart.

    Raises:
        UnsoundError: it would take too long to decode.
    """
    pieces = list(_pieces(photo))
    exif = (p.body for p in pieces if p.marker == _APP1 and p.body.startswith(b"Exif\0"))
    profile = {
        p.body[12]: p.body[14:]
        for p in pieces
        if p.marker == _APP2 and p.body.startswith(b"ICC_PROFILE\0") and len(p.body) > 14
    }
    frames = (p for p in pieces if p.marker in _ALL_FRAMES and len(p.body) >= 6)
    frame = next(frames, None)
    header = frame.body if frame else bytes(6)
    whole = pieces[-1].marker == _EOI if pieces else False
    # A progressive picture that breaks off is there, only coarser: the end shows all of it.
    ended = whole or (frame is not None and frame.marker == _PROGRESSIVE)
    return Jpeg(
        content=b"\xff\xd8" + b"".join(p.kept for p in pieces) + (b"\xff\xd9" if ended else b""),
        exif=next(exif, None),
        icc=_joined(profile),
        frame=frame.marker if frame else None,
        precision=header[0] or 8,
        size=(int.from_bytes(header[3:5], "big"), int.from_bytes(header[1:3], "big")),
        whole=whole,
    )


def _pieces(photo: bytes) -> Iterator[_Piece]:
    """Segments and coded data in order; the end, if it is there, comes last."""
    markers = _Markers(photo)
    at, scans, segments, fill = 2, 0, 0, 0
    while (start := markers.after(at)) is not None:
        marker = photo[start + 1]
        if scans:
            yield _Piece(_CODED, photo[at:start])
        else:
            fill += start - at
        if marker == _EOI:
            yield _Piece(_EOI, b"")
            return
        segments += 1
        scans += marker == _SOS
        if scans > LIMITS.scans or segments > LIMITS.segments or fill > LIMITS.fill:
            raise UnsoundError("too many scans or segments")
        # Markers of one byte have no length; what stands after them is looked at again.
        alone = marker in (0x01, 0xD8)
        length = 0 if alone else int.from_bytes(photo[start + 2 : start + 4], "big")
        at = start + 2 + length
        yield _Piece(marker, photo[start:at])
    if scans:
        yield _Piece(_CODED, photo[at:])


class _Markers:
    """Where markers may stand: not stuffed zeros, restarts or fill bytes.

    A megabyte at a time: of a file that is all markers, their places would be eight times it.
    """

    _PART = 1 << 20

    def __init__(self, photo: bytes) -> None:
        self._content = np.frombuffer(photo, np.uint8)
        self._start = -self._PART
        self._places = np.zeros(0, np.intp)

    def after(self, at: int) -> int | None:
        """The first at *at* or later, or None."""
        for start in range(at - at % self._PART, len(self._content), self._PART):
            if start != self._start:
                self._start, self._places = start, self._found(start)
            number = int(np.searchsorted(self._places, at))
            if number < len(self._places):
                return int(self._places[number])
        return None

    def _found(self, start: int) -> NDArray[np.intp]:
        part = self._content[start : start + self._PART + 1]
        at = np.flatnonzero(part[:-1] == 0xFF)
        after = part[at + 1]
        places = at[(after != 0) & (after != 0xFF) & ((after < 0xD0) | (after > 0xD7))]
        return np.asarray(places + start, np.intp)


def _joined(profile: dict[int, bytes]) -> bytes | None:
    """The parts of a profile in order, numbered from 1 (ICC.1:2022 annex B.4)."""
    if sorted(profile) != list(range(1, len(profile) + 1)) or not profile:
        return None
    return b"".join(profile[number] for number in sorted(profile))
