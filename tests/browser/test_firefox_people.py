"""Officer, clerk, operator and journalist in Firefox; applicants have `test_firefox`."""

from __future__ import annotations

import functools

import pytest
from playwright.sync_api import expect

from habeas.faces import assets
from habeas.trustee.console import Doors, make_console
from tests.browser import test_desk as desks
from tests.browser import test_everybody as everybody
from tests.browser.firefox import called, play, started
from tests.browser.seen import computed, says
from tests.browser.test_desk import LABEL, Desk, applied, place, second_person  # noqa: F401 - fixtures
from tests.browser.test_everybody import served
from tests.browser.test_history import opened
from tests.browser.test_looks import console
from tests.browser.visitor import Visitor
from tests.waiting import PATIENCE_SECONDS, until

pytestmark = pytest.mark.browser
EACH = pytest.mark.parametrize(("width", "locale"), [("phone", "ru"), ("desktop", "en")])
#: What officers and clerks meet beside the straight way; Chromium plays the same.
SCENES = [
    (desks.test_who_is_not_on_the_list_or_types_another_passphrase, {}),
    (desks.test_a_refusal_is_shown_with_its_entry, {"locale": "ru"}),
    (desks.test_what_was_withdrawn_is_not_opened, {}),
    (desks.test_a_case_is_taken_and_handed_over, {}),
    (desks.test_by_keys_alone, {}),
    (desks.test_a_case_is_decided_in_three_steps, {}),
    (
        desks.test_each_purpose_of_later_is_asked_for_at_the_desk,
        {"decision": "declined", "kept": ("appeal",), "width": "desktop", "locale": "ru"},
    ),
    (desks.test_a_second_officer_confirms_a_decision, {}),
    (desks.test_an_officer_sees_their_sessions_and_ends_all_others, {}),
    # A clerk at her trustee's console.
    (
        everybody.test_a_clerk_pauses_her_trustee_and_has_it_go_on,
        {"width": "phone", "locale": "ru"},
    ),
]
#: In the dark, at 400 %, for somebody who asked that nothing moves.
DARK_SCENES = [
    (everybody.test_every_public_page, {"scheme": "dark", "locale": "en"}),
    (everybody.test_the_desk, {"scheme": "dark"}),
    (everybody.test_the_trustee_s_console, {"scheme": "dark", "locale": "en"}),
]
#: Its driver sets no schemes: 0 is dark (`layout.css.prefers-color-scheme.content-override`).
DARK = {"layout__css__prefers-color-scheme__content-override": 0, "ui__prefersReducedMotion": 1}


@pytest.fixture(scope="module")
def dark(driver, tmp_path_factory):
    with started(driver, tmp_path_factory.mktemp("dark"), **DARK) as browser:
        yield browser


@pytest.mark.parametrize(("scene", "given"), SCENES, ids=called(SCENES))
def test_at_the_desk_and_at_a_console(request, firefox, scene, given):
    play(request, scene, {"chromium": firefox, **given})


@pytest.mark.parametrize(("scene", "given"), DARK_SCENES, ids=called(DARK_SCENES))
def test_in_the_dark(request, dark, scene, given):
    page = dark.new_page()
    for feature in ("(prefers-color-scheme: dark)", "(prefers-reduced-motion: reduce)"):
        assert computed(page, "feature => matchMedia(feature).matches", feature), feature
    page.close()
    play(request, scene, {"chromium": dark, **given})


@EACH
def test_an_officer_opens_and_decides(firefox, place, axe, width, locale):  # noqa: F811 - the fixture
    receipt = place.city.apply(assets.path("astronaut.png").read_bytes())[1]
    desk = Desk(firefox, place, axe, width, locale)
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
    clerk = Visitor(firefox, axe, width, locale, "clerk")
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
    operator = Visitor(firefox, axe, width, locale, "operator")
    with console(place.city) as address:
        link = place.city.manage(made).strip().splitlines()[-1]
        operator.page.goto(f"{address}/operator/?link={link}")
        for name in ("", "services/", "offices/", "webhooks/"):
            operator.page.goto(f"{address}/operator/{name}")
            operator.look(name.strip("/") or "standing")
        file = place.city.data / "services" / "hunting-licence.toml"
        whole = file.read_bytes()
        try:
            file.write_text("prefix = 1")
            operator.page.goto(f"{address}/operator/services/")
            operator.page.wait_for_selector("main [role=alert]")
            operator.look("services-wrong")
        finally:
            file.write_bytes(whole)
        operator.page.goto(f"{address}/operator/webhooks/")
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
    journalist = Visitor(firefox, axe, width, locale, "journalist")
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
