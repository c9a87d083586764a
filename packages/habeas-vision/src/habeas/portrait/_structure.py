"""How a file is built, looked at before any decoder does.

A small file can ask for endless work without being large or having many pixels: a
progressive JPEG (ITU-T T.81, annex G) of some hundred kilobytes may hold thousands of
scans, each of which goes over the whole picture. And some decoders stumble over what no
camera writes. Photos as they are taken stay far from every limit here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

#: Cameras and programs write about ten scans; a hundred of 50 megapixels take a few seconds.
_MAX_SCANS = 100
#: 10 MB in segments as long as they may be are 153.
_MAX_SEGMENTS = 5_000
#: Fill bytes in a row, or in all what stands between segments.
_MAX_FILL = 65_536
#: 10 MB in pieces of 1 kB.
_MAX_CHUNKS = 10_000
_PNG = b"\x89PNG\r\n\x1a\n"
#: The next marker in coded data: not a stuffed zero, a restart or a fill byte.
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


class UnsoundError(ValueError):
    """No camera or program for pictures builds a file like this."""


def check(photo: bytes) -> None:
    """Look at the structure of *photo*.

    A file that ends early or is no picture passes: that is for its decoder to say.

    Raises:
        UnsoundError: decoding it would take too long, or is known to fail badly.
    """
    if photo.startswith(b"\xff\xd8"):
        _check_jpeg(photo)
    elif photo.startswith(_PNG):
        _check_png(photo)
    elif photo[4:8] == b"ftyp":
        _check_items(photo)


def _check_jpeg(photo: bytes) -> None:
    at, scans, segments, fill = 2, 0, 0, 0
    while (found := _MARKER.search(photo, at)) is not None:
        marker = photo[found.start() + 1]
        if not scans:
            fill += found.start() - at
        if marker == 0xD9:
            return
        segments += 1
        scans += marker == 0xDA
        if scans > _MAX_SCANS or segments > _MAX_SEGMENTS or fill > _MAX_FILL:
            raise UnsoundError("too many scans or segments")
        # Markers of one byte have no length; what stands after them is looked at again.
        alone = marker in (0x01, 0xD8)
        length = 0 if alone else int.from_bytes(photo[found.end() : found.end() + 2], "big")
        at = found.end() + length


def _check_png(photo: bytes) -> None:
    at = len(_PNG)
    for _ in range(_MAX_CHUNKS):
        if at + 8 > len(photo):
            return
        at += 12 + int.from_bytes(photo[at : at + 4], "big")
    raise UnsoundError("too many chunks")


def _check_items(photo: bytes) -> None:
    """Types of items are four letters: pi-heif ends its process over bytes that are no text."""
    for meta in _boxes(photo, b"meta"):
        for table in _boxes(meta[4:], b"iinf"):
            # Version 0 counts in two bytes, others in four.
            for entry in _boxes(table[6 if table[:1] == b"\0" else 8 :], b"infe"):
                start = 6 if entry[:1] == b"\2" else 8
                if entry[:1] in (b"\2", b"\3") and not entry[start + 2 : start + 6].isascii():
                    raise UnsoundError("the type of an item is no text")


def _boxes(content: bytes, name: bytes) -> Iterator[bytes]:
    """Bodies of the boxes of this name, not those within others. ISO/IEC 14496-12 clause 4.2."""
    at = 0
    while at + 8 <= len(content):
        length, header = int.from_bytes(content[at : at + 4], "big"), 8
        if length == 1:
            length, header = int.from_bytes(content[at + 8 : at + 16], "big"), 16
        end = len(content) if length == 0 else at + length
        if length and length < header:
            return
        if content[at + 4 : at + 8] == name:
            yield content[at + header : end]
        at = end
