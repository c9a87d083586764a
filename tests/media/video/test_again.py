"""Files that are decoded twice: decided upon at the first, covered at the second."""

from dataclasses import replace

import numpy as np
import pytest

from habeas import cover, faces
from habeas.cover import _again, settings
from habeas.cover._pipeline import Pipeline
from tests.media.video import films

SETTINGS = cover.Settings(detector="centerface", quality="balanced")
#: Frames in which the head that walks cannot be seen: nearly five seconds of them.
HIDDEN = range(20, 140)


@pytest.fixture(scope="module")
def walk(tmp_path_factory):
    shown = list(films.pictures(160, width=720, height=360, size=50, step=3))
    empty = np.median(shown[:1] + shown[60:61] + shown[-1:], axis=0).astype(np.uint8)
    pictures = [empty if n in HIDDEN else picture for n, picture in enumerate(shown)]
    return films.write(tmp_path_factory.mktemp("walk") / "walk.mp4", pictures)


def place(frame):
    """The middle of the head."""
    return 45 + 3 * frame, 180


def look(monkeypatch, **changes):
    """Look at files in another way."""
    changed = replace(SETTINGS.look, **changes)
    monkeypatch.setitem(settings.QUALITIES["centerface"], "balanced", changed)


def test_who_is_unseen_for_seconds_is_covered_all_the_way(walk, tmp_path):
    cover.redact(walk, tmp_path / "out.mp4", SETTINGS)
    shown = films.read(tmp_path / "out.mp4")
    assert len(shown) == 160
    for frame, picture in enumerate(shown):
        x, y = place(frame)
        assert films.dark(picture)[y - 15 : y + 15, x - 10 : x + 10].mean() > 0.8, frame


def test_frames_that_wait_in_memory_wait_less_long(walk, monkeypatch):
    """What makes the difference is how far ahead is looked."""
    look(monkeypatch, ahead=3.0, again=False)
    x, y = place(80)
    covers = list(cover.boxes(walk, SETTINGS))[80]
    assert not any(b.left < x < b.right and b.top < y < b.bottom for b in covers)


def test_a_camera_covers_the_way_that_its_frames_still_wait_for(walk):
    """It cannot be looked at again: what was shown by then was shown."""
    live = list(cover.boxes(walk, SETTINGS, live=True))
    found = []
    for frame in (60, 120):
        x, y = place(frame)
        found.append(any(b.left < x < b.right and b.top < y < b.bottom for b in live[frame]))
    assert found == [False, True]


def test_both_ways_cover_the_same(walk, tmp_path, monkeypatch):
    found = []
    for again in (True, False):
        look(monkeypatch, ahead=2.0, again=again)
        video = tmp_path / f"{again}.mp4"
        report = cover._cover_file.cover_file(walk, video, SETTINGS, ending=".mp4")
        assert report.damaged == 0
        found.append([bytes(plane) for each in films.read(video) for plane in films.planes(each)])
    assert found[0] == found[1]


def test_a_frame_that_nobody_looked_at_is_covered_whole(walk):
    """A damaged file may be decoded in another way the second time."""
    frames, again = films.checked(walk)[:20], films.checked(walk)[:20]
    pipeline = Pipeline(faces.detector("centerface"), SETTINGS, 25)
    looked_at = [frame for n, frame in enumerate(frames) if n not in (0, 7, 19)]
    covered = list(_again.covered(pipeline, SETTINGS, looked_at, again))
    assert [n for n, item in enumerate(covered) if not item.checked] == [0, 7, 19]
    for item in covered:
        assert films.dark(item.frame).all() == (not item.checked)


def test_a_frame_that_is_gone_the_second_time_is_left_out(walk):
    frames, again = films.checked(walk)[:20], films.checked(walk)[:20]
    pipeline = Pipeline(faces.detector("centerface"), SETTINGS, 25)
    covered = list(_again.covered(pipeline, SETTINGS, frames, again[3:7] + again[9:]))
    assert [item.frame.pts for item in covered] == [each.pts for each in again[3:7] + again[9:]]
    assert all(item.checked for item in covered)


def test_a_frame_without_a_time_is_covered_whole(walk):
    """Nothing tells which of those that were looked at it is; nor which come after it."""
    frames, again = films.checked(walk)[:12], films.checked(walk)[:12]
    for n in (5, 8):
        frames[n].pts = again[n].pts = None
    pipeline = Pipeline(faces.detector("centerface"), SETTINGS, 25)
    covered = list(_again.covered(pipeline, SETTINGS, frames, again))
    assert [item.checked for item in covered] == [True] * 5 + [False] * 7
    assert all(films.dark(item.frame).all() for item in covered[5:])
