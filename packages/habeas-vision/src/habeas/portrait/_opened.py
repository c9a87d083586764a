"""The worker that decodes opened photos; see `habeas.confined` and `habeas.portrait.opened`."""

from __future__ import annotations

import io

from habeas.confined import Answer, Handler, Job, Rights, serve
from habeas.foundation.errors import HabeasError

#: The bounds of the officer's browser (`web/gate/limits.ts`): bytes, and pixels of a side.
MAX_BYTES = 4_000_000
MAX_SIDE = 2048
_QUALITY = 95
RIGHTS = Rights(memory=1024**3, file_size=0, open_files=16)


class _RefusedError(HabeasError):
    code = "unreadable"


def prepare() -> Handler:
    """Load the decoder, and give the handler of photos."""
    from PIL import Image, JpegImagePlugin  # noqa: PLC0415 - before the rights are given up

    # Pillow loads its plugins when it first needs them: too late once confined.
    Image.init()

    def reencode(job: Job) -> Answer:
        photo = job.blobs[0]
        try:
            picture = Image.open(io.BytesIO(photo), formats=("JPEG",))
            _verify(picture, photo)
            picture.load()
        except _RefusedError:
            raise
        except Exception as error:
            # Decoders raise whatever they like on a hostile file.
            raise _RefusedError("It is no JPEG that can be decoded.") from error
        out = io.BytesIO()
        bare = Image.frombytes(picture.mode, picture.size, picture.tobytes())
        bare.save(out, JpegImagePlugin.JpegImageFile.format, quality=_QUALITY, subsampling=0)
        return Answer(None, [out.getvalue()])

    return reencode


def _verify(picture: object, photo: bytes) -> None:
    """Raise unless *picture*, whose header was read, is one that Habeas would have sealed."""
    from PIL.JpegImagePlugin import JpegImageFile  # noqa: PLC0415

    if type(picture) is not JpegImageFile or "mp" in picture.info:
        raise _RefusedError("It is no single JPEG.")
    if picture.info.get("progressive") or picture.mode not in ("L", "RGB"):
        raise _RefusedError("It is no baseline JPEG in grey or colour.")
    if max(picture.size) > MAX_SIDE:
        raise _RefusedError(f"It has {picture.width} × {picture.height} pixels.")
    if not photo.endswith(b"\xff\xd9"):
        raise _RefusedError("It is cut, or something follows the picture.")


if __name__ == "__main__":
    serve(prepare, RIGHTS)
