"""Heads through frames: smoothed, carried on in both directions, never over a cut."""

import math
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.cover._head import Filter, HeadMotion
from habeas.cover._tracker import Evidence, Tracker, Tracking
from habeas.faces import Box, Sighting

RULES = Tracking(Filter(HeadMotion()), Evidence(begin=0.3, alone=0.6))
FPS = 25


def face(x, y=100.0, size=20.0, score=0.9):
    half = size / 2
    return Sighting(Box(x - half, y - half, x + half, y + half), score)


def run(sightings, frames, *, shifts=None, cuts=(), rules=RULES, fps=FPS):
    """The boxes of each frame; *sightings* maps frames to faces."""
    tracker = Tracker(rules)
    for frame in range(frames):
        shift = (shifts or {}).get(frame, (0.0, 0.0))
        tracker.see(frame, frame / fps, sightings.get(frame), shift=shift, cut=frame in cuts)
    return [tracker.boxes(frame) for frame in range(frames)]


def covers(boxes, x, y=100.0, size=20.0):
    half = size / 2
    return any(
        b.left <= x - half and b.right >= x + half and b.top <= y - half and b.bottom >= y + half
        for b in boxes
    )


def found_x(boxes):
    return (boxes[0].left + boxes[0].right) / 2


def test_a_face_behind_a_post_is_covered_whole():
    """What is left to be seen of it makes a narrow box; the cover stays as wide as the face."""
    half = Sighting(Box(90, 90, 100, 110), 0.9)
    found = run({0: [face(100)], 3: [half], 6: [face(100)]}, 7)
    assert found[3][0].width >= 20


def test_a_face_behind_a_post_is_covered_whole_once_frames_before_it_are_written():
    """How large it was counts for longer than the frame in which it was whole."""
    tracker, boxes = Tracker(RULES), {}
    half = Sighting(Box(70, 70, 100, 130), 0.9)
    for frame, found in enumerate([[face(100, size=60)], [half], [half], [half]]):
        tracker.see(frame, frame / 10, found)
    for frame in range(4):
        boxes[frame] = tracker.boxes(frame)
        tracker.forget(frame)
    assert all(found[0].width >= 60 for found in boxes.values())


def seen_and_missed(speed, score, missed=7):
    """Faint, then not found in so many looks, five a second, and faint again; and the way."""
    looks = 2 * 5 + missed
    sightings = {
        n: [] if 5 <= n < 5 + missed else [face(100 + speed * n, score=score)] for n in range(looks)
    }
    return run(sightings, looks, fps=5)


def test_who_walks_and_is_hardly_seen_in_the_dark_may_be_missed_by_many_looks():
    """How they swayed meanwhile nobody knows: they may be beside the way that is expected."""
    faint, plain = (seen_and_missed(12, score)[8][0] for score in (0.3, 0.9))
    assert faint.width > 1.25 * plain.width


def test_what_stands_and_is_missed_by_many_looks_is_covered_as_before():
    """A texture that is taken for a face now and then is not worth more for being faint."""
    faint, plain = (seen_and_missed(0, score)[8][0] for score in (0.3, 0.9))
    assert faint.width == pytest.approx(plain.width)


def test_between_two_looks_the_box_is_interpolated():
    found = run({0: [face(100)], 3: [face(130)], 6: [face(160)]}, 7)
    for frame in range(7):
        assert covers(found[frame], 100 + 10 * frame)
        assert len(found[frame]) == 1


def test_a_panning_camera_carries_boxes_with_it():
    shifts = dict.fromkeys(range(1, 30), (12.0, -3.0))
    x = lambda frame: 100 + 12 * frame  # noqa: E731
    y = lambda frame: 300 - 3 * frame  # noqa: E731
    sightings = {f: [face(x(f), y(f))] for f in (7, 10, 13)} | {f: [] for f in (1, 4, 16, 19)}
    found = run(sightings, 24, shifts=shifts)
    for frame in range(5, 18):
        assert covers(found[frame], x(frame), y(frame)), frame
        assert len(found[frame]) == 1


def test_nothing_is_carried_over_a_cut():
    found = run({0: [face(100)], 3: [face(100)], 6: []}, 10, cuts={5})
    assert covers(found[4], 100)
    assert not found[5]
    assert not found[9]


