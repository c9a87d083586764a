"""Chromium is launched as Playwright means it, and draws nothing that nobody sees."""

from pathlib import Path

import pytest

from tests.browser.conftest import OFF
from tests.waiting import until

pytestmark = pytest.mark.browser
_LIST = "--disable-features="


def _targets(browser):
    session = browser.new_browser_cdp_session()
    try:
        return session.send("Target.getTargets", {"filter": [{}]})["targetInfos"]
    finally:
        session.detach()


def test_what_playwright_turns_off_stays_off(chromium):
    session = chromium.new_browser_cdp_session()
    processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
    (main,) = (each["id"] for each in processes if each["type"] == "browser")
    words = Path(f"/proc/{main}/cmdline").read_text().split("\0")
    lists = [each.removeprefix(_LIST).split(",") for each in words if each.startswith(_LIST)]
    assert set(lists[-1]) == set(OFF)
    assert set().union(*lists) == set(OFF), "Playwright turns off more: let it stand in OFF"


def test_a_profile_draws_its_page_alone(chromium):
    profile = chromium.new_context()
    page = profile.new_page()
    page.goto("data:text/html,<h1>a page</h1>")
    found = until(
        lambda: [each for each in _targets(chromium) if each["type"] == "page"], "the page"
    )
    assert len(found) == 1
    drawn = [each["url"] for each in _targets(chromium) if each["type"] == "browser_ui"]
    assert not drawn
    profile.close()
