"""Signing in: by a signature over a challenge, with a credential on the office's newest roster."""

import time

import pytest
from django.conf import settings

from habeas.portal.desk import sessions
from habeas.portal.desk.models import Begun, Spent
from habeas.protocol.credential import membership
from tests.unit.portal.conftest import PARKS, Terminal
from tests.unit.protocol import world
from tests.unit.protocol.officers import OFFICERS, WEB_ORIGIN


@pytest.fixture
def terminal(city, browser):
    return Terminal.on_roster(city, browser)


def code(answer):
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize("number", range(4), ids=["software", "key", "passkey", "EdDSA passkey"])
def test_every_type_of_credential_signs_in(city, browser, number):
    terminal = Terminal.on_roster(city, browser, officer=OFFICERS[number]).sign_in()
    assert terminal.get("cases").json()["cases"] == []


def test_without_a_session_nothing_is_shown(terminal):
    for answer in (
        terminal.get("cases"),
        terminal.get("cases/HL-1"),
        terminal.get("photos/" + "00" * 16),
        terminal.get("photos/" + "00" * 16 + "/ciphertext"),
        terminal.post("officers/slots", {"slots": []}),
        terminal.post("cases/HL-1/decision", {"decision": "approved"}),
        terminal.post("cases/HL-1/unreadable", {}),
        terminal.post("photos/" + "00" * 16 + "/openings", {}),
        terminal.sign_out(),
    ):
        assert code(answer) == (401, "sign-in")
        assert answer.json()["remedy"]


@pytest.mark.parametrize("header", ["", "Basic abc", "Bearer", "Bearer x", "Bearer " + "A" * 4096])
def test_a_broken_token_is_none(terminal, header):
    assert code(terminal.get("cases", HTTP_AUTHORIZATION=header)) == (401, "sign-in")


def test_a_signed_out_token_counts_no_more_and_others_do(terminal):
    first = terminal.sign_in().token
    second = terminal.sign_in().token
    assert first != second
    assert terminal.sign_out().status_code == 204
    assert code(terminal.get("cases")) == (401, "sign-in")
    terminal.token = first
    assert terminal.get("cases").status_code == 200


def own(terminal):
    answer = terminal.get("officers/sessions/own").json()
    return answer["fresh"], [each["here"] for each in answer["sessions"]]


def test_an_officer_sees_their_sessions_and_ends_them(city, browser, terminal):
    tokens = [terminal.sign_in().token for _ in range(3)]
    assert own(terminal)[0] is True
    assert sorted(own(terminal)[1]) == [False, False, True]
    terminal.token = tokens[0]
    others = terminal.get("officers/sessions/own").json()["sessions"]
    one = next(each["name"] for each in others if not each["here"])
    assert terminal.post("officers/sessions/ending", {"session": one}).status_code == 200
    assert sorted(own(terminal)[1]) == [False, True]
    assert terminal.post("officers/sessions/ending", {}).status_code == 200
    assert own(terminal) == (True, [True])
    for each in tokens[1:]:
        terminal.token = each
        assert code(terminal.get("cases")) == (401, "sign-in")


def test_nobody_sees_or_ends_another_officer_s_sessions(city, browser):
    mine = Terminal.on_roster(city, browser).sign_in()
    theirs = Terminal.on_roster(city, browser, PARKS).sign_in()
    (named,) = theirs.get("officers/sessions/own").json()["sessions"]
    assert own(mine) == (True, [True])
    mine.post("officers/sessions/ending", {"session": named["name"]})
    mine.post("officers/sessions/ending", {})
    assert own(theirs) == (True, [True])


def test_who_signed_in_long_ago_ends_nothing_but_their_own_session(terminal, monkeypatch):
    other = terminal.sign_in().token
    terminal.sign_in()
    now = time.time()  # noqa: TID251 - what the portal's own clock is moved from
    monkeypatch.setattr("habeas.portal.desk.own_sessions.time.time", lambda: now + 601)
    answer = terminal.post("officers/sessions/ending", {})
    assert code(answer) == (403, "sign-in-again")
    assert own(terminal)[0] is False
    assert terminal.sign_out().status_code == 204
    terminal.token = other
    assert terminal.get("cases").status_code == 200


def test_sessions_that_are_over_are_forgotten(city, terminal, monkeypatch):
    terminal.sign_in()
    assert Begun.objects.count() == 1
    sessions.sweep()
    assert Begun.objects.count() == 1
    now = time.time()  # noqa: TID251 - what the portal's own clock is moved from
    monkeypatch.setattr("habeas.portal.desk.own_sessions.time.time", lambda: now + 8 * 3600 + 1)
    sessions.sweep()
    assert Begun.objects.count() == 0


def test_a_challenge_counts_once(terminal):
    shown = terminal.introduction()
    assert terminal.post("officers/sessions", shown).status_code == 200
    assert code(terminal.post("officers/sessions", shown)) == (401, "sign-in")


