"""PNG (W3C Portable Network Graphics, third edition): the chunks that pixels need.

Text, EXIF, XMP and times of any size and state are left behind before a decoder looks.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from habeas.portrait._limits import LIMITS, UnsoundError

SIGNATURE = b"\x89PNG\r\n\x1a\n"
#: Critical chunks, and transparency, which changes pixels (section 5.6).
_KEPT = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}


@dataclass(frozen=True)
class Png:
    """What a PNG file holds.

    Attributes:
        content: the picture without anything else.
        exif: or None.
        icc: the profile, or None where there is none that can be unpacked.
        frames: of an animation; 1 for a still picture.
        whole: whether the end of the file is there.
    """

    content: bytes
    exif: bytes | None
    icc: bytes | None
    frames: int
    whole: bool


def parse(photo: bytes) -> Png:
    """Take a PNG apart.

    Raises:
        UnsoundError: it has more chunks than any program writes.
    """
    parts = [SIGNATURE]
    exif: bytes | None = None
    icc: bytes | None = None
    frames, whole, at = 1, False, len(SIGNATURE)
    for _ in range(LIMITS.chunks):
        if at + 8 > len(photo) or whole:
            return Png(b"".join(parts), exif, icc, frames, whole)
        length, kind = int.from_bytes(photo[at : at + 4], "big"), photo[at + 4 : at + 8]
        end = at + 12 + length
        body = photo[at + 8 : min(end - 4, len(photo))]
        if kind in _KEPT:
            parts.append(photo[at:end])
        elif kind == b"eXIf" and exif is None:
            exif = body
        elif kind == b"iCCP" and icc is None:
            icc = _unpacked(body)
        elif kind == b"acTL" and len(body) >= 4:
            frames = int.from_bytes(body[:4], "big")
        whole = kind == b"IEND"
        at = end
    raise UnsoundError("too many chunks")


def _unpacked(body: bytes) -> bytes | None:
    """The profile of an iCCP chunk (section 11.3.2.3): name, 00, method, compressed bytes."""
    _, _, rest = body.partition(b"\0")
    unpacking = zlib.decompressobj()
    try:
        profile = unpacking.decompress(rest[1:], LIMITS.profile)
    except zlib.error:
        return None
    return profile if unpacking.eof else None
