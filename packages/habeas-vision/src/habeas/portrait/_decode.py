"""Decoding a stranger's picture: caps first, one frame, upright as its file says, sRGB.

It runs in a worker with few rights (`_worker`); nothing here trusts the file, and nothing but
pixels leaves it.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

import numpy as np
import pi_heif
from PIL import Image, ImageCms, ImageFile, UnidentifiedImageError

from habeas.portrait import _container, _exif, _kinds
from habeas.portrait._limits import LIMITS
from habeas.portrait.errors import (
    AnimatedError,
    BrokenPhotoError,
    EmptyPhotoError,
    NotAPictureError,
    OtherFormatError,
    PhotoError,
    TooLargeError,
    TooManyPixelsError,
    stop,
)
from habeas.portrait.tuning import TUNING

_SRGB = ImageCms.createProfile("sRGB")
#: What EXIF's orientations 2 to 8 ask for (CIPA DC-008, table 6).
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

pi_heif.register_heif_opener()
# The cap is ours, checked before decoding; Pillow's warning would only repeat it.
Image.MAX_IMAGE_PIXELS = None


@dataclass(frozen=True, eq=False)
class Decoded:
    """An RGB picture as its file says it stands, and how it came out of the file.

    Attributes:
        image: sRGB; at least `Tuning.kept_side` long where the file's own picture is.
        size: width and height of the original, turned as its file says, pixels.
        format: of the file.
        stored: the picture as stored in the file, before turning; None where it was decoded at
            less than half the scale. Compression leaves its marks on this grid.
        block: side of a JPEG block in `stored`, pixels.
        quality: estimated IJG quality of a JPEG's tables, 1 to 100; None for other formats.
        whole: False where the file breaks off; what is missing below is cut off then.
    """

    image: Image.Image
    size: tuple[int, int]
    format: str
    stored: Image.Image | None
    block: int
    quality: float | None
    whole: bool

    @property
    def scale(self) -> float:
        """Pixels of the original for one pixel of `image`."""
        return self.size[0] / self.image.width


def decode(photo: bytes) -> Decoded:
    """Decode *photo*, at a reduced scale where the format allows and it suffices.

    Raises:
        PhotoError: empty, too large, no picture, moving, or broken; see the subclasses.
    """
    if not photo:
        raise stop(EmptyPhotoError)
    if len(photo) > LIMITS.bytes:
        raise stop(TooLargeError)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        taken = _container.bare(photo)
        try:
            return _decoded(taken, broken=not taken.whole)
        except _TornError:
            # What decoders can read of it may be enough.
            return _decoded(taken, broken=True)


class _TornError(Exception):
    """The decoder met the end, or nonsense, before it had read the picture."""


def _decoded(taken: _container.Bare, *, broken: bool) -> Decoded:
    ImageFile.LOAD_TRUNCATED_IMAGES = broken
    image = _open(taken)
    kind, stored = image.format or "", image.size
    try:
        quality = _jpeg_quality(image)
        if taken.jpeg is not None:
            # libjpeg skips what a smaller scale does not need: twice as fast at 12 MP. It keeps
            # to the wish on both sides, so each is asked for in proportion; a side of none at
            # all would be divided by.
            ratio = TUNING.kept_side / max(stored)
            wish = max(1, int(stored[0] * ratio)), max(1, int(stored[1] * ratio))
            image.draft("RGB", wish)
        image.load()
        reduction = round(stored[0] / image.width)
        whole = stored
        if broken:
            image, stored = _without_missing_rows(image, stored)
        if max(image.size) >= 2 * TUNING.kept_side:
            image = _reduced(image, max(image.size) // TUNING.kept_side)
        turn = _TURNS.get(_orientation(taken, image))
        profile = taken.icc if taken.orientation is not None else image.info.get("icc_profile")
        # Turned last: of most pictures nothing has to be copied.
        rgb = _to_srgb(image, profile)
        if turn is not None:
            rgb = rgb.transpose(turn)
    except PhotoError:
        raise
    except (OSError, SyntaxError) as error:
        raise (stop(BrokenPhotoError) if broken else _TornError()) from error
    except Exception as error:
        # Decoders raise whatever they like on a hostile file, RuntimeError among them.
        raise stop(BrokenPhotoError) from error
    across = turn in (
        Image.Transpose.TRANSPOSE, Image.Transpose.ROTATE_270,
        Image.Transpose.TRANSVERSE, Image.Transpose.ROTATE_90,
    )  # fmt: skip
    at_scale = (-(-stored[0] // reduction), -(-stored[1] // reduction))
    return Decoded(
        image=rgb,
        size=(stored[1], stored[0]) if across else stored,
        format=kind,
        stored=image if reduction <= 2 and image.size == at_scale else None,
        block=8 // max(1, reduction),
        quality=quality,
        whole=stored == whole,
    )


def _open(taken: _container.Bare) -> Image.Image:
    try:
        image = Image.open(
            io.BytesIO(taken.content), formats=[each.decoder for each in _kinds.FORMATS]
        )
    except UnidentifiedImageError as error:
        if _kinds.is_taken(taken.content):
            raise stop(BrokenPhotoError) from error
        known = _kinds.is_picture(taken.content)
        raise stop(OtherFormatError if known else NotAPictureError) from error
    except Exception as error:
        # Readers of headers raise whatever they like on a hostile file, too.
        raise stop(BrokenPhotoError) from error
    reduced = taken.jpeg is not None and not taken.jpeg.progressive
    most = LIMITS.pixels_reduced if reduced else LIMITS.pixels
    if image.width * image.height > most or max(image.size) > LIMITS.side:
        raise stop(TooManyPixelsError)
    if image.format == "AVIF" and getattr(image, "n_frames", 1) > 1:
        raise stop(AnimatedError)
    return image


def _orientation(taken: _container.Bare, image: Image.Image) -> int:
    if taken.orientation is not None:
        return taken.orientation
    # The decoder of HEIF turns by itself and says 1; that of AVIF says how to turn.
    return _exif.orientation(image.info.get("exif"))


def _without_missing_rows(
    image: Image.Image, stored: tuple[int, int]
) -> tuple[Image.Image, tuple[int, int]]:
    """Cut off the rows that were never read: all of one colour, down to the end."""
    pixels = np.asarray(image.convert("RGB"))
    same = (pixels == pixels[-1, 0]).all(axis=(1, 2))
    rows = int(np.flatnonzero(~same)[-1]) + 1 if not same.all() else 0
    # The last row of blocks that was read may be half of one.
    rows -= 0 if rows == image.height else 8
    if rows < TUNING.least_rows:
        raise stop(BrokenPhotoError)
    if rows == image.height:
        return image, stored
    info = image.info
    cut = image.crop((0, 0, image.width, rows))
    cut.info = info
    return cut, (stored[0], round(stored[1] * rows / image.height))


def _reduced(image: Image.Image, times: int) -> Image.Image:
    """The mean of *times* × *times* pixels; keeps what says how to read them."""
    if image.mode in ("P", "1"):
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    info = image.info
    small = image.reduce(times)
    small.info = info
    return small


def _jpeg_quality(image: Image.Image) -> float | None:
    """IJG quality whose tables are as coarse as those of the file's luminance."""
    tables: dict[int, list[int]] = getattr(image, "quantization", None) or {}
    table = tables.get(0)
    if not table:
        return None
    # The standard luminance table sums to 3,692 at quality 50 (ITU-T T.81, annex K.1).
    scale = 100 * sum(table) / 3692
    return 100 - scale / 2 if scale <= 100 else 5000 / scale


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Any mode and profile to plain sRGB; alpha goes onto white."""
    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        # 16 bits a channel: keep the upper eight.
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image).convert("RGB")
    if profile and image.mode in ("RGB", "L", "CMYK"):
        converted = _converted(image, profile)
        if converted is not None:
            return _bare(converted)
    return _bare(image if image.mode == "RGB" else image.convert("RGB"))


def _converted(image: Image.Image, profile: bytes) -> Image.Image | None:
    """The picture in sRGB; None where it is already, or the profile cannot be read."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if ImageCms.getProfileDescription(source).strip().startswith("sRGB"):
            return None
        return ImageCms.profileToProfile(image, source, _SRGB, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None  # a broken profile is no reason to send anybody away


def _bare(image: Image.Image) -> Image.Image:
    """The same picture with its pixels alone."""
    image.info = {}
    return image


def encode(image: Image.Image) -> bytes:
    """A JPEG of *image* with no metadata at all, its longest side at most `Tuning.kept_side`."""
    if max(image.size) > TUNING.kept_side:
        ratio = TUNING.kept_side / max(image.size)
        size = (max(1, round(image.width * ratio)), max(1, round(image.height * ratio)))
        image = image.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)
    out = io.BytesIO()
    _bare(image).save(out, "JPEG", quality=90, subsampling="4:2:0", optimize=False)
    return out.getvalue()
