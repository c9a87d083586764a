"""What happened to a photo, found out in the applicant's browser, of real trustees and a log."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from habeas.faces import assets
from habeas.foundation.errors import HabeasError
from habeas.protocol import Purpose, Receipt
from habeas.protocol.receipt_file import read_receipt, receipt_page
from tests.browser.visitor import Visitor
from tests.places import PORTAL
from tests.waiting import until
from tests.world.city import City

pytestmark = pytest.mark.browser
BLANK = (PORTAL / "static" / "photo" / "receipt.html").read_text()
REASON = "Is this the applicant?"


@pytest.fixture
def receipt(city):
    return city.apply(assets.path("astronaut.png").read_bytes())[1]


def opened(city: City, receipt: Receipt, purpose: Purpose = Purpose.DECIDE_APPLICATION) -> None:
    with city.officer_client() as officer:
        officer.open(receipt.reference, purpose, REASON)


def file(visitor: Visitor, receipt: Receipt, tmp_path: Path, *, waits: bool = True) -> str:
    """Open the receipt's page from a disk; gives what it says."""
    page = tmp_path / f"receipt-{receipt.reference}.html"
    page.write_text(receipt_page(BLANK, receipt))
    visitor.page.goto(f"file://{page}")
    visitor.page.wait_for_selector("#verdict.holds")
    if waits:
        visitor.page.wait_for_selector(".told .verdict")
    return visitor.page.inner_text("main")


def outcome(visitor: Visitor) -> str | None:
    return visitor.page.get_attribute(".told .verdict", "data-outcome")


def settled(visitor: Visitor, expected: str = "complete") -> None:
    """Ask again until the public log shows all of it."""

    def asked() -> bool:
        visitor.page.click("[data-again]")
        visitor.page.wait_for_selector("[data-again]")
        return outcome(visitor) == expected

    until(lambda: outcome(visitor) == expected or asked(), f"the history to be {expected}")


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
    said = file(visitor, receipt, tmp_path)
    settled(visitor)
    never = {"en": "Nobody has opened your photo.", "ru": "Ваше фото никто не открывал."}
    assert never[locale] in visitor.page.inner_text("main")
    visitor.look("never")
    opened(city, receipt)
    file(visitor, receipt, tmp_path)
    settled(visitor)
    said = visitor.page.inner_text(".acts")
    office = {"en": "Licensing Office", "ru": "Лицензионный отдел"}[locale]
    purpose = {"en": "to decide your application", "ru": "чтобы решить по вашему заявлению"}
    act = visitor.page.inner_text("[data-act=opened] > strong")
    assert office in act
    assert purpose[locale] in act
    assert REASON in said
    assert visitor.page.locator("[data-act=opened]").count() == 1, "five entries are one act"
    visitor.look("opened")
    visitor.close()


def test_what_was_refused_is_told_and_opened_nothing(chromium, axe, city, receipt, tmp_path):
    with pytest.raises(HabeasError):
        opened(city, receipt, Purpose.APPEAL)
    visitor = Visitor(chromium, axe, "phone", "ru", "history")
    file(visitor, receipt, tmp_path)
    settled(visitor)
    said = visitor.page.inner_text("[data-act=refused]")
    assert "чтобы рассмотреть вашу жалобу" in said
    assert "отказано" in said
    assert "Ваше фото никто не открывал." in visitor.page.inner_text(".told")
    visitor.look("refused")
    visitor.close()


def test_it_withdraws_without_the_portal(chromium, axe, city, receipt, tmp_path):
    visitor = Visitor(chromium, axe, "phone", "en", "history")
    portal = []
    visitor.page.on("request", lambda one: portal.append(one.url))
    file(visitor, receipt, tmp_path)
    visitor.page.click("[data-withdraw]")
    visitor.look("confirm")
    visitor.page.click("[data-yes]")
    visitor.page.wait_for_selector("text=Photo withdrawn")
    assert visitor.page.locator("[data-erased]").count() == len(city.names)

    def told() -> bool:
        # What stood there before the withdrawal was complete as well.
        settled(visitor)
        return "No trustee has its part any more" in visitor.page.inner_text(".told")

    until(told, "the page tells that nobody has a part")
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
        assert outcome(visitor) == "incomplete"
        assert f"{silent} сейчас не отвечает" in visitor.page.inner_text(".causes")
        assert "никто не открывал, можно утверждать, только" in visitor.page.inner_text(".told")
        visitor.look("silent")
        visitor.problems.clear()  # Chromium tells of each address that does not answer
    finally:
        city.start(silent)
    visitor.close()


