"""Seen in the tests' source: no unit test is left out. (Durations and sleeping: see ruff.)"""

import ast

from tests import spread
from tests.places import ROOT

TESTS = ROOT / "tests"


def skips(source):
    """Names by which *source* could leave a test out."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr in {"skip", "skipif", "importorskip"}:
            yield node.attr


def test_no_unit_test_and_no_known_answer_is_left_out():
    assert list(skips("pytest.skip('not here')")) == ["skip"]
    stray = [file for file in (TESTS / "unit").rglob("*.py") if list(skips(file.read_text()))]
    assert not stray


def test_the_modules_that_begin_first_are_there():
    assert all((ROOT / path).is_file() for path in (*spread.FIRST, *spread.RAY))
    begun = [
        spread.place(path)
        for path in (*spread.FIRST, "tests/ops/a.py", *spread.RAY, "tests/unit/b/c.py")
    ]
    assert begun == sorted(begun)
    assert begun[0] < begun[-2] < begun[-1]
