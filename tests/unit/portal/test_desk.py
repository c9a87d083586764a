"""The desk: cases of one's own office, openings one at a time, decisions that let go of photos."""

import base64
import json

import pytest
from habeas.custody.reader import OneTimeKey, WrappedShare

from habeas.portal.apply.sending import sending
from habeas.portal.cases.models import Case
from habeas.portal.catalogue import services
from tests.unit.parties import PHOTO
from tests.unit.portal.conftest import PASSWORD

ANSWERS = {"full_name": "Anna Example", "date_of_birth": "1980-05-17", "address": "1 Lane"}


def _case(photo=PHOTO, service="hunting-licence"):
    with sending(services()[service], ANSWERS, photo) as sent:
        return sent.reference


class Terminal:
    """A program that acts for an officer."""

    def __init__(self, browser, officer):
        self._browser = browser
        token = base64.b64encode(f"{officer.name}:{PASSWORD}".encode()).decode()
        self._header = {"HTTP_AUTHORIZATION": f"Basic {token}"}

    def get(self, path):
        return self._browser.get(f"/api/{path}", **self._header)

    def post(self, path, body):
        content = body if isinstance(body, str) else json.dumps(body)
        return self._browser.post(
            f"/api/{path}", content, content_type="application/json", **self._header
        )


@pytest.fixture
def officer(city):
    return city.officer()


@pytest.fixture
def terminal(browser, officer):
    return Terminal(browser, officer)


def _request(key, **changed):
    return {
        "purpose": "decide-application",
        "reason": "Is this the applicant?",
        "one_time_key": base64.b64encode(key.public).decode(),
        **changed,
    }


# JSON, as a static client uses it


def test_the_open_cases_of_one_s_own_office(city, terminal):
    sealed, bare = _case(), _case(b"")
    _case(b"", "allotment-garden")
    listed = {each["reference"]: each for each in terminal.get("cases").json()["cases"]}
    assert set(listed) == {sealed, bare}
    assert (listed[sealed]["photo"], listed[bare]["photo"]) == (True, False)
    case = terminal.get(f"cases/{sealed}").json()
    assert case["answers"] == ANSWERS
    assert case["purposes"] == ["applicant-copy", "decide-application"]
    assert case["state"] == "open"


def test_another_office_s_case_is_no_case(browser, city):
    reference = _case()
    other = Terminal(browser, city.officer("parks-department"))
    for answer in (
        other.get(f"cases/{reference}"),
        other.post(f"cases/{reference}/decision", {"decision": "approved"}),
        other.get("cases/HL-0000-0000"),
    ):
        assert answer.status_code == 404
        assert answer.json()["code"] == "unknown-case"
    assert Case.objects.get().state == "open"


def test_an_opening_gives_what_only_the_one_time_key_opens(city, terminal):
    reference, key = _case(), OneTimeKey()
    answer = terminal.post(f"cases/{reference}/openings", _request(key)).json()
    shares = [
        WrappedShare(each["trustee"], each["index"], base64.b64decode(each["release"]))
        for each in answer["shares"]
    ]
    ciphertext = base64.b64decode(answer["ciphertext"])
    opened = key.open(answer["promise"].encode(), answer["entry"].encode(), shares, ciphertext)
    assert opened.photo == PHOTO
    assert PHOTO not in ciphertext
    assert city.log.kinds() == ["sealed", "requested"]
    assert city.log.content[answer["index"]] == answer["entry"].encode()


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"reason": "  "}, 400, "request"),
        ({"one_time_key": "!"}, 400, "request"),
        ({"one_time_key": "AAAA"}, 400, "key-format"),
    ],
)
def test_a_request_that_lacks_something_leaves_no_trace(city, terminal, changed, status, code):
    reference = _case()
    answer = terminal.post(f"cases/{reference}/openings", _request(OneTimeKey(), **changed))
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert city.log.kinds() == ["sealed"]


@pytest.mark.parametrize(
    ("purpose", "code"), [("face-recognition", "recognition-never"), ("fun", "purpose-unknown")]
)
def test_what_cannot_be_asked_is_refused_on_the_log(city, terminal, purpose, code):
    reference = _case()
    answer = terminal.post(f"cases/{reference}/openings", _request(OneTimeKey(), purpose=purpose))
    assert (answer.status_code, answer.json()["code"]) == (403, code)
    assert city.log.kinds() == ["sealed", "refused"]
    assert answer.json()["index"] == 1


