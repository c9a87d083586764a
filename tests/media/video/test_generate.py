"""Generated video: the boxes and shares that are written are those that are drawn."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from bench.footage import clips, generate, grounds
from bench.footage.drawing import draw_people
from bench.footage.heads import Pose, cut, draw, face_box
from bench.footage.people import Person
from habeas.faces import assets


@pytest.fixture(scope="module")
def head():
    whole = Image.open(assets.path("astronaut.png")).convert("RGB")
    return cut(whole.crop((80, 0, 400, 320)))


def drawn_box(patch):
    rows, columns = np.nonzero(patch.mask > 0.5)
    return (
        patch.left + columns.min(),
        patch.top + rows.min(),
        patch.left + columns.max() + 1,
        patch.top + rows.max() + 1,
    )


@pytest.mark.parametrize(
    "pose",
    [
        Pose(300.0, 200.0, 230.0),
        Pose(300.4, 200.7, 120.0, tilt=0.3),
        Pose(50.2, 60.9, 40.0, tilt=-0.25),
        Pose(50.2, 60.9, 18.0, dx=6.0, dy=-2.0),
    ],
)
def test_the_box_is_where_the_face_is_drawn(head, pose):
    box = face_box(head, pose)
    expected = (box.left, box.top, box.right, box.bottom)
    assert drawn_box(draw(head, pose)) == pytest.approx(expected, abs=1.5)
    if pose.tilt == 0:
        assert box.height == pytest.approx(pose.height)


def test_movement_blurs_along_itself(head):
    still = draw(head, Pose(100, 100, 60))
    moving = draw(head, Pose(100, 100, 60, dx=12))
    assert moving.opacity.shape[1] > still.opacity.shape[1]
    change = [np.abs(np.diff(each.colour.mean(axis=2), axis=1)).max() for each in (still, moving)]
    assert change[1] < 0.7 * change[0]


def person(head, number, x, y, height, **changes):
    return replace(
        Person(number, head, 1.0, x, y, 0.0, 0.0, height, 0.0, 0.0, 0.0, 1.0, 0.0, post=None),
        **changes,
    )


def shown(*people):
    frame = np.full((240, 320, 3), 90, np.uint8)
    shot = clips.Shot(grounds.STREET, 10, len(people))
    return {each.person: each for each in draw_people(frame, people, shot, 0.0)}, frame


def test_who_stands_in_front_hides(head):
    alone, _ = shown(person(head, 1, 160, 120, 60))
    assert alone[1].visible == pytest.approx(1, abs=0.01)
    both, _ = shown(person(head, 1, 160, 120, 60), person(head, 2, 160, 120, 80))
    assert both[1].visible < 0.05
    assert both[2].visible == pytest.approx(1, abs=0.01)


def test_the_frame_and_posts_hide(head):
    leaving, _ = shown(person(head, 1, 0, 120, 60))
    assert leaving[1].visible == pytest.approx(0.5, abs=0.08)
    gone, _ = shown(person(head, 1, -200, 120, 60))
    assert not gone
    # Halfway through its passage the post stands before the middle of the face.
    behind, frame = shown(person(head, 1, 160, 120, 60, post=(-5.0, 10.0)))
    assert behind[1].visible < 0.05
    assert np.ptp(frame[120, 160].astype(int)) == 0


def test_bright_faces_do_not_wrap_round(head):
    frame = np.full((240, 320, 3), 255, np.uint8)
    shot = clips.Shot(grounds.STREET, 10, 1)
    draw_people(frame, [person(head, 1, 160, 120, 60, light=3.0)], shot, 0.0)
    box = face_box(head, Pose(160, 120, 30))
    middle = frame[int(box.top) : int(box.bottom), int(box.left) : int(box.right)]
    assert np.median(middle) > 200


def test_uneven_times_rise():
    clip = next(each for each in clips.clips() if each.uneven)
    times = generate._times(clip, np.random.default_rng(1))
    steps = np.diff(times)
    assert len(times) == sum(shot.frames for shot in clip.shots)
    assert steps.min() > 0.03
    assert steps.max() > 0.1


@pytest.mark.slow
def test_the_same_seed_makes_the_same_clip(head, monkeypatch):
    if not grounds.available():
        pytest.skip("portraits and recordings are not beside this checkout (../shared)")
    monkeypatch.setattr(generate, "_heads", lambda: [head])
    shots = (clips.Shot(grounds.HALL, 2, 3), clips.Shot(grounds.STREET, 2, 3, pan=20))
    clip = clips.Clip("small", 320, 180, shots, seed=3)
    one, two = list(generate.render(clip)), list(generate.render(clip))
    assert len(one) == 4
    for (pixels, at, faces), (again, when, others) in zip(one, two, strict=True):
        assert (at, faces) == (when, others)
        assert np.array_equal(pixels, again)
    other = list(generate.render(replace(clip, seed=4)))
    assert not np.array_equal(one[0][0], other[0][0])


def test_whose_head_each_person_has_is_told_without_drawing(head, monkeypatch):
    some = [replace(head, height=head.height + n) for n in range(5)]
    shots = (clips.Shot(grounds.HALL, 2, 6), clips.Shot(grounds.STREET, 3, 6))
    clip = clips.Clip("small", 64, 36, shots, seed=3, uneven=True)
    drawn = {}
    monkeypatch.setattr(generate, "_heads", lambda: some)
    monkeypatch.setattr(generate, "still", lambda *_: lambda *_: np.zeros((36, 64, 3), np.uint8))
    monkeypatch.setattr(
        generate, "draw_people",
        lambda _, people, *__: drawn.update({each.number: each.head for each in people}) or (),
    )  # fmt: skip
    assert len(list(generate.render(clip))) == 5
    told = generate.cast_of(clip, some)
    assert told.keys() == drawn.keys() == set(range(12))
    assert all(told[number] is drawn[number] for number in told)


def test_a_face_stays_where_it_is_drawn_when_the_picture_is_turned(head):
    faces, frame = shown(person(head, 1, 200, 80, 60))
    drawn = np.abs(frame.astype(int) - 90).sum(axis=2) > 0
    (face,) = generate._turned(tuple(faces.values()), frame.shape[1])
    rows, columns = np.nonzero(np.rot90(drawn))
    # The head is drawn around its face.
    assert columns.min() <= face.box.left + 1 < face.box.right - 1 <= columns.max()
    assert rows.min() <= face.box.top + 1 < face.box.bottom - 1 <= rows.max()
    assert face.box.width == pytest.approx(faces[1].box.height)


def test_at_night_there_is_a_quarter_of_the_light_and_hardly_a_colour():
    frame = np.empty((2, 2, 3), np.uint8)
    frame[:] = (200, 100, 60)
    dark = generate._at_night(frame)
    assert dark.mean() == pytest.approx(30, abs=1)
    assert np.ptp(dark[0, 0]) < 0.1 * np.ptp(frame[0, 0])


def test_one_scene_is_seen_in_four_conditions_by_the_same_people():
    seen = clips.conditions(3)
    assert [each.name for each in seen] == ["day", "night", "turning", "sideways"]
    assert {(each.seed, each.shots[0].people, each.shots[0].frames) for each in seen} == {
        (3, seen[0].shots[0].people, seen[0].shots[0].frames)
    }
    assert seen[3].size == seen[0].size[::-1]
