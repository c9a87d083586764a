"""The time that is burnt into a live picture, and what a cover on it does."""

import io

import numpy as np
import pytest
from PIL import Image

from bench.footage.live import _burn, _read


def picture(moment, *, covered=None, width=1280):
    """A JPEG of a grey scene with *moment* burnt in; *covered* is a rectangle painted black."""
    pixels = np.full((720, 1280, 3), 90, np.uint8)
    _burn(pixels, moment)
    if covered is not None:
        left, top, right, bottom = covered
        pixels[top:bottom, left:right] = 0
    out = io.BytesIO()
    shown = Image.fromarray(pixels)
    shown.thumbnail((width, width))
    shown.save(out, "JPEG", quality=75)
    return out.getvalue()


@pytest.mark.parametrize("width", [1280, 900])
@pytest.mark.parametrize("moment", [0.0, 4.096, 21.845, 43.69, 65.535])
def test_the_time_is_read_again(moment, width):
    assert _read(picture(moment, width=width)) == pytest.approx(moment)


@pytest.mark.parametrize("moment", [0.0, 65.535])
def test_under_a_cover_no_time_is_read(moment):
    """A bit that a cover hides is none: it was read as a picture four seconds older."""
    assert _read(picture(moment, covered=(12 * 80, 0, 13 * 80, 80))) is None
