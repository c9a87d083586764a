"""Counting covered faces: each rule on a clip of a few boxes."""

import math

import pytest

from bench.footage.metrics import ALL, covered_share, over_covered, score, size_class
from bench.footage.truth import Shown, Truth
from habeas.faces import Box

FACE = Box(100, 100, 130, 130)
LARGER = Box(90, 90, 140, 140)
ELSEWHERE = Box(200, 20, 230, 50)


def clip(*frames):
    shown = tuple(tuple(Shown(*each) for each in frame) for frame in frames)
    return Truth(320, 240, tuple(n / 25 for n in range(len(frames))), shown)


def always(count, box=FACE, visible=1.0):
    return clip(*[[(1, box, visible)]] * count)


def test_share_of_a_box():
    half = Box(100, 100, 115, 130)
    assert covered_share(FACE, [half], "box", 320, 240) == pytest.approx(0.5, abs=0.02)
    assert covered_share(FACE, [half, half], "box", 320, 240) == pytest.approx(0.5, abs=0.02)
    assert covered_share(FACE, [LARGER], "box", 320, 240) == 1
    assert covered_share(FACE, [ELSEWHERE], "box", 320, 240) == 0
    assert covered_share(FACE, [], "box", 320, 240) == 0


def test_an_ellipse_leaves_the_corners():
    share = covered_share(FACE, [FACE], "ellipse", 320, 240)
    assert share == pytest.approx(math.pi / 4, abs=0.01)
    assert covered_share(FACE, [LARGER], "ellipse", 320, 240) == 1


def test_only_what_lies_in_the_frame_counts():
    leaving = Box(-20, 100, 10, 130)
    assert covered_share(leaving, [Box(0, 95, 12, 135)], "box", 320, 240) == 1
    below = Box(300, 220, 340, 260)
    assert covered_share(below, [Box(295, 215, 320, 240)], "box", 320, 240) == 1
    assert covered_share(Box(-40, 0, -10, 30), [Box(-50, 0, 0, 40)], "box", 320, 240) == 0


def test_over_covered_is_what_lies_beyond_faces():
    whole = 320 * 240
    beyond = over_covered([LARGER], [FACE], "box", 320, 240)
    assert beyond == pytest.approx((50 * 50 - 30 * 30) / whole, rel=0.1)
    assert over_covered([FACE], [LARGER], "box", 320, 240) == 0
    assert over_covered([], [FACE], "box", 320, 240) == 0


@pytest.mark.parametrize(
    ("height", "name"),
    [(15.9, None), (16, "16–24"), (24, "24–40"), (40, "40–80"), (79.9, "40–80"), (80, "over 80")],
)
def test_classes(height, name):
    assert size_class(height) == name


def test_faces_and_frames_missed():
    truth = clip([(1, FACE, 1), (2, ELSEWHERE, 1)], [(1, FACE, 1), (2, ELSEWHERE, 1)])
    found = score(truth, [[LARGER, ELSEWHERE], [LARGER]], "box")
    tally = found.sizes[ALL]
    assert (tally.faces, tally.missed) == (4, 1)
    assert (tally.frames, tally.frames_missed) == (2, 1)
    assert (tally.people, tally.sometimes, tally.never) == (2, 1, 0)
    assert found.sizes["24–40"] == tally
    assert found.sizes["40–80"].faces == 0


def test_less_than_seven_tenths_is_missed():
    for share, missed in ((0.6, 1), (0.8, 0)):
        part = Box(100, 100, 100 + 30 * share, 130)
        assert score(always(1), [[part]], "box").sizes[ALL].missed == missed


def test_hidden_and_tiny_faces_do_not_count():
    assert score(always(1, visible=0.39), [[]], "box").sizes[ALL].faces == 0
    assert score(always(1, visible=0.4), [[]], "box").sizes[ALL].faces == 1
    assert score(always(1, Box(0, 0, 15, 15)), [[]], "box").sizes[ALL].faces == 0


def test_never_covered_is_apart_and_no_gap():
    found = score(always(20), [[]] * 20, "box")
    assert (found.sizes[ALL].never, found.sizes[ALL].sometimes) == (1, 0)
    assert (found.followed, found.gaps) == (0, 0)


def test_gaps_lie_between_the_first_and_last_covered():
    covers = [[LARGER]] * 20
    for number in (0, 1, 9, 10, 11, 19):
        covers[number] = []
    found = score(always(20), covers, "box")
    # Covered from 2 to 18; 0.08 seconds at each end do not count: 5 to 15 remain.
    assert (found.followed, found.gaps) == (11, 3)
    assert found.longest == pytest.approx(4 / 25)
    assert (found.sizes[ALL].sometimes, found.sizes[ALL].never) == (1, 0)


def test_a_gap_at_the_end_of_a_stretch_is_not_one():
    covers = [[LARGER]] * 20
    covers[2] = covers[17] = []
    assert score(always(20), covers, "box").gaps == 0


def test_a_gap_while_hidden_is_not_one():
    frames = [[(1, FACE, 0.1 if 8 <= n <= 11 else 1.0)] for n in range(20)]
    covers = [[] if 8 <= n <= 11 else [LARGER] for n in range(20)]
    assert score(clip(*frames), covers, "box").gaps == 0


def test_people_belong_to_their_median_class():
    frames = [[(1, Box(0, 0, size, size), 1)] for size in (20, 30, 30, 90)]
    found = score(clip(*frames), [[]] * 4, "box")
    assert [found.sizes[name].people for name in ("16–24", "24–40", "over 80")] == [0, 1, 0]
    assert [found.sizes[name].faces for name in ("16–24", "24–40", "over 80")] == [1, 2, 1]


def test_clips_add_up():
    one, two = score(always(3), [[LARGER]] * 3, "box"), score(always(1), [[]], "box")
    over = one.over
    one.add(two)
    assert (one.frames, one.sizes[ALL].faces, one.sizes[ALL].missed) == (4, 4, 1)
    assert one.over == pytest.approx(over * 3 / 4)


def test_every_frame_is_answered():
    with pytest.raises(ValueError, match="2 frames were covered of 3"):
        score(always(3), [[]] * 2, "box")


def test_truth_is_kept_as_it_is(tmp_path):
    truth = clip([(1, Box(1.25, 2.5, 30, 40), 0.75)], [])
    truth.save(tmp_path / "truth.json")
    assert Truth.load(tmp_path / "truth.json") == truth
