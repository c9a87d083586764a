"""Targets for photos: one for each format, against the sandboxed worker."""

from __future__ import annotations

import contextlib
import io
import shutil
import struct
import subprocess
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageCms, PngImagePlugin

from fuzz import heif
from fuzz.containers import parse
from habeas import portrait
from habeas.faces import assets
from habeas.portrait.errors import BrokenPhotoError

FORMATS = ("jpeg", "png", "webp", "avif", "heic")
_SECONDS = 10
_XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>" + b" " * 200 + b"</x:xmpmeta>"


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    """*image* as a file."""
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def tiff(thumbnail: bytes = b"") -> bytes:
    """An Exif structure: turned by 90°, a maker, a place, and a thumbnail in a second directory."""
    maker, place = b"maker of cameras\0", struct.pack(">6I", 51, 1, 30, 1, 26, 1)
    places = {"maker": 200, "place": 240, "thumbnail": 300}

    def directory(after: int, *entries: tuple[int, int, int, bytes]) -> bytes:
        body = b"".join(struct.pack(">HHI4s", tag, kind, count, value)
                        for tag, kind, count, value in entries)  # fmt: skip
        return struct.pack(">H", len(entries)) + body + struct.pack(">I", after)

    def number(value: int) -> bytes:
        return struct.pack(">I", value)

    first = directory(
        140,
        (0x010F, 2, len(maker), number(places["maker"])),
        (0x0112, 3, 1, struct.pack(">HH", 6, 0)),
        (0x8825, 4, 1, number(80)),
    )
    gps = directory(0, (1, 2, 2, b"N\0\0\0"), (2, 5, 3, number(places["place"])))
    second = directory(
        0, (0x0201, 4, 1, number(places["thumbnail"])), (0x0202, 4, 1, number(len(thumbnail)))
    )
    out = bytearray(places["thumbnail"] + len(thumbnail))
    for at, part in ((0, b"MM\0\x2a\0\0\0\x08"), (8, first), (80, gps), (140, second),
                     (places["maker"], maker), (places["place"], place),
                     (places["thumbnail"], thumbnail)):  # fmt: skip
        out[at : at + len(part)] = part
    return bytes(out)


def seeds(kind: str) -> list[bytes]:
    """The corpus of a format: small pictures in all its ways of saying the same.

    Raises:
        FileNotFoundError: the tool that makes HEIC files is not installed.
    """
    face = Image.open(assets.path("astronaut.png")).convert("RGB").crop((130, 20, 330, 220))
    small = face.resize((97, 61))
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return _MAKERS[kind](face, small, icc)


def _segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def _jpeg(face: Image.Image, small: Image.Image, icc: bytes) -> list[bytes]:
    exif = b"Exif\0\0" + tiff(saved(small.resize((32, 24)), "JPEG"))
    iptc = b"Photoshop 3.0\x008BIM\x04\x04\x00\x00\x00\x00\x00\x0b\x1c\x02\x50\x00\x06by-all\0"
    plain = saved(small, "JPEG")
    # The same bits under another marker: whatever they say, an arithmetic decoder takes them.
    arithmetic = plain.replace(b"\xff\xc0", b"\xff\xc9", 1)
    progressive = saved(small, "JPEG", progressive=True)
    return [
        saved(face, "JPEG", quality=80, exif=exif),
        saved(face, "JPEG", quality=60, progressive=True, icc_profile=icc),
        saved(face.convert("CMYK"), "JPEG", icc_profile=icc),
        saved(small, "JPEG", subsampling="4:4:4", comment=b"c" * 99, xmp=_XMP),
        saved(small, "JPEG", subsampling="4:2:2", exif=exif, icc_profile=icc * 30),
        saved(small.convert("L"), "JPEG", progressive=True),
        saved(small.convert("CMYK"), "JPEG"),
        saved(small, "JPEG", optimize=True, restart_marker_rows=1),
        saved(small.resize((1, 1)), "JPEG"),
        saved(small.resize((3, 400)), "JPEG", keep_rgb=True),
        plain[:2] + _segment(0xED, iptc) + _segment(0xEE, b"Adobe\0d\0\0\0\0\2") + plain[2:],
        arithmetic,
        progressive.replace(b"\xff\xc2", b"\xff\xca", 1),
        saved(face, "MPO", save_all=True, append_images=[small, small.rotate(90)], exif=exif),
    ]


