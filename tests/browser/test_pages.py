"""The portal's pages in Chromium, over real parties: what is promised, shown, and withdrawn."""

from __future__ import annotations

import contextlib
import re

import pytest
from playwright.sync_api import expect

from habeas.faces import assets
from habeas.protocol import Purpose, Receipt
from habeas.protocol.receipt_file import read_receipt
from tests.browser.seen import first_of, says
from tests.browser.visitor import CANNOT_SEAL, Visitor
from tests.waiting import until
from tests.world.city import ANSWERS, City

pytestmark = pytest.mark.browser
FORM = {"full_name": ANSWERS["full_name"], "date_of_birth": "1979-03-21", "address": "1 Lane"}


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    with contextlib.closing(City(tmp_path_factory.mktemp("city"))) as city:
        city.apply(assets.path("astronaut.png").read_bytes())  # the month's keys are known
        yield city


def applied(visitor: Visitor, city: City) -> Receipt:
    """Apply with a photo that the server seals, looking at each page on the way."""
    page = visitor.page
    page.add_init_script(CANNOT_SEAL)
    page.goto(f"{city.url}/apply/hunting-licence/")
    visitor.look("start")
    page.click(".govuk-button--start")
    for name, value in FORM.items():
        page.fill(f"[name={name}]", value)
    page.click("form[novalidate] button[type=submit]")
    page.wait_for_selector("#photo-form")
    visitor.look("photo")
    page.set_input_files("#photo", assets.path("astronaut.png"))
    page.click("#photo-form button[type=submit]")
    page.wait_for_selector("img")
    page.click("form button.govuk-button")
    page.wait_for_selector("dl")
    visitor.look("answers")
    page.click("form button.govuk-button")
    page.wait_for_selector("#reference")
    visitor.look("done")
    with page.expect_download() as download:
        page.click("a[download]")
    return read_receipt(download.value.path().read_bytes())


def show(visitor: Visitor, city: City, receipt: Receipt) -> None:
    """Show a receipt to the page that says what happened, without its script."""
    visitor.page.goto(f"{city.url}/receipt/")
    content = {"name": "receipt.json", "mimeType": "application/json", "buffer": receipt.encode()}
    visitor.page.set_input_files("#receipt", content)
    # As a browser without scripts sends it: the portal's server then verifies.
    with visitor.page.expect_navigation():
        visitor.page.evaluate("document.querySelector('#by-file').submit()")
    visitor.page.wait_for_selector("#seats")


@pytest.mark.parametrize(("width", "locale"), [("phone", "ru"), ("desktop", "en")])
def test_from_the_application_to_the_withdrawal(chromium, city, axe, width, locale):
    visitor = Visitor(chromium, axe, width, locale, "portal")
    silent = city.names[1]
    city.stop(silent)
    try:
        receipt = applied(visitor, city)
        assert receipt.pending == (silent,)
        show(visitor, city, receipt)
        starts = re.compile(rf"^\s*{re.escape(silent)}")
        expect(visitor.page.locator("[data-seat=pending]")).to_have_text(starts)
        expect(visitor.page.locator("[data-seat=holds]")).to_have_count(3)
        visitor.look("incomplete")
    finally:
        city.start(silent)

    def complete():
        show(visitor, city, receipt)
        return visitor.page.locator("#verified").count() == 1

    until(complete, "the late deposit", pause=0.5)
    expect(visitor.page.locator("[data-seat=holds]")).to_have_count(4)
    with visitor.page.expect_download() as download:
        visitor.page.click("form[action$='/complete/'] button")
    whole = read_receipt(download.value.path().read_bytes())
    assert (whole.pending, whole.promise) == ((), receipt.promise)

    with city.officer_client() as officer:
        officer.open(receipt.reference, Purpose.DECIDE_APPLICATION, "Is this the applicant?")
    city.settled()
    show(visitor, city, receipt)
    office = {"en": "Licensing Office", "ru": "Отдел лицензирования"}[locale]
    says(visitor.page, "[data-opening]", "Is this the applicant?", office)
    visitor.look("opened")

    asking, done = "form:has([name=confirmed])", ".govuk-panel--confirmation"
    visitor.page.click("form[action$='/withdraw/'] button")
    visitor.page.wait_for_selector(asking)
    visitor.look("withdraw")
    while first_of(visitor.page, done, asking) != done:
        with visitor.page.expect_navigation():
            visitor.page.click(f"{asking} button")  # ask them, and again
    expect(visitor.page.locator("pre")).to_have_count(4)
    visitor.look("withdrawn")
    show(visitor, city, receipt)
    expect(visitor.page.locator("[data-seat=destroyed]")).to_have_count(4)
    visitor.look("destroyed")
    visitor.close()


@pytest.mark.parametrize(("width", "locale"), [("phone", "en"), ("desktop", "ru")])
def test_the_pages_for_everybody(chromium, city, axe, width, locale):
    visitor = Visitor(chromium, axe, width, locale, "portal")
    for name in ("officers", "register", "register/check", "help"):
        visitor.page.goto(f"{city.url}/{name}/")
        visitor.look(name.replace("/", "-"))
    visitor.page.goto(city.url)
    visitor.page.evaluate("location.href = document.querySelector('[href=\"/officers/\"]').href")
    visitor.page.wait_for_selector("main a[href^='http://licensing.localhost']")
    visitor.close()
