"""A picture taken out of its file: pixels' own bytes, which way up, and its colours' profile.

Metadata never decides whether a picture is broken: decoders do not get to see it.
"""

from __future__ import annotations

from dataclasses import dataclass

from habeas.portrait import _items, _jpeg, _png, _webp
from habeas.portrait._exif import orientation
from habeas.portrait._limits import UnsoundError
from habeas.portrait.errors import AnimatedError, BrokenPhotoError, OtherCodingError, stop

_JPEG = b"\xff\xd8"


@dataclass(frozen=True)
class Bare:
    """A picture without what its file said about it.

    Attributes:
        content: for the decoder.
        orientation: as EXIF has it, 1 to 8; None where the decoder says or turns.
        icc: the profile of its colours; None where there is none or the decoder says.
        jpeg: of a JPEG, what its markers told.
        whole: False where the file is known to break off before the picture's end.
    """

    content: bytes
    orientation: int | None = None
    icc: bytes | None = None
    jpeg: _jpeg.Jpeg | None = None
    whole: bool = True


def bare(photo: bytes) -> Bare:
    """Take the picture out of *photo*. What is no picture comes back as it is.

    Raises:
        PhotoError: it moves, is coded as hardly any program reads, or asks for endless work.
    """
    try:
        if photo.startswith(_JPEG):
            return _of_jpeg(_jpeg.parse(photo))
        if photo.startswith(_png.SIGNATURE):
            png = _png.parse(photo)
            if png.frames > 1:
                raise stop(AnimatedError)
            return Bare(png.content, orientation(png.exif), png.icc, whole=png.whole)
        if _webp.is_webp(photo):
            webp = _webp.parse(photo)
            if webp.animated:
                raise stop(AnimatedError)
            return Bare(webp.content, orientation(webp.exif), webp.icc)
        if photo[4:8] == b"ftyp":
            return Bare(_items.bare(photo))
    except UnsoundError as error:
        raise stop(BrokenPhotoError) from error
    return Bare(photo)


def _of_jpeg(jpeg: _jpeg.Jpeg) -> Bare:
    if jpeg.frame is not None and not jpeg.common:
        raise stop(OtherCodingError)
    return Bare(jpeg.content, orientation(jpeg.exif), jpeg.icc, jpeg, whole=jpeg.whole)
