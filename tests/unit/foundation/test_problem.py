import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.foundation.errors import HabeasError
from habeas.foundation.problem import MEDIA_TYPE, Problem, ProblemFormatError

# Its own limit is tried apart: long texts only make Hypothesis slow.
TEXT = st.text(max_size=40)


class TeapotError(HabeasError):
    code = "teapot-only"
    remedy = "Ask for tea."
    status = 418


def test_an_error_as_the_rfc_has_it():
    problem = Problem.of(TeapotError("This is no coffee machine."), index=7)
    assert json.loads(problem.encode()) == {
        "type": "https://habeas.example/problems/teapot-only",
        "title": "Teapot only",
        "status": 418,
        "detail": "This is no coffee machine.",
        "code": "teapot-only",
        "remedy": "Ask for tea.",
        "index": 7,
    }
    assert MEDIA_TYPE == "application/problem+json"


def test_the_service_may_know_the_status_better():
    assert Problem.of(TeapotError("No."), 503).status == 503


@given(st.builds(Problem, st.integers(400, 599), TEXT, TEXT, TEXT))
def test_read_as_written(problem):
    assert Problem.decode(problem.encode(), problem.status) == problem


def test_long_texts_of_others_are_cut():
    told = Problem(400, "c" * 9999, "d" * 9999, "r" * 9999)
    read = Problem.decode(told.encode(), 400)
    assert {len(read.code), len(read.detail), len(read.remedy)} == {500}


def test_the_answers_status_counts_not_the_bodys():
    assert Problem.decode(Problem(200, "c", "d").encode(), 403).status == 403


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\xff", b"[]", b"3", b"null", b"{}", b"[" * 100_000, b'{"code": "c"}',
        b'{"code": 1, "detail": "d"}', b'{"code": "c", "detail": ["d"]}',
        b'{"code": "c", "detail": "d", "remedy": 5}',
        b'{"code": "c", "detail": "d", "remedy": null}',
    ],
)  # fmt: skip
def test_hostile_answers_are_typed_errors(content):
    with pytest.raises(ProblemFormatError):
        Problem.decode(content, 500)


@given(st.binary())
def test_any_bytes(content):
    with pytest.raises(ProblemFormatError):
        Problem.decode(content, 500)
