"""The photo step at a trustee's address in Firefox, which keeps each site's storage apart.

Total Cookie Protection partitions what is stored by the site in the address bar. The hosted page
is that site itself: what it keeps in its tab stays there, and nothing of it is the portal's.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.firefox import started
from tests.browser.seen import becomes, says
from tests.browser.test_hosted import SERVICE, city  # noqa: F401 - a fixture
from tests.browser.test_sealing import FORM, KEPT, Applicant, answered, opened

pytestmark = pytest.mark.browser

#: Preferences: by site, as Firefox has it from the start; by first party, as Tor Browser has it.
PARTITIONED = {"network__cookie__cookieBehavior": 5}
ISOLATED = {"privacy__firstparty__isolate": True, "network__cookie__cookieBehavior": 1}


def lead(visitor, city):  # noqa: F811 - the fixture
    """From the portal to the trustee's address."""
    visitor.come(city.url)
    visitor.page.wait_for_selector("#there")
    visitor.page.click("#there")
    visitor.page.wait_for_url(f"{city.host}/**")


@pytest.mark.parametrize("settings", [PARTITIONED, ISOLATED], ids=["partitioned", "isolated"])
def test_a_tab_that_is_loaded_anew_keeps_answers_and_the_sealed_photo(
    driver, city, axe, tmp_path, settings  # noqa: F811
):  # fmt: skip
    with started(driver, tmp_path, **settings) as browser:
        visitor = Applicant(browser, axe, "phone", "en", "hosted")
        page = visitor.page
        lead(visitor, city)
        page.wait_for_selector("[name=full_name]")
        visitor.answer()
        page.wait_for_selector("#photo")
        becomes(lambda: page.evaluate(KEPT), expected=True)
        page.reload()
        visitor.check()
        says(page, "dl", *FORM.values())
        visitor.look("check")
        page.click("[data-seal]")
        receipt = visitor.save()
        assert receipt.promise.app.origin == city.host
        page.reload()
        page.wait_for_selector("[data-resumed]:not([hidden])")
        assert visitor.save() == receipt
        assert visitor.send() == receipt.reference
        assert opened(city, receipt.reference)[:2] == b"\xff\xd8"
        assert answered(city, receipt.reference) == FORM
        page.click("[data-finish]")
        page.wait_for_selector("h1:has-text('Nothing of your application')")
        becomes(lambda: page.evaluate("sessionStorage.length"), 0)
        visitor.close()


def test_a_closed_tab_leads_back_to_the_portal_and_shows_nothing_of_before(
    driver, city, axe, tmp_path  # noqa: F811
):  # fmt: skip
    """What a tab kept at a trustee's address ends with it, also for whoever comes next."""
    with started(driver, tmp_path, **PARTITIONED) as browser:
        visitor = Applicant(browser, axe, "phone", "en", "hosted-closed")
        lead(visitor, city)
        visitor.page.wait_for_selector("[name=full_name]")
        visitor.answer()
        visitor.page.wait_for_selector("#photo")
        becomes(lambda: visitor.page.evaluate(KEPT), expected=True)
        visitor.page.close()
        visitor.page = page = visitor.profile.new_page()
        page.goto(f"{city.host}/apply/{SERVICE}/seal/")
        page.wait_for_url(f"{city.url}/apply/{SERVICE}/elsewhere/")
        page.click("#there")
        for name in FORM:
            expect(page.locator(f"[name={name}]")).to_have_value("")
        visitor.profile.close()


def test_a_browser_that_does_not_say_where_it_comes_from_goes_on_at_the_city_s_address(
    driver, city, axe, tmp_path  # noqa: F811
):  # fmt: skip
    silent = {"network__http__referer__XOriginPolicy": 2}
    with started(driver, tmp_path, **silent, **PARTITIONED) as browser:
        visitor = Applicant(browser, axe, "phone", "en", "hosted-silent")
        page = visitor.page
        lead(visitor, city)
        visitor.problem("Begin there: nothing was sent.")
        visitor.look("refused")
        # The one way on: what was refused is refused again.
        expect(page.locator("main button")).to_have_count(0)
        page.click(f"main a[href='{city.url}/apply/{SERVICE}/']")
        page.click(".govuk-button--start")
        page.wait_for_selector("#there")
        page.click(f"main a[href='/apply/{SERVICE}/seal/']")
        page.wait_for_url(f"{city.url}/apply/{SERVICE}/seal/**")
        page.wait_for_selector("[name=full_name]")
        visitor.answer()
        visitor.seal()
        assert visitor.save().reference == visitor.send()
        visitor.close()
