"""One scene at any rate of frames: the same covers, but for what truly was not seen."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from habeas.cover._head import Filter, HeadMotion
from habeas.cover._tracker import Evidence, Tracker, Tracking
from habeas.faces import Box, Sighting

RULES = Tracking(Filter(HeadMotion()), Evidence(begin=0.3, alone=0.6))
RATES = (60, 25, 10, 5, 2, 1)
#: Seconds between looks at most, where frames come as often: that of the default quality.
INTERVAL = 0.16
SECONDS = 6


def box(x, y, size):
    return Box(x - size / 2, y - size / 2, x + size / 2, y + size / 2)


def middle(box):
    return (box.left + box.right) / 2, (box.top + box.bottom) / 2


def hides(covers, face):
    """Whether an ellipse in one of the covers holds the middle and four sides of the face."""
    x, y = (face.left + face.right) / 2, (face.top + face.bottom) / 2
    points = [(x, y), (face.left, y), (face.right, y), (x, face.top), (x, face.bottom)]
    return any(
        all(
            ((px - (c.left + c.right) / 2) / (c.width / 2)) ** 2
            + ((py - (c.top + c.bottom) / 2) / (c.height / 2)) ** 2
            <= 1
            for px, py in points
        )
        for c in covers
    )


def covers(people, fps, missed=()):
    """Covers by time; *people* tell a box at each time, *missed* are times when none is found."""
    tracker, looked, times = Tracker(RULES), -math.inf, [n / fps for n in range(SECONDS * fps)]
    for number, at in enumerate(times):
        found = None
        if at + 1 / fps - looked > INTERVAL + 0.002:
            looked = at
            hidden = any(abs(at - each) < 1e-6 for each in missed)
            found = [] if hidden else [Sighting(each(at), 0.9) for each in people]
        tracker.see(number, at, found)
    return {at: tracker.boxes(number) for number, at in enumerate(times)}


def walker(x, y, size, speed, angle, turn):
    """Walks at a speed in face heights a second, and turns by and by."""

    def at(t):
        way = angle + turn * t
        return box(x + speed * size * t * math.cos(way), y + speed * size * t * math.sin(way), size)

    return at


people = st.lists(
    st.builds(
        walker, st.floats(200, 1700), st.floats(200, 900), st.floats(16, 120), st.floats(0, 17),
        st.floats(0, 6.3), st.floats(-0.1, 0.1),
    ),
    min_size=1, max_size=4,
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(people)
def test_whoever_is_found_is_covered_at_every_rate_in_every_frame(some):
    for fps in RATES:
        for at, found in covers(some, fps).items():
            for each in some:
                assert hides(found, each(at)), (fps, at)


@pytest.mark.parametrize("fps", RATES)
def test_who_takes_anothers_place_by_the_second_look_is_not_taken_for_them(fps):
    """Of the first two sightings alone, it is as likely that one came back and one is new."""
    first, second = (walker(x, 557, 118, 8.43, 0, 0) for x in (200, 435))
    for at, found in covers([first, second], fps).items():
        assert hides(found, first(at)), at
        assert hides(found, second(at)), at


@pytest.mark.parametrize("fps", RATES)
@pytest.mark.parametrize("speed", [0, 5.3])
def test_who_is_not_found_once_is_covered_on_the_way(fps, speed):
    """The face of the walker's case: 57 pixels, 300 a second."""
    who = walker(100, 300, 57, speed, 0, 0)
    for at, found in covers([who], fps, missed=[2.0, 4.0]).items():
        assert hides(found, who(at)), at


@settings(max_examples=25, deadline=None)
@given(people)
def test_what_is_seen_in_each_rate_has_the_same_cover_in_each(some):
    """At whole seconds every rate has a frame; where each looked, covers are alike."""
    by_rate = [covers(some, fps) for fps in (10, 5, 2, 1)]
    for second in range(1, SECONDS - 1):
        for each in some:
            face = each(float(second))
            nearest = [
                min(found[float(second)], key=lambda c: math.dist(middle(c), middle(face)))
                for found in by_rate
            ]
            middles = [middle(cover) for cover in nearest]
            assert max(math.dist(middles[0], m) for m in middles) < 0.35 * face.height
