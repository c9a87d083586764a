"""Officer, clerk, operator and journalist in Firefox; applicants have `test_firefox`."""

from __future__ import annotations

import functools

import pytest
from playwright.sync_api import expect, sync_playwright

from habeas.faces import assets
from habeas.trustee.console import Doors, make_console
from tests.browser.firefox import started
from tests.browser.seen import says
from tests.browser.test_desk import LABEL, Desk, place  # noqa: F401 - the office with its desk
from tests.browser.test_everybody import served
from tests.browser.test_history import opened
from tests.browser.test_looks import console
from tests.browser.visitor import Visitor
from tests.waiting import PATIENCE_SECONDS, until

pytestmark = pytest.mark.browser
EACH = pytest.mark.parametrize(("width", "locale"), [("phone", "ru"), ("desktop", "en")])


@pytest.fixture(scope="module")
def firefox(tmp_path_factory):
    with (
        sync_playwright() as playwright,
        started(playwright, tmp_path_factory.mktemp("firefox")) as browser,
    ):
        yield browser


class InFirefox(Visitor):
    """Says nothing of what Firefox and the screenshots bring along, and the pages refuse.

    Firefox asks for an icon by itself, which a trustee's console does not have; what takes the
    screenshot adds a style.
    """

    def close(self):
        its_own = ("inline style", "/favicon.ico")
        self.problems = [
            each for each in self.problems if not any(said in each for said in its_own)
        ]
        super().close()


class Officer(InFirefox, Desk):
    """An officer with Firefox."""


@EACH
def test_an_officer_opens_and_decides(firefox, place, axe, width, locale):  # noqa: F811 - the fixture
    receipt = place.city.apply(assets.path("astronaut.png").read_bytes())[1]
    desk = Officer(firefox, place, axe, width, locale)
    desk.name = f"firefox-{desk.name}"
    desk.sign_in()
    desk.page.wait_for_selector("table a")
    desk.look("queue")
    desk.ask(receipt.reference)
    desk.viewed()
    desk.look("view")
    desk.page.click("#view button")
    desk.page.wait_for_selector("#over:not([hidden])")
    desk.page.click("#over a")
    desk.page.wait_for_selector("[data-photo]")
    desk.decide("declined", "The form names another person")
    says(desk.page, "[data-history]", LABEL)
    desk.look("decided")
    desk.close()


@EACH
def test_a_clerk_looks_at_her_trustee(firefox, place, axe, width, locale):  # noqa: F811 - the fixture
    trustee = next(iter(place.city.trustees.values()))
    doors = Doors(bytes(32), lambda: 1_000)
    clerk = InFirefox(firefox, axe, width, locale, "firefox-clerk")
    with served(make_console(trustee, doors)) as address:
        clerk.page.goto(f"{address}/")
        clerk.look("signed-out")
        clerk.page.goto(f"{address}/sign-in?link={doors.link()}")
        for path in ("/", "/history", "/claims", "/keys", "/health"):
            clerk.page.goto(address + path)
            expect(clerk.page.locator("html")).to_have_attribute("lang", locale)
            clerk.look(path.strip("/") or "today")
    clerk.close()


@EACH
def test_an_operator_looks_and_sends_a_test(firefox, place, axe, width, locale):  # noqa: F811 - the fixture
    made = (
        "from habeas.portal.operator.doors import doors\n"
        "from habeas.portal.webhooks.models import WebhookEndpoint\n"
        "WebhookEndpoint.objects.get_or_create(name='forms', url='https://127.0.0.1:9/hook',"
        " events=['application.received'], private=['127.0.0.0/8'], salt='00')\n"
        "print(doors().link())"
    )
    operator = InFirefox(firefox, axe, width, locale, "firefox-operator")
    with console(place.city) as address:
        link = place.city.manage(made).strip().splitlines()[-1]
        operator.page.goto(f"{address}/operator/?link={link}")
        for name in ("", "services/", "offices/", "webhooks/"):
            operator.page.goto(f"{address}/operator/{name}")
            operator.look(name.strip("/") or "standing")
        operator.page.click("form[action$='/forms/test/'] button")
        operator.page.wait_for_selector("#tested")
        # Nobody answers there: that is counted, as applications of other tests may be.
        expect(operator.page.locator("tbody tr").first).to_be_visible()
        operator.look("tested")
    operator.close()


@EACH
def test_a_journalist_finds_what_an_office_did(firefox, place, axe, width, locale):  # noqa: F811 - the fixture
    receipt = place.city.apply(assets.path("astronaut.png").read_bytes())[1]
    opened(place.city, receipt)
    place.city.settled()
    journalist = InFirefox(firefox, axe, width, locale, "firefox-journalist")
    page = journalist.page
    get = functools.partial(journalist.profile.request.get, timeout=PATIENCE_SECONDS * 1000)
    # The portal follows the log in its own time.
    acts = f"{place.city.url}/register/acts.csv"
    until(lambda: "licensing-office" in get(acts).text(), "the register to have the opening")
    page.goto(f"{place.city.url}/register/")
    journalist.look("register")
    page.click("table a[href*='/register/months/']")
    page.wait_for_url("**/register/months/**")
    journalist.look("month")
    page.goto(f"{place.city.url}/register/offices/licensing-office/")
    journalist.look("office")
    page.goto(f"{place.city.url}/register/entries/")
    page.click("main a[href*='/register/entries/']")
    page.wait_for_url("**/register/entries/*/")
    journalist.look("entry")
    for name, said in (
        ("acts.csv", "licensing-office"), ("acts.json", "licensing-office"), ("news.atom", "<feed"),
    ):  # fmt: skip
        got = get(f"{place.city.url}/register/{name}")
        assert said in got.text(), name
    journalist.close()
