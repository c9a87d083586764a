"""ISO/IEC 14496-12: how a finished file says that its picture is to be turned.

The way up may be known only after the first picture was written, when a muxer takes no tag any
more. Of MP4 and MOV the place is known (track header box, 8.3.2), and 36 bytes wide.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

#: Where the matrix stands in a track header, from its version on, by version.
_MATRIX = {0: 40, 1: 52}
#: Cosine and sine of quarter turns anticlockwise.
_TURNS = ((1, 0), (0, 1), (-1, 0), (0, -1))


def tag(path: Path, quarters: int) -> None:
    """Say in a finished MP4 or MOV how its pictures are to be turned.

    Args:
        path: the file; its track of pictures is the one that has a size.
        quarters: quarter turns anticlockwise that bring them upright.
    """
    cos, sin = _TURNS[quarters % 4]
    one = 1 << 16
    matrix = struct.pack(">9i", cos * one, -sin * one, 0, sin * one, cos * one, 0, 0, 0, 1 << 30)
    with path.open("r+b") as file:
        end = path.stat().st_size
        for start, stop in _boxes(file, 0, end, b"moov"):
            for track_start, track_stop in _boxes(file, start, stop, b"trak"):
                for at, _ in _boxes(file, track_start, track_stop, b"tkhd"):
                    file.seek(at)
                    header = file.read(96)
                    place = _MATRIX[header[0]]
                    if any(header[place + 36 : place + 44]):
                        file.seek(at + place)
                        file.write(matrix)


def _boxes(file: BinaryIO, at: int, end: int, kind: bytes) -> list[tuple[int, int]]:
    """Where the contents of boxes of a kind begin and end, between two places (4.2)."""
    found = []
    while at + 8 <= end:
        file.seek(at)
        size, name, large = struct.unpack(">I4sQ", file.read(16).ljust(16, b"\0"))
        head = 16 if size == 1 else 8
        size = large if size == 1 else size or end - at
        if size < head:
            break
        if name == kind:
            found.append((at + head, at + size))
        at += size
    return found
