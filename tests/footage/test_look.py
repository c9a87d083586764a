"""A look at a part of a picture finds there what a look at the whole finds."""

import numpy as np
import pytest

from habeas import faces
from habeas.faces import Box
from habeas.footage._look import look
from habeas.footage._pipeline import Pipeline
from habeas.footage.settings import Settings
from tests.footage import films

SETTINGS = Settings(detector="centerface")


@pytest.fixture(scope="module")
def detector():
    return faces.detector("centerface")


def two_faces(shift=0):
    """One who stands on the left, one who walks on the right."""
    picture = np.asarray(next(films.pictures(1, width=1280, height=720, size=64))).copy()
    head = np.asarray(films.face(64))
    picture[300 : 300 + head.shape[0], 900 + shift : 900 + shift + head.shape[1]] = head
    return picture


@pytest.mark.parametrize("rotation", [0, 90, 180, -90])
def test_a_part_is_seen_as_the_whole_is(tmp_path, detector, rotation):
    # Stored so that it stands upright when it is turned as the file says.
    picture = np.ascontiguousarray(np.rot90(two_faces(), -rotation // 90))
    film = films.write(tmp_path / "film.mp4", [picture] * 2, rotation=rotation)
    (frame, *_) = films.read(film)
    whole = look(detector, frame, SETTINGS.look)
    assert len(whole) == 2
    for face in whole:
        box = face.box
        region = Box(box.left - 100, box.top - 100, box.right + 100, box.bottom + 100)
        (found,) = look(detector, frame, SETTINGS.look, [region])
        assert found.box.overlap(box) > 0.8
    assert look(detector, frame, SETTINGS.look, []) == []


def test_who_stands_stays_covered_while_only_others_are_looked_at(tmp_path, detector):
    film = films.write(tmp_path / "film.mp4", [two_faces(3 * n) for n in range(60)])
    seen = []

    class Counting:
        name, parallel = detector.name, detector.parallel

        def find(self, picture, threshold):
            seen.append(picture.shape[1] * picture.shape[2])
            return detector.find(picture, threshold)

    covered = list(Pipeline(Counting(), SETTINGS, 25).run(films.read(film)))
    for item in covered:
        assert any(each.left < 52 < each.right for each in item.boxes), "who stands"
        assert len(item.boxes) == 2
    # A cover grows with the time since its face was seen: this one was not forgotten.
    widths = [min(item.boxes, key=lambda each: each.left).width for item in covered[10:50]]
    assert max(widths) < 1.1 * min(widths)
    assert min(seen) < max(seen) / 4, "no part was looked at"


def test_after_a_failed_look_nothing_is_shown_until_everything_was_looked_at(tmp_path, detector):
    film = films.write(tmp_path / "film.mp4", [two_faces(3 * n) for n in range(60)])
    seen = []

    class Failing:
        name, parallel = detector.name, detector.parallel

        def find(self, picture, threshold):
            seen.append(picture.shape[1] * picture.shape[2])
            if len(seen) == 2:
                raise RuntimeError
            return detector.find(picture, threshold)

    covered = list(Pipeline(Failing(), SETTINGS, 25, fail_closed=True).run(films.read(film)))
    assert seen[1] < seen[0], "a part failed"
    every = SETTINGS.look.every
    first = next(number for number, item in enumerate(covered) if number > every and item.checked)
    again = next(number for number, size in enumerate(seen[2:], 2) if size == seen[0])
    assert again * every <= first
    assert not covered[every].checked
    assert covered[-1].checked
