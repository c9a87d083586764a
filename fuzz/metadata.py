"""Targets for metadata: whole pictures with EXIF, XMP, ICC, text, MPF and films, mutated.

The pixels stay as they are, so metadata must never decide: every file is taken, and what is
kept of one without a way up and a profile is to the byte what is kept of the bare picture.
"""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Callable, Sequence
from typing import Any

from PIL import Image, ImageCms

from fuzz import heif, photos
from fuzz.containers import Part, build, parse
from fuzz.mutate import Mutator
from habeas import portrait
from habeas.faces import assets
from habeas.portrait import _container

FORMATS = ("jpeg+metadata", "png+metadata", "webp+metadata", "avif+metadata", "heic+metadata")
#: Most parts that are put into one file, and most bytes of one.
_PARTS, _MOST = 12, 60_000
_XMP = b"http://ns.adobe.com/xap/1.0/\0"


def _bodies() -> dict[str, bytes]:
    """Metadata as cameras and programs write it, by kind."""
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    small = Image.new("RGB", (16, 12), "grey")
    mpf = b"MPF\0" + struct.pack(
        ">2sHIHHHI4sHHI4sHHIII4I", b"MM", 42, 8, 3, 0xB000, 7, 4, b"0100", 0xB001, 4, 1,
        struct.pack(">I", 2), 0xB002, 7, 32, 50, 0, 0x20030000, 4000, 0, 0,
    )  # fmt: skip
    film = struct.pack(">I", 24) + b"ftypmp42" + bytes(12) + struct.pack(">I", 400) + b"mdat"
    return {
        "exif": photos.tiff(photos.saved(small, "JPEG")),
        "xmp": b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:Description "
        b"tiff:Orientation='6' GCamera:MotionPhoto='1'/></x:xmpmeta>" + b" " * 100,
        "icc": icc,
        "mpf": mpf,
        "iptc": b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x0b\x1c\x02\x50\0\x06by-all\0",
        "text": b"Comment\0" + b"a word " * 9,
        "film": film + b"\xff\xd8\xff\xe0 moov \xff\xd9" * 30,
        "picture": photos.saved(small, "JPEG"),
    }


