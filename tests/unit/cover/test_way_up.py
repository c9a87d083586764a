"""The way up is found from the first looks, and watched."""

import itertools
from dataclasses import replace

from habeas.cover._way_up import WAYS, WayUp, WayUpRules, merged
from habeas.faces import Box, Sighting

FACE = Sighting(Box(10, 10, 30, 30), 0.9)
FAINT = Sighting(Box(10, 10, 30, 30), 0.1)


def seen(way, faces=(FACE,)):
    return {each: list(faces) if each == way else [] for each in WAYS}


def test_the_first_looks_are_at_all_ways_until_one_leads():
    way_up = WayUp(0.2, known=False)
    for look in range(2):
        assert way_up.ways(look * 0.1) == WAYS
        assert way_up.turns == 0
        way_up.vote(seen(2))
    assert way_up.turns == 2
    assert way_up.ways(0.4) == (2,)


def test_who_is_found_upright_and_on_their_side_alike_decides_nothing():
    way_up = WayUp(0.2, known=False)
    for look in range(5):
        assert way_up.ways(look * 0.1) == WAYS
        way_up.vote(seen(1) | {3: [FACE]})
    assert way_up.turns == 0


def test_a_face_that_is_surer_one_way_speaks_for_it_and_shapes_beside_it_do_not():
    """Close faces are found upside down as well, a little less surely."""
    shape = Sighting(Box(100, 10, 140, 50), 0.5)
    seen_by = {0: [replace(FACE, score=0.8)], 1: [], 2: [replace(FACE, score=0.65)], 3: []}
    way_up = WayUp(0.2, known=False)
    assert way_up.ways(0.0) == WAYS
    way_up.vote(seen_by)
    way_up.vote(seen_by | {3: [shape]})
    way_up.vote(seen_by)
    assert way_up.ways(0.3) == (0,)
    # A file is tagged only where nothing speaks for another way.
    tilted = WayUp(0.2, known=False)
    for _ in range(3):
        tilted.vote({each: list(reversed(seen_by[(each + 1) % 4])) for each in WAYS})
    assert tilted.turns == 3
    assert tilted.certain == 0


def test_faint_sightings_do_not_count():
    way_up = WayUp(0.2, known=False)
    for _ in range(50):
        way_up.vote(seen(1, [FAINT]))
    assert way_up.turns == 0


def test_what_was_told_is_not_looked_for():
    assert WayUp(0.2, known=True).ways(0.0) == (0,)


def test_a_camera_that_is_hung_anew_is_noticed():
    way_up = WayUp(0.2, known=False)
    for look in range(3):
        way_up.ways(look * 0.1)
        way_up.vote(seen(0))
    all_ways = [at for at in range(1, 60) if way_up.ways(float(at)) == WAYS]
    assert all_ways
    assert min(b - a for a, b in itertools.pairwise(all_ways)) >= WayUpRules().again
    for _ in range(6):
        way_up.vote(seen(3, [FACE, FACE]))
    assert way_up.turns == 3


def test_a_scene_without_faces_is_looked_at_all_ways_less_often():
    way_up = WayUp(0.2, known=False)
    times = [n / 10 for n in range(400)]
    all_ways = []
    for at in times:
        if way_up.ways(at) == WAYS:
            all_ways.append(at)
            way_up.vote(seen(0, []))
    assert sum(at > 25 for at in all_ways) < 10


def test_each_face_counts_once_as_it_was_found_most_surely():
    beside = Sighting(Box(100, 10, 120, 30), 0.5)
    almost = Sighting(Box(12, 10, 32, 30), 0.7)
    assert merged({0: [FACE], 1: [almost, beside]}) == [FACE, beside]


def test_a_file_is_tagged_only_where_one_way_leads_clearly():
    way_up = WayUp(0.2, known=False)
    assert way_up.certain == 0
    for _ in range(3):
        way_up.vote(seen(2))
    assert way_up.turns == way_up.certain == 2
    for _ in range(40):
        way_up.vote(seen(2) | {3: [Sighting(FACE.box, 0.85)]})
    assert way_up.turns == 2
    assert way_up.certain == 0
