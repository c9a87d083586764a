"""The photo step in Firefox as Debian ships it: sealing, checks, and ways on where it is odd."""

from __future__ import annotations

import contextlib
import io
from urllib.parse import urlsplit

import pytest
from PIL import Image
from playwright.sync_api import expect, sync_playwright

from habeas.protocol import Receipt
from habeas.protocol.receipt import verify_parts
from habeas.protocol.receipt_file import read_receipt
from tests.browser.firefox import downloads, started
from tests.browser.seen import becomes, says
from tests.browser.test_checks import NAMES, assert_answer, assert_large
from tests.browser.test_sealing import FORM, Applicant, answered, heard_of, opened
from tests.browser.wire import Wire
from tests.waiting import until

pytestmark = pytest.mark.browser


class Saver(Applicant):
    """Somebody with a Firefox that was started in *folder*."""

    def __init__(self, browser, axe, width, locale, room, folder):
        super().__init__(browser, axe, width, locale, room)
        self._saved = downloads(folder)

    def look(self, name: str) -> None:
        """As in Chromium; what takes the screenshot adds a style, which the page refuses."""
        before = len(self.problems)
        super().look(name)
        told = [each for each in self.problems[before:] if "inline style" not in each]
        self.problems = self.problems[:before] + told

    def save(self) -> Receipt:
        """Save the receipt, and read it from the disk."""
        self.page.wait_for_selector("[data-save]")
        self.page.click("[data-save]")
        return self.saved()

    def saved(self) -> Receipt:
        """The receipt that is on the disk, once it is."""

        def whole() -> bytes | None:
            # It is written under another name, which it loses when it is whole.
            with contextlib.suppress(FileNotFoundError):
                files = [each for each in self._saved.rglob("*") if each.is_file()]
                contents = [each.read_bytes() for each in files]
                return next((each for each in contents if each.rstrip().endswith(b"</html>")), None)
            return None

        return read_receipt(until(whole, "the saved receipt"))


@pytest.fixture(scope="module")
def driver():
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("firefox")


@pytest.fixture(scope="module")
def firefox(driver, folder):
    with started(driver, folder) as browser:
        yield browser


def test_a_photo_is_checked_sealed_kept_and_sent(firefox, city, axe, folder):
    visitor = Saver(firefox, axe, "phone", "ru", "firefox", folder)
    visitor.begin(city.url)
    visitor.choose()
    visitor.look("cut")
    expect(visitor.page.locator("[data-unchecked]")).to_be_hidden()
    visitor.page.click("[data-use]")
    visitor.page.wait_for_selector("[data-promise] li")
    visitor.page.click("[data-seal]")
    receipt = visitor.save()
    verify_parts(receipt)
    assert receipt.promise.sealed_by == "browser"
    visitor.look("keep")
    reference = visitor.send()
    with Image.open(io.BytesIO(opened(city, reference))) as picture:
        assert picture.format == "JPEG"
        assert abs(picture.width / picture.height - 35 / 45) < 0.01
    visitor.page.click("[data-finish]")
    visitor.page.wait_for_selector("h1:not(.govuk-panel__title)")
    kept = "indexedDB.databases().then((all) => all.length)"
    becomes(lambda: visitor.page.evaluate(kept), 0)
    visitor.close()


def test_no_answer_is_ever_sent_in_the_clear(driver, city, axe, tmp_path):
    """A proxy on the way writes down all that this browser says."""
    wire = Wire(urlsplit(city.url).port)
    heard = {
        "network__proxy__type": 1,
        "network__proxy__http": wire.host,
        "network__proxy__http_port": urlsplit(city.url).port,
        "network__proxy__allow_hijacking_localhost": True,
        "network__proxy__testing_localhost_is_secure_when_hijacked": True,
    }
    with contextlib.closing(wire), started(driver, tmp_path, **heard) as browser:
        visitor = Saver(browser, axe, "desktop", "ru", "wire", tmp_path)
        visitor.begin(city.url)
        visitor.seal()
        receipt = visitor.save()
        reference = visitor.send()
        assert receipt.promise.seal_id.encode() in wire.sent
        assert heard_of(bytes(wire.sent)) == []
        assert answered(city, reference) == FORM
        # And it would be heard: the same answers, left to the server.
        visitor.page.click("[data-finish]")
        visitor.page.wait_for_selector("h1:not(.govuk-panel__title)")
        visitor.begin_at_the_server(city.url)
        visitor.page.wait_for_selector("#photo-form")
        assert set(heard_of(bytes(wire.sent))) == set(FORM)
        visitor.profile.close()


def test_each_picture_has_python_s_answer(firefox, city, axe, tmp_path):
    visitor = Applicant(firefox, axe, "desktop", "en", "firefox-checks")
    visitor.begin(city.url)
    visitor.page.wait_for_selector("#photo")
    for name in NAMES:
        assert_answer(visitor, name)
    assert_large(visitor, tmp_path)
    visitor.close()


def test_a_canvas_that_resists_fingerprinting_leads_knowingly_to_the_server(
    driver, city, axe, tmp_path
):
    with started(driver, tmp_path, privacy__resistFingerprinting=True) as browser:
        visitor = Applicant(browser, "", "phone", "en", "resisting")
        visitor.begin_at_the_server(city.url)
        visitor.page.wait_for_selector("#photo-form")
        cannot = "This device cannot seal. The city’s server will see the photo"
        says(visitor.page, "#server-sees", cannot)
        visitor.close()


def test_without_webassembly_nobody_checks_and_the_device_seals_all_the_same(
    driver, city, axe, tmp_path
):
    with started(driver, tmp_path, javascript__options__wasm=False) as browser:
        visitor = Saver(browser, axe, "phone", "en", "no-wasm", tmp_path)
        visitor.begin(city.url)
        visitor.choose()
        expect(visitor.page.locator("[data-unchecked]")).to_be_visible()
        visitor.page.click("[data-use]")
        visitor.page.wait_for_selector("[data-promise] li")
        visitor.page.click("[data-seal]")
        verify_parts(visitor.save())
        visitor.close()


def test_private_browsing_seals_and_sends(driver, city, axe, tmp_path):
    with started(driver, tmp_path, browser__privatebrowsing__autostart=True) as browser:
        visitor = Saver(browser, axe, "phone", "en", "private", tmp_path)
        visitor.begin(city.url)
        visitor.seal()
        receipt = visitor.save()
        assert visitor.send() == receipt.reference
        visitor.close()
