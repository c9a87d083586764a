"""Telling pictures in other formats from what is no picture, by their first bytes.

Only for the words: who sends a TIFF or a raw file is told how to convert it.
"""

from __future__ import annotations

_BEGINNINGS = (
    b"GIF8",  # GIF89a section 17
    b"BM",  # BMP
    b"II*\0", b"MM\0*", b"II+\0", b"MM\0+",  # TIFF, BigTIFF, and raw files built on it
    b"IIRO", b"IIU\0", b"FUJIFILMCCD-RAW", b"FOVb",  # raw files
    b"\0\0\0\x0cjP  ", b"\xffO\xffQ",  # JPEG 2000
    b"\0\0\0\x0cJXL ", b"\xff\x0a",  # JPEG XL
    b"%PDF-",
    b"8BPS",  # Photoshop
    b"\0\0\1\0",  # icons
)  # fmt: skip


def is_picture(content: bytes) -> bool:
    """Whether *content* begins as a picture in a format that is not taken."""
    if content.startswith(_BEGINNINGS):
        return True
    if content[4:8] == b"ftyp":
        return True  # a film, a raw file, or a relative of HEIF that its decoder does not know
    return b"<svg" in content[:1000].lower()
