"""An opened photo is a stranger's file: whoever sealed it, its reader decodes it with few rights.

What the officer's browser does in its confined worker, for terminals: one baseline JPEG
(ITU-T T.81) of bounded size goes into a sandboxed process, and a picture encoded afresh,
with nothing but pixels in it, comes out. (A scan that was cut and then ended is refused by
the browser's gate, which reads every code; here the missing part comes out grey.)
"""

from __future__ import annotations

from habeas.confined import JobError, WorkerError, WorkerProcess
from habeas.foundation.errors import HabeasError
from habeas.portrait import _opened

#: Seconds in which a photo of the kept size is decoded and encoded many times over.
_PATIENCE = 20.0


class UnreadablePhotoError(HabeasError):
    """What was sealed is no photo as Habeas keeps them."""

    code = "unreadable"
    remedy = "Do not open it in another way. Decide the case without it, or ask for another photo."


def reencode(photo: bytes) -> bytes:
    """The picture of an opened photo, as a JPEG of our own making.

    Args:
        photo: as it was sealed; hostile bytes are fine.

    Returns:
        A JPEG of quality 95 without metadata.

    Raises:
        UnreadablePhotoError: it is anything but one baseline JPEG of bounded size.
    """
    if len(photo) > _opened.MAX_BYTES:
        raise UnreadablePhotoError(f"It has {len(photo)} bytes; {_opened.MAX_BYTES} are allowed.")
    with WorkerProcess("habeas.portrait._opened") as worker:
        try:
            answer = worker.run(None, [photo], stall=_PATIENCE)
        except JobError as error:
            raise UnreadablePhotoError(error.cause) from None
        except WorkerError as error:
            raise UnreadablePhotoError("It cannot be decoded.") from error
    return bytes(answer.blobs[0])