def test_a_challenge_that_was_signed_late_or_is_another_portal_s(terminal, monkeypatch):
    shown = terminal.introduction()
    now = time.time()  # noqa: TID251 - what the portal's own clock is moved from
    with monkeypatch.context() as later:
        later.setattr("habeas.portal.desk.sessions.time.time", lambda: now + 301)
        assert code(terminal.post("officers/sessions", shown)) == (401, "sign-in")
    forged = terminal.introduction(challenge="00" * 32)
    assert code(terminal.post("officers/sessions", forged)) == (401, "sign-in")
    elsewhere = terminal.introduction(portal="https://portal.example")
    answer = terminal.post("officers/sessions", elsewhere)
    assert code(answer) == (401, "sign-in")
    assert "portal.example" in answer.json()["detail"]


def test_a_session_ends_by_itself(terminal, monkeypatch):
    terminal.sign_in()
    now = time.time()  # noqa: TID251 - what the portal's own clock is moved from
    monkeypatch.setattr("django.core.signing.time.time", lambda: now + 8 * 3600 + 1)
    assert code(terminal.get("cases")) == (401, "sign-in")


def test_another_office_s_challenge_does_not_count(city, browser, terminal):
    other = Terminal.on_roster(city, browser, PARKS)
    drawn = other.post("officers/challenge", {"office": PARKS}).json()["challenge"]
    shown = terminal.introduction(challenge=drawn)
    assert code(terminal.post("officers/sessions", shown)) == (401, "sign-in")


def test_who_is_not_on_the_newest_roster_is_not_let_in(city, terminal):
    city.copy.catch_up()
    (roster,) = city.copy.rosters(world.OFFICE)
    terminal.sign_in()
    city.roster(OFFICERS[1], before=roster)
    assert code(terminal.post("officers/sessions", terminal.introduction()))[1] == "officer-unknown"
    assert code(terminal.get("cases")) == (401, "sign-in")


def test_an_invented_officer_is_not_let_in(city, browser, terminal):
    stranger = Terminal(browser, OFFICERS[4], world.OFFICE, terminal.shown)
    assert code(stranger.post("officers/sessions", stranger.introduction())) == (
        403, "officer-unknown"
    )  # fmt: skip
    # Nor with the right credential, but signed by another key.
    shown = terminal.introduction()
    shown["assertion"] = stranger.introduction()["assertion"]
    assert code(terminal.post("officers/sessions", shown))[1] == "officer-signature"


def test_an_office_without_a_roster_has_no_officers(city, browser):
    listed = [OFFICERS[0].credential()]
    from habeas.protocol.credential import roster_of

    shown = membership(roster_of(world.OFFICE, listed), listed, listed[0])
    terminal = Terminal(browser, OFFICERS[0], world.OFFICE, shown)
    assert code(terminal.post("officers/sessions", terminal.introduction())) == (401, "sign-in")


@pytest.mark.parametrize(
    "body",
    ["", "[]", "{}", '{"sign_in": 1}', "[" * 100_000, '{"sign_in": {"v": 2}}', '{"office": []}'],
)
@pytest.mark.parametrize("path", ["officers/sessions", "officers/challenge"])
def test_what_is_no_sign_in_is_a_problem(terminal, body, path):
    answer = terminal.post(path, body)
    assert answer.status_code in (200, 400, 422)
    if path == "officers/sessions":
        assert answer.json()["code"]


def test_half_an_introduction_is_a_problem(terminal):
    for name in ("sign_in", "assertion", "credential", "membership"):
        shown = terminal.introduction()
        for wrong in (None, [], {}, "x"):
            answer = terminal.post("officers/sessions", {**shown, name: wrong})
            assert answer.status_code in (401, 403, 422), (name, wrong)


def test_what_was_used_up_is_forgotten_when_it_is_old(terminal, monkeypatch):
    terminal.sign_in()
    assert Spent.objects.count() == 1
    assert sessions.sweep() == 0
    now = time.time()  # noqa: TID251 - what the portal's own clock is moved from
    monkeypatch.setattr("habeas.portal.desk.sessions.time.time", lambda: now + 2 * 3600)
    assert sessions.sweep() == 1


def test_desks_of_the_circle_may_read_and_others_may_not(terminal):
    asked = {"HTTP_ORIGIN": WEB_ORIGIN}
    before = terminal.browser.options("/api/cases", **asked)
    assert before.status_code == 204
    assert before.headers["access-control-allow-origin"] == WEB_ORIGIN
    assert "DELETE" in before.headers["access-control-allow-methods"]
    assert "authorization" in before.headers["access-control-allow-headers"]
    assert "access-control-allow-credentials" not in before.headers
    shown = terminal.get("cases", **asked)  # a problem has to be read, too
    assert shown.headers["access-control-allow-origin"] == WEB_ORIGIN
    for origin in ("https://evil.example", settings.SITE.portal, ""):
        answer = terminal.get("cases", HTTP_ORIGIN=origin)
        assert "access-control-allow-origin" not in answer.headers
        assert answer.headers["vary"]


def test_used_slots_are_counted_from_the_first_on(city, terminal):
    terminal.sign_in()
    assert terminal.post("officers/slots", {"slots": ["ab" * 16]}).json() == {"used": 0}
    for wrong in ({}, {"slots": 1}, {"slots": ["x"]}, {"slots": ["ab" * 16] * 1001}):
        assert terminal.post("officers/slots", wrong).status_code == 422
