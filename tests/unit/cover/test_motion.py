"""A picture's own movement: how far, and whether it is still the same scene."""

import numpy as np
import pytest
from PIL import Image

from habeas.cover._motion import MotionEstimator


def scene(seed, size=(600, 900)):
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 255, (size[0] // 12, size[1] // 12), dtype=np.uint8)
    image = Image.fromarray(coarse).resize((size[1], size[0]), Image.Resampling.BICUBIC)
    return np.asarray(image)


def window(picture, x, y, noise=0.0, seed=0):
    part = picture[100 + y : 235 + y, 100 + x : 340 + x].astype(float)
    part += np.random.default_rng(seed).normal(0, noise, part.shape)
    return np.clip(part, 0, 255).astype(np.uint8)


@pytest.mark.parametrize(("dx", "dy"), [(0, 0), (5, 0), (-9, 3), (20, -14), (40, 10)])
@pytest.mark.parametrize("noise", [0, 4])
def test_a_shift_is_measured(dx, dy, noise):
    picture = scene(1)
    estimator = MotionEstimator()
    assert not estimator.next(window(picture, 0, 0, noise, 1)).cut
    found = estimator.next(window(picture, -dx, -dy, noise, 2))
    assert not found.cut
    assert found.dx == pytest.approx(dx, abs=0.6)
    assert found.dy == pytest.approx(dy, abs=0.6)


def test_a_shift_between_pixels_is_measured():
    wide = scene(3, (1200, 1800))
    estimator = MotionEstimator()
    shrink = lambda p: np.asarray(Image.fromarray(p).resize((240, 135), Image.Resampling.BOX))  # noqa: E731
    estimator.next(shrink(wide[300:840, 300:1260]))
    found = estimator.next(shrink(wide[300:840, 290:1250]))
    assert found.dx == pytest.approx(2.5, abs=0.3)
    assert found.dy == pytest.approx(0, abs=0.05)


@pytest.mark.parametrize("pixels", [2, 4, 6, 8])
def test_a_slow_pan_is_measured_though_somebody_walks_along(pixels):
    wide = scene(3, (1200, 1800))
    walks = scene(9)[:80, :40]
    shrink = lambda p: np.asarray(Image.fromarray(p).resize((240, 135), Image.Resampling.BOX))  # noqa: E731
    estimator = MotionEstimator()
    for step in range(5):
        picture = shrink(wide[300:840, 400 - pixels * step : 1360 - pixels * step]).copy()
        picture[30:110, 100:140] = walks
        found = estimator.next(picture)
        if step:
            assert found.dx == pytest.approx(pixels / 4, abs=0.25)


def test_a_camera_that_turns_may_stop_turn_back_and_cut():
    picture = scene(1)
    estimator = MotionEstimator()
    estimator.next(window(picture, 0, 0, 2, 1))
    at = 0
    for number, step in enumerate([6, 6, 7, 7, -9, -9, 0, 0, 20, 20]):
        at -= step
        found = estimator.next(window(picture, at, 0, 2, number))
        assert not found.cut
        assert found.dx == pytest.approx(step, abs=0.6), number
    assert estimator.next(window(scene(2), at - 20, 0, 2, 9)).cut


def test_another_scene_is_a_cut_and_a_pan_is_none():
    estimator = MotionEstimator()
    estimator.next(window(scene(1), 0, 0))
    assert estimator.next(window(scene(2), 0, 0)).cut
    assert not estimator.next(window(scene(2), 8, 0)).cut


def test_a_person_who_walks_does_not_move_the_picture():
    ground = window(scene(1), 0, 0).copy()
    estimator = MotionEstimator()
    for step in range(4):
        picture = ground.copy()
        picture[30:110, 40 + 6 * step : 80 + 6 * step] = window(scene(9), 0, 0)[30:110, 40:80]
        found = estimator.next(picture)
        assert (found.dx, found.dy, found.cut) == (0, 0, False)


def test_darkness_is_no_cut_and_no_motion():
    estimator = MotionEstimator()
    for seed in range(3):
        night = np.clip(np.random.default_rng(seed).normal(6, 2, (135, 240)), 0, 255)
        found = estimator.next(night.astype(np.uint8))
        assert (found.dx, found.dy, found.cut) == (0, 0, False)


def test_whether_anything_moved_is_told_and_noise_is_nothing():
    estimator = MotionEstimator()
    generator = np.random.default_rng(5)
    street = generator.integers(40, 200, (54, 96)).astype(np.uint8)
    assert not estimator.next(street).moving  # nothing to compare with
    assert not estimator.next(street + 5).moving
    passed = (street + 5).copy()
    passed[20:30, 40:45] = 255
    assert estimator.next(passed).moving
    assert not estimator.next(passed.copy()).moving
