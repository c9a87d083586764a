"""What people print: nothing is cut off, and nothing is on paper that only a screen can use."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from habeas.faces import assets
from habeas.protocol.receipt_file import receipt_page
from tests.browser.looking import SHOTS
from tests.browser.seen import becomes
from tests.browser.test_history import BLANK, opened, portal_page
from tests.waiting import PATIENCE_SECONDS

pytestmark = pytest.mark.browser

#: A4 between margins of 10 mm, at 96 CSS pixels an inch (CSS Values and Units 4, section 6.2).
PAPER = {"width": 718, "height": 1047}
MARGIN = {"top": "10mm", "bottom": "10mm", "left": "10mm", "right": "10mm"}
#: Parts of a page that are wider than their place: paper does not scroll.
CUT = """() => [...document.querySelectorAll("body *")].filter(each =>
    each.checkVisibility() && each.scrollWidth > each.clientWidth + 1
    && ["auto", "scroll", "hidden"].includes(getComputedStyle(each).overflowX)
    && !each.className.toString().includes("visually-hidden"))
    .map(each => `${each.tagName}.${each.className}`)"""
WHITE = re.compile(r"^(rgb\(255, 255, 255\)|rgba\(0, 0, 0, 0\))$")
BLACK = re.compile(r"^(rgb\(0, 0, 0\)|rgb\(11, 12, 12\))$")
#: What a pen cannot press.
PRESSED = """() => [...document.querySelectorAll("button, input:not([type=hidden]), nav")]
    .filter(each => each.checkVisibility()).map(each => each.outerHTML.slice(0, 80))"""


@pytest.fixture(scope="module")
def receipt(city):
    found = city.apply(assets.path("astronaut.png").read_bytes())[1]
    opened(city, found)
    city.settled()
    city.followed()
    return found


class Printer:
    """Somebody who prints what their browser shows."""

    def __init__(self, chromium, locale):
        self.profile = chromium.new_context(viewport=PAPER, locale=locale, color_scheme="dark")
        self.profile.set_default_timeout(PATIENCE_SECONDS * 1000)
        self.page = self.profile.new_page()
        self._locale = locale
        SHOTS.mkdir(parents=True, exist_ok=True)

    def put(self, name, *, pressed=()):
        """Put the page on paper, and look at it."""
        self.page.emulate_media(media="print")
        becomes(lambda: self.page.evaluate(CUT), [])
        wide = "document.documentElement.scrollWidth > innerWidth + 1"
        becomes(lambda: self.page.evaluate(wide), False)
        becomes(
            lambda: [
                each for each in self.page.evaluate(PRESSED) if not any(p in each for p in pressed)
            ],
            [],
        )
        expect(self.page.locator("body")).to_have_css("background-color", WHITE)
        expect(self.page.locator("h1").first).to_have_css("color", BLACK)
        path = SHOTS / f"paper-{self._locale}-{name}.pdf"
        self.page.pdf(path=path, format="A4", margin=MARGIN)
        self.page.emulate_media(media="screen")


@pytest.fixture(params=["en", "ru"])
def printer(request, chromium):
    found = Printer(chromium, request.param)
    yield found
    found.profile.close()


def test_a_receipt_on_paper(printer, receipt, tmp_path):
    page = tmp_path / "receipt.html"
    page.write_text(receipt_page(BLANK, receipt))
    printer.page.goto(f"file://{page}")
    printer.page.wait_for_selector("#verdict.holds")
    printer.put("receipt")


def test_what_happened_to_a_photo_on_paper(printer, city, receipt):
    portal_page(printer, city, receipt.encode(), "receipt.json")
    printer.page.wait_for_selector("[data-act=opened]")
    printer.put("history")


def test_a_promise_a_month_and_an_entry_on_paper(printer, city, receipt):
    last = city.entries()[-1]
    for name, path in {
        "promise": "/apply/hunting-licence/",
        "month": f"/register/months/{last.day[:7]}/",
        "register": "/register/",
        "entry": f"/register/entries/{city.size() - 1}/",
        "entries": "/register/entries/",
        "trustees": "/register/trustees/",
        "lost": "/receipt/lost/",
    }.items():
        printer.page.goto(city.url + path)
        printer.page.wait_for_selector("h1")
        printer.put(name)
