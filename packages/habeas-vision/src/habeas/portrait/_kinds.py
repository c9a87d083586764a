"""The formats that are taken, and telling others from what is no picture by their first bytes.

The latter is only for the words: who sends a TIFF or a raw file is told how to convert it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Format:
    """A format that is taken.

    Attributes:
        name: by which people know it.
        decoder: Pillow's name for it.
        types: media types under which browsers offer its files.
    """

    name: str
    decoder: str
    types: tuple[str, ...]


FORMATS = (
    Format("JPEG", "JPEG", ("image/jpeg",)),
    Format("PNG", "PNG", ("image/png",)),
    Format("HEIC", "HEIF", ("image/heic", "image/heif")),
    Format("WebP", "WEBP", ("image/webp",)),
    Format("AVIF", "AVIF", ("image/avif",)),
)

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

#: Brands of HEIF and AVIF (ISO/IEC 23008-12 annex B).
_HEIF = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif", b"avis"}


def is_taken(content: bytes) -> bool:
    """Whether *content* begins as a format that is taken: then it is broken, not another."""
    heif = content[4:8] == b"ftyp" and content[8:12] in _HEIF
    webp = content[:4] == b"RIFF" and content[8:12] == b"WEBP"
    return heif or webp or content.startswith((b"\xff\xd8", b"\x89PNG\r\n\x1a\n"))


def is_picture(content: bytes) -> bool:
    """Whether *content* begins as a picture in a format that is not taken."""
    if content.startswith(_BEGINNINGS):
        return True
    if content[4:8] == b"ftyp":
        return True  # a film, a raw file
    return b"<svg" in content[:1000].lower()
