"""Which code sealed a photo, looked up on the log by its holder's own browser."""

from __future__ import annotations

import dataclasses
import json
import re

import pytest
from playwright.sync_api import expect

from habeas.protocol import Kind, Receipt
from habeas.protocol.app.site import Visitor as Looker
from tests.browser.seen import says, silent_on
from tests.browser.test_history import ends, file, lying, portal_page, settled
from tests.browser.test_sealing import Applicant
from tests.browser.visitor import Visitor
from tests.places import built

pytestmark = pytest.mark.browser
SCRIPT = f"/static/photo/{built('photo/photo.js').name}"
NO_PLACES = {"entries": [], "differs": []}


class Swapped(Looker):
    """A visitor to whom the site gives another script."""

    def __call__(self, url: str):
        answer = super().__call__(url)
        if answer is None or not url.endswith(SCRIPT):
            return answer
        return dataclasses.replace(answer, body=b"steal()")


@pytest.fixture(scope="module")
def receipt(chromium, city) -> Receipt:
    """Of a photo that a browser has sealed."""
    visitor = Applicant(chromium, "", "desktop", "en", "history-code")
    visitor.begin(city.url)
    visitor.seal()
    receipt = visitor.save()
    visitor.send()
    visitor.close()
    return receipt


def app(visitor: Visitor, code: str | re.Pattern[str]) -> None:
    """Wait until this is said of the app that sealed the photo."""
    expect(visitor.page.locator("[data-app]")).to_have_attribute("data-app", code)


@pytest.mark.parametrize(
    ("width", "locale", "said"),
    [
        ("phone", "ru", "раньше вашего фото"), ("desktop", "en", "before your photo"),
        ("desktop", "pl", "wcześniej niż Twoje zdjęcie"),
    ],
)  # fmt: skip
def test_the_receipt_tells_which_code_sealed_it_and_who_vouches(
    chromium, axe, city, receipt, tmp_path, width, locale, said
):
    visitor = Visitor(chromium, axe, width, locale, "history-code")
    file(visitor, receipt, tmp_path)
    settled(visitor)
    app(visitor, "named")
    says(visitor.page, "[data-app]", said, *city.names[:2])
    silent_on(visitor.page, "[data-app]", city.names[3])
    visitor.look("named")
    # The portal's page does as the file does.
    portal_page(visitor, city, (tmp_path / f"receipt-{receipt.reference}.html").read_bytes())
    visitor.page.wait_for_selector(".told [data-app]")
    says(visitor.page, "[data-app]", said)
    visitor.look("named-portal")
    visitor.close()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda _: json.dumps(NO_PLACES).encode(), "app-unknown"),
        (lambda _: b"[]", "app-unasked"),
        (lambda _: b"\xff", "app-unasked"),
        (lambda _: json.dumps({**NO_PLACES, "entries": [10**9]}).encode(), "contradiction"),
        (lambda _: json.dumps({**NO_PLACES, "entries": list(range(65))}).encode(), "app-unasked"),
    ],
)
def test_what_trustees_leave_out_or_make_up_is_never_proven(
    chromium, city, receipt, tmp_path, change, code
):
    visitor = Visitor(chromium, "", "phone", "en", "history-code")
    lying(visitor, "/v2/apps/", change)
    file(visitor, receipt, tmp_path)
    settled(visitor, "incomplete")
    app(visitor, code)
    says(visitor.page, ".told", "Which code sealed it is not proven")
    silent_on(visitor.page, ".told", "Nobody has opened your photo")
    visitor.look(code)
    visitor.close()


def test_places_of_other_entries_are_no_release(chromium, city, receipt, tmp_path):
    others = [at for at, entry in enumerate(city.entries()) if entry.kind is not Kind.APP][:3]
    visitor = Visitor(chromium, "", "phone", "en", "history-code")
    made_up = json.dumps({"entries": others, "differs": others}).encode()
    lying(visitor, "/v2/apps/", lambda _: made_up)
    file(visitor, receipt, tmp_path)
    settled(visitor, "incomplete")
    app(visitor, re.compile("^(?!named$)."))
    expect(visitor.page.locator(".differs li")).to_have_count(0)
    visitor.close()


def test_one_honest_trustee_is_enough_to_find_it(chromium, city, receipt, tmp_path):
    visitor = Visitor(chromium, "", "phone", "en", "history-code")
    for seat in city.seats[:3]:
        lying(visitor, f"{seat.url}/v2/apps/", lambda _: json.dumps(NO_PLACES).encode())
    file(visitor, receipt, tmp_path)
    settled(visitor)
    app(visitor, "named")
    visitor.close()


def test_what_a_trustee_was_served_in_its_place_is_told(
    chromium, axe, city, receipt, tmp_path, monkeypatch
):
    watch = city.trustees[city.names[2]].watch
    monkeypatch.setattr(watch, "_visitor", Swapped)
    watch.round()
    city.settled()
    city.followed()
    visitor = Visitor(chromium, axe, "phone", "ru", "history-code")
    file(visitor, receipt, tmp_path)
    settled(visitor)
    says(visitor.page, ".differs", city.names[2], f"{city.url}{SCRIPT}")
    ends(visitor, "complete")
    visitor.look("differs")
    visitor.close()
