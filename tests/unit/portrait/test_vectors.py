"""Known answers that need no model, as other implementations are held to them too."""

import base64
import hashlib
import json

import numpy as np
import pytest

from habeas.faces import Box, Face, way_up, ways_up
from habeas.portrait import _container
from habeas.portrait.advise import PROFILES, advise
from habeas.portrait.ofiq import Measure
from tests.places import VECTORS

PURE = json.loads((VECTORS / "portrait" / "pure.json").read_text())
NAMES = {rule.measure for rules in PROFILES.values() for rule in rules} | {
    rule.also[0] for rules in PROFILES.values() for rule in rules if rule.also
}


@pytest.mark.parametrize("case", PURE["advise"])
def test_advice_from_measures(case):
    scores = dict.fromkeys(NAMES, 100) | case["below_100"]
    values = {name: Measure(0.0, score) for name, score in scores.items()}
    assert advise(values, case["profile"], child=case["child"]) == case["advice"]


@pytest.mark.parametrize("case", PURE["ways_up"])
def test_ways_up_from_detections(case):
    looks = {}
    for turn, rows in case["looks"].items():
        looks[int(turn)] = [
            Face(Box(*row[:4]), row[4], np.array([row[5:7], row[7:9]], np.float32)) for row in rows
        ]
    assert ways_up(looks) == case["ways_up"]
    assert way_up(looks) == case["way_up"]


@pytest.mark.parametrize("case", PURE["containers"])
def test_pictures_out_of_their_files(case):
    found = _container.bare(base64.b64decode(case["file"]))
    assert found.orientation == case["orientation"]
    assert found.whole == case["whole"]
    assert hashlib.sha256(found.content).hexdigest() == case["picture"]