def test_a_new_scenes_faces_are_not_carried_back():
    found = run({5: [face(100)]}, 10, cuts={5})
    assert not found[4]
    assert covers(found[5], 100)


def test_a_gap_is_closed():
    found = run({0: [face(100)], 3: [face(103)], 6: [], 9: [], 12: [], 15: [face(115)]}, 16)
    for frame in range(16):
        assert covers(found[frame], 100 + frame, size=16)


def test_who_runs_past_unseen_is_covered_all_the_way():
    found = run({f: [face(100 + 15 * f)] for f in (0, 3, 6, 24)}, 25)
    for frame in range(25):
        assert covers(found[frame], 100 + 15 * frame)


def test_a_faint_sighting_continues_a_track_and_begins_none():
    seen = {f: [face(100 + 2 * f)] for f in (0, 3, 6)}
    faint = {f: [face(100 + 2 * f, score=0.2)] for f in range(9, 30, 3)}
    assert covers(run({**seen, **faint}, 30)[29], 158)
    assert not any(run(faint, 30))
    # Nor does it count as the first of two looks that agree.
    assert not any(run({0: [face(100, score=0.2)], 3: [face(100, score=0.4)]}, 6))
    # Somebody else's, far from where it is expected.
    elsewhere = {f: [face(300, score=0.2)] for f in range(9, 30, 3)}
    assert not any(found_x(boxes) > 200 for boxes in run({**seen, **elsewhere}, 30) if boxes)

    # Something above them, that looks a little like a face, draws the cover nowhere.
    above = {9: [face(118, y=85, score=0.2)]}
    assert covers(run({**seen, **above}, 20)[10], 120, 100)


def test_who_was_not_seen_for_long_may_be_farther_when_seen_faintly():
    stands = {f: [face(100)] for f in (0, 4, 8)}
    faint = [face(114, score=0.2)]
    assert covers(run(stands | {36: faint}, 37)[36], 114)
    assert not covers(run(stands | {12: faint}, 13)[12], 114)


def test_one_unsure_look_is_no_face_and_two_are():
    assert not any(run({3: [face(100, score=0.4)], 6: []}, 10))
    found = run({3: [face(100, score=0.4)], 6: [face(102, score=0.4)]}, 10)
    assert covers(found[4], 100.5)
    assert covers(run({3: [face(100, score=0.7)]}, 10)[3], 100)


def test_two_unsure_looks_far_apart_are_no_face_where_others_between_saw_none():
    faint = [face(100, score=0.4)]
    apart = {4: faint, 24: faint} | {f: [] for f in (0, 8, 12, 16, 20, 28)}
    assert not any(run(apart, 30))
    # With two frames a second they follow one another.
    assert covers(run({0: faint, 1: faint}, 2, fps=2)[1], 100)


