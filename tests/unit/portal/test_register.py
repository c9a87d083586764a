"""The public register: the log in words and figures, also when the log is silent."""

import csv
import io
import json
import re
import secrets
from xml.etree import ElementTree as ET

import pytest
from django.conf import settings

from habeas.portal.register import log as register
from habeas.portal.register import seen
from habeas.protocol import Kind, sign_entry
from habeas.protocol.details import SealedDetails, WithdrawnDetails
from habeas.protocol.office import Answers
from habeas.register import months
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
    city.copy.catch_up()  # as the worker does in each round
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


def test_a_withdrawal_of_which_several_tell_is_one_act(city, browser):
    told = WithdrawnDetails(promise="ab" * 32, secret="cd" * 32)
    other = WithdrawnDetails(promise="ef" * 32, secret="cd" * 32)
    writers = [world.CUSTODIAN_KEY, *(party.statement for party in world.TRUSTEES)]
    for number, writer in enumerate(writers):
        salt = bytes([number]) * 32
        city.log.append(sign_entry(writer, Kind.WITHDRAWN, world.DAY, told, salt).encode())
    city.log.append(
        sign_entry(world.CUSTODIAN_KEY, Kind.WITHDRAWN, world.DAY, other, bytes(32)).encode()
    )
    city.copy.catch_up()
    for path in ("/register/", "/register/entries/"):
        page = browser.get(path).content.decode()
        shown = [f'href="/register/entries/{index}/"' in page for index in range(6)]
        assert shown == [True, False, False, False, False, True]
        assert page.count("trustees that say so: 4") == 1
    overview = browser.get("/register/").content.decode()
    assert "6 entries so far" in overview
    assert '<td class="govuk-table__cell app-number">2</td>' in overview
    assert browser.get("/register/entries/3/").status_code == 200


@pytest.mark.parametrize("index", ["2", "99999999999999999999", "4611686018427387904", "-1", "x"])
def test_an_entry_that_there_is_not_is_not_found(written, browser, index):
    answer = browser.get(f"/register/entries/{index}/")
    assert answer.status_code == 404
    # It may be on the log by now: whoever has just acted is told so.
    assert ("does not show this entry yet" in answer.content.decode()) == (index == "2")


@pytest.mark.parametrize("before", ["", "0", "1", "-5", "x", "9" * 30, "²"])
def test_any_place_to_begin_is_answered(written, browser, before):
    assert browser.get("/register/entries/", {"before": before}).status_code == 200


def test_the_pages_show_what_was_followed_and_call_nobody(written, browser):
    written.log.append(_entry("fishing-licence"))
    written.log.down = True  # whoever asked it would be told
    for page in ("", "entries/", "entries/1/", "check/"):
        assert browser.get(f"/register/{page}").status_code == 200
    assert browser.get("/register/entries/2/").status_code == 404
    written.log.down = False
    assert browser.get("/register/entries/2/").status_code == 404, "a page has asked the log"
    written.copy.catch_up()
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
    city.copy.catch_up()
    assert PHOTO not in browser.get("/register/entries/0/").content


def test_a_view_that_no_witness_confirms_any_more_is_said_to_be_old(written, browser):
    words = "entries since then are not shown"
    for page in ("/register/", "/register/entries/"):
        assert words not in browser.get(page).content.decode()
    seen = written.log.clock() - 3 * 3600 - 60
    written.log.clock = lambda: seen
    written.copy.catch_up()
    for page in ("/register/", "/register/entries/"):
        assert words in browser.get(page).content.decode()
    said = browser.get("/readyz").json()["problems"]["view-old"]
    assert "3 hours old" in said


def _acted(city, day=world.DAY, code="", office=world.OFFICE):
    """One request, to which every trustee says the same."""
    more = {"service": "hunting-licence", "office": office, "purpose": "appeal"}
    salt = secrets.token_bytes(32)

    def put(writer, kind, **shown):
        details = Answers(reference="HL-1", service="hunting-licence", answers={})
        entry = sign_entry(writer, kind, day, details, salt, **more, **shown)
        city.log.append(entry.encode())

    put(world.CUSTODIAN_KEY, Kind.REQUESTED, tag=secrets.token_hex(16), slot=secrets.token_hex(16))
    for party in world.TRUSTEES:
        if code:
            put(party.statement, Kind.REFUSED, code=code)
        else:
            put(party.statement, Kind.RELEASED, tag=secrets.token_hex(16))


