"""Which way up a picture is, by detections alone."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.faces import Box, Face, evidence, is_sure, lean, way_up, ways_up


def face(score, leaning=0.0, size=100.0, x=0.0):
    """A face whose line of eyes leans by that many degrees."""
    angle = math.radians(leaning)
    across = np.array([math.cos(angle), math.sin(angle)]) * size / 4
    points = np.stack([-across, across, *np.zeros((4, 2))]).astype(np.float32)
    return Face(Box(x, 0, x + size, size), score, points)


@pytest.mark.parametrize("leaning", [0, 30, -44, 90, -120])
def test_the_line_of_the_eyes_tells_how_a_face_leans(leaning):
    assert lean(face(0.9, leaning)) == pytest.approx(leaning, abs=0.01)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_the_turn_with_the_surest_level_eyes_counts(turn):
    """What detectors say of one face in four turns: surest where it is upright."""
    looks = {0: [face(0.7)], 90: [face(0.8, 88)], 180: [face(0.65)], 270: [face(0.8, -85)]}
    looks[turn] = [face(0.95, 4)]
    assert way_up(looks) == turn


def test_doubt_leaves_a_picture_as_it_is():
    assert way_up({0: [face(0.8)], 180: [face(0.85)]}) == 0
    assert way_up({0: [], 90: [], 180: [], 270: []}) == 0
    assert way_up({0: [face(0.6)]}) == 0


def test_other_turns_follow_in_order_for_those_whose_landmarks_do_not_fit():
    looks = {0: [face(0.8)], 90: [face(0.9, 3)], 180: [face(0.6)], 270: [face(0.9, 80)]}
    assert ways_up(looks) == [0, 90, 180]
    looks[90] = [face(0.95)]
    assert ways_up(looks) == [90, 0, 180]


def test_a_leaning_head_is_not_a_turned_picture():
    assert is_sure([face(0.9, 40)])
    assert not is_sure([face(0.9, 60)])
    assert not is_sure([face(0.7)])
    assert not is_sure([])


def test_one_large_face_outweighs_small_ones():
    upright = [face(0.9, size=200)]
    seen_into_folds = [face(0.6, size=20, x=300), face(0.6, 80, size=20, x=400)]
    assert evidence([*upright, *seen_into_folds]) == pytest.approx(0.9 + 0.6 * 0.1, abs=1e-6)
    assert way_up({0: upright, 180: [face(0.62, size=200), face(0.62, size=10, x=300)]}) == 0


@given(st.lists(st.tuples(st.floats(0.5, 1), st.floats(-180, 180)), max_size=4))
def test_faces_on_their_side_say_nothing(listed):
    faces = [face(score, leaning) for score, leaning in listed]
    level = [each for each in faces if abs(lean(each)) <= 45]
    assert evidence(faces) == pytest.approx(evidence(level), abs=1e-4)
    # All in one place: the surest alone counts.
    assert evidence(faces) == pytest.approx(
        max((each.score for each in level), default=0), abs=1e-4
    )
