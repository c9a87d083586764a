"""What measures become: at most three pieces of advice, the most useful first."""

import pytest

from habeas.portrait import FORMATS, LANGUAGES, words
from habeas.portrait.advise import PROFILES, advise, limits
from habeas.portrait.assessment import Measure
from habeas.portrait.words import ADVICE, NOTES, STOPS

GOOD = {rule.measure: Measure(0.0, 100) for rules in PROFILES.values() for rule in rules} | {
    rule.also[0]: Measure(0.0, 100) for rules in PROFILES.values() for rule in rules if rule.also
}


def advised(profile="default", *, child=False, **scores):
    values = GOOD | {name: Measure(0.0, score) for name, score in scores.items()}
    return advise(values, profile, child=child)


def test_good_photos_are_left_alone():
    assert advised() == []
    assert advised("icao") == []


@pytest.mark.parametrize("profile", PROFILES)
def test_each_rule_gives_its_advice_just_below_its_limit(profile):
    for rule in PROFILES[profile]:
        also = {rule.also[0]: rule.also[1] - 1} if rule.also else {}
        low = {rule.measure: rule.limit - 1} | also
        assert rule.code in advised(profile, **low)
        assert rule.code not in advised(profile, **(low | {rule.measure: rule.limit}))
        if rule.also:
            assert rule.code not in advised(profile, **(low | {rule.also[0]: rule.also[1]}))


def test_at_most_three_and_the_most_useful_first():
    everything = dict.fromkeys(GOOD, 0)
    said = advised(**everything)
    assert len(said) == 3
    assert said[0] == "several-faces"


def test_twenty_people_are_several_faces_and_not_one_too_small():
    assert advised(single_face=5, inter_eye_distance=1, room_aside=0) == ["several-faces"]


def test_a_small_second_face_may_be_a_picture():
    assert advised(single_face=80) == ["small-face"]
    assert advised(single_face=96) == []


def test_a_cut_head_is_said_once():
    assert advised(head_inside=0, room=0, room_above=0, room_below=0) == ["cut-off"]
    assert advised(room=0, room_above=0) == ["too-close"]
    assert advised(room_above=0) == ["little-above"]


def test_a_dark_face_before_a_window_is_told_of_the_window():
    assert advised(face_light=0, backlight=0) == ["backlit"]
    assert advised(face_light=0) == ["too-dark"]
    assert advised(backlight=0) == []


def test_black_and_white_is_neither_a_tint_nor_odd():
    assert advised(hues=0, tint=0, skin_colour=0) == ["black-and-white"]
    assert advised(hues=0, skin_colour=0) == ["tinted"]
    assert advised(skin_colour=0) == ["odd-colours"]


def test_nothing_is_said_of_eyes_that_cannot_be_seen_well():
    assert advised(eye_openness=0) == ["eyes-closed"]
    for other in ("inter_eye_distance", "detail", "face_light", "yaw"):
        assert "eyes-closed" not in advised(eye_openness=0, **{other: 0})


def test_small_children_may_move():
    moving = {"yaw": 0, "pitch": 0, "roll": 0, "eye_openness": 0, "mouth_closed": 0, "smile": 0}
    assert advised("icao", child=True, **moving) == []
    assert len(advised("icao", **moving)) == 3
    assert advised(child=True, detail=0) == ["blurred"]


def test_icao_is_stricter():
    assert advised(yaw=90) == []
    assert advised("icao", yaw=90) == ["turned"]
    assert limits("icao")["yaw"] > limits("default")["yaw"]


def test_no_advice_rests_on_how_bright_a_face_is():
    rules = {rule.measure for rules in PROFILES.values() for rule in rules}
    assert not rules & {"luminance_mean", "luminance_variance", "dynamic_range", "under_exposure"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_piece_has_words_and_none_forbids(language):
    codes = {rule.code for rules in PROFILES.values() for rule in rules}
    assert codes == set(ADVICE)
    assert all(set(texts) == set(LANGUAGES) for texts in {**STOPS, **NOTES, **ADVICE}.values())
    for code in (*ADVICE, *NOTES, *STOPS):
        cause, remedy = words(code, language)
        assert cause.endswith(".")
        assert remedy.endswith(".")


def test_words_ask_for_nothing_that_a_photo_cannot_do_and_say_nothing_of_skin():
    for texts in ADVICE.values():
        said = " ".join(texts["en"]).lower()
        assert not {"must", "rejected", "invalid", "error", "stand", "skin", "step"} & set(
            said.replace(".", " ").replace(",", " ").split()
        )
        assert "кож" not in " ".join(texts["ru"]).lower()


#: Facts of geometry, and small angles that are made up for: there the measure is not in doubt.
SURE = {"too-small", "too-close", "little-above", "little-below", "off-side", "sideways", "smiling"}


@pytest.mark.parametrize("code", sorted(set(ADVICE) - SURE))
def test_what_can_be_wrong_says_how_to_go_on(code):
    for language, condition in (("en", "If "), ("ru", "Если ")):
        assert condition in words(code, language)[1]


def test_formats_that_are_named_are_those_that_are_taken():
    for language in LANGUAGES:
        remedy = words("not-a-picture", language)[1]
        assert all(each.name in remedy for each in FORMATS)
