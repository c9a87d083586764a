"""What is looked at around a face, and when the person is looked for at all."""

import numpy as np
import pytest
from PIL import Image

from habeas.portrait._surroundings import Surroundings
from tests.unit.portrait.heads import head


def picture(columns=slice(0, 0)):
    """A grey wall of 1,000 pixels; something striped in *columns*."""
    pixels = np.full((1000, 1000, 3), 180, np.uint8)
    stripes = np.where(np.arange(1000) // 40 % 2, 60, 220).astype(np.uint8)
    pixels[:, columns] = stripes[:, None, None]
    return Image.fromarray(pixels)


def around(image, x=500.0, y=450.0, t=100.0):
    return Surroundings(image, head(x=x, y=y, t=t))


def person(seen):
    """Whether the model of the person was asked."""
    return "person" in vars(seen)


def test_the_part_is_the_frame_and_more_aside():
    assert around(picture()).box == (350, 315, 651, 616)
    assert around(picture(), x=50, y=60).box == (0, 0, 201, 226)


def test_a_plain_wall_needs_no_look_at_the_person():
    seen = around(picture())
    assert seen.plain_background().score == 100
    assert not person(seen)


@pytest.mark.parametrize("columns", [slice(0, 340), slice(660, 1000)])
def test_what_the_frame_leaves_out_does_not_count(columns):
    seen = around(picture(columns))
    assert seen.plain_background().score == 100
    assert not person(seen)
