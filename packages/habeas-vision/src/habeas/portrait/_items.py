"""HEIF and AVIF (ISO/IEC 23008-12): items that are not the picture, hidden from decoders.

A decoder that reads EXIF which it does not understand gives the picture up. How a picture
stands is said by properties of its own (`irot`, `imir`), so nothing of metadata is needed.
"""

from __future__ import annotations

from collections.abc import Iterator

from habeas.portrait._limits import UnsoundError

#: Types of items that hold metadata, and one that decoders pass over. Annex A.2 and A.3.
_METADATA, _NOTHING = (b"Exif", b"mime"), b"free"


def bare(photo: bytes) -> bytes:
    """*photo* with its items of metadata called by a type that says nothing.

    Raises:
        UnsoundError: an item's type is no text; pi-heif ends its process over it.
    """
    hidden = bytearray()
    for at in _types(photo):
        kind = photo[at : at + 4]
        if not kind.isascii():
            raise UnsoundError("the type of an item is no text")
        if kind in _METADATA:
            hidden = hidden or bytearray(photo)
            hidden[at : at + 4] = _NOTHING
    return bytes(hidden) or photo


def _types(photo: bytes) -> Iterator[int]:
    """Where the types of items stand."""
    for meta in _boxes(photo, b"meta", range(len(photo))):
        for table in _boxes(photo, b"iinf", range(meta.start + 4, meta.stop)):
            # Version 0 counts in two bytes, others in four.
            first = table.start + (6 if photo[table.start : table.start + 1] == b"\0" else 8)
            for entry in _boxes(photo, b"infe", range(first, table.stop)):
                version = photo[entry.start : entry.start + 1]
                if version in (b"\2", b"\3"):
                    yield entry.start + (8 if version == b"\2" else 10)


def _boxes(photo: bytes, name: bytes, within: range) -> Iterator[range]:
    """Bodies of the boxes of this name, not those within others. ISO/IEC 14496-12 clause 4.2."""
    at = within.start
    while at + 8 <= within.stop:
        length, header = int.from_bytes(photo[at : at + 4], "big"), 8
        if length == 1:
            length, header = int.from_bytes(photo[at + 8 : at + 16], "big"), 16
        end = within.stop if length == 0 else min(at + length, within.stop)
        if length and length < header:
            return
        if photo[at + 4 : at + 8] == name:
            yield range(at + header, end)
        at = end
