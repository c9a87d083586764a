"""What happened to a photo, found out in the applicant's browser, of real trustees and a log."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from habeas.faces import assets
from habeas.foundation.errors import HabeasError
from habeas.protocol import Purpose, Receipt
from habeas.protocol.receipt_file import read_receipt, receipt_page
from tests.browser.seen import says, silent_on, texts_of
from tests.browser.visitor import Visitor
from tests.places import built
from tests.waiting import until
from tests.world.city import City

pytestmark = pytest.mark.browser
BLANK = built("photo/receipt.html").read_text()
REASON = "Is this the applicant?"


@pytest.fixture
def receipt(city):
    return city.apply(assets.path("astronaut.png").read_bytes())[1]


def opened(city: City, receipt: Receipt, purpose: Purpose = Purpose.DECIDE_APPLICATION) -> None:
    with city.officer_client() as officer:
        officer.open(receipt.reference, purpose, REASON)


def file(visitor: Visitor, receipt: Receipt, tmp_path: Path) -> None:
    """Open the receipt's page from a disk, until it says what happened."""
    page = tmp_path / f"receipt-{receipt.reference}.html"
    page.write_text(receipt_page(BLANK, receipt))
    visitor.page.goto(f"file://{page}")
    visitor.page.wait_for_selector("#verdict.holds")
    visitor.page.wait_for_selector(".told .verdict")


def verdict(visitor: Visitor) -> Locator:
    return visitor.page.locator(".told .verdict")


def ends(visitor: Visitor, *outcomes: str) -> None:
    """Wait until what happened is told, and is one of these."""
    among = re.compile(f"^({'|'.join(outcomes)})$")
    expect(verdict(visitor)).to_have_attribute("data-outcome", among)


def asked_until(visitor: Visitor, told: Callable[[], bool], what: str) -> None:
    """Ask again until what is answered is as *told* wants it."""

    def answered() -> bool:
        # The button is away while it is asked.
        visitor.page.wait_for_selector("[data-again]")
        if told():
            return True
        visitor.page.click("[data-again]")
        return False

    until(answered, what)


def settled(visitor: Visitor, expected: str = "complete") -> None:
    """Ask again until the public log shows all of it."""
    asked_until(
        visitor,
        lambda: verdict(visitor).get_attribute("data-outcome") == expected,
        f"the history to be {expected}",
    )


def portal_page(visitor: Visitor, city: City, content: bytes, name: str = "receipt.html") -> None:
    visitor.page.goto(f"{city.url}/receipt/")
    chosen = {"name": name, "mimeType": "text/html", "buffer": content}
    visitor.page.set_input_files("#receipt", chosen)
    visitor.page.click("#by-file button")


@pytest.mark.parametrize(("width", "locale"), [("phone", "ru"), ("desktop", "en")])
def test_the_receipt_itself_tells_who_opened_it(
    chromium, axe, city, receipt, tmp_path, width, locale
):
    visitor = Visitor(chromium, axe, width, locale, "history")
    file(visitor, receipt, tmp_path)
    settled(visitor)
    never = {"en": "Nobody has opened your photo.", "ru": "Ваше фото никто не открывал."}
    says(visitor.page, "main", never[locale])
    visitor.look("never")
    opened(city, receipt)
    file(visitor, receipt, tmp_path)
    settled(visitor)
    says(visitor.page, ".acts", REASON)
    office = {"en": "Licensing Office", "ru": "Лицензионный отдел"}[locale]
    purpose = {"en": "to decide your application", "ru": "чтобы решить по вашему заявлению"}
    says(visitor.page, "[data-act=opened] > strong", office, purpose[locale])
    # Five entries are one act.
    expect(visitor.page.locator("[data-act=opened]")).to_have_count(1)
    visitor.look("opened")
    visitor.close()


def test_what_was_refused_is_told_and_opened_nothing(chromium, axe, city, receipt, tmp_path):
    with pytest.raises(HabeasError):
        opened(city, receipt, Purpose.APPEAL)
    visitor = Visitor(chromium, axe, "phone", "ru", "history")
    file(visitor, receipt, tmp_path)
    settled(visitor)
    says(visitor.page, "[data-act=refused]", "чтобы рассмотреть вашу жалобу", "отказано")
    says(visitor.page, ".told", "Ваше фото никто не открывал.")
    visitor.look("refused")
    visitor.close()


