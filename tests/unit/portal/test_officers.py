"""Accounts of officers who view recordings: made by whoever runs the portal, and nobody else."""

import json
import logging
import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from habeas.foundation.journal import JsonFormatter
from habeas.portal.officers import accounts, audit, sessions
from habeas.portal.officers.accounts import OfficerError
from habeas.portal.officers.models import Audited, Officer, OfficerSession
from habeas.portal.site.folder import Site
from tests.unit.portal.conftest import PASSWORD


def _sign_in(browser, name, password=PASSWORD):
    form = {"username": name, "password": password, "next": ""}
    return browser.post("/desk/sign-in/", form)


def test_an_officer_signs_in_and_sees_the_cameras_of_their_office(city, browser):
    accounts.add("o.petrova", "licensing-office", PASSWORD)
    assert browser.get("/desk/cameras/").headers["location"].startswith("/desk/sign-in/")
    assert _sign_in(browser, "o.petrova").headers["location"] == "/desk/cameras/"
    page = browser.get("/desk/cameras/").content.decode()
    assert "o.petrova" in page
    assert "Licensing Office" in page


def test_an_account_opens_no_case(city, browser):
    browser.force_login(accounts.add("o.petrova", "licensing-office", PASSWORD))
    assert browser.get("/api/cases").status_code == 401


def test_a_disabled_officer_is_out_with_the_next_request(city, browser):
    accounts.add("o.petrova", "licensing-office", PASSWORD)
    _sign_in(browser, "o.petrova")
    accounts.disable("o.petrova")
    assert browser.get("/desk/cameras/").status_code == 302
    assert _sign_in(browser, "o.petrova").status_code == 200
    with pytest.raises(OfficerError, match="already"):
        accounts.add("o.petrova", "parks-department", PASSWORD)
    accounts.enable("o.petrova")
    assert _sign_in(browser, "o.petrova").status_code == 302


def test_an_officer_of_an_office_that_the_catalogue_let_go_sees_nothing(browser):
    officer = accounts.add("o.petrova", "licensing-office", PASSWORD)
    Officer.objects.update(office="no-such-office")
    browser.force_login(officer)
    assert browser.get("/desk/cameras/").status_code == 404


@pytest.mark.parametrize(
    ("name", "office", "password", "said"),
    [
        ("o.petrova", "no-such-office", PASSWORD, "There is no office"),
        ("", "licensing-office", PASSWORD, "is no name"),
        ("two words", "licensing-office", PASSWORD, "is no name"),
        ("x" * 129, "licensing-office", PASSWORD, "is no name"),
        ("o.petrova", "licensing-office", "short", "too weak"),
        ("o.petrova", "licensing-office", "password1234", "too weak"),
        ("olga.petrova.at", "licensing-office", "olga.petrova.at", "too weak"),
    ],
)
def test_an_account_that_cannot_be_made_says_why(name, office, password, said):
    with pytest.raises(OfficerError, match=said) as refused:
        accounts.add(name, office, password)
    assert refused.value.remedy
    assert not Officer.objects.exists()


def test_nothing_is_known_about_an_officer_but_name_and_office(browser):
    officer = accounts.add("o.petrova", "licensing-office", PASSWORD)
    _sign_in(browser, "o.petrova")
    officer.refresh_from_db()
    assert {field.name for field in Officer._meta.fields} == {
        "id", "password", "name", "office", "is_active", "issuer", "person",
    }  # fmt: skip
    assert officer.issuer is officer.person is None, "of who comes by the identity provider alone"
    assert PASSWORD not in officer.password


def test_a_portal_that_serves_people_takes_no_password(city, browser, monkeypatch):
    accounts.add("o.petrova", "licensing-office", PASSWORD)
    assert accounts.holds("o.petrova", PASSWORD)
    monkeypatch.setattr(settings, "SITE", settings.SITE.model_copy(update={"trying_out": False}))
    assert not accounts.holds("o.petrova", PASSWORD)
    assert _sign_in(browser, "o.petrova").status_code == 404
    page = browser.get("/desk/sign-in/").content.decode()
    assert 'type="password"' not in page
    assert "data-passkey" in page


def test_a_demonstration_says_what_it_is(browser):
    page = browser.get("/desk/sign-in/").content.decode()
    assert "FOR TRYING OUT ONLY" in page
    assert 'type="password"' in page


@pytest.mark.parametrize("address", ["https://photos.city.example", "http://192.0.2.1"])
def test_what_others_reach_is_no_demonstration(address):
    with pytest.raises(ValueError, match="trying out"):
        Site(portal=address, trying_out=True)


@pytest.mark.parametrize("named", [False, True])
def test_the_journal_names_officers_where_that_is_chosen_alone(browser, monkeypatch, caplog, named):
    monkeypatch.setattr(settings, "OFFICERS_IN_JOURNAL", named)
    accounts.add("o.petrova", "licensing-office", PASSWORD)
    with caplog.at_level(logging.INFO, logger="habeas.portal.officers"):
        assert _sign_in(browser, "o.petrova").status_code == 302
    said = [json.loads(JsonFormatter().format(each)) for each in caplog.records]
    (line,) = [each for each in said if each.get("event") == "signed-in"]
    assert (line.get("officer"), line.get("office")) == (
        ("o.petrova", "licensing-office") if named else (None, None)
    )


def lines():
    return [(each.act, each.officer, each.how, each.because) for each in audit.lines()]


