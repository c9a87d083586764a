"""Six tasks, each within the number of steps that people were promised.

A step is a heading that somebody comes to and acts on, as a screen reader says it; what tells
them at the end that all is done is no step. Each test writes down what it comes to, so that a
page more is seen here first. Deciding a case is in `test_desk`;
finding the refusals of an office in a month is in `tests/unit/portal/test_register.py`.
"""

from __future__ import annotations

import pytest

from habeas.faces import assets
from tests.browser.seen import said_by, says
from tests.browser.test_history import opened, portal_page
from tests.browser.test_sealing import FORM
from tests.browser.visitor import Visitor
from tests.world.city import City

pytestmark = pytest.mark.browser


class Walker(Visitor):
    """Somebody who writes down each step."""

    def __init__(self, chromium):
        super().__init__(chromium, "", room="tasks")
        self.steps: list[str] = []

    def stands(self, selector: str, heading: str = "h1") -> None:
        """Come to a page, which has *selector*."""
        self.page.wait_for_selector(selector)
        self.steps.append(said_by(self.page.locator(f"main {heading}").last).strip())

    def walk_to_the_photo(self, city: City) -> None:
        self.page.goto(f"{city.url}/apply/hunting-licence/")
        self.stands(".govuk-button--start")
        self.page.click(".govuk-button--start")
        # The server's page, which leads on to the device's own, has the same questions.
        self.page.wait_for_url("**/seal/#/details")
        self.stands("[name=full_name]")
        for name, value in FORM.items():
            self.page.fill(f"[name={name}]", value)
        self.page.click("form[novalidate] button[type=submit]")
        self.stands("#photo")


def test_apply_with_a_photo_in_six(chromium, city):
    walker = Walker(chromium)
    walker.walk_to_the_photo(city)
    walker.page.set_input_files("#photo", assets.path("astronaut.png"))
    walker.stands("canvas")
    walker.page.click("[data-use]")
    walker.stands("[data-promise] li")
    walker.page.click("[data-seal]")
    walker.stands("[data-save]")
    walker.saved("[data-save]")
    walker.page.click("[data-send]")
    walker.page.wait_for_selector("#reference")
    assert walker.steps == [
        "Apply for a hunting licence", "Your details", "Add a photo, if you want to",
        "Check and cut the photo", "Check your answers", "Keep the receipt for your photo",
    ]  # fmt: skip
    walker.close()


def test_apply_without_a_photo_in_five(chromium, city):
    walker = Walker(chromium)
    walker.walk_to_the_photo(city)
    walker.page.click("[data-without]")
    walker.stands("[data-seal]")
    walker.page.click("[data-seal]")
    walker.page.wait_for_selector("#reference")
    assert len(walker.steps) == 4, walker.steps
    walker.close()


def test_see_who_opened_it_in_two(chromium, city):
    receipt = city.apply(assets.path("astronaut.png").read_bytes())[1]
    opened(city, receipt)
    city.settled()
    walker = Walker(chromium)
    walker.page.goto(f"{city.url}/")
    walker.page.click("nav a[href='/receipt/']")
    walker.stands("#by-file")
    portal_page(walker, city, receipt.encode(), "receipt.json")
    walker.stands("[data-act=opened]", "h2[tabindex], main h2")
    assert len(walker.steps) == 2
    says(walker.page, "[data-act=opened]", "Licensing Office opened it")
    walker.close()


def test_withdraw_in_three(chromium, city):
    receipt = city.apply(assets.path("astronaut.png").read_bytes())[1]
    walker = Walker(chromium)
    walker.page.goto(f"{city.url}/receipt/")
    walker.stands("#by-file")
    portal_page(walker, city, receipt.encode(), "receipt.json")
    walker.stands("[data-withdraw]", "h2")
    walker.page.click("[data-withdraw]")
    walker.stands("[data-yes]", "h2:focus")
    walker.page.click("[data-yes]")
    walker.page.wait_for_selector("text=Photo withdrawn")
    assert len(walker.steps) == 3
    assert walker.steps[-1] == "Withdraw the photo?"
    walker.close()