def test_it_withdraws_without_the_portal(chromium, axe, city, receipt, tmp_path):
    visitor = Visitor(chromium, axe, "phone", "en", "history")
    portal = []
    visitor.page.on("request", lambda one: portal.append(one.url))
    file(visitor, receipt, tmp_path)
    visitor.page.click("[data-withdraw]")
    visitor.page.wait_for_selector("[data-yes]")
    visitor.look("confirm")
    visitor.page.click("[data-yes]")
    visitor.page.wait_for_selector("text=Photo withdrawn")
    expect(visitor.page.locator("[data-erased]")).to_have_count(len(city.names))
    # What stood there before the withdrawal was complete as well.
    gone, told = "No trustee has its part any more", visitor.page.locator(".told")
    asked_until(visitor, lambda: gone in told.inner_text(), "the page to tell that")
    settled(visitor)
    visitor.look("withdrawn")
    assert not [url for url in portal if url.startswith(f"{city.url}/api/photos")]
    until(
        lambda: "Destroyed" in city.page("/receipt/", receipt), "the portal to learn it of the log"
    )
    visitor.close()


def test_a_silent_trustee_is_named_and_nothing_is_claimed(chromium, axe, city, receipt, tmp_path):
    visitor = Visitor(chromium, axe, "desktop", "ru", "history")
    silent = city.names[2]
    city.stop(silent)
    try:
        file(visitor, receipt, tmp_path)
        ends(visitor, "incomplete")
        says(visitor.page, ".causes", f"{silent} сейчас не отвечает")
        says(visitor.page, ".told", "никто не открывал, можно утверждать, только")
        visitor.look("silent")
        visitor.problems.clear()  # Chromium tells of each address that does not answer
    finally:
        city.start(silent)
    visitor.close()


def lying(visitor: Visitor, path: str, change) -> None:
    """Let one kind of answer be changed on its way."""

    def changed(route):
        answer = route.fetch(timeout=0)
        route.fulfill(response=answer, body=change(answer.body()))

    visitor.page.route(lambda url: path in url, changed)


def without_own(body: bytes) -> bytes:
    return json.dumps({**json.loads(body), "own": []}).encode()


def told_otherwise(body: bytes) -> bytes:
    answer = json.loads(body)
    for own in answer["own"]:
        own["details"]["request"] = "0" * 64
    return json.dumps(answer).encode()


def other_entry(body: bytes) -> bytes:
    """A log whose entries were changed after they were cosigned."""
    return body.replace(b'"kind":"requested"', b'"kind":"requestet"')


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("/v2/stream-end", without_own), ("/v2/stream-end", told_otherwise),
        ("/tile/entries/", other_entry), ("/tile/0/", lambda body: body[32:] + body[:32]),
        ("/checkpoint", lambda body: body.replace(b"\n", b"1\n", 2)),
        ("/v2/stream-end", lambda _: b"[]"), ("/v2/stream-end", lambda _: b"\xff"),
        ("/v2/circles/", lambda _: b'{"circle": "none"}'),
    ],
)  # fmt: skip
def test_who_lies_is_not_believed(chromium, city, tmp_path, path, change):
    _, receipt = city.apply(assets.path("astronaut.png").read_bytes())
    opened(city, receipt)
    visitor = Visitor(chromium, "", "desktop", "en", "history")
    file(visitor, receipt, tmp_path)
    settled(visitor)
    lying(visitor, path, change)
    file(visitor, receipt, tmp_path)
    if path == "/v2/circles/":
        ends(visitor, "complete")  # a made-up circle leads nobody away
    else:
        ends(visitor, "incomplete", "contradicted")
    silent_on(visitor.page, "main", "Nobody has opened your photo")
    visitor.problems.clear()
    visitor.close()


def test_a_portal_that_makes_up_reasons_is_not_repeated(chromium, city, receipt, tmp_path):
    opened(city, receipt)
    visitor = Visitor(chromium, "", "desktop", "en", "history")
    lying(visitor, "/api/receipts/", lambda body: body.replace(b'"locked": "', b'"locked": "AAAA'))
    file(visitor, receipt, tmp_path)
    says(visitor.page, "[data-act=opened]", "The portal did not show the reason")
    silent_on(visitor.page, "main", REASON)
    visitor.close()