def png(pixels: np.ndarray[Any, Any], colour: int, *, interlaced: bool = False) -> bytes:
    """A PNG of height × width × channels, 8 or 16 bits; of kinds that Pillow does not write."""
    height, width = pixels.shape[:2]
    deep = pixels.dtype.itemsize * 8
    # Adam7: start and step of each pass, across and down.
    passes = [(0, 0, 1, 1)] if not interlaced else [
        (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
        (0, 1, 1, 2),
    ]  # fmt: skip
    rows = b"".join(
        b"\0" + row.astype(f">u{deep // 8}").tobytes()
        for left, top, across, down in passes
        for row in pixels[top::down, left::across]
        if row.size
    )
    header = struct.pack(">IIBBBBB", width, height, deep, colour, 0, 0, int(interlaced))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    )


def _png(face: Image.Image, small: Image.Image, icc: bytes) -> list[bytes]:
    text = PngImagePlugin.PngInfo()
    text.add_text("a", "b" * 50)
    text.add_text("XML:com.adobe.xmp", _XMP.decode())
    text.add_itxt("c", "d" * 50, zip=True)
    eight = np.asarray(small)
    return [
        saved(face, "PNG"),
        saved(face.quantize(255), "PNG", icc_profile=icc),
        saved(small.convert("RGBA"), "PNG", icc_profile=icc, exif=tiff()),
        saved(small.quantize(99), "PNG", transparency=3),
        saved(small.quantize(4), "PNG", bits=2),
        saved(small, "PNG", transparency=(1, 2, 3), dpi=(300, 300)),
        saved(small.convert("I;16"), "PNG"),
        saved(small.convert("LA"), "PNG", pnginfo=text),
        saved(small.convert("1"), "PNG"),
        saved(small.resize((1, 1)), "PNG"),
        saved(small, "PNG", save_all=True, append_images=[small.rotate(90)]),
        png(eight, 2, interlaced=True),
        png(eight.astype(np.uint16) * 257, 2),
        png(eight.astype(np.uint16) * 257, 2, interlaced=True),
        png(np.dstack([eight, eight[..., :1]]).astype(np.uint16) * 257, 6),
    ]


def _webp(face: Image.Image, small: Image.Image, icc: bytes) -> list[bytes]:
    clear = small.convert("RGBA")
    clear.putalpha(small.convert("L"))
    return [
        saved(face, "WEBP", quality=70, exif=tiff(), xmp=_XMP, icc_profile=icc),
        saved(face, "WEBP", quality=70),
        saved(clear, "WEBP", lossless=True, icc_profile=icc),
        saved(clear, "WEBP", quality=40, alpha_quality=50),
        saved(small.quantize(8).convert("RGB"), "WEBP", lossless=True),
        saved(small.resize((1, 1)), "WEBP", lossless=True),
        saved(small.resize((3, 401)), "WEBP"),
        saved(small, "WEBP", save_all=True, append_images=[small.rotate(90)]),
        saved(clear, "WEBP", save_all=True, append_images=[clear.rotate(90)], lossless=True),
    ]


def _avif(face: Image.Image, small: Image.Image, icc: bytes) -> list[bytes]:
    tile = heif.Coded.of(saved(face, "AVIF", quality=60, speed=10), face.size)
    return [
        saved(face, "AVIF", quality=60, exif=b"Exif\0\0" + tiff(), speed=10, xmp=_XMP),
        saved(face, "AVIF", quality=60, speed=10, tile_rows=1, tile_cols=1),
        saved(small.convert("RGBA"), "AVIF", icc_profile=icc, speed=10),
        saved(small.convert("L"), "AVIF", speed=10, subsampling="4:0:0"),
        saved(small, "AVIF", speed=10, subsampling="4:4:4", range="limited", quality=100),
        saved(small.resize((1, 1)), "AVIF", speed=10),
        saved(small, "AVIF", save_all=True, append_images=[small.rotate(90)], speed=10),
        *_grids(tile, icc),
    ]


