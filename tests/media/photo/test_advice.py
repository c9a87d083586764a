"""What measures become: at most three pieces of advice, the most useful first."""

import io

import pytest
from PIL import Image

from habeas import portrait
from habeas.faces import assets
from habeas.portrait import _assess
from habeas.portrait.measures import Measure
from habeas.portrait.thresholds import PROFILES
from habeas.portrait.words import ADVICE, STOPS

GOOD = {rule.measure: Measure(0.0, 100) for rules in PROFILES.values() for rule in rules}


def advise(profile="default", *, child=False, **scores):
    values = GOOD | {name: Measure(0.0, score) for name, score in scores.items()}
    return [each.code for each in _assess._advise(values, profile, child=child)]


def test_good_photos_are_left_alone():
    assert advise() == []
    assert advise("icao") == []


@pytest.mark.parametrize("profile", PROFILES)
def test_each_rule_gives_its_advice_just_below_its_limit(profile):
    for rule in PROFILES[profile]:
        assert advise(profile, **{rule.measure: rule.limit}) == []
        assert advise(profile, **{rule.measure: rule.limit - 1}) == [rule.code]


def test_at_most_three_and_the_most_useful_first():
    everything = dict.fromkeys(GOOD, 0)
    assert advise(**everything) == ["several-faces", "too-small", "too-close"]


def test_small_children_may_move():
    moving = {"yaw": 0, "pitch": 0, "roll": 0, "eyes_open": 0, "mouth_closed": 0, "expression": 0}
    assert advise("icao", child=True, **moving) == []
    assert len(advise("icao", **moving)) == 3
    assert advise(child=True, sharpness=0) == ["blurred"]


def test_icao_is_stricter():
    assert advise(yaw=90) == []
    assert advise("icao", yaw=90) == ["turned"]


def test_no_advice_rests_on_how_bright_a_face_is():
    rules = {rule.measure for rules in PROFILES.values() for rule in rules}
    assert not rules & {"luminance_mean", "luminance_variance", "dynamic_range", "under_exposure"}


@pytest.mark.parametrize("language", portrait.LANGUAGES)
def test_every_piece_has_words_and_none_forbids(language):
    codes = {rule.code for rules in PROFILES.values() for rule in rules}
    assert codes <= set(ADVICE)
    for code in (*ADVICE, *STOPS):
        cause, remedy = portrait.words(code, language)
        assert cause.endswith(".")
        assert remedy.endswith(".")
    for texts in ADVICE.values():
        assert not {"must", "rejected", "invalid", "error"} & set(texts["en"][0].lower().split())


@pytest.fixture(scope="module")
def pool():
    with portrait.CheckPool(1) as workers:
        yield workers


@pytest.fixture(scope="module")
def face():
    return Image.open(assets.path("astronaut.png")).convert("RGB")


def sent(image):
    out = io.BytesIO()
    image.save(out, "JPEG", quality=92)
    return out.getvalue()


def test_a_head_at_the_edge_is_cut_off_and_a_filled_picture_too_close(pool, face):
    """The head is at the picture's upper middle; cut there, its frame cannot be had."""
    cut = face.crop((190, 0, 512, 512)).resize((966, 1536))
    assert pool.check(sent(cut)).advice[0].code == "cut-off"
    filled = face.crop((150, 50, 300, 240)).resize((900, 1140))
    assert "too-close" in [each.code for each in pool.check(sent(filled)).advice]


def test_a_verdict_alone_makes_no_pictures(pool, face):
    quick = pool.check(sent(face), keep=False)
    assert quick.upright == b""
    assert quick.cropped is None
    whole = pool.check(sent(face))
    assert whole.measures == quick.measures
    assert whole.upright


def test_outlines_lie_around_the_face(pool, face):
    found = pool.check(sent(face))
    (rx, ry), (lx, ly) = found.pupils
    for outline in (found.outline, found.silhouette):
        xs, ys = zip(*outline, strict=True)
        assert min(xs) < rx < lx < max(xs)
        assert min(ys) < ry < max(ys)
        assert 0 <= min(xs) <= max(xs) <= found.size[0]
    assert ly > 0
