"""Why a history is not complete: in the reader's language, and calmly where nothing is amiss."""

import re
from pathlib import Path

import pytest
from django.utils import translation

from habeas.portal.receipts.words import in_words, is_settling, unread_in_words
from habeas.register import verifying
from habeas.register.causes import Cause
from habeas.register.verdicts import TrusteeVerdict, Verification

SOURCE = Path(verifying.__file__).read_text()
CODES = set(re.findall(r'Cause\(\s*"([a-z-]+)"', SOURCE))
ERRORS = {
    "view-old",
    "trustee-unreachable",
    "trustee-answer",
    "behind",
    "rolled-back",
    "contradiction",
}


def found(*causes, outcome="incomplete", unread=None):
    verdicts = {"one": TrusteeVerdict("complete"), "two": TrusteeVerdict(outcome, causes)}
    return Verification(True, 0, None, verdicts, (), unread)


def test_the_codes_are_those_that_verifying_has():
    assert {"owed", "not-shown-yet", "denied", "request-unlogged"} <= CODES


@pytest.mark.parametrize("code", sorted(CODES | ERRORS))
def test_every_cause_is_said_in_russian(code):
    cause = Cause(code, "An English sentence.")
    with translation.override("ru"):
        said = in_words(cause)
    assert re.search("[а-я]", said)
    assert not re.search("[A-Za-z]", said)
    with translation.override("en"):
        assert in_words(cause) != said


@pytest.mark.parametrize("code", ["view-old", "contradiction", "log-unavailable", "tlog-quorum"])
def test_why_the_log_was_not_read_is_said_in_russian(code):
    with translation.override("ru"):
        assert not re.search("[A-Za-z]", unread_in_words(Cause(code, "An English sentence.")))


def test_what_has_no_words_of_its_own_is_repeated():
    with translation.override("ru"):
        assert in_words(Cause("new", "It is odd.")) == "спросить не удалось: It is odd."


def test_a_moment_after_an_act_nothing_is_amiss():
    owed, away = Cause("owed", "owes 1 entry"), Cause("trustee-unreachable", "is away")
    assert is_settling(found(owed))
    assert is_settling(found(owed, Cause("not-shown-yet", "entry 3")))
    assert not is_settling(found(owed, away))
    assert not is_settling(found(owed, outcome="contradicted"))
    assert not is_settling(found(owed, unread=Cause("view-old", "old")))
    assert not is_settling(found())
