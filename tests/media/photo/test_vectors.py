"""Known answers of the whole check: landmarks, measures, frame and advice of small pictures."""

import hashlib
import json
import math

import pytest

from bench.portrait.examples import PICTURES
from bench.portrait.vectors import answer
from tests.places import VECTORS

FOLDER = VECTORS / "portrait"


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_has_its_known_answer(name):
    photo = (FOLDER / f"{name}.jpg").read_bytes()
    known = json.loads((FOLDER / f"{name}.json").read_text())
    assert hashlib.sha256(photo).hexdigest() == known["sha256"]
    found = answer(photo)
    if "error" in known:
        assert found == {"error": known["error"]}
        return
    assert found["person"] == pytest.approx(known["person"], abs=0.02)
    for kind in ("face", "around"):
        assert found[kind] == pytest.approx(known[kind], abs=1.5)
    assert len(found["others"]) == len(known["others"])
    for each in ("turned", "faces", "advice", "notes"):
        assert found[each] == known[each], each
    assert list(found["size"]) == known["size"]
    # Processors round differently within the models: a hundredth of the eyes' distance.
    (right, left), least = known["landmarks"]["pupils"], 0.01
    unit = math.dist(right, left)
    for kind in ("mesh", "pupils"):
        for a, b in zip(found["landmarks"][kind], known["landmarks"][kind], strict=True):
            assert math.dist(a, b) < least * unit
    for measure, (_, score) in known["measures"].items():
        assert abs(found["measures"][measure][1] - score) <= 3, measure


def test_the_pictures_show_what_they_are_named_for():
    told = {name: json.loads((FOLDER / f"{name}.json").read_text()) for name in PICTURES}
    for name, code in {
        "backlit-4-stops": "backlit", "dark-4-stops": "too-dark", "side-light": "uneven-light",
        "hat": "shadow", "grey": "black-and-white", "sepia": "tinted", "leaning-20": "sideways",
        "eyes-shut": "eyes-closed", "mouth-open": "mouth-open", "cut-from-above": "cut-off",
        "looking-aside": "turned", "looking-up": "tilted", "burnt-out": "too-bright",
        "blue": "odd-colours", "out-of-focus": "blurred", "little-above": "little-above",
        "little-below": "little-below", "off-side": "off-side", "too-close": "too-close",
        "too-small": "too-small", "two-people": "several-faces", "shelves": "busy-background",
        "somebody-behind": "small-face", "screen": "screen", "drawing": "drawing",
        "jpeg-8": "compressed",
    }.items():  # fmt: skip
        assert code in told[name]["advice"]["default"], name
    for degrees in (90, 180, 270):
        assert told[f"turned-{degrees}"]["notes"] == ["turned-upright"]
    assert told["plain"]["notes"] == told["exif-6"]["notes"] == []
    assert told["breaks-off"]["notes"] == ["end-missing"]
