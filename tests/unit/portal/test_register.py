"""The public register: the log in words and figures, also when the log is silent."""

import pytest

from habeas.portal.register import log as register
from habeas.protocol import Kind, sign_entry
from habeas.protocol.details import SealedDetails
from tests.unit.parties import PHOTO
from tests.unit.protocol import world


def _entry(service="hunting-licence"):
    return sign_entry(
        world.CUSTODIAN_KEY, Kind.SEALED, world.DAY, SealedDetails(promise="ab" * 32), bytes(32),
        service=service, tag="cd" * 16,
    ).encode()  # fmt: skip


@pytest.fixture
def written(city):
    city.log.append(_entry())
    city.log.append(b"\xff anybody's bytes <script>")
    return city


def test_the_pages_show_what_the_log_has(written, browser):
    overview = browser.get("/register/").content.decode()
    assert "Sealed" in overview
    assert "Foreign, and not obeyed" in overview
    entries = browser.get("/register/entries/").content.decode()
    assert 'href="/register/entries/0/"' in entries
    assert 'href="/register/entries/1/"' in entries
    entry = browser.get("/register/entries/1/").content.decode()
    assert "&lt;script&gt;" in entry
    assert "<script>" not in entry
    check = browser.get("/register/check/").content.decode()
    assert world.LOG_KEY.vkey in check.replace("&#x27;", "'")
    assert written.copy.chain.newest.digest in check


@pytest.mark.parametrize("index", ["2", "99999999999999999999", "4611686018427387904", "-1", "x"])
def test_an_entry_that_there_is_not_is_not_found(written, browser, index):
    assert browser.get(f"/register/entries/{index}/").status_code == 404


@pytest.mark.parametrize("before", ["", "0", "1", "-5", "x", "9" * 30, "²"])
def test_any_place_to_begin_is_answered(written, browser, before):
    assert browser.get("/register/entries/", {"before": before}).status_code == 200


def test_a_silent_log_leaves_the_pages_as_they_were(written, browser):
    browser.get("/register/")
    written.log.append(_entry("fishing-licence"))
    written.log.down = True
    assert browser.get("/register/entries/1/").status_code == 200
    assert browser.get("/register/entries/2/").status_code == 404
    written.log.down = False
    assert "fishing-licence" in browser.get("/register/entries/2/").content.decode()


def test_a_log_that_signs_another_history_is_not_followed(written):
    assert register.followed().size == 2
    written.log.log.leaves[0] = _entry("fishing-licence")
    written.log.append(_entry("another"))
    copy = register.followed()
    assert copy.size == 2
    assert b"hunting-licence" in copy.entry(0)


def test_the_copy_holds_no_photo(city, browser):
    city.log.append(_entry())
    assert PHOTO not in browser.get("/register/entries/0/").content
