"""Each measure on input made for it: what it must see, and what it must not mind."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.portrait import measures


def plane(value, shape=(64, 64)):
    return np.full(shape, value, np.float32)


def rng():
    return np.random.default_rng(7)


def test_sigmoid_is_the_logistic_function():
    assert measures.sigmoid(3, 3, 1) == 0.5
    assert measures.sigmoid(4, 3, 1) == pytest.approx(1 / (1 + math.e**-1))
    assert measures.sigmoid(1e9, 0, 1e-3) == pytest.approx(1)


@given(st.floats(0, 1), st.floats(0.01, 1))
def test_single_face_is_the_share_of_the_second(second, first):
    second = min(first, second)
    found = measures.single_face(first, second)
    assert found.score == round(100 * (1 - round(second / first, 12)))


def test_inter_eye_distance_makes_up_for_a_turned_head():
    assert measures.inter_eye_distance(70, 0).score == 50
    turned = measures.inter_eye_distance(70 * math.cos(math.radians(30)), 30)
    assert turned.native == pytest.approx(70)


@pytest.mark.parametrize(("t", "score"), [(45, 100), (40, 54), (60, 9)])
def test_head_size_is_best_at_45_per_cent(t, score):
    assert measures.head_size(t, 100).score == score


@pytest.mark.parametrize(
    ("measure", "x0"),
    [(measures.crop_margin, 0.9), (measures.margin_above, 1.4), (measures.margin_below, 1.8)],
)
def test_margins_count_in_sizes_of_the_face(measure, x0):
    assert measure(x0 * 200, 200).score == 50
    assert measure((x0 + 0.5) * 200, 200).score >= 99
    assert measure((x0 - 0.5) * 200, 200).score <= 1


@given(st.floats(-89, 89))
def test_an_angle_scores_by_the_square_of_its_cosine(degrees):
    expected = 100 * math.cos(math.radians(degrees)) ** 2
    assert measures.angle(degrees).score == pytest.approx(expected, abs=0.51)
    assert measures.angle(degrees).score == measures.angle(-degrees).score


def test_beyond_a_right_angle_nothing_is_left():
    assert measures.angle(120).score == 0


def test_lids_and_lips():
    assert measures.eyes_open(0.02, 1).score == 50
    assert measures.eyes_open(0.09, 1).score == 100
    assert measures.eyes_open(0, 1).score == 12
    assert measures.mouth_closed(0.2, 1).score == 50
    assert measures.mouth_closed(0.09, 1).score > 80


def test_a_mouth_wider_than_the_pupils_are_apart_is_a_smile():
    assert measures.expression(0.77).score == 100
    assert measures.expression(1.05).score < 5


@pytest.mark.parametrize(("share", "score"), [(1, 100), (11 / 12, 50), (0.5, 27), (0, 0), (3, 100)])
def test_fit(share, score):
    assert measures.fit(share).score == score


def test_luminance_is_linear_light():
    grey = measures.luminance(np.full((2, 2, 3), 188, np.uint8))
    # sRGB 188 is half of the light of 255 (IEC 61966-2-1).
    assert grey == pytest.approx(0.5 * 255, abs=1)
    green = measures.luminance(np.array([[[0, 255, 0]]], np.uint8))
    assert float(green[0, 0]) == pytest.approx(0.7152 * 255, abs=0.01)


def test_luminance_mean_is_best_in_the_middle():
    assert measures.luminance_mean(plane(127)).score == 100
    assert measures.luminance_mean(plane(51)).score == 50
    assert measures.luminance_mean(plane(2)).score < 5
    assert measures.luminance_mean(plane(254)).score < 5


def test_luminance_variance_follows_its_sine():
    half = np.where(np.indices((64, 64)).sum(0) % 2, 255, 0).astype(np.float32)
    v = 0.25
    expected = 100 * math.sin(math.pi * 60 * v / (60 * v + 1))
    assert measures.luminance_variance(half).score == pytest.approx(expected, abs=0.5)
    assert measures.luminance_variance(plane(100)).score == 0


def test_dynamic_range_is_entropy():
    assert measures.dynamic_range(plane(77)).native == 0
    two = np.repeat(np.array([10, 200], np.float32), 50)
    assert measures.dynamic_range(two).native == pytest.approx(1)
    every = np.arange(256, dtype=np.float32)
    assert measures.dynamic_range(every).score == 100


def test_exposure_counts_what_is_lost():
    face = plane(100)
    face[:16] = 20
    assert measures.under_exposure(face).native == 0.25
    face[:16] = 250
    over = measures.over_exposure(face)
    assert over.native == 0.25
    assert over.score == round(1 / 0.26)
    assert measures.over_exposure(plane(100)).score == 100


def test_uniform_light_has_equal_cheeks():
    cheek = rng().normal(120, 8, (30, 30)).astype(np.float32)
    same = measures.illumination_uniformity(cheek, cheek)
    assert same.score == 100
    other = measures.illumination_uniformity(cheek, cheek / 4)
    assert other.score < 20


@given(st.floats(10, 120))
def test_light_balance_does_not_depend_on_skin(level):
    """Half of the light on one side scores the same on dark and on light skin."""
    found = measures.light_balance(plane(2 * level), plane(level))
    assert found.native == pytest.approx(0.5, abs=0.06)
    assert measures.light_balance(plane(level), plane(level)).score == 100


SKINS = [(255, 224, 196), (224, 172, 138), (198, 134, 96), (141, 85, 56), (80, 50, 38)]


@pytest.mark.parametrize("skin", SKINS)
def test_every_skin_has_a_natural_colour(skin):
    assert measures.natural_colour(np.array([skin] * 9, np.uint8)).native == 0


@pytest.mark.parametrize("paint", [(60, 90, 200), (90, 190, 90), (200, 60, 200)])
def test_a_cast_has_not(paint):
    assert measures.natural_colour(np.array([paint] * 9, np.uint8)).score < 30


def test_lab_has_known_points():
    white = measures.lab(np.array([[255, 255, 255]], np.uint8))
    assert white == pytest.approx((100, 0, 0), abs=0.05)
    red = measures.lab(np.array([[255, 0, 0]], np.uint8))
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
def test_sharpness_falls_with_blur_also_along_one_direction(direction):
    natives = [measures.sharpness(drawing(b, direction), WHOLE).native for b in (0, 1, 2, 4)]
    assert natives == sorted(natives, reverse=True)
    assert natives[3] < natives[0] / 10


@given(st.floats(0.3, 2), st.floats(-60, 60))
def test_sharpness_does_not_mind_contrast_and_brightness(contrast, brightness):
    grey = drawing()
    changed = ((grey - 120) * np.float32(contrast) + 120 + np.float32(brightness)).astype(
        np.float32
    )
    plain, other = (measures.sharpness(each, WHOLE).native for each in (grey, changed))
    assert other == pytest.approx(plain, rel=0.1)


def test_sharpness_looks_at_the_face_alone():
    grey = drawing(4)
    hull = np.zeros_like(WHOLE)
    hull[64:192, 64:192] = True
    before = measures.sharpness(grey, hull).native
    grey[:40] = drawing()[:40]
    assert measures.sharpness(grey, hull).native == pytest.approx(before)
    assert measures.sharpness(grey, np.zeros_like(WHOLE)).score >= 0  # no face: no crash


def test_highlights_are_of_the_whole_picture():
    dark_face_bright_wall = plane(4)
    dark_face_bright_wall[:10] = 240
    assert measures.highlights(dark_face_bright_wall).score == 100
    assert measures.highlights(plane(10)).score < 5


def test_an_even_background_scores_high_and_a_busy_one_low():
    everywhere = np.ones((200, 354), np.bool_)
    assert measures.background_uniformity(plane(180, (200, 354)), everywhere).score == 100
    stripes = np.where(np.arange(354) % 8 < 4, 40, 220).astype(np.float32)
    busy = np.repeat(stripes[None], 200, axis=0)
    assert measures.background_uniformity(busy, everywhere).score < 10
    nowhere = np.zeros_like(everywhere)
    assert measures.background_uniformity(busy, nowhere).score == 100


def test_the_person_is_no_background():
    picture = plane(180, (200, 354))
    picture[:, 100:250] = rng().integers(0, 255, (200, 150))
    background = np.ones(picture.shape, np.bool_)
    background[:, 98:252] = False
    assert measures.background_uniformity(picture, background).score == 100


def blocky(step, block=8):
    steps = np.arange(640) // block
    wave = np.where(steps % 2, step, 0).astype(np.float32)
    return 100 + wave[None] + wave[:, None] + rng().normal(0, 1, (640, 640)).astype(np.float32)


@pytest.mark.parametrize("block", [4, 8])
def test_blocks_are_seen(block):
    natives = [measures.compression(blocky(s, block), block, None).native for s in (0, 2, 4, 8)]
    assert natives == sorted(natives)
    assert measures.compression(blocky(8, block), block, None).score < 10
    assert measures.compression(blocky(0, block), block, None).score > 95


def test_coarse_tables_tell_where_no_block_shows():
    assert measures.compression(None, 8, 90).score == 100
    assert measures.compression(None, 8, 8).score < 10
    assert measures.compression(None, 1, None).score == 100
