"""WebP (RFC 9649): the chunks that pixels need.

EXIF and XMP of any size and state are left behind before a decoder looks.
"""

from __future__ import annotations

from dataclasses import dataclass

from habeas.portrait._limits import LIMITS, UnsoundError

_KEPT = {b"VP8 ", b"VP8L", b"ALPH"}
#: Flags of the extended header (section 2.7.1).
_ALPHA, _ANIMATION = 0x10, 0x02


@dataclass(frozen=True)
class Webp:
    """What a WebP file holds.

    Attributes:
        content: the picture without anything else.
        exif: or None.
        icc: the profile, or None.
        animated: whether it moves.
    """

    content: bytes
    exif: bytes | None
    icc: bytes | None
    animated: bool


def is_webp(photo: bytes) -> bool:
    """Whether *photo* begins as a WebP file does."""
    return photo[:4] == b"RIFF" and photo[8:12] == b"WEBP"


def parse(photo: bytes) -> Webp:
    """Take a WebP file apart.

    Raises:
        UnsoundError: it has more chunks than any program writes.
    """
    parts: list[bytes] = []
    exif: bytes | None = None
    icc: bytes | None = None
    animated, at = False, 12
    for _ in range(LIMITS.chunks):
        if at + 8 > len(photo):
            content = b"WEBP" + b"".join(parts)
            head = b"RIFF" + len(content).to_bytes(4, "little")
            return Webp(head + content, exif, icc, animated)
        kind, length = photo[at : at + 4], int.from_bytes(photo[at + 4 : at + 8], "little")
        end = at + 8 + length
        body = photo[at + 8 : end]
        if kind == b"VP8X" and len(body) == 10:
            animated = bool(body[0] & _ANIMATION)
            parts.append(photo[at : at + 8] + bytes([body[0] & _ALPHA]) + body[1:])
        elif kind in _KEPT:
            parts.append(photo[at : end + length % 2])
        elif kind == b"EXIF" and exif is None:
            exif = body
        elif kind == b"ICCP" and icc is None:
            icc = body
        at = end + length % 2
    raise UnsoundError("too many chunks")
