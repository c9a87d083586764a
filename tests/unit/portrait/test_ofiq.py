"""The standard's measures, each on input made for it."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.portrait import ofiq


def plane(value, shape=(64, 64)):
    return np.full(shape, value, np.float32)


def rng():
    return np.random.default_rng(7)


def test_sigmoid_is_the_logistic_function():
    assert ofiq.sigmoid(3, 3, 1) == 0.5
    assert ofiq.sigmoid(4, 3, 1) == pytest.approx(1 / (1 + math.e**-1))
    assert ofiq.sigmoid(1e9, 0, 1e-3) == pytest.approx(1)


@given(st.floats(0, 1), st.floats(0.01, 1))
def test_single_face_is_the_share_of_the_second(second, first):
    second = min(first, second)
    found = ofiq.single_face(first, second)
    assert found.score == round(100 * (1 - round(second / first, 12)))


def test_inter_eye_distance_makes_up_for_a_turned_head():
    assert ofiq.inter_eye_distance(70, 0).score == 50
    turned = ofiq.inter_eye_distance(70 * math.cos(math.radians(30)), 30)
    assert turned.native == pytest.approx(70)


@pytest.mark.parametrize(("t", "score"), [(45, 100), (40, 54), (60, 9)])
def test_head_size_is_best_at_45_per_cent(t, score):
    found = ofiq.head_size(t, 100)
    assert found.score == score
    assert found.native == t / 100


@pytest.mark.parametrize(
    ("measure", "x0"),
    [(ofiq.crop_margin, 0.9), (ofiq.margin_above, 1.4), (ofiq.margin_below, 1.8)],
)
def test_margins_count_in_sizes_of_the_face(measure, x0):
    assert measure(x0 * 200, 200).score == 50
    assert measure((x0 + 0.5) * 200, 200).score >= 99
    assert measure((x0 - 0.5) * 200, 200).score <= 1


@given(st.floats(-89, 89))
def test_an_angle_scores_by_the_square_of_its_cosine(degrees):
    expected = 100 * math.cos(math.radians(degrees)) ** 2
    assert ofiq.angle(degrees).score == pytest.approx(expected, abs=0.51)
    assert ofiq.angle(degrees).score == ofiq.angle(-degrees).score


def test_beyond_a_right_angle_nothing_is_left():
    assert ofiq.angle(120).score == 0


def test_lids_and_lips():
    assert ofiq.eyes_open(0.02, 1).score == 50
    assert ofiq.eyes_open(0.09, 1).score == 100
    assert ofiq.eyes_open(0, 1).score == 12
    assert ofiq.mouth_closed(0.2, 1).score == 50
    assert ofiq.mouth_closed(0.09, 1).score > 80


def test_luminance_is_linear_light():
    grey = ofiq.luminance(np.full((2, 2, 3), 188, np.uint8))
    # sRGB 188 is half of the light of 255 (IEC 61966-2-1).
    assert grey == pytest.approx(0.5 * 255, abs=1)
    green = ofiq.luminance(np.array([[[0, 255, 0]]], np.uint8))
    assert float(green[0, 0]) == pytest.approx(0.7152 * 255, abs=0.01)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.75, 0.98, 1.0])
@pytest.mark.parametrize("shape", [(1,), (2,), (7, 9), (40, 40)])
def test_a_quantile_is_numpys(share, shape):
    values = np.random.default_rng(1).uniform(0, 255, shape).astype(np.float32)
    assert ofiq.quantile(values, share) == pytest.approx(np.quantile(values, share), rel=1e-6)


def test_luminance_mean_is_best_in_the_middle():
    assert ofiq.luminance_mean(plane(127)).score == 100
    assert ofiq.luminance_mean(plane(51)).score == 50
    assert ofiq.luminance_mean(plane(2)).score < 5
    assert ofiq.luminance_mean(plane(254)).score < 5


def test_luminance_variance_follows_its_sine():
    half = np.where(np.indices((64, 64)).sum(0) % 2, 255, 0).astype(np.float32)
    v = 0.25
    expected = 100 * math.sin(math.pi * 60 * v / (60 * v + 1))
    assert ofiq.luminance_variance(half).score == pytest.approx(expected, abs=0.5)
    assert ofiq.luminance_variance(plane(100)).score == 0


def test_dynamic_range_is_entropy():
    assert ofiq.dynamic_range(plane(77)).native == 0
    two = np.repeat(np.array([10, 200], np.float32), 50)
    assert ofiq.dynamic_range(two).native == pytest.approx(1)
    every = np.arange(256, dtype=np.float32)
    assert ofiq.dynamic_range(every).score == 100


def test_exposure_counts_what_is_lost():
    face = plane(100)
    face[:16] = 20
    assert ofiq.under_exposure(face).native == 0.25
    face[:16] = 250
    over = ofiq.over_exposure(face)
    assert over.native == 0.25
    assert over.score == round(1 / 0.26)
    assert ofiq.over_exposure(plane(100)).score == 100


def test_uniform_light_has_equal_cheeks():
    cheek = rng().normal(120, 8, (30, 30)).astype(np.float32)
    same = ofiq.illumination_uniformity(cheek, cheek)
    assert same.score == 100
    other = ofiq.illumination_uniformity(cheek, cheek / 4)
    assert other.score < 20


SKINS = [(255, 224, 196), (224, 172, 138), (198, 134, 96), (141, 85, 56), (80, 50, 38)]


@pytest.mark.parametrize("skin", SKINS)
def test_every_skin_has_a_natural_colour(skin):
    assert ofiq.natural_colour(np.array([skin] * 9, np.uint8)).native == 0


def test_natural_colour_is_100_away_where_a_or_b_is_negative():
    for paint in ((60, 90, 200), (90, 190, 90)):
        assert ofiq.natural_colour(np.array([paint] * 9, np.uint8)).native == 100
    # A grey has a* and b* of nothing, 5 away from skin in both.
    grey = ofiq.natural_colour(np.array([(128, 128, 128)] * 9, np.uint8))
    assert grey.native == pytest.approx(math.hypot(5, 5), abs=0.2) or grey.native == 100
