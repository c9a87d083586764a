"""How pictures by night are brightened before a look."""

import numpy as np

from habeas.cover._light import lit, smoothed
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
    green, _, _ = lit(planes(8))
    assert green.max() <= 8 * TUNED.gain
    assert not lit([np.zeros((16, 16), np.uint8)] * 3)[0].any()


def test_noise_is_less_by_night_and_stays_by_day():
    noise = np.random.default_rng(5).normal(0, 4, (128, 128))
    for level, most in ((30, 4 * TUNED.gain / 2), (200, 5)):
        plane = np.clip(level + noise, 0, 255).astype(np.uint8)
        shown, _, _ = lit([plane] * 3)
        assert 3 < shown.astype(np.float64).std() < most


def test_smoothing_is_a_mean_of_neighbours():
    dot = np.zeros((5, 5), np.uint8)
    dot[2, 2] = 160
    assert smoothed(dot)[1:4, 1:4].tolist() == [[10, 20, 10], [20, 40, 20], [10, 20, 10]]
    assert smoothed(np.full((3, 4), 255, np.uint8)).tolist() == [[255] * 4] * 3


def test_what_is_bright_already_does_not_wrap():
    dark = planes(30)
    dark[1][:40, :40] = 255
    assert lit(dark)[1][:39, :39].min() == 255