def heic(*options: str, icc: bytes | None = None, **images: Image.Image) -> bytes:
    """One HEIC file of *images*, with the profile *icc*.

    Raises:
        FileNotFoundError: the tool that makes HEIC files is not installed.
    """
    encoder = shutil.which("heif-enc")
    if encoder is None:
        raise FileNotFoundError("heif-enc is not installed: apt-get install libheif-examples")
    with tempfile.TemporaryDirectory() as folder:
        sources = [Path(folder, f"{name}.png") for name in images]
        for source, image in zip(sources, images.values(), strict=True):
            image.save(source, icc_profile=icc)
        target = Path(folder, "out.heic")
        command: list[str | Path] = [encoder, *options, *sources, "-o", target]
        subprocess.run(command, check=True, capture_output=True, timeout=60)
        return target.read_bytes()


def _heic(face: Image.Image, small: Image.Image, icc: bytes) -> list[bytes]:
    clear = small.convert("RGBA")
    clear.putalpha(small.convert("L"))
    tile = heif.Coded.of(heic(a=face), face.size)
    deep = heic("-b", "10", a=Image.fromarray(np.asarray(small.convert("L"), np.uint16) * 257))
    return [
        heic(icc=icc, a=face),
        heic("-t", "32", a=face),
        heic(icc=icc, a=clear),
        heic("-L", "-p", "chroma=444", "--matrix_coefficients=0", a=small),
        heic(a=small.convert("L")),
        heic(a=small, b=small.rotate(90)),
        deep,
        *_grids(tile, icc),
    ]


def _grids(tile: heif.Coded, icc: bytes) -> list[bytes]:
    turned = [heif.box(b"irot", b"\1"), heif.box(b"imir", b"\1")]
    return [
        heif.grid(tile, 1, 1, exif=tiff()),
        heif.grid(tile, 1, 1, exif=tiff(), properties=turned, data_first=True),
        heif.grid(tile, 2, 3, properties=[*turned, heif.box(b"colr", b"prof", icc)]),
        heif.grid(tile, 1, 2, properties=[heif.box(b"colr", b"prof", icc)], data_first=True),
    ]


_MAKERS: dict[str, Callable[[Image.Image, Image.Image, bytes], list[bytes]]] = {
    "jpeg": _jpeg, "png": _png, "webp": _webp, "avif": _avif, "heic": _heic,
}  # fmt: skip


class Target:
    """One worker, asked again and again.

    Attributes:
        memory: the most that a worker has held, bytes.
    """

    def __init__(self) -> None:
        self._pool = portrait.CheckPool(1, seconds=_SECONDS)
        self.memory = 0

    def __call__(self, content: bytes) -> str:
        """What became of it: the verdict, the refusal's code, or a word with ``!`` in front."""
        outcome = self._check(content)
        for pid in self._pool.pids:
            self.memory = max(self.memory, peak(pid))
        return outcome

    def _check(self, content: bytes) -> str:
        try:
            found = self._pool.check(content)
        except BrokenPhotoError as error:
            # The pool answers "broken" also for a worker that died or hung: that is a finding.
            return f"!{error.__cause__}" if error.__cause__ else error.code
        except portrait.PhotoError as error:
            return error.code
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
            return f"!{type(error).__name__}"
        for kept in (found.upright, found.cropped):
            if kept is not None and not is_bare(kept):
                return "!kept"
        return found.verdict

    def close(self) -> None:
        """End the worker."""
        self._pool.close()


def peak(pid: int) -> int:
    """The most memory that a process has held, bytes."""
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


def is_bare(kept: bytes) -> bool:
    """Whether a kept picture can be read, and holds nothing but pixels from end to end."""
    with contextlib.suppress(Exception):
        image = Image.open(io.BytesIO(kept), formats=["JPEG"])
        image.load()
        markers = {part.name for part in parse(kept).parts if part.name}
        return (
            set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
            and markers <= {b"\xff\xe0", b"\xff\xdb", b"\xff\xc0", b"\xff\xc4", b"\xff\xda"}
            and kept.endswith(b"\xff\xd9")
        )
    return False
