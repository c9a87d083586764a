"""Nothing under a cover reaches the encoder, and nothing beside it changes."""

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.cover._cover import cover, cover_whole
from habeas.cover._planes import PLANAR
from habeas.faces import Box


def frame(width, height, form, seed=0):
    rng = np.random.default_rng(seed)
    made = av.VideoFrame(width, height, form)
    for plane in made.planes:
        content = np.frombuffer(memoryview(plane), np.uint8)
        content[:] = rng.integers(20, 235, content.size)
        if form.endswith("10le"):
            content.view("<u2")[:] &= 0x3FF
    return made


def content(made):
    kind = "<u2" if made.format.name.endswith("10le") else np.uint8
    for plane in made.planes:
        rows = np.frombuffer(memoryview(plane), kind)
        rows = rows.reshape(-1, plane.line_size // np.dtype(kind).itemsize)
        yield rows[: plane.height, : plane.width].copy()


@pytest.mark.parametrize("shape", ["ellipse", "box"])
@pytest.mark.parametrize("form", sorted(PLANAR))
def test_two_faces_under_the_same_cover_give_the_same_frame(form, shape):
    """What lies under the cover leaves no trace in any plane."""
    box = Box(21.3, 10.6, 48.9, 44.2)
    one, other = frame(80, 60, form, 1), frame(80, 60, form, 1)
    for plane, rows in zip(other.planes, content(other), strict=True):
        kind = rows.dtype
        view = np.frombuffer(memoryview(plane), kind).reshape(-1, plane.line_size // kind.itemsize)[
            : plane.height, : plane.width
        ]
        across, down = 80 // rows.shape[1], 60 // rows.shape[0]
        y, x = np.mgrid[: rows.shape[0], : rows.shape[1]]
        # Another face within the ellipse, as a camera would give it: shared colour included.
        inside = ((x + 0.5) * across - 35.1) ** 2 / 13.0**2 + ((y + 0.5) * down - 27.4) ** 2 / (
            16.0**2
        ) < 1
        view[inside] = view[inside] // 2 + 7
    assert any((a != b).any() for a, b in zip(content(one), content(other), strict=True))
    cover(one, [box], shape)
    cover(other, [box], shape)
    for a, b in zip(content(one), content(other), strict=True):
        assert (a == b).all()


@given(
    st.floats(-50, 130), st.floats(-50, 110), st.floats(0, 90), st.floats(0, 90),
    st.sampled_from(["ellipse", "box"]), st.sampled_from([(80, 60), (81, 61), (79, 60)]),
    st.sampled_from(["yuv420p", "yuv444p", "yuv422p"]),
)  # fmt: skip
def test_any_box_is_covered_and_nothing_beyond_it(left, top, width, height, shape, size, form):
    box = Box(left, top, left + width, top + height)
    made = frame(size[0], size[1], form)
    before = list(content(made))
    cover(made, [box], shape)
    after = list(content(made))
    luma, changed = after[0], after[0] != before[0]
    y, x = np.nonzero(changed)
    if len(x):
        assert left - 2 <= x.min() <= x.max() <= left + width + 2
        assert top - 2 <= y.min() <= y.max() <= top + height + 2
    rows, columns = np.mgrid[: size[1], : size[0]]
    if shape == "box":
        inside = (columns >= left) & (columns + 1 <= left + width)
        inside &= (rows >= top) & (rows + 1 <= top + height)
    elif min(width, height) > 0.01:
        u = (columns + 0.5 - left - width / 2) / (width / 2)
        v = (rows + 0.5 - top - height / 2) / (height / 2)
        inside = u**2 + v**2 < 0.999
    else:
        return
    assert (luma[inside] == 16).all()


def test_a_frame_that_others_refer_to_is_copied_first():
    """Painting on a reference frame would leak into what is predicted from it."""
    made = frame(64, 48, "yuv420p")
    other = av.VideoFrame(64, 48, "yuv420p")
    same = made.reformat(64, 48, "yuv420p")  # PyAV gives the same frame or a new reference
    kept = [each.copy() for each in content(same)]
    cover(other, [Box(0, 0, 64, 48)], "box")
    assert all((a == b).all() for a, b in zip(content(same), kept, strict=True))


@pytest.mark.parametrize("form", ["yuv420p", "yuv420p10le"])
def test_a_whole_frame_can_be_covered(form):
    made = frame(64, 48, form)
    cover_whole(made)
    depth = 2 if form.endswith("10le") else 0
    for rows, value in zip(content(made), (16, 128, 128), strict=True):
        assert (rows == value << depth).all()
