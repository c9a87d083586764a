"""Known answers of what is done to pixels: scaled, turned, cut and averaged, to the bit.

The picture is made from whole numbers, so that no file and no decoder stands between.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import numpy as np
from PIL import Image

_FILTERS = {
    "box": Image.Resampling.BOX,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
}
#: Width and height of the picture, result's size, filter, part, and reducing gap.
_RESIZED: tuple[tuple[Any, ...], ...] = (
    ((97, 61), (40, 31), "bilinear", None, None),
    ((97, 61), (40, 31), "bicubic", None, None),
    ((97, 61), (40, 31), "box", None, None),
    ((40, 31), (97, 61), "bicubic", None, None),
    ((40, 31), (97, 61), "bilinear", (3.25, 4.5, 38.75, 30.0), None),
    ((161, 120), (30, 22), "bilinear", None, 1.5),
    ((161, 120), (30, 22), "bicubic", (7.3, 5.9, 150.2, 111.1), 2.0),
    ((161, 120), (32, 32), "box", None, 1.0),
    ((364, 428), (109, 128), "bilinear", None, 1.5),
    ((64, 64), (64, 20), "bicubic", None, None),
    ((64, 64), (20, 64), "bilinear", None, None),
)
_REDUCED = (((97, 61), 2, None), ((97, 61), 5, (3, 4, 90, 60)), ((40, 31), 7, None))
#: Width and height of the picture, result's size, filter, and the map.
_TRANSFORMED = (
    ((97, 61), (32, 32), "bilinear", (0.9, -0.35, 20.5, 0.35, 0.9, 9.25)),
    ((97, 61), (32, 32), "bicubic", (0.9, -0.35, 20.5, 0.35, 0.9, 9.25)),
    ((97, 61), (64, 64), "bilinear", (-1.7, 0.2, 90.0, 0.2, 1.7, -12.5)),
    ((40, 31), (64, 64), "bicubic", (0.5, 0.0, -3.0, 0.0, 0.5, 2.0)),
)


def pattern(width: int, height: int) -> Image.Image:
    """A picture with edges and slopes: (7x + 13y + 101b + 3 (xy mod 29)) mod 256 for band b."""
    y, x, band = np.mgrid[:height, :width, :3]
    values = (7 * x + 13 * y + 101 * band + 3 * (x * y % 29)) % 256
    return Image.fromarray(values.astype(np.uint8))


def answers() -> Iterator[dict[str, Any]]:
    """What Pillow gives, by the SHA-256 of its pixels."""
    for size, to, name, box, gap in _RESIZED:
        made = pattern(*size).resize(to, _FILTERS[name], box, reducing_gap=gap)
        yield {"op": "resize", "from": size, "to": to, "filter": name, "box": box, "gap": gap,
               "sha256": _digest(made)}  # fmt: skip
    for size, times, box in _REDUCED:
        made = pattern(*size).reduce(times, box)
        yield {"op": "reduce", "from": size, "times": times, "box": box, "to": made.size,
               "sha256": _digest(made)}  # fmt: skip
    for size, to, name, matrix in _TRANSFORMED:
        made = pattern(*size).transform(to, Image.Transform.AFFINE, matrix, _FILTERS[name])
        yield {"op": "transform", "from": size, "to": to, "filter": name, "map": matrix,
               "sha256": _digest(made)}  # fmt: skip
    for turn in (90, 180, 270):
        made = pattern(40, 31).transpose(getattr(Image.Transpose, f"ROTATE_{turn}"))
        yield {"op": "turn", "from": (40, 31), "turn": turn, "sha256": _digest(made)}
    for mode in ("L", "YCbCr"):
        made = pattern(97, 61).convert(mode)
        yield {"op": mode, "from": (97, 61), "sha256": _digest(made)}


def _digest(image: Image.Image) -> str:
    return hashlib.sha256(image.tobytes()).hexdigest()
