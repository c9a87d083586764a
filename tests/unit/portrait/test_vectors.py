"""Known answers that need no model, as other implementations are held to them too."""

import base64
import hashlib
import json
from dataclasses import asdict

import numpy as np
import pytest

from habeas.faces import TUNING as FACES
from habeas.faces import Box, Face, way_up, ways_up
from habeas.portrait import _container, _decode
from habeas.portrait.advise import PROFILES, advise
from habeas.portrait.assessment import Measure
from habeas.portrait.errors import PhotoError
from habeas.portrait.tuning import TUNING
from habeas.portrait.words import ADVICE, LANGUAGES, NOTES, STOPS
from tests.places import ROOT, VECTORS

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


@pytest.mark.parametrize("case", PURE["stops"])
def test_what_stops(case):
    with pytest.raises(PhotoError) as stopped:
        _decode.decode(base64.b64decode(case["file"]))
    assert stopped.value.code == case["code"]


@pytest.mark.parametrize("case", PURE["containers"])
def test_pictures_out_of_their_files(case):
    found = _container.bare(base64.b64decode(case["file"]))
    assert found.orientation == case["orientation"]
    assert found.whole == case["whole"]
    assert hashlib.sha256(found.content).hexdigest() == case["picture"]


def test_devices_say_the_same_words():
    """`python -m bench.portrait.vectors` writes them."""
    folder = ROOT / "web" / "portrait" / "words"
    assert {file.stem for file in folder.iterdir()} == set(LANGUAGES)
    for language in LANGUAGES:
        told = json.loads((folder / f"{language}.json").read_text())
        said = {code: each[language] for code, each in {**STOPS, **NOTES, **ADVICE}.items()}
        assert told == json.loads(json.dumps(said))


def test_devices_are_held_to_the_numbers_and_rules_that_are_used_here():
    assert PURE["tuning"] == {"faces": asdict(FACES), "portrait": asdict(TUNING)}
    rules = {name: [asdict(rule) for rule in rules] for name, rules in PROFILES.items()}
    assert PURE["rules"] == json.loads(json.dumps(rules))


def answers():
    files = sorted((VECTORS / "portrait").glob("*.json"))
    return [json.loads(file.read_text()) for file in files if file.stem != "pure"]


def test_every_advice_note_and_refusal_has_a_picture():
    said = {code for told in answers() for codes in told.get("advice", {}).values()
            for code in codes}  # fmt: skip
    assert said == set(ADVICE)
    assert {note for told in answers() for note in told.get("notes", ())} == set(NOTES)
    stops = {told["error"] for told in answers() if "error" in told}
    stops |= {case["code"] for case in PURE["stops"]}
    # A file of more than 25 MB is no vector.
    assert stops == set(STOPS) - {"too-large"}


def test_every_measure_that_is_advised_on_is_high_in_one_picture_and_low_in_another():
    told = [each["measures"] for each in answers() if "measures" in each]
    for rule in {rule for rules in PROFILES.values() for rule in rules}:
        scores = [measures[rule.measure][1] for measures in told]
        assert min(scores) < rule.limit <= max(scores), rule.measure
