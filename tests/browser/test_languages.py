"""The third language on every page, and pages turned round for scripts from right to left."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from habeas.faces import assets
from habeas.protocol.receipt_file import receipt_page
from habeas.trustee.console import Doors, make_console
from tests.browser.seen import becomes, computed, says
from tests.browser.test_everybody import Looker, served
from tests.browser.test_history import BLANK, opened
from tests.browser.test_sealing import FORM, Applicant
from tests.browser.visitor import SIZES

pytestmark = pytest.mark.browser
PAGES = (
    "/", "/help/", "/accessibility/",
    "/apply/hunting-licence/", "/apply/hunting-licence/details/?cannot",
    "/receipt/", "/receipt/lost/", "/officers/", "/cameras/", "/cameras/hours/", "/register/",
    "/register/entries/",
    "/register/entries/3/", "/register/check/", "/register/trustees/", "/register/code/",
    "/register/offices/licensing-office/", "/nowhere/",
)  # fmt: skip
#: How far the homepage's link stands from where lines begin; CSS pixels.
BEGINNING = """() => { const at = document.querySelector("header a").getBoundingClientRect();
    return document.documentElement.dir === "rtl" ? innerWidth - at.right : at.left; }"""


@pytest.fixture(scope="module")
def receipt(city):
    found = city.apply(assets.path("astronaut.png").read_bytes())[1]
    opened(city, found)
    city.settled()
    city.followed()
    return found


class AtEachWidth(Looker):
    """Looks at a page at the width of a phone and of a desktop, one after the other."""

    def __init__(self, chromium, axe):
        super().__init__(chromium, axe, "light", "pl", SIZES["phone"], "each")

    def look(self, name):
        for width, size in SIZES.items():
            self.page.set_viewport_size(size)
            super().look(f"{width}-{name}")

    def turn(self, name):
        """The same from right to left, as for Arabic or Hebrew."""
        self.look(name)
        before = self._beginnings()
        self.page.evaluate("document.documentElement.dir = 'rtl'")
        becomes(self._beginnings, pytest.approx(before, abs=1))
        self.look(f"rtl-{name}")

    def _beginnings(self):
        found = {}
        for width, size in SIZES.items():
            self.page.set_viewport_size(size)
            found[width] = computed(self.page, BEGINNING)
        return found


@pytest.fixture
def looker(chromium, axe, receipt):
    if not axe:
        pytest.skip("axe-core is not installed")
    found = AtEachWidth(chromium, axe)
    yield found
    found.profile.close()


def months(city):
    return f"/register/months/{city.entries()[-1].day[:7]}/"


def test_every_page_speaks_polish_and_can_be_turned_round(city, looker):
    """What begins at the left begins at the right then, and nothing is cut."""
    for path in (*PAGES, months(city)):
        looker.page.goto(city.url + path)
        expect(looker.page.locator("html")).to_have_attribute("lang", "pl")
        looker.turn(path)
    assert not looker.found


def test_a_receipt_and_its_history_speak_polish_and_can_be_turned_round(looker, receipt, tmp_path):
    page = tmp_path / "receipt.html"
    page.write_text(receipt_page(BLANK, receipt))
    looker.page.goto(f"file://{page}")
    looker.page.wait_for_selector("[data-act=opened]")
    says(
        looker.page, "main", "To pokwitowanie jest ważne",
        "otwarto je: Licensing Office, aby rozpatrzyć Twój wniosek.",
        "Twoje zdjęcie otwarto 1 raz.",
    )  # fmt: skip
    looker.look("receipt-file")
    looker.page.evaluate("document.documentElement.dir = 'rtl'")
    looker.look("rtl-receipt-file")
    assert not looker.found


def test_the_photo_step_speaks_polish(chromium, city, axe):
    visitor = Applicant(chromium, axe, "phone", "pl", "seal")
    visitor.begin(city.url)
    visitor.page.wait_for_selector("#photo")
    expect(visitor.page.locator("h1")).to_have_text("Dodaj zdjęcie, jeśli chcesz")
    visitor.look("choose")
    visitor.choose()
    visitor.look("cut")
    visitor.page.click("[data-use]")
    visitor.page.wait_for_selector("[data-promise] li")
    says(visitor.page, "dl", FORM["full_name"])
    says(visitor.page, "[data-promise]", "aby rozpatrzyć wniosek")
    visitor.look("check")
    # Another language where one stands, and back: nothing is lost.
    visitor.page.click("[data-language=en]")
    expect(visitor.page.locator("h1")).to_have_text("Check your answers")
    visitor.page.click("[data-language=pl]")
    expect(visitor.page.locator("h1")).to_have_text("Sprawdź swoje odpowiedzi")
    visitor.page.click("[data-seal]")
    visitor.save()
    visitor.look("keep")
    visitor.send()
    visitor.look("sent")
    visitor.close()


def test_the_console_speaks_polish(city, looker):
    trustee = next(iter(city.trustees.values()))
    doors = Doors(bytes(32), lambda: 1_000)
    with served(make_console(trustee, doors)) as address:
        looker.page.goto(f"{address}/sign-in?link={doors.link()}")
        for path in ("/", "/history", "/claims", "/keys", "/health"):
            looker.page.goto(address + path)
            expect(looker.page.locator("html")).to_have_attribute("lang", "pl")
            looker.look(f"console{path}")
    assert not looker.found