def test_several_photos_at_once_are_refused_on_the_log(city, terminal):
    answer = terminal.post("openings", {"cases": ["a", "b"], "purpose": "x", "reason": "y"})
    assert (answer.status_code, answer.json()["code"]) == (403, "bulk-never")
    assert city.log.kinds() == ["refused"]


def test_what_the_trustees_refuse_is_passed_on(city, terminal):
    reference = _case()
    for each in city.circle.clients[:2]:
        each.refusing = "purpose"
    answer = terminal.post(f"cases/{reference}/openings", _request(OneTimeKey()))
    assert (answer.status_code, answer.json()["code"]) == (403, "purpose")


def test_too_few_trustees_are_named(city, terminal):
    reference = _case()
    for each in city.circle.clients[:2]:
        each.away = True
    answer = terminal.post(f"cases/{reference}/openings", _request(OneTimeKey()))
    assert answer.status_code == 503
    assert answer.json()["missing"] == ["one.test", "two.test"]


@pytest.mark.parametrize("decision", ["approved", "declined"])
def test_a_decision_lets_go_of_the_photo(city, terminal, decision):
    reference = _case()
    answer = terminal.post(f"cases/{reference}/decision", {"decision": decision})
    assert answer.json() == {"reference": reference, "state": decision}
    assert Case.objects.get().pointer is None
    assert terminal.get("cases").json()["cases"] == []
    refused = terminal.post(f"cases/{reference}/openings", _request(OneTimeKey()))
    assert (refused.status_code, refused.json()["code"]) == (403, "no-photo")
    again = terminal.post(f"cases/{reference}/decision", {"decision": "declined"})
    assert again.status_code == 409
    assert Case.objects.get().state == decision


@pytest.mark.parametrize("body", ["{}", '{"decision": "open"}', '{"decision": null}', "[", "[]"])
def test_no_decision_is_none(city, terminal, body):
    reference = _case()
    answer = terminal.post(f"cases/{reference}/decision", body)
    assert answer.status_code in (400, 409)
    assert Case.objects.get().pointer is not None


def test_a_body_without_end_is_refused(city, terminal):
    answer = terminal.post(f"cases/{_case()}/openings", '{"reason": "' + "x" * 200_000 + '"}')
    assert (answer.status_code, answer.json()["code"]) == (400, "bad-request")


# Pages


def test_the_pages_show_a_case_and_decide_it(city, browser, officer):
    reference = _case()
    browser.force_login(officer)
    assert reference in browser.get("/desk/").content.decode()
    page = browser.get(f"/desk/case/{reference}/").content.decode()
    assert "Anna Example" in page
    assert "Full name" in page
    assert "not promised" in browser.get(f"/desk/case/{reference}/open/").content.decode()
    assert browser.post(f"/desk/case/{reference}/decide/", {"decision": "no"}).status_code == 302
    assert Case.objects.get().state == "open"
    done = browser.post(f"/desk/case/{reference}/decide/", {"decision": "approved"}, follow=True)
    assert f"Case {reference} is decided." in done.content.decode()
    assert browser.get(f"/desk/case/{reference}/open/").status_code == 302


def test_the_page_of_another_office_s_case_is_not_found(city, browser):
    reference = _case()
    browser.force_login(city.officer("parks-department"))
    for address in ("", "open/"):
        assert browser.get(f"/desk/case/{reference}/{address}").status_code == 404
    assert browser.post(f"/desk/case/{reference}/decide/").status_code == 404


def test_the_page_s_opening_needs_the_password_once_more(city, browser, officer):
    reference, key = _case(), OneTimeKey()
    browser.force_login(officer)

    def ask(password):
        return browser.post(
            f"/desk/case/{reference}/opening/",
            json.dumps({**_request(key), "password": password}),
            content_type="application/json",
        )

    assert (ask("wrong").status_code, ask("wrong").json()["code"]) == (401, "password")
    assert city.log.kinds() == ["sealed"]
    assert ask(PASSWORD).json()["index"] == 1
