"""How pictures by night are brightened before a look."""

import numpy as np

from habeas.cover._light import lit
from habeas.cover._tuning import TUNED


def planes(level):
    """Three planes whose brighter part is at that level."""
    ramp = np.linspace(0, level, 128 * 128).reshape(128, 128).astype(np.uint8)
    return [ramp, ramp[::-1], ramp[:, ::-1]]


def test_a_picture_by_day_stays_as_it_is():
    for each, before in zip(lit(planes(200)), planes(200), strict=True):
        assert np.array_equal(each, before)


def test_a_dark_one_gets_as_bright_as_one_by_day():
    green, _, _ = lit(planes(60))
    assert abs(np.percentile(np.asarray(green, np.float64), 90) - TUNED.bright) < 6


def test_all_colours_by_the_same_factor():
    green, blue, red = lit(planes(60))
    assert np.array_equal(green[::-1], blue)
    assert np.array_equal(green[:, ::-1], red)


def test_darkness_is_no_reason_to_show_noise_alone():
    (green, _, _) = lit(planes(8))
    assert green.max() == 8 * TUNED.gain
    assert not lit([np.zeros((16, 16), np.uint8)] * 3)[0].any()


def test_what_is_bright_already_does_not_wrap():
    dark = planes(30)
    dark[1][0, 0] = 255
    assert lit(dark)[1].max() == 255
