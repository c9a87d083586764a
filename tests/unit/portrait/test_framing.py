"""The frame around heads of known places, and which side leaves too little room."""

import numpy as np
import pytest
from PIL import Image

from habeas.portrait import _framing
from habeas.portrait.tuning import TUNING
from tests.unit.portrait.heads import head

WHOLE = (0, 0, 1000, 1000)


def nothing():
    return 0.0


def framed(x=500.0, y=450.0, t=100.0, size=(1000, 1000), roll=0.0):
    return _framing.frame(head(x=x, y=y, t=t, roll=roll), size)


def test_the_frame_stands_around_the_face():
    crop = framed().crop
    assert crop.height == pytest.approx(300)
    assert crop.width / crop.height == pytest.approx(35 / 45)
    assert crop.x + crop.width / 2 == pytest.approx(500)
    assert crop.y + 0.45 * crop.height == pytest.approx(450)


@pytest.mark.parametrize(
    ("place", "kept"),
    [((500, 136), True), ((500, 92), True), ((500, 90), False), ((84, 500), True),
     ((81, 500), False), ((500, 879), True), ((500, 885), False)],
)  # fmt: skip
def test_the_frame_gives_way_by_a_fifth(place, kept):
    crop = framed(*place).crop
    assert (crop is not None) == kept
    if crop:
        assert crop.height >= TUNING.least_frame * 300 - 0.01
        assert crop.width / crop.height == pytest.approx(35 / 45)
        for low, length, most in ((crop.x, crop.width, 1000), (crop.y, crop.height, 1000)):
            assert low >= -0.01
            assert low + length <= 1000.01 <= most + 0.02


def causes(framing):
    named = {"room": framing.room, "above": framing.above, "below": framing.below,
             "aside": framing.aside}  # fmt: skip
    return {name for name, share in named.items() if share < TUNING.least_frame}


def test_each_side_that_leaves_too_little_room_is_told():
    assert causes(framed()) == set()
    assert causes(framed(y=80)) == {"above"}
    assert causes(framed(y=900)) == {"below"}
    assert causes(framed(x=70)) == causes(framed(x=930)) == {"aside"}
    assert "room" in causes(framed(t=450))


def test_a_head_partly_outside_is_told_from_one_that_is_close():
    size = (1000, 1000)
    assert _framing.inside(head(x=500, y=500, t=100), size, nothing) > 0
    assert _framing.inside(head(x=60, y=500, t=100), size, nothing) < 0  # a cheek
    assert _framing.inside(head(x=500, y=950, t=100), size, nothing) < 0  # the chin
    assert _framing.inside(head(x=500, y=79, t=100), size, nothing) < 0  # no skull fits


def test_hair_that_touches_the_edge_is_cut_only_where_the_head_is():
    size = (1000, 1000)
    close, low = head(x=500, y=105, t=100), head(x=500, y=130, t=100)
    assert _framing.inside(close, size, lambda: 1.4) < 0
    assert _framing.inside(close, size, lambda: 0.2) > 0
    assert _framing.inside(close, size, nothing) > 0
    assert _framing.inside(low, size, lambda: 1.4) > 0  # high hair, and a whole head below it


def test_the_person_is_only_looked_for_where_the_edge_is_near():
    asked = []
    _framing.inside(head(x=500, y=500, t=100), (1000, 1000), lambda: asked.append(1) or 0.0)
    assert asked == []


@pytest.mark.parametrize("box", [(0, 0, 1000, 1000), (350, 0, 650, 270)])
def test_what_touches_the_edge_is_measured_above_the_head(box):
    person = np.zeros((256, 256), np.uint8)
    step = (box[2] - box[0]) / 256
    first, last = (int((x - box[0]) / step) for x in (470, 530))
    person[0, first:last] = 255
    landmarks = head(x=500, y=105, t=100)
    assert _framing.touching(landmarks, person, box) == pytest.approx(0.6, abs=2 * step / 100)
    person[:] = 0
    person[0, :4] = 255  # an arm, far aside
    assert _framing.touching(landmarks, person, WHOLE) == 0


@pytest.mark.parametrize("roll", [0, 20])
def test_the_crop_is_upright_and_never_enlarged(roll):
    for t, height in ((100, 300), (600, TUNING.crop_height)):
        landmarks = head(x=1500, y=1500, t=t, roll=roll)
        image = Image.new("RGB", (3000, 3000), "red")
        crop = _framing.frame(landmarks, image.size).crop
        cut = _framing.cut(image, landmarks, crop)
        assert cut.height == height
        assert cut.width == round(height * 35 / 45)


@pytest.mark.parametrize("roll", [0, 20, -35])
@pytest.mark.parametrize("y", [1500, 320])
def test_the_eyes_are_where_the_frame_says(roll, y):
    landmarks = head(x=1500, y=y, t=300, roll=roll)
    image = Image.new("RGB", (3000, 3000))
    for x, row in landmarks.pupils:
        image.paste((255, 0, 0), (int(x) - 15, int(row) - 15, int(x) + 15, int(row) + 15))
    crop = _framing.frame(landmarks, image.size).crop
    cut = np.asarray(_framing.cut(image, landmarks, crop)).astype(int)
    rows, columns = np.nonzero(cut[..., 0] - cut[..., 1] > 128)
    share = (y - crop.y) / crop.height
    assert rows.mean() / cut.shape[0] == pytest.approx(share, abs=0.01)
    assert columns.mean() / cut.shape[1] == pytest.approx(0.5, abs=0.01)
