"""What is covered in live pictures, before all that decides about them has come."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from habeas.cover._geometry import EXTENTS
from habeas.cover._tracker import Tracker
from tests.unit.cover.test_tracker import RULES, covers, face

RATE, SOON = 10, 10


def watched(sightings, frames, *, watch=True, found=()):
    """What is shown of each frame a second later, and what is decided three seconds later."""
    tracker = Tracker(RULES)
    early, final = {}, {}
    for frame in range(frames + 30):
        tracker.see(frame, frame / RATE, sightings.get(frame, found))
        if watch and frame >= SOON:
            early[frame - SOON] = tracker.early(frame - SOON)
        if frame >= 30:
            final[frame - 30] = tracker.boxes(frame - 30)
            tracker.forget(frame - 30)
    return early, final


def test_whoever_is_lost_is_covered_as_long_as_they_may_be_met_again():
    """Two seconds behind a post: at first nobody knows that they come out again."""
    seen = {frame: [face(100 + 2 * frame)] for frame in (*range(20), *range(40, 60))}
    early, final = watched(seen, 60)
    for frame in range(20, 40):
        assert covers(early[frame], 100 + 2 * frame), frame
        assert any(final[frame])
    # Lost for good, after three seconds nobody is there.
    early, _ = watched({frame: [face(100)] for frame in range(20)}, 60)
    assert covers(early[48], 100)
    assert not early[55]


def test_one_look_is_a_face_until_it_is_known_to_be_none():
    faint = {5: [face(100, score=0.35)]}
    early, final = watched(faint, 20)
    assert covers(early[5], 100)
    assert not final[5]


def test_its_covers_are_wider():
    plain, early = EXTENTS["faces"], EXTENTS["faces"].early
    assert early.reach > plain.reach
    assert early.patience == 3.0 > plain.patience
    assert EXTENTS["heads"].early.across == EXTENTS["heads"].across


# Each is 180 frames of a tracker; the seed is all that differs.
@settings(max_examples=20)
@given(st.integers(0, 10_000))
def test_recordings_are_the_same_whether_anybody_watches(seed):
    chance = random.Random(seed)
    seen = {
        frame: [
            face(60 + 3 * frame + chance.gauss(0, 4), y, score=chance.uniform(0.2, 0.95))
            for y in (100.0, 130.0)
            if chance.random() < 0.7
        ]
        for frame in range(60)
    }
    _, with_watcher = watched(seen, 60)
    _, without = watched(seen, 60, watch=False)
    assert with_watcher == without


@pytest.mark.parametrize("seed", range(20))
def test_it_covers_no_less_than_what_is_decided_later(seed):
    """Of somebody who is missed now and then, in the middle of their cover, where they are."""
    chance = random.Random(seed)
    way = [100 + 4 * frame for frame in range(80)]
    seen = {
        frame: [face(way[frame] + chance.gauss(0, 1))] if chance.random() < 0.6 else []
        for frame in range(80)
    }
    first = next(frame for frame in range(80) if seen[frame])
    early, final = watched(seen, 50)
    for frame in range(first, 50):
        if covers(final[frame], way[frame], size=16.0):
            assert covers(early[frame], way[frame], size=16.0), frame
