"""What a portal writes into its journal when pages fail: nothing of people, paths or secrets."""

import copy
import io
import logging
import logging.config

import pytest
from django.conf import settings

from habeas.portal.receipts import views

NAME, TOKEN = "Anna-Example-1980", "a-token-that-opens"


@pytest.fixture
def journal():
    """All that is written, with the loggers as a portal has them."""
    out = io.StringIO()
    before = {name: logging.getLogger(name) for name in ("", "django", "django.request")}
    kept = {name: (each.handlers[:], each.level, each.propagate) for name, each in before.items()}
    said = copy.deepcopy(settings.LOGGING)
    said["handlers"]["console"]["stream"] = out
    logging.config.dictConfig(said)
    yield out
    for name, (handlers, level, propagate) in kept.items():
        before[name].handlers[:] = handlers
        before[name].setLevel(level)
        before[name].propagate = propagate


def test_a_page_that_fails_is_told_without_its_visitor(browser, journal, monkeypatch):
    def fail(*_, **__):
        raise ValueError(f"no such person: {NAME}")

    monkeypatch.setattr(views, "render", fail)
    browser.raise_request_exception = False
    answer = browser.get(f"/receipt/?who={NAME}", headers={"user-agent": NAME, "cookie": NAME})
    assert answer.status_code == 500
    said = journal.getvalue()
    assert "ValueError" in said
    assert "GET receipt/" in said
    assert NAME not in said
    assert "127.0.0.1" not in said


@pytest.mark.parametrize(
    "address", [f"/desk/sign-in/passkey/new/{TOKEN}/", f"/no/{TOKEN}/", f"/receipt/?{TOKEN}"]
)
def test_what_is_refused_or_not_there_is_not_told_by_its_path(browser, journal, address):
    browser.get(address)
    browser.post(address, {"name": NAME})
    browser.get(address, headers={"host": f"{TOKEN}.example"})
    assert TOKEN not in journal.getvalue()
    assert NAME not in journal.getvalue()
