"""Seen in the tests' source: none asserts a duration or waits for a guess, no unit test skips."""

import ast

import pytest

from tests.places import ROOT

TESTS = ROOT / "tests"
#: A name of the module `time` -> the files that may use it, and why.
ALLOWED = {
    "monotonic": {
        "waiting.py": "the one place that waits, until a condition holds",
        "media/video/streams.py": "a camera sends as fast as time goes",
        "service/confined/test_worker.py": "a deadline that the worker's own method asks for",
    },
    "perf_counter": {},
    "process_time": {},
    "thread_time": {},
    "time": {
        "service/tlog/running.py": "a witness's clock",
        "service/tlog/test_service.py": "bounds of what a witness's clock has written",
    },
    "sleep": {
        "waiting.py": "the one place that waits, until a condition holds",
        "service/confined/probe.py": "a job that takes its time",
        "service/tlog/crash.py": "a kill at a moment of chance",
        "service/trustee/test_crash.py": "a kill at a moment of chance",
        "journey/test_sigkill.py": "kills at moments of chance, and applicants between tries",
        "media/test_fuzz.py": "an input that hangs",
        "media/video/test_recordings.py": "a kill at a moment of chance",
        "media/video/test_recorder_streams.py": "a slow detector",
    },
}


def uses(source):
    """Names of the module `time` that *source* calls or imports."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.value.id == "time" and node.attr in ALLOWED:
                yield node.attr
        elif isinstance(node, ast.ImportFrom) and node.module == "time":
            yield from (each.name for each in node.names)


def test_the_search_would_find_them():
    source = "import time\nassert time.perf_counter() < 1\ntime.sleep(1)"
    assert set(uses(source)) == {"perf_counter", "sleep"}
    assert set(uses("from time import monotonic")) == {"monotonic"}


@pytest.mark.parametrize(
    "file", sorted(TESTS.rglob("*.py")), ids=lambda file: str(file.relative_to(TESTS))
)
def test_nothing_asserts_a_duration_or_sleeps_for_a_guess(file):
    name = str(file.relative_to(TESTS))
    stray = {each for each in uses(file.read_text()) if name not in ALLOWED[each]}
    assert not stray, "use tests.waiting.until, or give it a reason in ALLOWED"


def skips(source):
    """Names by which *source* could leave a test out."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr in {"skip", "skipif", "importorskip"}:
            yield node.attr


def test_no_unit_test_and_no_known_answer_is_left_out():
    assert list(skips("pytest.skip('not here')")) == ["skip"]
    stray = [file for file in (TESTS / "unit").rglob("*.py") if list(skips(file.read_text()))]
    assert not stray
