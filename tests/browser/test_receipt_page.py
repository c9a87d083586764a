"""The receipt's page, opened from a disk: it verifies itself, and loads nothing."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from habeas.protocol.receipt_file import read_receipt, receipt_page
from tests.browser.seen import becomes, computed, heard, says, text_of
from tests.browser.visitor import Visitor
from tests.places import built
from tests.unit.protocol.world import Case

pytestmark = pytest.mark.browser
BLANK = built("photo/receipt.html").read_text()


@pytest.fixture(scope="module")
def receipt():
    return Case().receipt((0, 1, 2))


@pytest.fixture
def visitor(chromium, axe):
    visitor = Visitor(chromium, axe, room="receipt")
    visitor.profile.set_offline(True)
    yield visitor
    visitor.close()


def opened(visitor, file, kind):
    """Open the page, until it has verified itself; then it says all that it does without others."""
    visitor.page.goto(f"file://{file}")
    visitor.page.wait_for_selector(f"#verdict.{kind}")
    return text_of(visitor.page, "main")


@pytest.mark.parametrize(("width", "locale"), [("phone", "ru"), ("desktop", "en")])
def test_it_shows_what_was_promised_and_that_it_holds(
    chromium, axe, receipt, tmp_path, width, locale
):
    visitor = Visitor(chromium, axe, width, locale, "receipt")
    visitor.profile.set_offline(True)
    file = tmp_path / f"receipt-{receipt.reference}.html"
    file.write_text(receipt_page(BLANK, receipt))
    said = opened(visitor, file, "holds")
    visitor.look("holds")
    assert receipt.reference in said
    for trustee in receipt.promise.trustees.keys:
        assert trustee.trustee in said
    (pending,) = receipt.pending
    expect(visitor.page.locator("#pending strong")).to_have_text(pending)
    assert said.count("habeas verify") == 1
    expect(visitor.page.locator("html")).to_have_attribute("lang", locale)
    other = {"en": "ru", "ru": "en"}[locale]
    visitor.page.click(f"[data-language={other}]")
    expect(visitor.page.locator("html")).to_have_attribute("lang", other)
    visitor.close()


def test_a_page_that_was_changed_says_so(visitor, receipt, tmp_path):
    file = tmp_path / "receipt.html"
    changes = {
        receipt.reference: receipt.reference[:-1] + ("A" if receipt.reference[-1] != "A" else "B"),
        receipt.promise.recipients[0]: "another-office",
        receipt.withdraw_secret: "00" * 32,
        '"habeas-receipt"': '"habeas-deceit"',
    }
    page = receipt_page(BLANK, receipt)
    begin = page.index('id="habeas-receipt">') + 20
    for old, new in changes.items():
        head, inside = page[:begin], page[begin:]
        assert old in inside
        file.write_text(head + inside.replace(old, new, 1))
        said = opened(visitor, file, "fails")
        assert receipt.reference not in said
    file.write_text(page.replace('id="habeas-receipt"', 'id="nothing"'))
    opened(visitor, file, "fails")
    visitor.look("fails")


def test_saved_by_the_browser_it_is_the_same(visitor, receipt, tmp_path):
    file = tmp_path / "receipt.html"
    file.write_text(receipt_page(BLANK, receipt))
    before = opened(visitor, file, "holds")
    saved = computed(visitor.page, "'<!DOCTYPE html>' + document.documentElement.outerHTML")
    assert read_receipt(saved.encode()) == receipt
    file.write_text(saved)
    visitor.page.goto(f"file://{file}")
    # What was saved says that it holds before this page has looked at it.
    becomes(lambda: visitor.page.inner_text("main"), before)


def test_nothing_is_loaded_and_nothing_foreign_runs(visitor, receipt, tmp_path):
    file = tmp_path / "receipt.html"
    foreign = "<img src='http://127.0.0.1:9/x'><script>document.title='owned'</script>"
    file.write_text(receipt_page(BLANK, receipt).replace("<main>", "<main>" + foreign))
    failed = []
    visitor.page.on("requestfailed", lambda request: failed.append((request.url, request.failure)))
    opened(visitor, file, "holds")
    heard(visitor.page, lambda: failed and len(visitor.problems) >= 2, "what the browser refuses")
    assert failed == [("http://127.0.0.1:9/x", "csp")]
    expect(visitor.page).to_have_title("Receipt for your photo")
    assert len(visitor.problems) == 2
    assert all("Content Security Policy" in each for each in visitor.problems)
    visitor.problems.clear()


@pytest.mark.parametrize("locale", ["en", "ru"])
def test_it_prints_on_one_page_with_its_words(chromium, axe, receipt, tmp_path, locale):
    visitor = Visitor(chromium, axe, "desktop", locale, "receipt")
    visitor.profile.set_offline(True)
    file = tmp_path / "receipt.html"
    file.write_text(receipt_page(BLANK, receipt))
    opened(visitor, file, "holds")
    printed = visitor.page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page[^s]", printed)) == 1
    visitor.page.emulate_media(media="print")
    visitor.look("print")
    says(visitor.page, "main", receipt.reference)
    expect(visitor.page.locator("#words li")).to_have_count(12)
    expect(visitor.page.locator("#code svg")).to_be_visible()
    for hidden in ("#happened", "#lock", "#print", ".languages"):
        expect(visitor.page.locator(hidden)).to_be_hidden()
    visitor.close()
