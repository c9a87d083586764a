"""The whole journey in Chromium: applicant and officer in profiles of their own."""

from __future__ import annotations

import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from habeas.deploy import sample
from habeas.faces import assets
from tests.browser.conftest import axe_script, launched
from tests.browser.looking import wrong_with
from tests.browser.seen import becomes, says, text_of
from tests.browser.visitor import CANNOT_SEAL, NO_TIME_PASSES, SIZES
from tests.waiting import PATIENCE_SECONDS, until

pytestmark = [pytest.mark.slow, pytest.mark.browser]
CAMERA = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]


@pytest.fixture(scope="module")
def chromium():
    with launched(*CAMERA) as browser:
        yield browser


@pytest.fixture(scope="module", autouse=True)
def axe(tmp_path_factory):
    Visitor.axe = axe_script(tmp_path_factory)
    return Visitor.axe


def test_axe_looks_too(axe):
    if not axe:
        pytest.skip("axe-core cannot be installed here (npm): pages are not checked with it")
    assert "axe.run" in axe


class Visitor:
    """One browser profile that looks at what it meets."""

    axe = ""

    def __init__(self, chromium, city, width, **options):
        self.profile = chromium.new_context(
            viewport=SIZES[width], base_url=city.place.portal_url, **options
        )
        self.page = self.profile.new_page()
        self.profile.set_default_timeout(PATIENCE_SECONDS * 1000)
        self._width = width
        self._script = options.get("java_script_enabled", True)
        self.problems = []
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("console", self._console)

    def _console(self, message):
        # A refusal answers 403: Chromium reports every such status as an error.
        if message.type == "error" and "status of 4" not in message.text:
            self.problems.append(message.text)

    def look(self, name):
        self.page.wait_for_load_state("networkidle")
        axe = self.axe if self._script else ""
        found = wrong_with(self.page, axe, picture=f"{self._width}-{name}")
        assert not found, f"{name}: {found}"

    def press(self, text):
        self.page.get_by_role("button", name=text, exact=True).click()

    def refused(self):
        """Waits for the page that says what is wrong: a click does not wait for the answer."""
        self.page.wait_for_selector(".govuk-error-summary")
        expect(self.page).to_have_title(re.compile("^Error: "))

    def close(self):
        self.profile.close()


def _applicant(chromium, city, width, **options):
    """Somebody whose device cannot seal (tests/browser/test_sealing has others)."""
    visitor = Visitor(chromium, city, width, **options)
    visitor.page.add_init_script(CANNOT_SEAL)
    return visitor


def _fill(visitor):
    """Up to the photo step."""
    page = visitor.page
    page.fill("#full_name", "Anna Example")
    page.fill("#date_of_birth", "1980-05-17")
    page.fill("#address", "1 Forest Lane\nGreenwood")
    visitor.press("Continue")
    page.wait_for_url("**/photo/")


def _send(visitor, tmp_path, look=lambda _: None):
    """From the photo step to the receipt's file."""
    page = visitor.page
    page.set_input_files("#photo", assets.path("astronaut.png"))
    visitor.press("Continue with this photo")
    page.wait_for_url("**/check-photo/")
    look("check-photo")
    page.get_by_role("button", name=re.compile("Use this photo")).click()
    page.wait_for_url("**/answers/")
    look("answers")
    visitor.press("Send application")
    page.wait_for_url("**/done/")
    look("done")
    with page.expect_download() as download:
        page.get_by_text("Download the receipt").click()
    file = tmp_path / "receipt.json"
    download.value.save_as(file)
    return text_of(page, "#reference"), file


def _status(visitor, file):
    """Ask until all trustees have put on the log what they did a moment ago."""

    def verified():
        visitor.page.goto("/receipt/")
        visitor.page.set_input_files("#receipt", file)
        visitor.press("Continue")
        # With scripts the browser verifies, and without them the portal's server.
        visitor.page.wait_for_selector(
            ".told .verdict, #verified, #settling, #incomplete, #contradicted"
        )
        return visitor.page.locator("#verified, .told .verdict.complete").count()

    until(verified, "a photo's history that is complete")