def lying(visitor: Visitor, path: str, change) -> None:
    """Let one kind of answer be changed on its way."""

    def changed(route):
        answer = route.fetch()
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
        assert outcome(visitor) == "complete", "a made-up circle leads nobody away"
    else:
        assert outcome(visitor) in ("incomplete", "contradicted")
    assert "Nobody has opened your photo" not in visitor.page.inner_text("main")
    visitor.problems.clear()
    visitor.close()


def test_a_portal_that_makes_up_reasons_is_not_repeated(chromium, city, receipt, tmp_path):
    opened(city, receipt)
    visitor = Visitor(chromium, "", "desktop", "en", "history")
    lying(visitor, "/api/receipts/", lambda body: body.replace(b'"locked": "', b'"locked": "AAAA'))
    file(visitor, receipt, tmp_path)
    assert REASON not in visitor.page.inner_text("main")
    assert "The portal did not show the reason" in visitor.page.inner_text("[data-act=opened]")
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
    visitor.page.wait_for_selector(".told .verdict")
    assert visitor.page.get_attribute("html", "lang") == other
    assert receipt.reference in visitor.page.inner_text("#found")
    visitor.page.go_back()
    visitor.page.wait_for_selector("#ask", state="visible")
    visitor.close()


def test_words_are_the_receipt_once_more(chromium, axe, city, receipt, tmp_path):
    visitor = Visitor(chromium, axe, "phone", "en", "words")
    file(visitor, receipt, tmp_path)
    words = visitor.page.locator("#words li").all_inner_texts()
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
        page.wait_for_selector(".govuk-error-summary")
        assert said in page.inner_text(".govuk-error-summary")
        assert page.title().startswith("Error: ")
        assert page.input_value("#words") == typed
    visitor.look("mistake")
    page.fill("#words", "\n".join(f"{n}. {word[:4].upper()}" for n, word in enumerate(words, 1)))
    page.fill("#reference", "HL-0000-0000")
    page.click("#by-words button")
    page.wait_for_selector("text=The reference number is not that of these words")
    page.fill("#reference", receipt.reference.lower())
    page.click("#by-words button")
    page.wait_for_selector("[data-save]")
    visitor.look("found")
    with page.expect_download() as download:
        page.click("[data-save]")
    assert read_receipt(download.value.path().read_bytes()) == receipt
    visitor.problems.clear()  # words that nobody has are asked for, and not found
    visitor.close()


def test_the_code_leads_to_the_same_and_leaves_the_address(chromium, city, receipt):
    visitor = Visitor(chromium, "", "phone", "en", "code")
    visitor.page.goto(f"{city.url}/receipt/#{receipt.seed}.{receipt.reference}")
    visitor.page.wait_for_selector(".told .verdict")
    assert visitor.page.url == f"{city.url}/receipt/"
    assert receipt.reference in visitor.page.inner_text("#found")
    visitor.close()


def test_with_a_passphrase(chromium, axe, city, receipt, tmp_path):
    visitor = Visitor(chromium, axe, "desktop", "en", "passphrase")
    page = visitor.page
    file(visitor, receipt, tmp_path)
    page.fill("#lock-with", "short")
    page.click("#lock button")
    page.wait_for_selector("#lock-error:visible")
    page.fill("#lock-with", "верный конь é 12")
    with page.expect_download() as download:
        page.click("#lock button")
    content = download.value.path().read_text()
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
    assert page.inner_text("#reference") == receipt.reference
    # The portal's page reads it, too.
    portal_page(visitor, city, content.encode())
    page.wait_for_selector("#passphrase:visible")
    page.fill("#passphrase", "верный конь é 12")
    page.click("#by-file button")
    page.wait_for_selector(".told .verdict")
    visitor.close()