class Stuffer:
    """Pictures of one format, each with other metadata; the same for the same number.

    Args:
        seeds: the bare picture.
        number: of the random generator.
    """

    def __init__(self, seeds: Sequence[bytes], number: int) -> None:
        self._picture = seeds[0]
        self._random = random.Random(number)
        self._bodies = _bodies()
        self._mutators = {name: Mutator([body], number) for name, body in self._bodies.items()}

    def next(self) -> bytes:
        """One more file."""
        file = parse(self._picture)
        if file.kind == "boxes":
            return self._boxes()
        stuff = _STUFFERS[file.kind]
        for _ in range(self._random.randint(1, _PARTS)):
            stuff(self, file.parts)
        return build(file) + (self._body("film") if self._random.random() < 0.2 else b"")

    def _body(self, kind: str) -> bytes:
        whole = self._random.random() < 0.2
        return (self._bodies[kind] if whole else self._mutators[kind].next())[:_MOST]

    def _any(self) -> bytes:
        return self._body(self._random.choice(list(self._bodies)))

    def jpeg(self, parts: list[Part]) -> None:
        """A segment before the scan."""
        marker, start, kind = self._random.choice((
            (0xE1, b"Exif\0\0", "exif"), (0xE1, _XMP, "xmp"), (0xE2, b"", "mpf"),
            (0xE2, b"ICC_PROFILE\0\1\1", "icc"), (0xE2, b"ICC_PROFILE\0\2\3", "icc"),
            (0xED, b"", "iptc"), (0xFE, b"", "text"), (0xE0, b"JFXX\0\x10", "picture"),
            (0xEE, b"Ducky", "text"), (0xEB, b"JP\0\1", "film"),
        ))  # fmt: skip
        scan = next(at for at, part in enumerate(parts) if part.name == b"\xff\xda")
        body = start + self._body(kind)
        parts.insert(self._random.randint(1, scan), Part(bytes((0xFF, marker)), body))

    def png(self, parts: list[Part]) -> None:
        """A chunk between the header and the pixels, or behind them."""
        name = self._random.choice((b"eXIf", b"iTXt", b"tEXt", b"zTXt", b"iCCP", b"prVt", b"tIME"))
        body = {
            b"eXIf": lambda: self._body("exif"),
            b"iTXt": lambda: b"XML:com.adobe.xmp\0\0\0\0\0" + self._body("xmp"),
            b"tEXt": lambda: self._body("text"),
            b"zTXt": lambda: b"Raw profile type exif\0\0" + self._packed("exif"),
            b"iCCP": lambda: b"p\0\0" + self._packed("icc"),
        }.get(name, self._any)()
        pixels = [at for at, part in enumerate(parts) if part.name == b"IDAT"]
        at = self._random.randint(1, pixels[0])
        parts.insert(at if self._random.random() < 0.8 else pixels[-1] + 1, Part(name, body))

    def webp(self, parts: list[Part]) -> None:
        """A chunk behind the pixels."""
        children = parts[0].children or []
        name, kind = self._random.choice((
            (b"EXIF", "exif"), (b"XMP ", "xmp"), (b"ICCP", "icc"), (b"abcd", "film"),
        ))  # fmt: skip
        body = self._body(kind)
        children.append(Part(name, body + b"\0" * (len(body) % 2)))

    def _boxes(self) -> bytes:
        """Bodies of the same length: items point to where others lie."""
        content = self._picture
        for kind, known in IN_BOXES.items():
            body = self._body(kind)[: len(known)].ljust(len(known), b"\0")
            content = content.replace(known, body)
        return content

    def _packed(self, kind: str) -> bytes:
        body = self._body(kind)
        return zlib.compress(body) if self._random.random() < 0.6 else body


#: What stands in the AVIF and HEIC pictures, to be put something else in place of.
IN_BOXES = {
    "exif": struct.pack(">2sHIHHHIII", b"MM", 42, 8, 1, 0x010F, 2, 260, 26, 0).ljust(286, b"m"),
    "xmp": b"<x:xmpmeta/>".ljust(300),
}
_STUFFERS: dict[str, Callable[[Stuffer, list[Part]], None]] = {
    "jpeg": Stuffer.jpeg, "png": Stuffer.png, "riff": Stuffer.webp,
}  # fmt: skip


def seeds(kind: str) -> list[bytes]:
    """The bare picture: a portrait on a plain wall.

    Raises:
        FileNotFoundError: the tool that makes HEIC files is not installed.
    """
    whole = Image.open(assets.path("astronaut.png")).convert("RGB")
    face = whole.crop((60, 0, 400, 400)).resize((272, 320))
    form = kind.split("+", maxsplit=1)[0].upper()
    if form == "HEIC":
        tile = heif.Coded.of(photos.heic(a=face), face.size)
        return [heif.grid(tile, 1, 1, exif=IN_BOXES["exif"], xmp=IN_BOXES["xmp"])]
    options: dict[str, Any] = {}
    if form == "AVIF":
        options = {"speed": 10, **IN_BOXES}
    return [photos.saved(face, form, **options)]


class Target(photos.Target):
    """One worker, and what it keeps of the bare picture."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self._exact = not kind.startswith("avif")
        self._bare = self._pool.check(seeds(kind)[0])

    def _check(self, content: bytes) -> str:
        try:
            found = self._pool.check(content)
        except portrait.PhotoError as error:
            # Whatever the reason: pixels and structure are sound.
            return f"!{error.__cause__ or error.code}"
        if not photos.is_bare(found.upright):
            return "!kept"
        taken = _container.bare(content)
        told = taken.orientation not in (None, 1) or taken.icc is not None
        if self._exact and not told and found.upright != self._bare.upright:
            return "!changed"
        return found.verdict