def _sign_in(visitor, city, office="licensing-office"):
    """At the office's own address, with the officer's passphrase."""
    visitor.page.add_init_script(NO_TIME_PASSES)
    visitor.page.goto(city.place.addresses.desks[office] + "/")
    visitor.look("desk-sign-in")
    visitor.page.fill("#label", sample.OFFICER)
    visitor.page.click("form button")
    visitor.page.wait_for_selector("#passphrase:visible")
    visitor.look("desk-passphrase")
    visitor.page.fill("#passphrase", city.place.words[office].officer)
    visitor.page.click("form button")
    visitor.page.wait_for_selector("table")


def _case(visitor, reference):
    page = visitor.page
    page.evaluate("location.hash = '#/'")
    page.get_by_role("link", name=reference).click()
    page.wait_for_selector("[data-photo]")
    return page


def _ask(visitor, reference):
    page = _case(visitor, reference)
    visitor.look("desk-case")
    page.click("[data-photo] a")
    page.wait_for_selector("#reason")
    page.fill("#reason", "Is this the applicant?")
    visitor.look("desk-ask")
    page.click("#open-form button")


def _look_around(visitor):
    for address, name in [
        ("/help/", "help"),
        ("/accessibility/", "accessibility"),
        ("/register/", "register"),
        ("/register/entries/", "register-entries"),
        ("/register/entries/1/", "register-entry"),
        ("/register/check/", "register-check"),
        ("/nowhere/", "not-found"),
    ]:
        visitor.page.goto(address)
        visitor.look(name)


@pytest.mark.parametrize("width", SIZES)
def test_the_whole_journey_in_two_profiles(  # noqa: PLR0915 - it is one story
    city, chromium, tmp_path, width
):
    applicant = _applicant(chromium, city, width, accept_downloads=True)
    officer = Visitor(chromium, city, width)
    page = applicant.page
    page.goto("/")
    applicant.look("home")
    page.goto("/apply/hunting-licence/")
    applicant.look("start")
    page.get_by_role("button", name="Start now").click()
    applicant.press("Continue")
    applicant.refused()
    page.wait_for_selector(".govuk-error-summary:focus")
    applicant.look("details-errors")
    _fill(applicant)
    applicant.look("photo")
    text = tmp_path / "notes.txt"
    text.write_text("no picture")
    page.set_input_files("#photo", text)
    applicant.press("Continue with this photo")
    says(page, ".govuk-error-summary", "is not a photo that we can read")
    applicant.look("photo-error")
    reference, file = _send(applicant, tmp_path, applicant.look)

    _sign_in(officer, city)
    officer.look("desk-queue")
    _ask(officer, reference)
    officer.page.wait_for_selector("#view:not([hidden])")
    values = """() => { const c = document.querySelector("#view canvas");
        const p = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
        return new Set(p).size; }"""
    until(lambda: officer.page.evaluate(values) > 50, "a picture, not an empty canvas")
    officer.look("desk-view")
    officer.page.click("#view button")
    officer.page.wait_for_selector("#over:not([hidden])")
    becomes(lambda: officer.page.evaluate("document.querySelector('#view canvas').width"), 1)
    officer.look("desk-closed")

    _status(applicant, file)
    openings = page.locator("[data-act=opened]")
    expect(openings).to_have_count(1)
    says(page, "[data-act=opened]", "Is this the applicant?")
    applicant.look("status")
    applicant.press("Withdraw the photo")
    page.wait_for_selector("[data-yes]")
    applicant.look("withdraw")
    applicant.press("Yes, withdraw the photo")
    page.wait_for_selector("text=Photo withdrawn")
    expect(page.locator("[data-erased]")).to_have_count(4)
    applicant.look("withdrawn")

    # Said before it is asked for: nobody is shown a way that ends in a refusal. The trustees were
    # asked past the portal, which learns of it from the log.
    desk = officer.page
    until(
        lambda: "has withdrawn the photo" in _case(officer, reference).inner_text("[data-photo]"),
        "the desk knows that the photo was withdrawn",
    )
    expect(desk.locator("[data-photo] a").first).to_be_hidden()
    officer.look("desk-withdrawn")
    _look_around(applicant)
    assert not applicant.problems
    assert not officer.problems
    applicant.close()
    officer.close()


