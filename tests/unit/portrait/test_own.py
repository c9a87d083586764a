"""Measures of our own: what each must see, and what it must not mind."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.portrait import own


def plane(value, shape=(64, 64)):
    return np.full(shape, value, np.float32)


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
    assert own.light_balance(2 * level, level).native == pytest.approx(0.5, abs=0.06)
    assert own.light_balance(level, level).score == 100
    assert own.light_balance(8 * level, level).score < 20


@given(st.floats(10, 120))
def test_shade_is_of_the_darkest_part(level):
    assert own.shade([level] * 5).score == 100
    assert own.shade([level, level, level, level, level * 0.45]).score > 95
    assert own.shade([2 * level, 2 * level, 2 * level, 2 * level, level / 5]).score < 50


def test_black_glasses_are_no_shadow():
    assert own.shade([120, 118, 110, 125, 0.8, 0.9]).score == 100
    assert own.shade([120, 118, 110, 125, 7, 8]).score < 10


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


@pytest.mark.parametrize("pitch", [(0.22, 0.13), (0.3, 0.25)])
def test_dots_all_over_are_seen(pitch):
    y, x = np.mgrid[:256, :256]
    plain = drawing(0.5)
    dots = 12 * np.cos(2 * math.pi * (pitch[0] * x + pitch[1] * y))
    assert own.screen(plain).score > 90
    moved = drawing(4, "x")  # blurred along one axis: a ridge, and no peak
    assert own.screen(moved).score > 90
    assert own.screen(plain + dots.astype(np.float32)).score < 10


def test_areas_of_one_value_are_drawn():
    grain = np.clip(drawing(), 0, 255).astype(np.uint8)
    drawn = (grain // 64 * 64).astype(np.uint8)
    drawn = np.repeat(np.repeat(drawn[::8, ::8], 8, 0), 8, 1)
    assert own.drawing(grain, WHOLE).score == 100
    assert own.drawing(drawn, WHOLE).score < 10
    assert own.drawing(drawn, np.zeros_like(WHOLE)).score == 100


def test_a_head_inside_is_told_from_one_outside():
    assert own.head_inside(0.0).score == 50
    assert own.head_inside(0.1).score == 100
    assert own.head_inside(-0.1).score == 0


def test_lab_has_known_points():
    white = own.lab(np.array([[255, 255, 255]], np.uint8))
    assert white == pytest.approx((100, 0, 0), abs=0.05)
    red = own.lab(np.array([[255, 0, 0]], np.uint8))
    assert red == pytest.approx((53.24, 80.09, 67.20), abs=0.3)


def drawing(blur=0.0, direction=None):
    """Noise of all sizes; blurred evenly, or along one axis only."""
    f = np.fft.rfft2(rng().normal(0, 1, (256, 256)))
    fy, fx = np.fft.fftfreq(256)[:, None], np.fft.rfftfreq(256)[None]
    size = np.hypot(fy, fx) + 1 / 256
    f = f / size
    along = {None: size, "x": np.abs(fx), "y": np.abs(fy)}[direction]
    f = f * np.exp(-2 * (math.pi * blur * along) ** 2)
    picture = np.fft.irfft2(f)
    return (120 + 40 * picture / picture.std()).astype(np.float32)


WHOLE = np.ones((256, 256), np.bool_)


@pytest.mark.parametrize("direction", [None, "x", "y"])
def test_detail_falls_with_blur_also_along_one_direction(direction):
    natives = [own.detail(drawing(b, direction), WHOLE).native for b in (0, 1, 2, 4)]
    assert natives == sorted(natives, reverse=True)
    assert natives[3] < natives[0] / 10


@given(st.floats(0.3, 2), st.floats(-60, 60))
def test_detail_does_not_mind_contrast_and_brightness(contrast, brightness):
    grey = drawing()
    changed = ((grey - 120) * np.float32(contrast) + 120 + np.float32(brightness)).astype(
        np.float32
    )
    plain, other = (own.detail(each, WHOLE).native for each in (grey, changed))
    assert other == pytest.approx(plain, rel=0.1)


def test_detail_looks_at_the_face_alone():
    grey = drawing(4)
    hull = np.zeros_like(WHOLE)
    hull[64:192, 64:192] = True
    before = own.detail(grey, hull).native
    grey[:40] = drawing()[:40]
    assert own.detail(grey, hull).native == pytest.approx(before)
    assert own.detail(grey, np.zeros_like(WHOLE)).score >= 0  # no face: no crash


def test_an_even_background_scores_high_and_a_busy_one_low():
    everywhere = np.ones((200, 354), np.bool_)
    assert own.plain_background(plane(180, (200, 354)), everywhere).score == 100
    stripes = np.where(np.arange(354) % 8 < 4, 40, 220).astype(np.float32)
    busy = np.repeat(stripes[None], 200, axis=0)
    assert own.plain_background(busy, everywhere).score < 10
    # Of the same stripes hardly anything is in sight.
    little = np.zeros_like(everywhere)
    little[:, :8] = True
    natives = [own.plain_background(busy, each).native for each in (little, everywhere)]
    assert natives[0] < natives[1] / 2
    nowhere = np.zeros_like(everywhere)
    assert own.plain_background(busy, nowhere).score == 100


def test_the_person_is_no_background():
    picture = plane(180, (200, 354))
    picture[:, 100:250] = rng().integers(0, 255, (200, 150))
    background = np.ones(picture.shape, np.bool_)
    background[:, 98:252] = False
    assert own.plain_background(picture, background).score == 100


def blocky(step, block=8):
    steps = np.arange(640) // block
    wave = np.where(steps % 2, step, 0).astype(np.float32)
    return 100 + wave[None] + wave[:, None] + rng().normal(0, 1, (640, 640)).astype(np.float32)


@pytest.mark.parametrize("block", [4, 8])
def test_blocks_are_seen(block):
    natives = [own.blockiness(blocky(s, block), block, None).native for s in (0, 2, 4, 8)]
    assert natives == sorted(natives)
    assert own.blockiness(blocky(8, block), block, None).score < 10
    assert own.blockiness(blocky(0, block), block, None).score > 95


def test_coarse_tables_tell_where_no_block_shows():
    assert own.blockiness(None, 8, 90).score == 100
    assert own.blockiness(None, 8, 8).score < 10
    assert own.blockiness(None, 1, None).score == 100
