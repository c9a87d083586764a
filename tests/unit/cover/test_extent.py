"""How much is covered: faces or heads, wider where wanted, and no more than a doubt is worth."""

import math

import pytest

from habeas.cover import Settings
from habeas.cover._geometry import EXTENTS, CoverSize
from habeas.cover._head import Filter, HeadMotion, Seen
from habeas.cover.errors import SettingsError
from habeas.faces import Box

SEEN = Seen(0.0, 100.0, 100.0, 30.0, 40.0)


def test_a_cover_is_wider_by_so_many_face_heights_to_each_side():
    usual, wide = (EXTENTS["faces"].widened(beyond).sighting(SEEN) for beyond in (0.0, 0.5))
    assert wide.width - usual.width == pytest.approx(2 * 0.5 * 40)
    assert wide.height - usual.height == pytest.approx(2 * 0.5 * 40)


def test_the_known_place_of_a_face_is_covered_as_wide():
    state = Filter(HeadMotion()).first(SEEN)
    usual, wide = (
        EXTENTS["faces"].widened(beyond).around(state, (30, 40), 1.0, 1.0) for beyond in (0.0, 0.25)
    )
    assert wide.left == pytest.approx(usual.left - 10)
    assert wide.bottom == pytest.approx(usual.bottom + 10)


def test_a_head_reaches_beyond_its_face_to_the_crown():
    face, head = (EXTENTS[each].sighting(SEEN) for each in ("faces", "heads"))
    assert head.width > face.width
    assert face.top - head.top > head.bottom - face.bottom > 0
    # From chin to crown a head is 0.23 m high, a face 0.19 m.
    assert head.bottom >= 120
    assert 120 - head.top >= 40 * 0.23 / 0.19


@pytest.mark.parametrize(("odds", "seconds"), [(0.0, 0.1), (0.0, 0.6), (-2.0, 0.2), (-3.0, 0.5)])
def test_a_doubtful_way_is_covered_by_what_it_is_worth(odds, seconds):
    extent, box = CoverSize(), Box(0, 0, 300, 400)
    found = extent.weighed(box, (30, 40), odds, seconds, looks=1000)
    worth = math.exp(odds + extent.worth) / max(1.0, seconds / extent.moment) ** 2
    if worth < 1:
        assert found is None
    else:
        assert found.area == pytest.approx(min(worth * 30 * 40, box.area))
        assert (found.left + found.right) / 2 == pytest.approx(150)


def test_only_looks_speak_against_a_way_and_not_the_time_that_it_takes():
    extent, box = CoverSize(), Box(0, 0, 300, 400)
    rare, often = (extent.weighed(box, (30, 40), 0.0, 0.8, looks) for looks in (1, 15))
    assert rare.area == pytest.approx(math.exp(extent.worth) / 2**2 * 30 * 40)
    assert often.area == pytest.approx(math.exp(extent.worth) / 4**2 * 30 * 40)


def test_looks_that_would_hardly_have_found_anybody_hardly_speak_against_a_way():
    extent, box = CoverSize(), Box(0, 0, 300, 400)
    plain, dark = (extent.weighed(box, (30, 40), 0.0, 1.6, 7, telling) for telling in (1.0, 0.5))
    assert dark.area == pytest.approx(math.exp(extent.worth) / 4**2 * 30 * 40)
    assert dark.area > 2 * plain.area


def test_between_two_sightings_of_one_person_a_face_is_covered_however_long_it_takes():
    extent, box = CoverSize(), Box(0, 0, 300, 400)
    found = extent.weighed(box, (30, 40), 0.0, 1000.0, 5000)
    assert found.area == pytest.approx(extent.least * 30 * 40)
    small = Box(0, 0, 30, 40)
    assert extent.weighed(small, (30, 40), 0.0, 1000.0, 5000) == small


def test_a_way_that_is_hardly_anybody_s_is_not_covered():
    assert CoverSize().weighed(Box(0, 0, 30, 40), (30, 40), -5.0, 0.1, 0) is None


def test_whole_people_are_refused_with_the_reason():
    with pytest.raises(SettingsError) as error:
        Settings(cover="people")
    assert "0066" in error.value.remedy
    for beyond in (-0.1, 2.1):
        with pytest.raises(SettingsError):
            Settings(beyond=beyond)
