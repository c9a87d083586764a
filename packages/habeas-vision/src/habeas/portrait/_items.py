"""HEIF and AVIF (ISO/IEC 23008-12): what their decoders stumble over, found before they look."""

from __future__ import annotations

from collections.abc import Iterator

from habeas.portrait._limits import UnsoundError


def check(photo: bytes) -> None:
    """Raise where an item's type is no text: pi-heif ends its process over it.

    Raises:
        UnsoundError: it is not.
    """
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
