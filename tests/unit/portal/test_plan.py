"""The plan of cameras: north is up, nothing hides anything, the same scale both ways."""

import math
import random

import pytest

from habeas.portal.cameras.plan import WIDTH, draw


def _plan(*places):
    return draw([(lat, lon, f"Camera {n}", f"/{n}/") for n, (lat, lon) in enumerate(places)])


def test_north_is_up_and_east_is_right():
    west_north, east_south = _plan((55.76, 37.60), (55.74, 37.64)).points
    assert west_north.x < east_south.x
    assert west_north.y < east_south.y
    assert [each.number for each in (west_north, east_south)] == [1, 2]


def test_a_kilometre_is_as_long_in_both_directions():
    shrink = math.cos(math.radians(60))
    corner, north, east = _plan((60.0, 30.0), (60.01, 30.0), (60.0, 30.0 + 0.01 / shrink)).points
    assert corner.y - north.y == pytest.approx(east.x - corner.x, rel=0.01)


def test_one_camera_has_surroundings():
    plan = _plan((55.75, 37.61))
    (point,) = plan.points
    assert (point.x, point.y) == (WIDTH / 2, plan.height / 2)
    assert point.anchor
    assert len(plan.meridians) >= 2
    assert len(plan.parallels) >= 1
    assert any(each.label.endswith("° E") for each in plan.meridians)


def test_degrees_south_and_west_say_so():
    plan = _plan((-34.6, -58.4), (-34.5, -58.3))
    assert all(each.label.endswith("° S") for each in plan.parallels if each.label)
    assert all(each.label.endswith("° W") for each in plan.meridians if each.label)


def test_cameras_at_one_place_stand_side_by_side_and_names_do_not_cross():
    chance = random.Random(4)
    places = [(55.75, 37.61)] * 4
    places += [(55.7 + chance.random() / 10, 37.5 + chance.random() / 5) for _ in range(30)]
    plan = _plan(*places)
    boxes = []
    for point in plan.points:
        assert 0 <= point.x <= WIDTH
        assert 0 <= point.y <= plan.height
        if point.anchor:
            long = 7.5 * len(point.name)
            left = {"start": 0, "end": long, "middle": long / 2}[point.anchor]
            left = point.text_x - left
            boxes.append((left, point.text_y - 11, left + long, point.text_y + 3))
    assert len(boxes) > 10
    for number, (left, top, right, bottom) in enumerate(boxes):
        for other in boxes[number + 1 :]:
            assert other[2] < left or right < other[0] or other[3] < top or bottom < other[1]
    first = plan.points[:4]
    for number, one in enumerate(first):
        for other in first[number + 1 :]:
            assert math.dist((one.x, one.y), (other.x, other.y)) > 20
