"""Targets for photos: one for each format, against the sandboxed worker."""

from __future__ import annotations

import contextlib
import io
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image, ImageCms, PngImagePlugin

from habeas import assets, portrait

FORMATS = ("jpeg", "png", "webp", "avif", "heic")


def _saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def _exif() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "maker"
    exif.get_ifd(0x8825)[1] = "N"
    return exif


def seeds(kind: str) -> list[bytes]:
    """The corpus of a format: small pictures in all its ways of saying the same.

    Raises:
        FileNotFoundError: the tool that makes HEIC files is not installed.
    """
    face = Image.open(assets.path("astronaut.png")).convert("RGB").crop((130, 20, 330, 220))
    small = face.resize((97, 61))
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return _MAKERS[kind](face, small, icc)


def _jpeg(face: Image.Image, small: Image.Image, icc: bytes) -> list[bytes]:
    return [
        _saved(face, "JPEG", quality=80, exif=_exif()),
        _saved(face, "JPEG", quality=60, progressive=True, icc_profile=icc),
        _saved(small, "JPEG", subsampling="4:4:4", comment=b"c" * 99, xmp=b"<x/>"),
        _saved(small.convert("L"), "JPEG"),
        _saved(small.convert("CMYK"), "JPEG"),
        _saved(small, "JPEG", optimize=True, restart_marker_rows=1),
        _saved(face, "MPO", save_all=True, append_images=[small]),
    ]


def _png(face: Image.Image, small: Image.Image, icc: bytes) -> list[bytes]:
    text = PngImagePlugin.PngInfo()
    text.add_text("a", "b" * 50)
    text.add_itxt("c", "d" * 50, zip=True)
    return [
        _saved(face, "PNG"),
        _saved(small.convert("RGBA"), "PNG", icc_profile=icc, exif=_exif()),
        _saved(small.quantize(99), "PNG", transparency=3),
        _saved(small.convert("I;16"), "PNG"),
        _saved(small.convert("LA"), "PNG", pnginfo=text),
        _saved(small.convert("1"), "PNG"),
        _saved(small, "PNG", save_all=True, append_images=[small.rotate(90)]),
    ]


def _webp(face: Image.Image, small: Image.Image, icc: bytes) -> list[bytes]:
    return [
        _saved(face, "WEBP", quality=70, exif=_exif()),
        _saved(small.convert("RGBA"), "WEBP", lossless=True, icc_profile=icc),
        _saved(small, "WEBP", save_all=True, append_images=[small.rotate(90)]),
    ]


def _avif(face: Image.Image, small: Image.Image, icc: bytes) -> list[bytes]:
    return [
        _saved(face, "AVIF", quality=60, exif=_exif(), speed=10),
        _saved(small.convert("RGBA"), "AVIF", icc_profile=icc, speed=10),
        _saved(small, "AVIF", save_all=True, append_images=[small.rotate(90)], speed=10),
    ]


def _heic(face: Image.Image, small: Image.Image, icc: bytes) -> list[bytes]:
    encoder = shutil.which("heif-enc")
    if encoder is None:
        raise FileNotFoundError("heif-enc is not installed: apt-get install libheif-examples")
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for number, image in enumerate((face, small.convert("RGBA"))):
            source, target = Path(folder, f"{number}.png"), Path(folder, f"{number}.heic")
            image.save(source, icc_profile=icc)
            subprocess.run(
                [encoder, source, "-o", target], check=True, capture_output=True, timeout=60
            )
            found.append(target.read_bytes())
    return found


_MAKERS: dict[str, Callable[[Image.Image, Image.Image, bytes], list[bytes]]] = {
    "jpeg": _jpeg, "png": _png, "webp": _webp, "avif": _avif, "heic": _heic,
}  # fmt: skip


class Target:
    """One worker, asked again and again."""

    def __init__(self) -> None:
        self._pool = portrait.CheckPool(1, seconds=10)

    def __call__(self, content: bytes) -> str:
        """What became of it: the verdict, the refusal's code, or a word with ``!`` in front."""
        try:
            found = self._pool.check(content)
        except portrait.PhotoError as error:
            # The pool answers "broken" also for a worker that died or hung: that is a finding.
            return "!worker" if isinstance(error.__cause__, EOFError) else error.code
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
            return f"!{type(error).__name__}"
        for kept in (found.upright, found.cropped):
            if kept is not None and not _bare(kept):
                return "!kept"
        return found.verdict

    def close(self) -> None:
        """End the worker."""
        self._pool.close()


def _bare(kept: bytes) -> bool:
    """Whether a kept picture can be read and holds nothing but pixels."""
    with contextlib.suppress(Exception):
        image = Image.open(io.BytesIO(kept), formats=["JPEG"])
        image.load()
        return set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    return False
