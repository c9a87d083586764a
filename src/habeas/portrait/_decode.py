"""Decoding a stranger's picture: caps first, one frame, upright, sRGB, nothing but pixels.

It runs in a worker with few rights (`_worker`); nothing here trusts the file.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

import pi_heif
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

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
    """An upright RGB picture, and how much larger the file's own is."""

    image: Image.Image
    #: Pixels of the upright original for one pixel here.
    scale: float
    format: str


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
        original = image.size
        if kind == "JPEG":
            # libjpeg skips what a smaller scale does not need: twice as fast at 12 MP.
            image.draft("RGB", (KEPT_SIDE, KEPT_SIDE))
        try:
            image.load()
            upright = ImageOps.exif_transpose(image)
            turned = upright.size[0] != image.size[0]
            rgb = _to_srgb(upright)
        except (OSError, SyntaxError, ValueError, EOFError, IndexError) as error:
            raise stop(BrokenPhotoError) from error
        except Image.DecompressionBombError as error:
            raise stop(TooManyPixelsError) from error
    width = original[1] if turned else original[0]
    if max(rgb.size) > KEPT_SIDE:
        ratio = KEPT_SIDE / max(rgb.size)
        size = (max(1, round(rgb.width * ratio)), max(1, round(rgb.height * ratio)))
        rgb = rgb.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)
    return Decoded(rgb, width / rgb.width, kind)


def _open(photo: bytes) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(photo), formats=_FORMATS)
    except Image.DecompressionBombError as error:
        raise stop(TooManyPixelsError) from error
    except UnidentifiedImageError as error:
        raise stop(NotAPictureError) from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise stop(BrokenPhotoError) from error
    if image.width * image.height > MAX_PIXELS:
        raise stop(TooManyPixelsError)
    # Phones append a second picture to a JPEG (MPO); that is no animation.
    if getattr(image, "n_frames", 1) > 1 and image.format in ("PNG", "WEBP", "AVIF"):
        raise stop(AnimatedError)
    return image


def _to_srgb(image: Image.Image) -> Image.Image:
    """Any mode and profile to plain sRGB; alpha goes onto white."""
    profile = image.info.get("icc_profile")
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
    return _bare(image.convert("RGB"))


def _bare(image: Image.Image) -> Image.Image:
    """The pixels alone."""
    bare = image.copy()
    bare.info = {}
    return bare


def encode(image: Image.Image) -> bytes:
    """A JPEG of *image* with no metadata at all."""
    out = io.BytesIO()
    _bare(image).save(out, "JPEG", quality=90, subsampling="4:2:0", optimize=False)
    return out.getvalue()