@pytest.mark.parametrize(("width", "locale"), [("phone", "en"), ("desktop", "ru")])
def test_the_portals_page_sees_no_receipt(chromium, axe, city, receipt, width, locale):
    visitor = Visitor(chromium, axe, width, locale, "receipts")
    sent = []
    visitor.page.on("request", lambda one: sent.append(f"{one.url} {one.post_data}"))
    visitor.page.goto(f"{city.url}/receipt/")
    visitor.look("ask")
    portal_page(visitor, city, receipt_page(BLANK, receipt).encode())
    visitor.page.wait_for_selector(".told .verdict")
    settled(visitor)
    visitor.look("found")
    to_portal = [each for each in sent if each.startswith(city.url)]
    for secret in (receipt.withdraw_secret, receipt.track_key, receipt.seed, receipt.case_salt):
        assert not [each for each in to_portal if str(secret) in each]
        assert not [each for each in sent if "/v2/" not in each and str(secret) in each]
    # In another language it is the same receipt; and back leads to the form.
    other = {"en": "ru", "ru": "en"}[locale]
    visitor.page.click(f".app-languages button[value={other}]")
    expect(visitor.page.locator("html")).to_have_attribute("lang", other)
    visitor.page.wait_for_selector(".told .verdict")
    says(visitor.page, "#found", receipt.reference)
    visitor.page.go_back()
    visitor.page.wait_for_selector("#ask", state="visible")
    visitor.close()


def test_words_are_the_receipt_once_more(chromium, axe, city, receipt, tmp_path):
    visitor = Visitor(chromium, axe, "phone", "en", "words")
    file(visitor, receipt, tmp_path)
    words = texts_of(visitor.page, "#words li")
    assert len(words) == 12
    page = visitor.page
    page.goto(f"{city.url}/receipt/")
    mistakes = {
        "": "Enter the twelve words", "abandon": "Enter all twelve words",
        " ".join([*words[:11], "habeas"]): "habeas", " ".join(sorted(words)): "",
    }  # fmt: skip
    for typed, said in mistakes.items():
        page.fill("#words", typed)
        page.fill("#reference", receipt.reference)
        page.click("#by-words button")
        # What was wrong before is not taken for the answer.
        expect(page.locator("#checking")).to_have_text("")
        says(page, ".govuk-error-summary", said)
        expect(page).to_have_title(re.compile("^Error: "))
        expect(page.locator("#words")).to_have_value(typed)
    visitor.look("mistake")
    page.fill("#words", "\n".join(f"{n}. {word[:4].upper()}" for n, word in enumerate(words, 1)))
    page.fill("#reference", "HL-0000-0000")
    page.click("#by-words button")
    page.wait_for_selector("text=The reference number is not that of these words")
    page.fill("#reference", receipt.reference.lower())
    page.click("#by-words button")
    page.wait_for_selector("[data-save]")
    visitor.look("found")
    assert read_receipt(visitor.saved("[data-save]")) == receipt
    visitor.problems.clear()  # words that nobody has are asked for, and not found
    visitor.close()


def test_the_code_leads_to_the_same_and_leaves_the_address(chromium, city, receipt):
    visitor = Visitor(chromium, "", "phone", "en", "code")
    visitor.page.goto(f"{city.url}/receipt/#{receipt.seed}.{receipt.reference}")
    visitor.page.wait_for_selector(".told .verdict")
    expect(visitor.page).to_have_url(f"{city.url}/receipt/")
    says(visitor.page, "#found", receipt.reference)
    visitor.close()


def test_with_a_passphrase(chromium, axe, city, receipt, tmp_path):
    visitor = Visitor(chromium, axe, "desktop", "en", "passphrase")
    page = visitor.page
    file(visitor, receipt, tmp_path)
    page.fill("#lock-with", "short")
    page.click("#lock button")
    page.wait_for_selector("#lock-error:visible")
    page.fill("#lock-with", "верный конь é 12")
    content = visitor.saved("#lock button").decode()
    for secret in (receipt.reference, receipt.withdraw_secret, receipt.track_key, receipt.seed):
        assert secret not in content
    assert receipt.promise.seal_id not in content
    assert read_receipt(content.encode(), lambda: "верный конь é 12") == receipt
    protected = tmp_path / "protected.html"
    protected.write_text(content)
    page.goto(f"file://{protected}")
    page.wait_for_selector("#verdict.locked")
    visitor.look("locked")
    page.fill("#open-with", "another horse 12")
    page.click("#unlock button")
    page.wait_for_selector("#unlock-error:visible")
    page.fill("#open-with", "верный конь é 12")
    page.click("#unlock button")
    page.wait_for_selector("#verdict.holds")
    expect(page.locator("#reference")).to_have_text(receipt.reference)
    # The portal's page reads it, too.
    portal_page(visitor, city, content.encode())
    page.wait_for_selector("#passphrase:visible")
    page.fill("#passphrase", "верный конь é 12")
    page.click("#by-file button")
    page.wait_for_selector(".told .verdict")
    visitor.close()
