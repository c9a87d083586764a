"""The few things that stop a photo: it cannot be read, or it shows no face."""

from __future__ import annotations

from habeas.foundation.errors import HabeasError
from habeas.portrait.words import words


class PhotoError(HabeasError):
    """A photo that cannot be taken. Its words exist in every language (`habeas.portrait.words`)."""

    code = "photo"


class EmptyPhotoError(PhotoError):
    """A file without content."""

    code = "empty"


class TooLargeError(PhotoError):
    """More bytes than are taken."""

    code = "too-large"


class TooManyPixelsError(PhotoError):
    """A picture whose decoding would take too much memory."""

    code = "too-many-pixels"


class NotAPictureError(PhotoError):
    """Not one of the formats that are taken."""

    code = "not-a-picture"


class OtherFormatError(PhotoError):
    """A picture in a format that is not taken; programs that open it can convert it."""

    code = "other-format"


class OtherCodingError(PhotoError):
    """A JPEG that is coded as hardly any program reads: arithmetic, lossless or of 12 bits."""

    code = "other-coding"


class BrokenPhotoError(PhotoError):
    """A picture that ends before its face does, or cannot be decoded."""

    code = "broken"


class AnimatedError(PhotoError):
    """A moving picture."""

    code = "animated"


class NoFaceError(PhotoError):
    """A picture without a face that can be found."""

    code = "no-face"


#: By code, for answers that cross a process boundary.
BY_CODE = {kind.code: kind for kind in PhotoError.__subclasses__()}


def stop(kind: type[PhotoError]) -> PhotoError:
    """The error of *kind*, in English; the code leads to the other languages."""
    return kind(*words(kind.code))
