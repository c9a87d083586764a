"""Example pictures, one at least for each advice: NASA's portrait of an astronaut, altered.

The portrait is in the public domain. They are small, so that they may lie in `vectors`.
"""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
from PIL import Image

from bench.portrait.clean import Clean, save
from bench.portrait.defects import DEFECTS
from bench.portrait.posed import turned
from habeas.faces import assets
from habeas.portrait import _find

_SIDE = 640
_DEFECTS = {defect.name: defect for defect in DEFECTS}


def sample() -> Clean:
    """The sample portrait, small, on its own background; shelves are its scene."""
    whole = Image.open(assets.path("astronaut.png")).convert("RGB")
    image = whole.crop((60, 0, 400, 400)).resize((_SIDE * 340 // 400, _SIDE))
    found = _find.find(image)
    if found is None:
        raise SystemExit("no face is found in the sample portrait")
    return Clean("sample", image, found.landmarks, image, shelves(image.size))


def shelves(size: tuple[int, int]) -> Image.Image:
    """Rows of books."""
    width, height = size
    y, x = np.mgrid[:height, :width]
    row = y * 6 // height
    tone = (x * 23 // width * 7 + row * 5) % 11 * 18 + 30
    tone[(y * 6 % height) * 8 < height] = 20
    books = np.stack([tone, tone * 3 // 4 + 20, (tone * 2) % 190 + 30], axis=2)
    return Image.fromarray(books.astype(np.uint8))


def _defect(name: str, grade: float) -> Callable[[Clean], bytes]:
    return lambda clean: _DEFECTS[name].make(clean, grade)


def _exif(clean: Clean) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    out = io.BytesIO()
    clean.image.rotate(90, expand=True).save(out, "JPEG", quality=92, exif=exif)
    return out.getvalue()


def _rotated(degrees: int) -> Callable[[Clean], bytes]:
    return lambda clean: save(clean.image.rotate(degrees, expand=True))


def _posed(yaw: float, pitch: float) -> Callable[[Clean], bytes]:
    return lambda clean: save(turned(clean.image, clean.landmarks, yaw, pitch))


def _low_hair(clean: Clean) -> bytes:
    """Hair as flat as can be, and the picture cut just above it."""
    t, (_, eyes) = clean.landmarks.height, clean.eyes
    brow, top = int(eyes - 0.55 * t), int(eyes - 1.32 * t)
    flat = int(0.28 * t)
    image = Image.new("RGB", clean.image.size, clean.image.getpixel((4, top)))
    image.paste(clean.image, (0, 0))
    wall = clean.image.crop((0, 0, clean.image.width, 8)).resize((clean.image.width, brow - flat))
    image.paste(wall, (0, 0))
    hair = clean.image.crop((0, top, clean.image.width, brow))
    image.paste(hair.resize((clean.image.width, flat)), (0, brow - flat))
    return save(image.crop((0, int(eyes - 0.87 * t), *image.size)))


def _narrow(clean: Clean) -> bytes:
    """As wide as a head, and no more."""
    x, reach = clean.eyes[0], 0.85 * clean.landmarks.height
    return save(clean.image.crop((int(x - reach), 0, int(x + reach), clean.image.height)))


def _wall(clean: Clean) -> bytes:
    return save(Image.new("RGB", clean.image.size, (180, 182, 185)))


PICTURES: dict[str, Callable[[Clean], bytes]] = {
    "plain": lambda clean: save(clean.image),
    "large": lambda clean: save(clean.image.resize((816, 960), Image.Resampling.LANCZOS), 85),
    "exif-6": _exif,
    "turned-90": _rotated(90),
    "turned-180": _rotated(180),
    "turned-270": _rotated(270),
    "leaning-20": _defect("roll", 20),
    "looking-aside": _posed(40, 0),
    "looking-up": _posed(0, 35),
    "backlit-4-stops": _defect("backlight", 4),
    "dark-4-stops": _defect("under-exposure", 4),
    "burnt-out": _defect("over-exposure", 0.3),
    "side-light": _defect("side light", 0.1),
    "hat": _defect("shade of a hat", 0.08),
    "grey": _defect("black and white", 1),
    "sepia": _defect("sepia", 1),
    "blue": _defect("colour cast", 1.4),
    "out-of-focus": _defect("defocus", 0.1),
    "eyes-shut": _defect("lids", 0),
    "mouth-open": _defect("open mouth", 0.3),
    "cut-from-above": _defect("cut from above", 0.6),
    "little-above": _low_hair,
    "little-below": _defect("cut from below", 1.15),
    "off-side": _defect("cut from the side", 0.35),
    "too-close": _narrow,
    "too-small": _defect("tiny resolution", 24),
    "two-people": _defect("second face", 0.8),
    "somebody-behind": _defect("small second face", 0.4),
    "screen": _defect("screen", 0.4),
    "drawing": _defect("drawing", 5),
    "shelves": _defect("busy background", 1),
    "jpeg-8": lambda clean: save(clean.image, 8),
    "breaks-off": lambda clean: save(clean.image)[: len(save(clean.image)) * 9 // 10],
    "breaks-off-early": lambda clean: save(clean.image)[: len(save(clean.image)) // 4],
    "wall": _wall,
}
