"""A photo that no officer can read, and the next one: from device to desk and back, in Firefox."""

from __future__ import annotations

import pytest

from habeas.faces import assets
from habeas.protocol.receipt_file import read_receipt, receipt_page
from tests.browser.test_desk import Desk, place  # noqa: F401 - the office with its desk
from tests.browser.test_history import BLANK
from tests.browser.test_sealing import PHOTO, Applicant

pytestmark = pytest.mark.browser
#: A device that seals something else than a picture: the first byte of its file is lost on the way.
BROKEN = """
    // An empty tab is no secure context.
    const encrypt = crypto.subtle?.encrypt.bind(crypto.subtle);
    if (encrypt) crypto.subtle.encrypt = (how, key, given) => {
        const content = new Uint8Array(given).slice();
        if (content[0] === 0xff && content[1] === 0xd8) content[0] = 0;
        return encrypt(how, key, content);
    };
"""


def asks_for_another(firefox, place, axe, reference):  # noqa: F811 - the fixture
    """An officer opens what was sealed, cannot read it, and asks the applicant."""
    desk = Desk(firefox, place, axe)
    desk.name += "-unreadable"
    desk.sign_in()
    desk.ask(reference)
    desk.problem("no photo that can be shown")
    desk.look("refused")
    desk.page.click("#open-unreadable button")
    desk.page.wait_for_selector("#asked-again:not([hidden])")
    desk.look("asked")
    desk.close()


def sends_another(applicant, receipt, tmp_path, url):
    """The applicant shows the receipt, learns it, and sends another photo."""
    page = applicant.page
    kept = tmp_path / "receipt.html"
    kept.write_text(receipt_page(BLANK, receipt))
    page.goto(f"{url}/receipt/")
    page.set_input_files("#receipt", kept)
    page.click("#by-file button")
    page.wait_for_selector("#wanted")
    applicant.look("wanted")
    page.click("[aria-labelledby=wanted] button")
    # What the server gets to see is said before anything is chosen.
    page.wait_for_selector("#again ~ #server-sees:has-text('will see the photo for a moment')")
    applicant.look("choose")
    page.set_input_files("#photo", assets.path(PHOTO))
    page.click("#photo-form button:not([name])[type=submit]")
    page.wait_for_url("**/check-photo/")
    page.click("main form:not([action]) button[type=submit]")
    page.wait_for_url("**/answers/")
    page.click("main form button[type=submit]")
    page.wait_for_selector(f"#reference:text-is('{receipt.reference}')")
    page.wait_for_selector("#replaced")
    applicant.look("sent")
    answer = applicant.profile.request.get(f"{url}/apply/hunting-licence/receipt.html")
    return read_receipt(answer.body())


def test_who_sent_what_cannot_be_read_sends_another_and_that_is_opened(
    firefox, place, axe, tmp_path  # noqa: F811 - the fixture
):  # fmt: skip
    place.city.until_released()
    applicant = Applicant(firefox, axe, "phone", "en", "another")
    applicant.page.add_init_script(BROKEN)
    applicant.begin(place.city.url)
    applicant.seal()
    first = applicant.save()
    assert first.promise.sealed_by == "browser"
    assert applicant.send() == first.reference
    asks_for_another(firefox, place, axe, first.reference)
    second = sends_another(applicant, first, tmp_path, place.city.url)
    assert second.reference == first.reference
    assert second.promise.seal_id != first.promise.seal_id
    applicant.close()
    desk = Desk(firefox, place, axe)
    desk.name += "-another"
    desk.sign_in()
    desk.ask(first.reference)
    desk.viewed()
    desk.look("view")
    desk.close()
