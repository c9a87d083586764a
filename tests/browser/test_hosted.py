"""The photo step at a trustee's address, in Chromium: the app from there, the photo kept here."""

from __future__ import annotations

import random
import re
from contextlib import closing

import httpx
import pytest
from playwright.sync_api import expect

from habeas.protocol.app.site import Visitor as Looker
from habeas.protocol.app.site import look
from tests.browser.seen import becomes, says
from tests.browser.test_sealing import FORM, Applicant, answered, opened
from tests.browser.visitor import Visitor
from tests.world.city import City

pytestmark = pytest.mark.browser
SERVICE = "hunting-licence"


class HostedCity(City):
    """A city whose first trustee serves the app."""

    def _make_portal(self) -> None:
        super()._make_portal()
        file = self.data / "services" / f"{SERVICE}.toml"
        named = f'[photo]\nhost = "{self.names[0]}"'
        file.write_text(re.sub(r"(?m)^\[photo\]$", named, file.read_text(), count=1))

    @property
    def host(self) -> str:
        return self.seats[0].url


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    with closing(HostedCity(tmp_path_factory.mktemp("city"))) as city:
        city.until_released()
        city.followed()
        with Looker(random.Random(1)) as fetch:
            city.trustees[city.names[0]].hosting.take(fetch)
        yield city


@pytest.mark.parametrize(("width", "locale"), [("phone", "ru"), ("desktop", "en")])
def test_the_app_comes_from_a_trustee_and_the_application_is_kept_here(
    chromium, city, axe, width, locale
):
    visitor = Applicant(chromium, axe, width, locale, "hosted")
    page = visitor.page
    asked = []

    def ask(request):
        asked.append(request)

    page.on("request", ask)
    visitor.come(city.url)
    page.wait_for_selector("#there")
    visitor.look("elsewhere")
    says(page, "main", city.names[0])
    page.click("#there")
    page.wait_for_selector("[name=full_name]")
    # Nothing is left behind the address.
    expect(page).to_have_url(f"{city.host}/apply/{SERVICE}/seal/")
    expect(page.locator("html")).to_have_attribute("lang", locale)
    visitor.answer()
    visitor.choose()
    page.click("[data-use]")
    page.wait_for_selector("[data-promise] li")
    visitor.look("check")
    page.click("[data-seal]")
    receipt = visitor.save()
    assert receipt.promise.app.origin == city.host
    reference = visitor.send()
    assert reference == receipt.reference
    assert opened(city, reference)[:2] == b"\xff\xd8"
    assert answered(city, reference) == FORM
    page.click("[data-finish]")
    over = {"en": "Nothing of your application", "ru": "ничего не осталось"}[locale]
    page.wait_for_selector(f"h1:has-text('{over}')")
    becomes(lambda: page.evaluate("sessionStorage.length"), 0)
    across = [each for each in asked if "/from/" in each.url]
    assert {each.url.rsplit("/", 2)[1] for each in across} == {"order", "deposit", "keep", "clear"}
    for each in across:
        headers = each.all_headers()
        assert "cookie" not in headers
        assert headers["authorization"].startswith("Bearer ")
    hosted = [each.url for each in asked if each.url.startswith(city.host)]
    assert any("/static/photo/models/" in each for each in hosted)
    assert not any("application=" in each for each in hosted)
    visitor.close()


def test_the_app_of_the_city_s_own_address_stays_a_way(chromium, city, axe):
    visitor = Applicant(chromium, axe, "desktop", "en", "hosted")
    visitor.come(city.url)
    visitor.page.wait_for_selector("#there")
    visitor.page.click("main a[href$='/seal/']:not(#there)")
    visitor.page.wait_for_selector("[name=full_name]")
    expect(visitor.page).to_have_url(f"{city.url}/apply/{SERVICE}/seal/")
    visitor.close()


def test_watchers_find_both_addresses_as_the_release_has_them(city):
    releases = city.trustees[city.names[1]].apps.releases()
    origins = [each for each in releases.newest.origins if each.part == "portal"]
    assert [each.origin for each in origins] == [city.url, city.host]
    for origin in origins:
        with Looker(random.Random(1)) as fetch:
            found = look(releases, origin, city.clock().date(), fetch, random.Random(1))
        told = [(each.path, each.what, each.header) for each in found.differences]
        assert (told, found.silent) == ([], ())


def test_no_other_page_and_no_cookie_opens_an_application(city):
    step = f"{city.url}/apply/{SERVICE}/from/order/"
    with httpx.Client(trust_env=False) as browser:
        form = {"full_name": "A", "date_of_birth": "1979-03-21", "address": "1 Lane"}
        details = f"{city.url}/apply/{SERVICE}/details/"
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', browser.get(details).text)
        done = browser.post(details, data={**form, "csrfmiddlewaretoken": token[1]})
        assert done.status_code == 302
        secret = browser.cookies[f"application-{SERVICE}"]
        own = {"Origin": city.host, "Accept": "application/json"}
        # The cookie alone, as a browser would send it: nothing.
        refused = browser.post(step, json={}, headers=own)
        assert (refused.status_code, refused.json()["code"]) == (409, "no-draft")
    bearer = {"Authorization": f"Bearer {secret}", "Accept": "application/json"}
    with httpx.Client(trust_env=False) as page:
        answer = page.post(step, json={}, headers={**bearer, "Origin": city.host})
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == city.host
        assert "access-control-allow-credentials" not in answer.headers
        assert "set-cookie" not in answer.headers
        for origin in ("https://look-alike.example", city.seats[1].url, "null"):
            for asked in (page.post, page.options):
                refused = asked(step, headers={**bearer, "Origin": origin})
                assert refused.status_code == 403
                assert "access-control-allow-origin" not in refused.headers
        assert page.post(step, headers=bearer).status_code == 403
        allowed = page.options(step, headers={"Origin": city.host})
        assert allowed.status_code == 204
        assert "authorization" in allowed.headers["access-control-allow-headers"].lower()
        elsewhere = f"{city.url}/apply/{SERVICE}/from/details/"
        assert page.post(elsewhere, headers={**bearer, "Origin": city.host}).status_code == 404


def test_a_link_with_somebody_else_s_application_is_not_gone_on_with(chromium, city):
    """Whoever wrote it could end the application before its applicant sends it."""
    address = f"{city.url}/apply/{SERVICE}/elsewhere/"
    with httpx.Client(trust_env=False) as stranger:
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', stranger.get(address).text)
        link = stranger.post(address, data={"csrfmiddlewaretoken": token[1]}).headers["location"]
    visitor = Visitor(chromium, "", room="hosted")
    visitor.page.goto(link)
    says(visitor.page, ".govuk-error-summary", "not from the city")
    expect(visitor.page).to_have_url(re.compile("^[^#]*$"))
    expect(visitor.page.locator("[name=full_name]")).to_have_count(0)
    visitor.page.close()
