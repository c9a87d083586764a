"""A browser whose network comes near a rate solves the page's puzzle and is counted by itself."""

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.test_passkey import Portal
from tests.browser.visitor import Visitor
from tests.waiting import until

pytestmark = pytest.mark.browser
NETWORK = {"X-Forwarded-For": "198.51.100.7"}


@pytest.fixture
def portal(tmp_path):
    portal = Portal(tmp_path)
    yield portal
    portal.process.terminate()
    portal.process.wait()


def test_the_puzzle_is_solved_while_the_page_goes_on(chromium, portal):
    visitor = Visitor(chromium, "", "phone", "en", "moment")
    visitor.profile.set_extra_http_headers(NETWORK)
    page = visitor.page
    page.goto(f"{portal.url}/help/")
    expect(page.locator("meta[name=moment]")).to_have_count(0)
    # A connection stays with one process of the portal: each request has its own.
    headers = {**NETWORK, "Connection": "close"}
    with httpx.Client(base_url=portal.url, headers=headers, trust_env=False) as neighbour:

        def has_puzzle():
            # Each process of the portal counts by itself, and forgets with time.
            for _ in range(300):
                neighbour.post("/receipt/")
            page.goto(f"{portal.url}/help/")
            return page.locator("meta[name=moment]").count()

        until(has_puzzle, "a page with a puzzle")
    until(
        lambda: [each for each in visitor.profile.cookies() if each["name"] == "moment"],
        "the browser's pass",
    )
    page.goto(f"{portal.url}/help/")
    expect(page.locator("meta[name=moment]")).to_have_count(0)
    visitor.close()
