"""The third language on every page, and pages turned round for scripts from right to left."""

from __future__ import annotations

import pytest

from habeas.faces import assets
from habeas.protocol.receipt_file import receipt_page
from habeas.trustee.console import Doors, make_console
from tests.browser.test_everybody import Looker, served
from tests.browser.test_history import BLANK, opened
from tests.browser.test_sealing import FORM, Applicant
from tests.browser.visitor import SIZES

pytestmark = pytest.mark.browser
PAGES = (
    "/", "/help/", "/accessibility/",
    "/apply/hunting-licence/", "/apply/hunting-licence/details/?cannot",
    "/receipt/", "/receipt/lost/", "/officers/", "/cameras/", "/register/", "/register/entries/",
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


@pytest.fixture(params=["phone", "desktop"])
def looker(request, chromium, axe, receipt):
    if not axe:
        pytest.skip("axe-core is not installed")
    found = Looker(chromium, axe, "light", "pl", SIZES[request.param], request.param)
    yield found
    found.profile.close()


def months(city):
    return f"/register/months/{city.entries()[-1].day[:7]}/"


def test_every_page_speaks_polish(city, looker):
    for path in (*PAGES, months(city)):
        looker.page.goto(city.url + path)
        assert looker.page.get_attribute("html", "lang") == "pl", path
        looker.look(path)
    assert not looker.found


def test_a_receipt_and_its_history_speak_polish(looker, receipt, tmp_path):
    page = tmp_path / "receipt.html"
    page.write_text(receipt_page(BLANK, receipt))
    looker.page.goto(f"file://{page}")
    looker.page.wait_for_selector("[data-act=opened]")
    said = looker.page.inner_text("main")
    assert "To pokwitowanie jest ważne" in said
    assert "otwarto je: Licensing Office, aby rozpatrzyć Twój wniosek." in said
    assert "Twoje zdjęcie otwarto 1 raz." in said
    looker.look("receipt-file")
    assert not looker.found


def test_the_photo_step_speaks_polish(chromium, city, axe):
    visitor = Applicant(chromium, axe, "phone", "pl", "seal")
    visitor.begin(city.url)
    visitor.page.wait_for_selector("#photo")
    assert visitor.page.inner_text("h1") == "Dodaj zdjęcie, jeśli chcesz"
    visitor.look("choose")
    visitor.choose()
    visitor.look("cut")
    visitor.page.click("[data-use]")
    visitor.page.wait_for_selector("[data-promise] li")
    assert FORM["full_name"] in visitor.page.inner_text("dl")
    assert "aby rozpatrzyć wniosek" in visitor.page.inner_text("[data-promise]")
    visitor.look("check")
    # Another language where one stands, and back: nothing is lost.
    visitor.page.click("[data-language=en]")
    assert visitor.page.inner_text("h1") == "Check your answers"
    visitor.page.click("[data-language=pl]")
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
            assert looker.page.get_attribute("html", "lang") == "pl"
            looker.look(f"console{path}")
    assert not looker.found


def test_every_page_can_be_turned_round(city, looker):
    """As for Arabic or Hebrew: what begins at the left begins at the right, and nothing is cut."""
    for path in (*PAGES, months(city)):
        looker.page.goto(city.url + path)
        before = looker.page.evaluate(BEGINNING)
        looker.page.evaluate("document.documentElement.dir = 'rtl'")
        assert looker.page.evaluate(BEGINNING) == pytest.approx(before, abs=1), path
        looker.look(f"rtl{path}")
    assert not looker.found


def test_a_receipt_can_be_turned_round(looker, receipt, tmp_path):
    page = tmp_path / "receipt.html"
    page.write_text(receipt_page(BLANK, receipt))
    looker.page.goto(f"file://{page}")
    looker.page.wait_for_selector("[data-act=opened]")
    looker.page.evaluate("document.documentElement.dir = 'rtl'")
    looker.look("rtl-receipt-file")
    assert not looker.found
