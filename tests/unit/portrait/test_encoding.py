"""What is kept of a photo has the same bytes wherever it is encoded: vectors/jpeg.

`python -m tests.unit.portrait.test_encoding` writes the vectors; web/test/jpeg reads them.
"""

from __future__ import annotations

import hashlib
import json

import numpy as np
import pytest
from PIL import Image

from habeas.portrait._decode import encode
from tests.places import VECTORS

FILE = VECTORS / "jpeg" / "encoded.json"
#: Whole units, parts of a unit and of a block, and single rows and columns.
SIZES = [(16, 16), (8, 8), (1, 1), (17, 9), (40, 24), (23, 31), (9, 64), (250, 7), (33, 33)]


def picture(width: int, height: int, kind: str) -> Image.Image:
    """Pixels that both languages make from whole numbers."""
    at = np.arange(width * height, dtype=np.uint64)
    x, y = at % width, at // width
    if kind == "noise":
        value = (at * 2654435761 + 12345) & 0xFFFFFFFF
        channels = [(value >> shift) & 255 for shift in (8, 16, 24)]
    else:
        channels = [(x * 5 + y) & 255, (y * 3) & 255, (255 - x) & 255]
    stacked = np.stack(channels, axis=-1).astype(np.uint8)
    return Image.fromarray(stacked.reshape(height, width, 3))


def made() -> list[dict[str, object]]:
    cases: list[dict[str, object]] = []
    for width, height in SIZES:
        for kind in ("noise", "slope"):
            file = encode(picture(width, height, kind))
            cases.append(
                {"width": width, "height": height, "kind": kind, "bytes": len(file),
                 "sha256": hashlib.sha256(file).hexdigest()}
            )  # fmt: skip
    return cases


@pytest.mark.parametrize("case", made(), ids=lambda c: f"{c['width']}x{c['height']} {c['kind']}")
def test_the_vectors_are_what_is_encoded_here(case):
    assert case in json.loads(FILE.read_text())


if __name__ == "__main__":
    FILE.write_text(json.dumps(made(), indent=1) + "\n")
