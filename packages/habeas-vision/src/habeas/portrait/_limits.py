"""How a file may be built, checked before any decoder looks. Photos as taken stay far below."""

from __future__ import annotations

from dataclasses import dataclass


class UnsoundError(ValueError):
    """No camera or program for pictures builds a file like this."""


@dataclass(frozen=True)
class Limits:
    """Most that a file may hold.

    Attributes:
        bytes: of a file. Telephones' pictures with a film behind them have up to 20 MB.
        pixels: decoded at once. The largest modes of telephones: 8192 x 6208.
        pixels_reduced: of a JPEG that is decoded at a reduced scale; telephones' largest modes
            have 200 megapixels (16,320 x 12,288).
        side: longest, pixels; that of JPEG. Millions of rows take seconds for nothing.
        scans: of a JPEG. Cameras and programs write about ten; a hundred of 50 megapixels
            take a few seconds.
        segments: of a JPEG; 25 MB in segments as long as they may be are 382.
        fill: bytes between segments.
        chunks: of a PNG or WebP; 25 MB in pieces of 2.5 kB.
        profile: bytes of a colour profile, unpacked; those of printers have up to 2 MB.
    """

    bytes: int = 25_000_000
    pixels: int = 51_000_000
    pixels_reduced: int = 216_000_000
    side: int = 65_535
    scans: int = 100
    segments: int = 5_000
    fill: int = 65_536
    chunks: int = 10_000
    profile: int = 4_000_000


LIMITS = Limits()
