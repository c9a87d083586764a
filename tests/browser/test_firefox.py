"""The photo step in Firefox as Debian ships it: sealing, checks, and ways on where it is odd."""

from __future__ import annotations

import contextlib
import io
from urllib.parse import urlsplit

import pytest
from PIL import Image
from playwright.sync_api import expect

from habeas.protocol.receipt import verify_parts
from tests.browser.firefox import started
from tests.browser.seen import becomes, says
from tests.browser.test_checks import NAMES, assert_answer, assert_large
from tests.browser.test_sealing import FORM, Applicant, answered, heard_of, opened
from tests.browser.wire import Wire

pytestmark = pytest.mark.browser


def test_a_photo_is_checked_sealed_kept_and_sent(firefox, city, axe):
    visitor = Applicant(firefox, axe, "phone", "ru", "seal")
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
        visitor = Applicant(browser, axe, "desktop", "ru", "wire")
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
    visitor = Applicant(firefox, axe, "desktop", "en", "checks")
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
        visitor = Applicant(browser, axe, "phone", "en", "no-wasm")
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
        visitor = Applicant(browser, axe, "phone", "en", "private")
        visitor.begin(city.url)
        visitor.seal()
        receipt = visitor.save()
        assert visitor.send() == receipt.reference
        visitor.close()
