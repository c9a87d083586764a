"""Decoding a stranger's picture: caps first, one frame, upright, sRGB, nothing but pixels.

It runs in a worker with few rights (`_worker`); nothing here trusts the file.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

import pi_heif
from PIL import ExifTags, Image, ImageCms, ImageOps, UnidentifiedImageError

from habeas.portrait import _structure
from habeas.portrait.errors import (
    AnimatedError,
    BrokenPhotoError,
    EmptyPhotoError,
    NotAPictureError,
    PhotoError,
    TooLargeError,
    TooManyPixelsError,
)
from habeas.portrait.words import words

MAX_BYTES = 10_000_000
MAX_PIXELS = 50_000_000
#: Longest side, pixels: that of JPEG. A picture of millions of rows takes seconds for nothing.
MAX_SIDE = 65_535
#: Longest side of what is kept, pixels: enough for any document's print.
KEPT_SIDE = 1600
_FORMATS = ("JPEG", "PNG", "HEIF", "WEBP", "AVIF")
_SRGB = ImageCms.createProfile("sRGB")

pi_heif.register_heif_opener()
# The cap is ours, checked before decoding; Pillow's warning would only repeat it.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS


def stop(kind: type[PhotoError]) -> PhotoError:
    """The error of *kind*, in English; the code leads to the other languages."""
    return kind(*words(kind.code))


@dataclass(frozen=True, eq=False)
class Decoded:
    """An upright RGB picture, and how it came out of the file.

    Attributes:
        image: upright, sRGB; at least `KEPT_SIDE` long where the file's own picture is.
        size: width and height of the upright original, pixels.
        format: of the file.
        grey: the picture as stored in the file, before turning; None where it was decoded at
            less than half the scale. Compression leaves its marks on this grid.
        block: side of a JPEG block in `grey`, pixels.
        quality: estimated IJG quality of a JPEG's tables, 1 to 100; None for other formats.
    """

    image: Image.Image
    size: tuple[int, int]
    format: str
    grey: Image.Image | None
    block: int
    quality: float | None

    @property
    def scale(self) -> float:
        """Pixels of the upright original for one pixel of `image`."""
        return self.size[0] / self.image.width


def decode(photo: bytes) -> Decoded:
    """Decode *photo*, at a reduced scale where the format allows and it suffices.

    Raises:
        PhotoError: empty, too large, no picture, moving, or broken; see the subclasses.
    """
    if not photo:
        raise stop(EmptyPhotoError)
    if len(photo) > MAX_BYTES:
        raise stop(TooLargeError)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        image = _open(photo)
        kind = image.format or ""
        stored = image.size
        try:
            quality = _jpeg_quality(image)
            if kind in ("JPEG", "MPO"):
                # libjpeg skips what a smaller scale does not need: twice as fast at 12 MP. It
                # keeps to the wish on both sides, so each is asked for in proportion; a side
                # of none at all would be divided by.
                ratio = KEPT_SIDE / max(stored)
                wish = max(1, int(stored[0] * ratio)), max(1, int(stored[1] * ratio))
                image.draft("RGB", wish)
            image.load()
            reduction = round(stored[0] / image.width)
            if max(image.size) >= 2 * KEPT_SIDE:
                image = _reduced(image, max(image.size) // KEPT_SIDE)
            # A picture that stands upright already is not copied.
            upright = image if _stands(image) else ImageOps.exif_transpose(image)
            turned = upright.size != image.size
            rgb = _to_srgb(upright)
        except Image.DecompressionBombError as error:
            raise stop(TooManyPixelsError) from error
        except Exception as error:
            # Decoders raise whatever they like on a hostile file, RuntimeError among them.
            raise stop(BrokenPhotoError) from error
    return Decoded(
        image=rgb,
        size=(stored[1], stored[0]) if turned else stored,
        format=kind,
        grey=image if reduction <= 2 and image.size == _scaled(stored, reduction) else None,
        block=8 // max(1, reduction),
        quality=quality,
    )


def _scaled(size: tuple[int, int], reduction: int) -> tuple[int, int]:
    return -(-size[0] // reduction), -(-size[1] // reduction)


def _reduced(image: Image.Image, times: int) -> Image.Image:
    """The mean of *times* × *times* pixels; keeps what says how to read them."""
    if image.mode in ("P", "1"):
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    info, exif = image.info, image.getexif()
    small = image.reduce(times)
    small.info = info
    small.getexif().update(exif)
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


def _open(photo: bytes) -> Image.Image:
    try:
        _structure.check(photo)
        image = Image.open(io.BytesIO(photo), formats=_FORMATS)
    except Image.DecompressionBombError as error:
        raise stop(TooManyPixelsError) from error
    except UnidentifiedImageError as error:
        raise stop(NotAPictureError) from error
    except Exception as error:
        raise stop(BrokenPhotoError) from error
    if image.width * image.height > MAX_PIXELS or max(image.size) > MAX_SIDE:
        raise stop(TooManyPixelsError)
    # Phones append a second picture to a JPEG (MPO); that is no animation.
    if getattr(image, "n_frames", 1) > 1 and image.format in ("PNG", "WEBP", "AVIF"):
        raise stop(AnimatedError)
    return image


def _to_srgb(image: Image.Image) -> Image.Image:
    """Any mode and profile to plain sRGB; alpha goes onto white."""
    profile = image.info.get("icc_profile")
    if profile and _is_srgb(profile):
        profile = None
    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        # 16 bits a channel: keep the upper eight.
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image).convert("RGB")
    if profile and image.mode in ("RGB", "L", "CMYK"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(image, source, _SRGB, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            converted = None  # a broken profile is no reason to send anybody away
        if converted is not None:
            return _bare(converted)
    return _bare(image if image.mode == "RGB" else image.convert("RGB"))


def _stands(image: Image.Image) -> bool:
    return bool(image.getexif().get(ExifTags.Base.Orientation, 1) == 1)


def _is_srgb(profile: bytes) -> bool:
    try:
        name = ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(io.BytesIO(profile)))
    except (ImageCms.PyCMSError, OSError, ValueError):
        return False
    return name.strip().startswith("sRGB")


def _bare(image: Image.Image) -> Image.Image:
    """The same picture with its pixels alone."""
    image.info = {}
    return image


def encode(image: Image.Image) -> bytes:
    """A JPEG of *image* with no metadata at all, its longest side at most `KEPT_SIDE`."""
    if max(image.size) > KEPT_SIDE:
        ratio = KEPT_SIDE / max(image.size)
        size = (max(1, round(image.width * ratio)), max(1, round(image.height * ratio)))
        image = image.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)
    out = io.BytesIO()
    _bare(image).save(out, "JPEG", quality=90, subsampling="4:2:0", optimize=False)
    return out.getvalue()
