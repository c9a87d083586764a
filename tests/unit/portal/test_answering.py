"""What counts as an answer: the same for the portal and for applicants' devices."""

from __future__ import annotations

import json

import pytest

from habeas.portal.catalogue.answering import NoAnswerError, answer_of, wrongs
from habeas.portal.catalogue.declaration import FormField
from tests.places import VECTORS

CASES = json.loads((VECTORS / "answers.json").read_text())["cases"]


def question(case):
    label = {"en": "Question", "ru": "Вопрос"}
    return FormField.model_validate(
        {"name": "asked", "label": label, "kind": case["kind"], "required": case["required"]}
    )


@pytest.mark.parametrize("case", [each for each in CASES if "answer" in each])
def test_what_is_an_answer(case):
    assert answer_of(question(case), case["typed"]) == case["answer"]
    # What was cleaned is its own answer: the desk holds answers against the same rules.
    assert answer_of(question(case), case["answer"]) == case["answer"]


@pytest.mark.parametrize("case", [each for each in CASES if "wrong" in each])
def test_what_is_none_and_why(case):
    with pytest.raises(NoAnswerError) as refused:
        answer_of(question(case), case["typed"])
    assert refused.value.code == case["wrong"]
    assert case["wrong"] in wrongs(question(case))
