"""The public register: the log in words and figures, also when the log is silent."""

import pytest

from habeas import protocol
from habeas.portal.register import log as register
from habeas.protocol import Entry, Kind
from tests.unit.parties import PHOTO


def _entry(kind=Kind.REFUSED, **fields):
    commit = protocol.commitment(bytes(32), {})
    return Entry(kind=kind, day="2026-11-26", commit=commit, **fields).encode()


@pytest.fixture
def written(city):
    city.log.append(_entry(code="bulk-never"))
    city.log.append(b"\xff anybody's bytes <script>")
    return city


def test_the_pages_show_what_the_log_has(written, browser):
    overview = browser.get("/register/").content.decode()
    assert "bulk-never" in overview
    entries = browser.get("/register/entries/").content.decode()
    assert 'href="/register/entries/0/"' in entries
    assert 'href="/register/entries/1/"' in entries
    entry = browser.get("/register/entries/1/").content.decode()
    assert "&lt;script&gt;" in entry
    assert "<script>" not in entry
    check = browser.get("/register/check/").content.decode()
    assert written.log.signer.vkey in check.replace("&#x27;", "'")


@pytest.mark.parametrize("index", ["2", "99999999999999999999", "4611686018427387904", "-1", "x"])
def test_an_entry_that_there_is_not_is_not_found(written, browser, index):
    assert browser.get(f"/register/entries/{index}/").status_code == 404


@pytest.mark.parametrize("before", ["", "0", "1", "-5", "x", "9" * 30, "²"])
def test_any_place_to_begin_is_answered(written, browser, before):
    assert browser.get("/register/entries/", {"before": before}).status_code == 200


def test_a_silent_log_leaves_the_pages_as_they_were(written, browser):
    browser.get("/register/")
    written.log.append(_entry(code="no-photo"))
    written.log.down = True
    page = browser.get("/register/").content.decode()
    assert "bulk-never" in page
    assert "no-photo" not in page
    written.log.down = False
    assert "no-photo" in browser.get("/register/").content.decode()


def test_a_log_that_signs_another_history_is_not_followed(written):
    assert register.followed().size == 2
    written.log.content[0] = _entry(code="purpose-unknown")
    written.log.append(_entry(code="no-photo"))
    copy = register.followed()
    assert copy.size == 2
    assert b"bulk-never" in copy.entry(0)


def test_the_copy_holds_no_photo(city, browser):
    city.log.append(_entry(code="bulk-never"))
    assert PHOTO not in browser.get("/register/entries/0/").content