def test_sign_ins_denials_and_changes_are_on_the_audit_log(city, browser):
    accounts.add("o.petrova", "licensing-office", PASSWORD)
    _sign_in(browser, "o.petrova", "a-wrong-password")
    _sign_in(browser, "o.petrova")
    browser.post("/desk/sign-out/")
    accounts.disable("o.petrova")
    accounts.enable("o.petrova")
    accounts.invite("o.petrova")
    assert lines() == [
        ("added", "o.petrova", "administrator", ""),
        ("denied", "", "password", "password"),
        ("signed-in", "o.petrova", "password", ""),
        ("signed-out", "o.petrova", "", ""),
        ("disabled", "o.petrova", "administrator", ""),
        ("enabled", "o.petrova", "administrator", ""),
        ("invited", "o.petrova", "administrator", ""),
    ]


def test_the_audit_log_is_kept_for_half_a_year():
    for days in (200, 10):
        audit.note("denied")
        newest = Audited.objects.order_by("-id").first()
        Audited.objects.filter(pk=newest.pk).update(at=timezone.now() - timedelta(days=days))
    audit.sweep()
    assert len(lines()) == 1


@pytest.mark.parametrize(
    ("after", "lives"), [(60, True), (29 * 60, True), (31 * 60, False), (-3600, False)]
)
def test_a_session_ends_when_it_is_not_used(city, browser, monkeypatch, after, lives):
    accounts.add("o.petrova", "licensing-office", PASSWORD)
    monkeypatch.setattr(sessions, "now", lambda: 1e9)
    _sign_in(browser, "o.petrova")
    monkeypatch.setattr(sessions, "now", lambda: 1e9 + after)
    assert (browser.get("/desk/cameras/").status_code == 200) is lives
    assert (lines()[-1][0] == "session-ended") is not lives


def test_a_session_ends_after_a_shift_however_it_is_used(city, browser, monkeypatch):
    accounts.add("o.petrova", "licensing-office", PASSWORD)
    monkeypatch.setattr(sessions, "now", lambda: 1e9)
    _sign_in(browser, "o.petrova")
    for minute in range(0, 8 * 60, 20):
        monkeypatch.setattr(sessions, "now", lambda minute=minute: 1e9 + minute * 60)
        assert browser.get("/desk/cameras/").status_code == 200
    monkeypatch.setattr(sessions, "now", lambda: 1e9 + 8 * 3600 + 1)
    assert browser.get("/desk/cameras/").status_code == 302
    assert lines()[-1][3] == "age"


class Browsers:
    """Of one officer; each signs in a minute after the one before."""

    def __init__(self):
        accounts.add("o.petrova", "licensing-office", PASSWORD)
        self.now = 1e9

    def __call__(self, count):
        made = [Client() for _ in range(count)]
        for each in made:
            self.now += 60
            assert _sign_in(each, "o.petrova").status_code == 302
        return made


@pytest.fixture
def browsers(city, monkeypatch):
    made = Browsers()
    monkeypatch.setattr(sessions, "now", lambda: made.now)
    return made


def _is_in(browser):
    return browser.get("/desk/cameras/").status_code == 200


def test_of_an_officers_sessions_the_newest_go_on(browsers):
    made = browsers(sessions.MOST + 2)
    assert [_is_in(each) for each in made] == [False] * 2 + [True] * sessions.MOST
    assert [line[3] for line in lines() if line[0] == "session-ended"] == ["too-many"] * 2
    accounts.add("k.lipa", "licensing-office", PASSWORD)
    _sign_in(Client(), "k.lipa")
    assert all(map(_is_in, made[2:])), "another officer's session ends none of them"


def test_an_officer_sees_their_sessions_and_ends_them(browsers):
    first, second, third = browsers(3)
    page = third.get("/desk/sessions/").content.decode()
    assert page.count(">End this session<") == 2
    assert page.count("This one") == 1
    assert third.session.session_key not in page
    newest_other = re.search(r'name="session" value="(\w+)"', page)[1]
    third.post("/desk/sessions/end/", {"session": newest_other})
    assert [_is_in(each) for each in (first, second, third)] == [True, False, True]
    third.post("/desk/sessions/end/")
    assert [_is_in(each) for each in (first, third)] == [False, True]
    assert [line[3] for line in lines() if line[0] == "session-ended"] == ["by-officer"] * 2


def test_nobody_ends_another_officers_sessions(browsers):
    (hers,) = browsers(1)
    accounts.add("k.lipa", "licensing-office", PASSWORD)
    his = Client()
    _sign_in(his, "k.lipa")
    theirs = OfficerSession.objects.get(officer__name="o.petrova").id
    assert theirs not in his.get("/desk/sessions/").content.decode()
    his.post("/desk/sessions/end/", {"session": theirs})
    his.post("/desk/sessions/end/")
    assert _is_in(hers)
    assert Client().post("/desk/sessions/end/").status_code == 302, "nobody's: to sign in"


def test_who_finds_a_browser_open_ends_no_other_session(browsers):
    first, second = browsers(2)
    browsers.now += sessions.FRESH + 1
    page = second.get("/desk/sessions/").content.decode()
    assert "Sign in again to end sessions" in page
    assert "End this session" not in page
    refused = second.post("/desk/sessions/end/")
    assert (refused.status_code, "Sign in again first" in refused.content.decode()) == (403, True)
    assert _is_in(first)
    _sign_in(second, "o.petrova")
    second.post("/desk/sessions/end/")
    assert (_is_in(first), _is_in(second)) == (False, True)


def test_who_signs_out_or_in_again_leaves_no_session_behind(browsers):
    (browser,) = browsers(1)
    _sign_in(browser, "o.petrova")
    assert OfficerSession.objects.count() == 1
    browser.post("/desk/sign-out/")
    assert OfficerSession.objects.count() == 0
    (browser,) = browsers(1)
    browsers.now += 31 * 60
    assert not _is_in(browser)
    assert OfficerSession.objects.count() == 0