def test_without_javascript_up_to_the_receipt_and_withdrawal(city, chromium, tmp_path):
    visitor = _applicant(chromium, city, "phone", java_script_enabled=False, accept_downloads=True)
    visitor.page.goto("/apply/hunting-licence/details/")
    _fill(visitor)
    reference, file = _send(visitor, tmp_path)
    assert reference.startswith("HL-")
    _status(visitor, file)
    visitor.press("Withdraw the photo")
    visitor.press("Yes, withdraw the photo")
    visitor.page.wait_for_selector(".govuk-panel")
    visitor.close()


def test_the_camera_takes_a_picture(city, chromium):
    visitor = _applicant(chromium, city, "phone", permissions=["camera"])
    visitor.page.goto("/apply/hunting-licence/details/")
    _fill(visitor)
    visitor.press("Use the camera")
    visitor.page.wait_for_selector("[data-live]:not([hidden])")
    visitor.look("camera")
    visitor.press("Take the photo")
    # Chromium's fake camera shows a pattern without a face.
    says(visitor.page, ".govuk-error-summary", "could not find a face")
    visitor.close()


def test_without_a_photo_and_a_service_that_asks_for_none(city, chromium):
    visitor = _applicant(chromium, city, "desktop")
    visitor.page.goto("/apply/hunting-licence/details/")
    _fill(visitor)
    visitor.press("Continue without a photo")
    visitor.press("Send application")
    visitor.page.wait_for_url("**/done/")
    says(visitor.page, "main", "counts the same")
    visitor.page.goto("/apply/allotment-garden/details/")
    visitor.page.fill("#full_name", "Anna Example")
    visitor.page.fill("#park", "Greenwood")
    visitor.page.fill("#telephone", "+1 555 0100")
    visitor.press("Continue")
    visitor.page.wait_for_url("**/answers/")
    visitor.press("Send application")
    expect(visitor.page.locator("#reference")).to_have_text(re.compile("^AG-"))
    visitor.close()


#: What a browser that resists fingerprinting does to whatever is read from a canvas.
NOISE = """
    const read = CanvasRenderingContext2D.prototype.getImageData;
    CanvasRenderingContext2D.prototype.getImageData = function (...where) {
        const pixels = read.apply(this, where);
        crypto.getRandomValues(pixels.data.subarray(0, 4096));
        return pixels;
    };
"""


@pytest.mark.parametrize("noisy", [False, True])
def test_a_canvas_that_gives_back_noise_is_not_used(city, chromium, tmp_path, noisy):
    visitor = _applicant(chromium, city, "desktop")
    if noisy:
        visitor.page.add_init_script(NOISE)
    visitor.page.goto("/apply/hunting-licence/details/")
    _fill(visitor)
    large = tmp_path / "large.png"
    with Image.open(assets.path("astronaut.png")) as picture:
        picture.convert("RGB").resize((1700, 1700)).save(large)
    visitor.page.set_input_files("#photo", large)
    with visitor.page.expect_request(lambda request: request.method == "POST") as sent:
        visitor.press("Continue with this photo")
    visitor.page.wait_for_url("**/check-photo/")
    # The file as it is, or a JPEG of its picture, smaller.
    size = int(sent.value.all_headers()["content-length"])
    assert (size > large.stat().st_size) == noisy
    visitor.close()
