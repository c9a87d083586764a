"""Measures of our own: what each must see, and what it must not mind."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.portrait import own


def plane(value, shape=(64, 64)):
    return np.full(shape, value, np.float32)


def parts(*levels):
    """Smooth parts of a face with that much light."""
    return [own.FacePart(level) for level in levels]


def rng():
    return np.random.default_rng(7)


def test_a_mouth_wider_than_the_pupils_are_apart_is_a_smile():
    assert own.smile(0.77).score == 100
    assert own.smile(1.05).score < 5


@pytest.mark.parametrize(("share", "score"), [(1, 100), (0.8, 50), (0.4, 25), (0, 0), (3, 100)])
def test_fit(share, score):
    assert own.fit(share).score == score


@given(st.floats(10, 120))
def test_light_balance_does_not_depend_on_skin(level):
    """Half of the light on one side scores the same on dark and on light skin."""
    assert own.light_balance(parts(2 * level), parts(level)).native == pytest.approx(0.5, abs=0.06)
    assert own.light_balance(parts(level), parts(level)).score == 100
    assert own.light_balance(parts(8 * level), parts(level)).score < 20


@given(st.floats(10, 120))
def test_shade_is_of_the_darkest_part(level):
    assert own.shade(parts(*[level] * 5)).score == 100
    assert own.shade(parts(level, level, level, level, level * 0.45)).score > 95
    assert own.shade(parts(*[2 * level] * 4, level / 5)).score < 50


def test_hair_over_a_cheek_is_no_shadow():
    skin, strands = parts(120, 118, 110, 125), [own.FacePart(9, 0.7), own.FacePart(12, 0.9)]
    assert own.shade([*skin, *strands]).score == 100
    assert own.shade([*skin, *parts(9, 12)]).score < 10
    # One strand over a cheek, hair over a whole side, and a side in shadow.
    assert own.light_balance(parts(120, 110, 20), parts(118, 112, 115)).score > 95
    assert own.light_balance([*strands, own.FacePart(15, 0.5)], parts(118, 112, 115)).score == 100
    # A hat's shadow ends in one cheek a little higher than in the other.
    assert (
        own.light_balance([own.FacePart(29, 0.8), *parts(12, 150)], parts(16, 14, 166)).score > 95
    )
    assert own.light_balance(parts(120, 18, 20), parts(118, 112, 115)).score < 50


def test_black_glasses_are_no_shadow():
    assert own.shade(parts(120, 118, 110, 125, 0.8, 0.9)).score == 100
    assert own.shade(parts(120, 118, 110, 125, 7, 8)).score < 10


@pytest.mark.parametrize("white", [0.17, 0.3, 0.6])
def test_white_eyes_are_light_enough_whatever_the_skin(white):
    assert own.face_light(white, 0.02).score > 90


def test_a_face_in_the_dark_has_neither_white_eyes_nor_highlights():
    assert own.face_light(0.3 / 8, 0.4 / 8).score < 10
    assert own.face_light(0.0, 0.4).score > 90  # eyes shut, in good light


def test_backlight_counts_stops():
    assert own.backlight(0.1, 0.8).native == pytest.approx(3, abs=0.05)
    assert own.backlight(0.1, 0.8).score < 5
    assert own.backlight(0.5, 0.9).score > 95


def test_open_eyes_are_dark_in_the_middle_also_if_narrow():
    assert own.eye_openness([0.38, 0.4], [0.7, 0.75]).score == 100
    assert own.eye_openness([0.27, 0.27], [0.7, 0.7]).score > 80
    assert own.eye_openness([0.2, 0.2], [0.4, 0.4]).score < 5


def test_nothing_is_said_of_eyes_behind_black_glasses():
    shut = ([0.15, 0.15], [0.3, 0.3])
    assert own.eye_openness(*shut, around=0.2).score == 0
    assert own.eye_openness(*shut, around=0.02).score == 100


def test_one_hue_is_black_and_white_or_a_tint():
    luma = rng().uniform(0, 255, 4000).astype(np.float32)
    noise = rng().normal(0, 0.5, (4000, 2)).astype(np.float32)
    grey = 128 + noise
    sepia = np.array([110, 145], np.float32) + noise
    colour = 128 + rng().normal(0, 6, (4000, 2)).astype(np.float32)
    assert own.hues(colour, luma).score == 100
    for one in (grey, sepia):
        assert own.hues(one, luma).score < 10
    assert own.tint(grey).score < 10
    assert own.tint(sepia).score == 100


SKINS = [(255, 224, 196), (224, 172, 138), (198, 134, 96), (141, 85, 56), (80, 50, 38)]
RUDDY = (205, 115, 100)


def patch(colour):
    return np.array([colour] * 9, np.uint8)


@pytest.mark.parametrize("skin", [*SKINS, RUDDY])
def test_every_skin_has_its_colour_ruddy_cheeks_too(skin):
    assert own.skin_colour([patch(skin)] * 6).native == 0


@pytest.mark.parametrize("cover", [(60, 90, 200), (250, 250, 250), (10, 10, 10)])
def test_covered_cheeks_are_no_fault(cover):
    parts = [patch(SKINS[2])] * 2 + [patch(cover)] * 4
    assert own.skin_colour(parts).native == 0


@pytest.mark.parametrize("paint", [(60, 90, 200), (90, 190, 90), (200, 60, 200)])
def test_a_cast_all_over_is_one(paint):
    assert own.skin_colour([patch(paint)] * 6).score < 30


def test_a_head_inside_is_told_from_one_outside():
    assert own.head_inside(0.0).score == 50
    assert own.head_inside(0.1).score == 100
    assert own.head_inside(-0.1).score == 0


def test_lab_has_known_points():
    white = own.lab(np.array([[255, 255, 255]], np.uint8))
    assert white == pytest.approx((100, 0, 0), abs=0.05)
    red = own.lab(np.array([[255, 0, 0]], np.uint8))
    assert red == pytest.approx((53.24, 80.09, 67.20), abs=0.3)
