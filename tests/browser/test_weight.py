"""What a browser must load before somebody can begin, in bytes: the seconds of a poor line.

Bodies as a proxy sends them (`encode gzip`); the portal's own process compresses nothing.
"""

from __future__ import annotations

import gzip
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Error, expect

from tests.browser.seen import computed, says
from tests.browser.test_sealing import FORM, KEPT, Applicant, answered
from tests.waiting import until

pytestmark = pytest.mark.browser
FIRST_PAGE, PHOTO_STEP = 30_000, 60_000
#: What comes once the page can be used: the camera's code, what seals, the receipt's page, checks.
CHECKS = ("/checks.", "/litert.", "/models/")
LATER = ("/taking.", "/sending.", "/photo/receipt.", *CHECKS)


class Weighing(Applicant):
    """Somebody whose browser's answers are weighed; what comes later never does."""

    def __init__(self, chromium, locale, lost=LATER):
        super().__init__(chromium, "", "phone", locale, "weight")
        self.bodies: dict[str, int] = {}
        self.lost, self.leaving = lost, False
        self.page.route("**/*", self._take)

    def leave(self):
        self.leaving = True
        self.profile.close()

    def _take(self, route):
        path = urlsplit(route.request.url).path
        if any(each in path for each in self.lost):
            route.abort()
            return
        try:
            answer = route.fetch(timeout=0)
            body = answer.body()
            self.bodies[path] = len(gzip.compress(body, 5))
            route.fulfill(status=answer.status, headers=answer.headers, body=body)
        except Error:
            # Whoever leaves waits for no answer.
            if not self.leaving:
                raise

    @property
    def weight(self) -> int:
        return sum(self.bodies.values())


@pytest.mark.parametrize("locale", ["en", "ru", "pl"])
def test_the_first_page_is_light(chromium, city, locale):
    visitor = Weighing(chromium, locale)
    visitor.page.goto(f"{city.url}/")
    visitor.page.wait_for_load_state("networkidle")
    assert visitor.weight < FIRST_PAGE, visitor.bodies
    assert len(visitor.bodies) >= 3
    visitor.close()


@pytest.mark.parametrize("locale", ["en", "ru", "pl"])
def test_the_photo_step_can_be_used_before_its_parts_come(chromium, city, locale):
    visitor = Weighing(chromium, locale)
    page = visitor.page
    page.goto(f"{city.url}/apply/hunting-licence/seal/")
    page.wait_for_selector("[name=full_name]")
    expect(page.locator("html")).to_have_attribute("lang", locale)
    page.wait_for_load_state("networkidle")
    # Typing, and being told what is wrong, needs nothing more.
    page.click("form[novalidate] button[type=submit]")
    page.wait_for_selector(".govuk-error-summary")
    assert visitor.weight < PHOTO_STEP, visitor.bodies
    # Of the other languages nothing was loaded.
    packs = {path.split("/")[-1][:2] for path in visitor.bodies if path.split("/")[-1][2:3] == "."}
    assert packs == {locale} - {"en"}
    visitor.leave()


def test_what_did_not_come_is_said_and_asked_for_again(chromium, city):
    """A photo is asked for once all is there that seals it; what was typed stays."""
    visitor = Weighing(chromium, "en", ("/taking.",))
    page = visitor.page
    visitor.begin(city.url)
    for missing in (("/sending.",), ("/photo/receipt.",), ()):
        visitor.problem("No answer came. Everything is still here")
        expect(page.locator("#photo")).to_have_count(0)
        visitor.lost = missing
        page.evaluate("document.querySelector('.govuk-error-summary').remove()")
        page.click("[data-t=tryAgain]")
    visitor.choose()
    page.click("[data-use]")
    page.wait_for_selector("[data-promise] li")
    says(page, "dl", FORM["full_name"])
    page.click("[data-seal]")
    visitor.save()
    visitor.send()
    visitor.leave()


def test_a_release_that_comes_while_a_photo_is_taken_loses_nothing(chromium, city):
    """The page's own files are gone from the site: all that seals the photo is there by then."""
    visitor = Applicant(chromium, "", "phone", "en", "renewed")
    page = visitor.page
    visitor.begin(city.url)
    page.wait_for_selector("#photo")
    gone = []

    def renewed(route):
        gone.append(route.request.url)
        route.fulfill(status=404)

    page.route("**/static/**", renewed)
    visitor.choose()
    page.click("[data-use]")
    page.wait_for_selector("[data-promise] li")
    page.click("[data-seal]")
    receipt = visitor.save()
    assert visitor.send() == receipt.reference
    assert answered(city, receipt.reference) == FORM
    # What sealing goes on without, and the page's icon.
    assert not [each for each in gone if not any(part in each for part in (*CHECKS, "/icon."))]
    visitor.close()


def test_a_release_that_comes_before_loads_the_page_anew(chromium, city):
    visitor = Applicant(chromium, "", "phone", "en", "renewed-before")
    page = visitor.page
    page.route("**/static/photo/sending.*", lambda route: route.fulfill(status=404))
    visitor.begin(city.url)
    visitor.problem("The city has renewed this page meanwhile")
    until(lambda: page.evaluate(KEPT), "the device to keep what was typed")
    page.unroute("**/static/photo/sending.*")
    page.click("[data-t=tryAgain]")
    visitor.check()
    says(page, "dl", FORM["full_name"])
    visitor.close()


def test_a_language_that_does_not_come_leaves_the_page_in_english(chromium, city):
    visitor = Weighing(chromium, "ru", (*LATER, "/ru."))
    page = visitor.page
    page.goto(f"{city.url}/apply/hunting-licence/seal/")
    page.wait_for_selector("[name=full_name]")
    expect(page.locator("h1")).to_have_text("Your details")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.click("[data-language=ru]")
    visitor.problem("No answer came")
    visitor.lost = LATER
    page.click("[data-language=ru]")
    expect(page.locator("h1")).to_have_text("Ваши данные")
    expect(page.locator("html")).to_have_attribute("lang", "ru")
    visitor.leave()


@pytest.mark.parametrize("part", ["taking", "sending"])
def test_a_changed_part_does_not_run(chromium, city, part):
    """Subresource Integrity holds for what is loaded later, too."""
    visitor = Applicant(chromium, "", "desktop", "en", "part")

    def swapped(route):
        answer = route.fetch(timeout=0)
        route.fulfill(response=answer, body=answer.text() + ";globalThis.stolen = true;")

    visitor.page.route(f"**/static/photo/{part}.*.js", swapped)
    visitor.begin(city.url)
    visitor.problem("No answer came")
    # A photo is asked for once all is there that seals it.
    expect(visitor.page.locator("#photo")).to_have_count(0)
    assert computed(visitor.page, "globalThis.stolen") is None
    visitor.profile.close()
