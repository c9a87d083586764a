"""Seen in the source: no unit test is left out, and no module too long to be read.

(Durations and sleeping: see ruff.)
"""

import ast

from tests.places import ROOT

TESTS = ROOT / "tests"
#: Lines of a module at most (docs/adr/0155), and those that are longer, which have no seam.
MOST_LINES = 300
LONGER = {
    "protocol/client.py": "one class, a method for each call of a trustee",
    "trustee/recovery.py": "helper and newcomer speak one protocol",
    "trustee/rules.py": "one function a rule, all of a decision on one page",
}


def skips(source):
    """Names by which *source* could leave a test out."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr in {"skip", "skipif", "importorskip"}:
            yield node.attr


def test_no_unit_test_and_no_known_answer_is_left_out():
    assert list(skips("pytest.skip('not here')")) == ["skip"]
    stray = [file for file in (TESTS / "unit").rglob("*.py") if list(skips(file.read_text()))]
    assert not stray


def test_no_module_is_too_long():
    rooms = [each for each in (ROOT / "web").iterdir() if each.name != "node_modules"]
    modules = [*ROOT.glob("packages/*/src/habeas/**/*.py")]
    modules += [each for room in rooms for each in room.rglob("*.ts")]
    assert len(modules) > 700
    long = {each for each in modules if len(each.read_text().splitlines()) > MOST_LINES}
    assert {str(each).partition("/src/habeas/")[2] or str(each) for each in long} == set(LONGER)
