"""Frames that wait come out bit by bit as they went in, and take the room of what differs."""

from fractions import Fraction

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.cover._cover import cover_whole
from habeas.cover._damage import is_sound, mark
from habeas.cover._planes import planes
from habeas.cover._waiting import Waiting

FORMS = ("yuv420p", "yuv422p", "yuvj444p", "yuv420p10le")


def frame(content, form="yuv420p", number=0, *, sound=True):
    """A frame whose planes show *content* (one array for each), the *number*th of its stream."""
    height, width = content[0].shape
    made = av.VideoFrame(width, height, form)
    for plane, shown in zip(planes(made), content, strict=True):
        plane[:] = shown
    made.pts, made.time_base, made.duration = 3000 * number, Fraction(1, 90_000), 2000
    made.color_range, made.colorspace = 1, 1
    mark(made, sound=sound)
    return made


def ground(width, height, form, seed=0):
    random, empty = np.random.default_rng(seed), av.VideoFrame(width, height, form)
    most = 1023 if form.endswith("10le") else 255
    return [random.integers(0, most, plane.shape, plane.dtype) for plane in planes(empty)]


def said(shown):
    return (shown.pts, shown.time_base, shown.duration, shown.color_range, shown.colorspace,
            shown.format.name, is_sound(shown))  # fmt: skip


def held(kept):
    """Bytes that a frame keeps while it waits, beside itself."""
    return sum(which.nbytes + words.nbytes for which, words in kept.changed)


@given(
    size=st.tuples(st.sampled_from([16, 70, 176]), st.sampled_from([16, 38])),
    form=st.sampled_from(FORMS),
    changes=st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=8),
    waits=st.integers(1, 4),
)
def test_what_comes_out_is_what_went_in_whatever_was_painted_before(size, form, changes, waits):
    """Most differs in some, nothing in others; all that left is painted black."""
    content = ground(size[0], size[1], form)
    line, waiting, random = Waiting(), [], np.random.default_rng(1)

    def leave():
        kept, shown, words = waiting.pop(0)
        out = line.give(kept)
        for plane, expected in zip(planes(out), shown, strict=True):
            np.testing.assert_array_equal(plane, expected)
        assert said(out) == words
        cover_whole(out)

    for number, (share, sound) in enumerate(changes):
        content = [each.copy() for each in content]
        for each in content:
            rows = round(share * each.shape[0])
            each[:rows] = random.integers(0, 255, (rows, each.shape[1]), each.dtype)
        came = frame(content, form, number, sound=sound)
        waiting.append((line.keep(came), content, said(came)))
        del came
        if len(waiting) > waits:
            leave()
    while waiting:
        leave()


def test_what_did_not_change_takes_no_room():
    content = ground(640, 360, "yuv420p")
    line = Waiting()
    line.keep(frame(content))
    assert held(line.keep(frame(content, number=1))) < 10_000
    # Somebody walks through a twentieth of the picture.
    content = [each.copy() for each in content]
    content[0][100:200, 100:200] ^= 1
    assert 10_000 < held(line.keep(frame(content, number=2))) < 20_000


def test_a_frame_of_which_most_differs_waits_as_it_is():
    line = Waiting()
    line.keep(frame(ground(64, 36, "yuv420p", seed=1)))
    other = frame(ground(64, 36, "yuv420p", seed=2), number=1)
    assert line.keep(other) is other


@pytest.mark.parametrize("form", FORMS[1:])
def test_frames_of_another_kind_are_not_told_from_one_another(form):
    line, content = Waiting(), ground(64, 36, "yuv420p")
    line.keep(frame(content))
    other = frame(ground(64, 36, form), form)
    assert line.keep(other) is other


def test_a_frame_that_nothing_vouched_for_stays_so():
    line, content = Waiting(), ground(64, 36, "yuv420p")
    kept = [line.keep(frame(content, number=n, sound=n != 1)) for n in range(3)]
    assert [is_sound(line.give(each)) for each in kept] == [True, False, True]
