"""What the receipt's page says of each thing that asking everybody can find."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from habeas.portal.receipts import history, views
from habeas.protocol import Kind
from habeas.protocol.receipt import ReceiptError
from habeas.register.causes import Cause
from habeas.register.verdicts import Act, TrusteeVerdict, Verification
from habeas.tlog import leaf_hash
from tests.unit.protocol.officers import OFFICERS
from tests.unit.protocol.world import NAMES, Case, random

CASE = Case()
SALT = random("salt")
REQUEST = CASE.request()
ENTRY = CASE.requested(REQUEST, SALT, OFFICERS[0].slot_key, append=False)
SEALED = Act(0, CASE.entry, "custodian")
REQUESTED = Act(1, ENTRY, "custodian")
RELEASED = Act(
    2, CASE.entry.model_copy(update={"kind": Kind.RELEASED}), NAMES[0],
    {"request": leaf_hash(ENTRY.encode()).hex()},
)  # fmt: skip
WHOLE = Verification(
    True, 0, datetime(2027, 1, 15, 10, tzinfo=UTC),
    {name: TrusteeVerdict("complete", held=True) for name in NAMES}, (SEALED,),
)  # fmt: skip


class Custody:
    """What the portal itself knows of a photo."""

    def __init__(self, details=(), late=()):
        self._details, self._late = details, dict(late)

    def details(self, _):
        return self._details

    def acknowledgements(self, _):
        return self._late


@pytest.fixture
def page(city, browser, monkeypatch):
    """The page's text, where asking everybody has found that and the portal keeps that."""

    def page(found, receipt=None, **kept):
        def verify(_):
            if isinstance(found, Exception):
                raise found
            return found

        monkeypatch.setattr(history, "verify", verify)
        for module in (history, views):
            monkeypatch.setattr(module, "custody", lambda: Custody(**kept))
        text = (receipt or CASE.receipt()).encode().decode()
        answer = browser.post("/receipt/", {"receipt": text})
        assert answer.status_code == 200
        return answer.content.decode()

    return page


def test_a_photo_that_nobody_has_opened(page):
    shown = page(WHOLE)
    assert 'id="verified"' in shown
    assert "15 January 2027, 10:00 UTC" in shown
    assert "Nobody has opened it." in shown
    assert shown.count('data-seat="holds"') == 4
    assert "Withdraw the photo" in shown


def test_an_opening_is_told_with_what_its_entry_commits_to(page):
    found = replace(WHOLE, acts=(SEALED, REQUESTED, RELEASED))
    shown = page(found, details=[(ENTRY.encode(), SALT, REQUEST.fields())])
    assert 'data-opening="1"' in shown
    assert "To decide." in shown
    assert "1 of at most" in shown
    assert "Nobody has opened it" not in shown


@pytest.mark.parametrize("salt", [SALT, b"", bytes(32)])
def test_no_other_words_are_shown_than_those_of_the_log(page, salt):
    """The portal keeps the reason; it cannot put another one under the entry."""
    found = replace(WHOLE, acts=(SEALED, REQUESTED, RELEASED))
    other = REQUEST.fields() | {"reason": "For a birthday card."}
    shown = page(found, details=[(ENTRY.encode(), salt, other)])
    assert 'data-opening="1"' in shown
    assert "birthday" not in shown


def test_a_request_that_nobody_has_answered_is_no_opening(page):
    shown = page(replace(WHOLE, acts=(SEALED, REQUESTED)))
    assert "data-opening" not in shown
    assert "Nobody has opened it." in shown


def test_where_somebody_is_silent_nobody_is_said_not_to_have_opened_it(page):
    silent = TrusteeVerdict("incomplete", (Cause("trustee-unreachable", "Gone."),))
    shown = page(replace(WHOLE, verdicts={**WHOLE.verdicts, NAMES[2]: silent}))
    assert 'id="incomplete"' in shown
    assert "No opening is known." in shown
    assert "does not answer now." in shown
    assert shown.count('data-seat="silent"') == 1


def test_what_is_only_a_moment_old_is_no_alarm(page):
    owed = TrusteeVerdict("incomplete", (Cause("owed", "Owed."),), held=True)
    shown = page(replace(WHOLE, verdicts={**WHOLE.verdicts, NAMES[0]: owed}))
    assert 'id="settling"' in shown
    assert 'id="incomplete"' not in shown


def test_a_contradiction_is_loud(page):
    liar = TrusteeVerdict("contradicted", (Cause("contradiction", "It lies."),), held=True)
    shown = page(replace(WHOLE, verdicts={**WHOLE.verdicts, NAMES[1]: liar}))
    assert 'id="contradicted"' in shown
    assert 'data-seat="contradicts"' in shown


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("view-old", "more than an hour old"),
        ("contradiction", "is not the one"),
        ("other", "could not be read now"),
    ],
)
def test_a_log_that_cannot_be_read_afresh(page, code, said):
    shown = page(replace(WHOLE, unread=Cause(code, "?")))
    assert 'id="incomplete"' in shown
    assert said in shown


def test_a_receipt_that_does_not_verify_says_so_and_shows_nothing_else(page):
    shown = page(ReceiptError("Another promise."))
    assert "Something does not verify" in shown
    assert "Another promise." in shown
    assert "data-seat" not in shown


@pytest.mark.parametrize(
    ("late", "state", "button"), [((), "pending", False), ([(NAMES[3], "note")], "silent", True)]
)
def test_a_trustee_that_was_away_when_it_was_sealed(page, late, state, button):
    away = {**WHOLE.verdicts, NAMES[3]: TrusteeVerdict("incomplete")}
    receipt = CASE.receipt(range(3))
    shown = page(replace(WHOLE, verdicts=away), receipt, late=late)
    assert f'data-seat="{state}"' in shown
    assert ("Download the receipt with what was acknowledged since" in shown) == button


def test_a_photo_that_is_destroyed_cannot_be_withdrawn_again(page):
    gone = {name: TrusteeVerdict("complete", held=False) for name in NAMES}
    shown = page(replace(WHOLE, verdicts=gone))
    assert "nobody can open the photo" in shown
    assert "Withdraw the photo" not in shown
    one_left = {**gone, NAMES[0]: TrusteeVerdict("complete", held=True)}
    assert "Withdraw the photo" in page(replace(WHOLE, verdicts=one_left))


def test_a_case_that_is_over(page):
    closed = Act(3, CASE.entry.model_copy(update={"kind": Kind.CLOSED}), "custodian")
    assert "nobody opens it any more" in page(replace(WHOLE, acts=(SEALED, closed)))
