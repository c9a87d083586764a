"""Being told when a photo is opened: asked for in a browser, confirmed on the trustee's page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from habeas.faces import assets
from habeas.protocol import Purpose
from habeas.protocol.receipt_file import receipt_page
from habeas.trustee.notices import MailServer
from tests.browser.seen import computed
from tests.browser.visitor import Visitor
from tests.mailserver import PostOffice
from tests.places import built
from tests.waiting import until
from tests.world.city import City

pytestmark = pytest.mark.browser
BLANK = built("photo/receipt.html").read_text()
#: Keeps whom the page asks with what: Firefox's driver tells where a request goes, not its content.
KEEPS_WHAT_IS_SENT = """
    globalThis.sent = [];
    const ask = globalThis.fetch;
    globalThis.fetch = (whom, how) => {
        sent.push([String(whom.url ?? whom), String(how?.body ?? "")]);
        return ask(whom, how);
    };
"""


@pytest.fixture(scope="module")
def office():
    made = PostOffice()
    yield made
    made.close()


@pytest.fixture(scope="module")
def city(tmp_path_factory, office):
    mail = MailServer("127.0.0.1", office.port, "none", "notices@trustee.test")
    city = City(tmp_path_factory.mktemp("city"), mail=mail)
    yield city
    city.close()


@pytest.fixture
def receipt(city):
    return city.apply(assets.path("astronaut.png").read_bytes())[1]


def from_file(visitor, receipt, folder: Path) -> None:
    page = folder / f"receipt-{receipt.reference}.html"
    page.write_text(receipt_page(BLANK, receipt))
    visitor.page.goto(f"file://{page}")


def from_portal(visitor, city, receipt) -> None:
    visitor.page.goto(f"{city.url}/receipt/")
    chosen = {"name": "receipt.html", "mimeType": "text/html"}
    content = receipt_page(BLANK, receipt).encode()
    visitor.page.set_input_files("#receipt", {**chosen, "buffer": content})
    visitor.page.click("#by-file button")


@pytest.mark.parametrize(
    ("width", "locale", "where"),
    [("phone", "ru", "file"), ("desktop", "en", "portal"), ("phone", "pl", "portal")],
)
def test_who_asks_is_told_of_an_opening(
    chromium, axe, city, office, receipt, tmp_path, width, locale, where
):
    address = f"{where}-{locale}@applicant.test"
    visitor = Visitor(chromium, axe, width, locale, f"telling-{where}")
    asked = []
    visitor.page.on("request", lambda one: asked.append((one.url, one.url + (one.post_data or ""))))
    visitor.page.add_init_script(KEEPS_WHAT_IS_SENT)
    if where == "file":
        from_file(visitor, receipt, tmp_path)
    else:
        from_portal(visitor, city, receipt)
    visitor.page.click("[data-telling=choose]")
    visitor.page.wait_for_selector(".telling form")
    expect(visitor.page.locator(".telling input[type=radio]")).to_have_count(len(city.names))
    visitor.page.click(".telling [type=submit]")
    visitor.page.wait_for_selector("#telling-trustee-error")
    visitor.look("nobody-chosen")
    visitor.page.check(f"input[value='{city.names[1]}']")
    visitor.page.fill("#telling-address", "no address")
    visitor.page.click(".telling [type=submit]")
    visitor.page.wait_for_selector("#telling-address-error")
    expect(visitor.page.locator("#telling-address")).to_be_focused()
    # What was chosen stays.
    expect(visitor.page.locator(f"input[value='{city.names[1]}']")).to_be_checked()
    visitor.look("no-address")
    # Typed over: in Firefox, Playwright's filling in does not replace what is no address.
    visitor.page.press("#telling-address", "ControlOrMeta+a")
    visitor.page.keyboard.type(address)
    expect(visitor.page.locator("#telling-address")).to_have_value(address)
    visitor.page.click(".telling [type=submit]")
    visitor.page.wait_for_selector(".telling[data-step=asked]")
    visitor.look("asked")
    asked += computed(visitor.page, "sent")
    with_address = {url for url, sent in asked if address in sent}
    assert with_address == {f"{city.circle.trustees[1].url}/v2/notices"}, "nobody else learns it"
    until(lambda: office.mails(address), "the mail that asks")
    link = re.search(r"http://\S+/notices/[0-9a-f]{64}", office.mails(address)[0].get_content())[0]
    visitor.page.goto(link)
    visitor.look("confirm")
    with visitor.page.expect_navigation():
        visitor.page.click("form[action$=confirm] button")
    expect(visitor.page.locator("html")).to_have_attribute("lang", locale)
    visitor.look("confirmed")
    with city.officer_client() as officer:
        officer.open(receipt.reference, Purpose.DECIDE_APPLICATION, "Is this the applicant?")
    until(lambda: len(office.mails(address)) == 2, "the mail on the opening")
    visitor.page.goto(link)
    visitor.look("told")
    visitor.page.click("form[action$=end] button")
    visitor.page.wait_for_selector("form", state="detached")
    visitor.look("ended")
    visitor.close()


def test_the_page_ends_what_others_asked_for(chromium, axe, city, office, receipt, tmp_path):
    visitor = Visitor(chromium, axe, "phone", "en", "telling-stop")
    from_file(visitor, receipt, tmp_path)
    visitor.page.click("[data-telling=choose]")
    visitor.page.check(f"input[value='{city.names[0]}']")
    visitor.page.fill("#telling-address", "thief@applicant.test")
    visitor.page.click(".telling [type=submit]")
    visitor.page.wait_for_selector(".telling[data-step=asked]")
    visitor.page.click("[data-telling=another]")
    expect(visitor.page.locator("[data-telling=stop]")).to_have_count(1)
    visitor.look("already")
    visitor.page.click("[data-telling=stop]")
    visitor.page.wait_for_selector(".telling[data-step=stopped]")
    visitor.page.click("[data-telling=another]")
    visitor.page.wait_for_selector(".telling form")
    expect(visitor.page.locator("[data-telling=stop]")).to_have_count(0)
    visitor.close()


def test_where_no_trustee_sends_mails_the_page_says_so(chromium, axe, city, receipt, tmp_path):
    visitor = Visitor(chromium, axe, "desktop", "ru", "telling-none")
    from_file(visitor, receipt, tmp_path)
    for seat in city.circle.trustees:
        visitor.page.route(
            f"{seat.url}/v2/notices",
            lambda route: route.fulfill(
                json={"offered": False, "languages": []},
                headers={"access-control-allow-origin": "*"},
            ),
        )
    visitor.page.click("[data-telling=choose]")
    visitor.page.wait_for_selector("[data-telling=retry]")
    visitor.look("none")
    visitor.close()
