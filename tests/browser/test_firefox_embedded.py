"""`<habeas-photo>` in a city's own form, in Firefox; Chromium has `test_embedded`."""

from __future__ import annotations

import pytest
from playwright.sync_api import sync_playwright

from habeas.protocol.receipt import verify_parts
from tests.browser.firefox import started
from tests.browser.test_embedded import Formed, sites  # noqa: F401 - the form's sites
from tests.browser.test_firefox import Saver

pytestmark = pytest.mark.browser


class FormedInFirefox(Saver, Formed):
    """Somebody at the city's form, with Firefox."""


@pytest.mark.parametrize(("width", "locale"), [("phone", "ru"), ("desktop", "en")])
def test_a_form_of_another_site_gets_the_reference(sites, axe, tmp_path, width, locale):  # noqa: F811
    _, url, _ = sites
    with sync_playwright() as playwright, started(playwright, tmp_path) as firefox:
        visitor = FormedInFirefox(firefox, axe, width, locale, "firefox-embedded", tmp_path)
        visitor.open(f"{url}/?lang={locale}")
        visitor.frame.wait_for_selector("#photo")
        visitor.until("choosing")
        visitor.look("choose")
        visitor.choose()
        visitor.look("cut")
        visitor.seal()
        visitor.until("sealed")
        visitor.frame.click("[data-save]")
        receipt = visitor.saved()
        verify_parts(receipt)
        reference = visitor.add()
        assert reference == receipt.reference
        visitor.until("added")
        visitor.look("added")
        field = "new FormData(document.forms[0]).get('photo_reference')"
        assert visitor.page.evaluate(field) == reference
        visitor.page.fill("#full-name", "Anna Example")
        visitor.page.click("button:not([type])")
        visitor.page.wait_for_selector("h2")
        assert reference in visitor.page.inner_text("main")
        visitor.close()
