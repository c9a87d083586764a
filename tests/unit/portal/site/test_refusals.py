"""What was refused is told by its code, and a flood makes no flood of lines."""

import json
import logging

import pytest

from habeas.foundation.journal import JsonFormatter
from habeas.portal.site.refusals import Refusals, refusals


@pytest.fixture
def lines(caplog):
    caplog.set_level(logging.WARNING, "habeas.portal.refused")
    return lambda: [json.loads(JsonFormatter().format(each)) for each in caplog.records]


def test_a_flood_is_one_line_in_ten_seconds_and_its_number_in_the_next(lines):
    now = [0.0]
    made = Refusals(lambda: now[0])
    for _ in range(1000):
        made.note("too-many-requests", 429)
    made.note("json", 400)
    now[0] = 10.0
    made.note("too-many-requests", 429)
    said = [(each["because"], each["message"]) for each in lines()]
    assert said == [
        ("too-many-requests", "1 refused (429)"), ("json", "1 refused (400)"),
        ("too-many-requests", "1000 refused (429)"),
    ]  # fmt: skip


def test_a_fault_of_the_server_is_no_refusal(lines):
    Refusals().note("log-unavailable", 503)
    assert lines() == []


def test_what_is_refused_is_told_without_whoever_sent_it(city, browser, lines, monkeypatch):
    monkeypatch.setattr(refusals, "_told", {})
    answer = browser.post(
        "/api/applications", b"{", content_type="application/json", REMOTE_ADDR="192.0.2.7"
    )
    assert 400 <= answer.status_code < 500
    (said,) = lines()
    assert said["event"] == "refused"
    assert said["because"] == answer.json()["code"]
    assert "192.0.2.7" not in json.dumps(said)