def test_the_longer_somebody_is_unseen_the_less_is_covered_where_they_may_be():
    """As much in all as the way between two sightings of different tracks is worth."""
    stands = {f: [face(100)] for f in (0, 4, 8, 12)}
    looks = {f: [] for f in range(16, 112, 4)}
    areas = {}
    for again in (40, 112):
        back = {f: [face(100)] for f in range(again, again + 16, 4)}
        found = run(stands | {f: s for f, s in looks.items() if f < again} | back, again + 16)
        middle = found[(12 + again) // 2]
        assert covers(middle, 100, size=16)
        areas[again] = max(box.area for box in middle)
    extent = RULES.extent
    worth = max(extent.least, math.exp(extent.worth) / ((112 - 12) / FPS / extent.moment) ** 2)
    assert areas[112] <= worth * 20 * 20 + 1
    assert areas[112] < areas[40]


def test_somebody_else_who_comes_where_another_went_is_a_track_as_well():
    """A sighting far from where a track was expected may be of a person who just came."""
    walks = {f: [face(100 + 2 * f, size=30)] for f in (0, 4, 8)}
    runs = {f: [face(340 - 15 * f, y=100, size=24)] for f in (12, 16, 20)}
    found = run(walks | runs, 21)
    for frame in range(10, 21):
        assert covers(found[frame], 340 - 15 * frame, 100, 20), frame


def test_who_goes_unseen_while_somebody_else_is_met_stays_covered():
    """A sighting near where somebody was expected may be of another; the next look tells."""
    x = lambda frame: 100 + 8 * frame  # noqa: E731
    walks = {f: [face(x(f))] for f in (0, 4, 8)}
    both = {f: [face(x(f)), face(x(12), 114)] for f in range(16, 50, 4)}
    found = run(walks | {12: [face(x(12), 114)]} | both, 49)
    for frame in range(49):
        assert covers(found[frame], x(frame)), frame
        assert covers(found[frame], x(12), 114) or frame < 12
    # Other ways end where the two are seen apart.
    assert len({(round(box.left), round(box.top)) for box in found[45]}) == 2


def test_if_nobody_tells_where_they_went_they_are_covered_for_a_while():
    x = lambda frame: 100 + 4 * frame  # noqa: E731
    other = {f: [face(x(12), 114 + 4 * (f - 12))] for f in range(12, 40, 4)}
    found = run({f: [face(x(f))] for f in (0, 4, 8)} | other, 40)
    assert all(covers(found[frame], x(frame), size=8) for frame in range(9, 15))
    assert len(found[30]) == 1


def test_of_two_unsure_sightings_one_may_be_taken_for_somebody_elses():
    """Who runs into another's way is somebody of their own as soon as two looks agree."""
    walks = {f: [face(100 + 2 * f, size=30)] for f in (0, 4, 8)}
    runs = {f: [face(340 - 15 * f, y=100, size=24, score=0.5)] for f in (12, 16)}
    found = run(walks | runs, 17)
    for frame in range(9, 17):
        assert covers(found[frame], 340 - 15 * frame, 100, 20), frame
    # Alone it is nobody.
    once = run(walks | {12: runs[12], 16: []}, 17)
    assert all(len(boxes) <= 2 for boxes in once)


def test_who_was_met_on_the_way_is_gone_and_the_way_goes_on():
    """The sighting that closes the other way is nobody else's: a faint one continues it."""
    stands = {f: [face(100)] for f in (0, 4, 8)}
    other = {12: [face(130)]}
    faint = {f: [face(100, score=0.2)] for f in (16, 28, 40, 52)}
    found = run(stands | other | faint, 60)
    for frame in range(56):
        assert covers(found[frame], 100, size=18), frame


def test_who_seems_to_stop_may_have_gone_straight_on():
    """Where they were last expected to be at the least, somebody else may have come."""
    x = lambda frame: 100 + 6 * frame  # noqa: E731
    walks = {f: [face(x(f))] for f in (0, 4, 8)}
    other = {16: [face(x(8) + 10)], 20: [face(x(20)), face(x(8))]}
    found = run(walks | {12: []} | other, 21)
    for frame in range(21):
        assert covers(found[frame], x(frame)), frame


def test_who_runs_is_one_track_from_the_second_sighting():
    """Three quarters of a face a frame, seen every fifth frame."""
    found = run({5: [face(100)], 10: [face(175)], 15: [face(250)]}, 16)
    for frame in range(5, 16):
        assert covers(found[frame], 100 + 15 * (frame - 5)), frame


def test_who_comes_running_is_covered_before_they_are_first_seen():
    found = run({f: [face(100 + 15 * f)] for f in (8, 12, 16)}, 17)
    for frame in range(17):
        assert covers(found[frame], 100 + 15 * frame), frame


def test_on_the_way_of_somebody_gone_comes_another_who_runs_the_other_way():
    x = lambda frame: 300 - 15 * (frame - 24)  # noqa: E731
    gone = {f: [face(100 + 15 * f)] for f in (0, 4, 8)}
    found = run(gone | {12: [], 24: [face(x(24))], 28: [face(x(28))]}, 29)
    for frame in range(24, 29):
        assert covers(found[frame], x(frame)), frame


def test_where_tracks_begin_is_told():
    tracker = Tracker(RULES)
    tracker.see(0, 0.0, [face(100), face(300, score=0.4)])
    assert [each.left for each in tracker.begun] == [90]
    tracker.see(1, 0.04, None)
    tracker.see(2, 0.08, [face(102)])
    assert tracker.begun == []


def test_who_stood_is_hidden_and_not_gone():
    """As long again as they were seen, and longer, as far as it is known where they are."""
    seen = {f: [face(100)] for f in range(0, 50, 3)}
    looks = {f: [] for f in range(51, 150, 3)}
    found = run(seen | looks, 150)
    assert all(covers(found[frame], 100) for frame in range(70))
    assert not found[149]
    (first, *_), (last, *_) = found[51], found[69]
    assert last.width > first.width


def test_who_was_seen_for_a_moment_is_not_waited_for():
    found = run({0: [face(100)], 3: [face(100)]} | {f: [] for f in range(6, 60, 3)}, 60)
    assert covers(found[5], 100)
    assert not found[30]


def test_whom_nobody_looked_for_yet_may_be_anywhere_around():
    """One sighting does not tell where to; until the next look, or the last, all around counts."""
    found = run({0: [], 3: [face(100)], 6: []}, 9)
    assert covers(found[3], 100)
    assert covers(found[5], 112)
    assert covers(found[2], 88)
    assert not found[0]
    assert not found[6]


def test_a_face_behind_a_post_goes_on_beside_it():
    """Half a face is found; then none, and it is the half that was seen that goes on."""
    half = Sighting(Box(90, 90, 100, 110), 0.9)
    found = run({0: [face(100)], 3: [half], 6: [half], 9: [face(100)]}, 10)
    assert all(covers(boxes, 100, size=18) for boxes in found)


def test_covers_of_small_faces_are_wider_by_what_a_detector_may_be_off():
    shares = []
    for size in (10, 40, 160):
        (box,) = run({0: [face(500, 500, size=size)]}, 1)[0]
        shares.append(box.width / size)
    assert shares == sorted(shares, reverse=True)
    assert shares[2] > 1.15
    # What the detector sees half as large, it may place twice as far off.
    far = replace(RULES, model=Filter(HeadMotion(), 0.5))
    (seen_small,) = run({0: [face(500, 500)]}, 1, rules=far)[0]
    (seen_large,) = run({0: [face(500, 500)]}, 1)[0]
    assert seen_small.width > seen_large.width


def test_covers_are_as_large_as_the_face_was_around_then():
    found = run({f: [face(100, size=20 + f)] for f in range(0, 41, 5)}, 41)
    for frame, boxes in enumerate(found):
        assert max(box.width for box in boxes) >= 1.15 * (20 + frame)


@pytest.mark.parametrize("fps", [60, 25, 10, 5, 2, 1])
def test_a_faint_look_that_no_other_could_confirm_is_a_face_where_looks_are_rare(fps):
    """At ten a second and more a second look tells; below that there may be none."""
    found = run({0: [], 1: [face(100, score=0.4)], 2: []}, 3, fps=fps)
    assert bool(found[1]) == (fps <= 5)


@pytest.mark.parametrize("fps", [2, 1])
def test_who_stands_and_is_seen_once_now_and_then_is_covered_between(fps):
    """Whoever walks could be anywhere by then; who is met where they were has hardly left it."""
    seen = {0: [], 1: [face(100, score=0.4)], 2: [], 3: [], 4: [face(104, 102, score=0.4)], 5: []}
    found = run(seen, 6, fps=fps)
    assert covers(found[1], 100)
    assert covers(found[2], 101, size=14)
    assert covers(found[3], 103, size=14)
    assert covers(found[4], 104, 102)


def test_one_picture_is_all_there_is():
    (boxes,) = run({0: [face(100, score=0.4)]}, 1)
    assert covers(boxes, 100)
    (boxes,) = run({0: [face(100, score=0.2)]}, 1)
    assert not boxes


def test_what_was_not_looked_at_again_is_no_second_look():
    tracker = Tracker(RULES)
    faint = face(100, score=0.4)
    tracker.see(0, 0.0, [faint])
    tracker.see(1, 0.1, [], still=[faint])
    tracker.see(2, 0.2, [], still=[faint])
    assert not tracker.boxes(1)
    tracker.see(3, 0.3, [faint])
    assert tracker.boxes(1)


def test_two_people_who_cross_stay_covered():
    sightings = {f: [face(100 + 5 * f, 100), face(250 - 5 * f, 130)] for f in range(0, 31, 3)}
    found = run(sightings, 31)
    for frame in range(31):
        assert covers(found[frame], 100 + 5 * frame, 100)
        assert covers(found[frame], 250 - 5 * frame, 130)


def test_what_is_forgotten_takes_no_memory():
    tracker = Tracker(replace(RULES, window=1.0))
    for frame in range(3000):
        found = [face(100 + frame % 7), face(3 * frame, 400)] if frame % 3 == 0 else None
        tracker.see(frame, frame / FPS, found)
        if frame >= 25:
            assert tracker.boxes(frame - 25)
            tracker.forget(frame - 25)
    assert len(tracker._frames) <= 26
    assert sum(len(track.nodes) for track in tracker._tracks) < 100
    assert len(tracker._links) < 20


def test_a_storm_of_false_sightings_ends():
    rng = random.Random(5)
    tracker = Tracker(replace(RULES, window=1.0))
    for frame in range(120):
        storm = [face(rng.uniform(0, 900), rng.uniform(0, 500)) for _ in range(40)]
        tracker.see(frame, frame / FPS, storm if frame % 3 == 0 and frame < 60 else None)
        if frame >= 25:
            tracker.boxes(frame - 25)
            tracker.forget(frame - 25)
    assert len(tracker._tracks) == len(tracker._links) == 0


@given(
    st.lists(st.tuples(st.floats(0, 1900), st.floats(0, 1000), st.floats(4, 300)), max_size=6),
    st.integers(1, 6),
    st.floats(-20, 20),
)
def test_every_sure_sighting_is_covered_where_it_is(places, every, shift):
    """Whatever else there is, a face that was seen is covered in the frame it was seen in."""
    sightings = {
        frame: [face(x + frame, y, size) for x, y, size in places] for frame in range(0, 20, every)
    }
    found = run(sightings, 20, shifts=dict.fromkeys(range(20), (shift, 0.0)))
    for frame, faces in sightings.items():
        for each in faces:
            box = each.box
            assert any(
                b.left <= box.left + 0.01 and b.right >= box.right - 0.01
                and b.top <= box.top + 0.01 and b.bottom >= box.bottom - 0.01
                for b in found[frame]
            )  # fmt: skip


def test_a_way_that_may_be_nobodys_takes_no_sighting_from_who_runs():
    x = lambda frame: 300 - 15 * (frame - 8)  # noqa: E731
    late = {0: [face(100)], 4: [face(160)], 8: [face(198)], 12: [face(258)]}
    sightings = {f: [*found, *([face(x(f), 120)] if f >= 8 else [])] for f, found in late.items()}
    found = run(sightings, 13)
    for frame in range(8, 13):
        assert covers(found[frame], x(frame), 120), frame


def test_whom_two_others_seem_to_stop_may_have_gone_straight_on():
    x = lambda frame: 100 + 6 * frame  # noqa: E731
    walks = {f: [face(x(f))] for f in (0, 4, 8, 20)}
    comes = {f: [face(188 - 2 * f, 112)] for f in (0, 4, 8, 12, 16)}
    sightings = {f: walks.get(f, []) + comes.get(f, []) for f in range(0, 21, 4)}
    sightings[12].append(face(150))
    found = run(sightings, 21)
    for frame in range(21):
        assert covers(found[frame], x(frame)), frame


def test_a_part_of_a_face_is_no_face_beside_it():
    """Found in a part of the picture that cuts it; or of a tilted face, less surely."""
    whole, part = face(100, size=60), face(110, size=20)
    tracker = Tracker(RULES)
    for frame in range(4):
        tracker.see(frame, frame / FPS, [part], still=[whole])
    tracker.see(4, 4 / FPS, [whole, replace(part, score=0.8)])
    assert tracker.faces == 1
    assert all(covers(tracker.boxes(frame), 100, size=60) for frame in range(5))


def test_who_stands_before_somebody_is_met_once_they_are_beside_them():
    before, behind = face(100, size=60), face(100, size=30, score=0.8)
    beside = face(150, size=30, score=0.8)
    found = run({0: [before, behind], 4: [before, behind], 8: [before, beside]}, 9)
    assert covers(found[8], 150, size=30)
    assert all(covers(each, 100, size=30) for each in found)
