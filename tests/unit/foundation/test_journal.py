"""A line of the journal says what happened, and nothing of whom it happened to."""

import json
import logging
import os
import socket
from types import SimpleNamespace

import pytest

from habeas.foundation.errors import HabeasError
from habeas.foundation.journal import JsonFormatter, TextFormatter

PERSON = "Anna Example"


def record(message="something", *args, fault=None, **more):
    found = logging.LogRecord("habeas.x", logging.ERROR, "file.py", 1, message, args, None)
    vars(found).update(more)
    if fault is not None:
        try:
            raise fault
        except type(fault):
            import sys

            found.exc_info = sys.exc_info()
    return found


def test_a_line_is_one_json_object():
    said = json.loads(JsonFormatter().format(record("%d given up", 3, event="swept", because="x")))
    assert said["message"] == "3 given up"
    assert (said["level"], said["logger"]) == ("error", "habeas.x")
    assert (said["event"], said["because"]) == ("swept", "x")
    assert said["time"].endswith("+00:00")
    assert (said["host"], said["process"]) == (socket.gethostname(), os.getpid())


@pytest.mark.parametrize("kind", [JsonFormatter, TextFormatter])
def test_a_fault_is_told_by_type_and_place_and_without_its_words(kind):
    line = kind().format(record(fault=ValueError(f"invalid literal: {PERSON}")))
    assert PERSON not in line
    assert "ValueError" in line
    assert "test_journal.py" in line
    assert " record" in line


def test_a_fault_of_ours_is_told_by_its_code():
    class OwnError(HabeasError):
        code = "own-code"

    said = json.loads(JsonFormatter().format(record(fault=OwnError(PERSON))))
    assert said["code"] == "own-code"
    assert PERSON not in str(said)


@pytest.mark.parametrize("kind", [JsonFormatter, TextFormatter])
def test_a_request_is_told_by_its_page(kind):
    request = SimpleNamespace(
        method="GET", path=f"/receipt/{PERSON}/",
        resolver_match=SimpleNamespace(route="receipt/<str:seal>/"),
    )  # fmt: skip
    line = kind().format(record("Failed: %s", request.path, request=request, status_code=500))
    assert PERSON not in line
    assert "GET receipt/<str:seal>/: 500" in line
    request.resolver_match = None
    assert "no page" in kind().format(record("Failed: %s", request.path, request=request))


def test_nobody_writes_lines_of_their_own():
    for kind in (JsonFormatter, TextFormatter):
        assert "\n" not in kind().format(record("a\nerror habeas: all is well\x1b[2J"))