@pytest.fixture
def acted(city):
    _acted(city)
    _acted(city, code="withdrawn")
    _acted(city, day="2027-03-01", code="purpose")
    city.copy.catch_up()
    return city


@pytest.mark.usefixtures("acted")
def test_a_month_is_told_in_acts_and_in_words(browser):
    month = world.DAY[:7]
    overview = browser.get("/register/").content.decode()
    assert f'href="/register/months/{month}/"' in overview
    assert "<svg" in overview
    page = browser.get(f"/register/months/{month}/").content.decode()
    assert "Offices asked 2 times to see a photo." in page
    assert "1 request was refused." in page
    assert "The applicant had withdrawn the photo (withdrawn)" in page
    russian = browser.get(f"/register/months/{month}/", HTTP_ACCEPT_LANGUAGE="ru").content.decode()
    assert "2 раза" in russian
    for path in ("/register/months/2031-01/", "/register/months/2027-13/", "/register/offices/x/"):
        assert browser.get(path).status_code == 404


@pytest.mark.usefixtures("acted")
def test_refusals_of_an_office_in_a_month_are_two_steps_away(browser):
    overview = browser.get("/register/").content.decode()
    assert 'href="/register/months/2027-03/"' in overview  # step 1
    page = browser.get("/register/months/2027-03/").content.decode()  # step 2
    assert "The applicant was not told of this purpose (purpose)" in page
    assert "Licensing" in page
    office = browser.get(f"/register/offices/{world.OFFICE}/").content.decode()
    assert "The applicant was not told of this purpose (purpose)" in office


@pytest.mark.usefixtures("acted")
def test_programs_get_the_same_figures(browser):
    rows = list(csv.DictReader(io.StringIO(browser.get("/register/acts.csv").content.decode())))
    assert {(each["month"], each["outcome"], each["code"], each["count"]) for each in rows} >= {
        ("2027-03", "asked", "", "1"), ("2027-03", "opened-at-most", "", "0"),
        ("2027-03", "refused", "purpose", "1"), (world.DAY[:7], "asked", "", "2"),
    }  # fmt: skip
    found = browser.get("/register/acts.json").json()
    assert sum(each["asked"] for each in found["acts"]) == 3
    feed = ET.fromstring(browser.get("/register/news.atom").content)  # noqa: S314 - ours
    entries = feed.findall("{http://www.w3.org/2005/Atom}entry")
    assert len(entries) > 5


@pytest.mark.usefixtures("acted")
def test_an_entry_is_explained(browser):
    page = browser.get("/register/entries/0/").content.decode()
    assert "An officer has signed a request to open one photo" in page
    assert "As it stands on the log" in page


@pytest.fixture
def asked(city, monkeypatch):
    """How often the trustees were asked."""
    found = []
    monkeypatch.setattr(seen, "_panel", lambda _: found.append(1) or city.panel)
    return found


def test_which_trustees_answer_is_what_the_worker_has_seen(city, browser, asked):
    page = browser.get("/register/trustees/").content.decode()
    assert page.count("not known") == len(city.panel.clients)
    assert "has not asked them yet" in page
    city.panel.clients[0].away = True
    seen.look()
    city.panel.clients[0].away = False
    seen.look()  # a moment later: nobody is asked
    page = browser.get("/register/trustees/").content.decode()
    assert page.count("does not answer") == 1
    assert re.search(r"asked them \d+ s ago", page)
    assert asked == [1], "no page asks"


def test_what_was_seen_long_ago_is_nobody_s_state(city, browser, asked):
    seen.look()
    file = settings.DATA / "trustees-seen.json"
    said = json.loads(file.read_text())
    file.write_text(json.dumps(said | {"at": said["at"] - 3600}))
    page = browser.get("/register/trustees/").content.decode()
    assert page.count("not known") == len(city.panel.clients)
    assert re.search(r"asked them 36\d\d s ago", page)
    file.write_text("half a fi")
    assert "has not asked them yet" in browser.get("/register/trustees/").content.decode()
    seen.look()
    assert browser.get("/register/trustees/").content.decode().count(">answers<") == 4


def test_a_copy_that_was_made_before_is_counted_once(acted):
    before = acted.copy.acts()
    with acted.copy._database.transaction() as connection:
        connection.execute("DELETE FROM months")
        connection.execute(months.SCHEMA.split(";")[1])
    assert acted.copy.acts() == before
