"""The desk's API: cases of one's own office, openings by signature, decisions that let go."""

import secrets

import pytest

from habeas.portal.apply.sending import sending
from habeas.portal.cases.models import Case
from habeas.portal.catalogue import services
from habeas.portal.desk import lists
from habeas.protocol import Request, stream
from habeas.protocol.document import base64_of, unbase64
from habeas.protocol.office import open_answers, open_pointer, verify_pointer
from habeas.protocol.opening import WrappedShare, open_photo
from habeas.protocol.sealing import public_key
from habeas.protocol.terms import Promise
from tests.unit.parties import PHOTO
from tests.unit.portal.conftest import PARKS, Terminal
from tests.unit.protocol import world

ANSWERS = {"full_name": "Anna Example", "date_of_birth": "1980-05-17", "address": "1 Lane"}


def _case(photo=PHOTO, service="hunting-licence"):
    with sending(services()[service], ANSWERS, photo) as sent:
        return sent.reference


@pytest.fixture
def terminal(city, browser):
    return Terminal.on_roster(city, browser).sign_in()


def _pointer(terminal, reference):
    sealed = unbase64(terminal.get(f"cases/{reference}").json()["pointer"])
    return open_pointer(world.OFFICE_SEED, sealed, reference)


def _signed(terminal, pointer, seed=bytes(32), **changed):
    """What the officer's client sends."""
    number = terminal.get(f"photos/{pointer.seal_id}").json()["number"]
    credential = terminal.officer.credential(office=terminal.office)
    today = Case.objects.latest("day").day
    request = Request.read(
        {
            "v": 2, "kind": "request", "promise": pointer.promise, "seal_id": pointer.seal_id,
            "office": terminal.office, "credential": credential.id,
            "purpose": "decide-application", "reason": "Is this the applicant?",
            "one_time_key": base64_of(public_key(seed)), "number": number, "nth": number,
            "at": f"{today}T10:00:00Z", **changed,
        }
    )  # fmt: skip
    key = bytes.fromhex(pointer.stream_key)
    return {
        "request": request.fields(), "assertion": terminal.officer.assertion(request).fields(),
        "credential": credential.fields(), "membership": {"newest": terminal.shown.fields()},
        "tag": stream.tag(key, request.number),
        "slot": stream.slot(terminal.officer.slot_key, request.day, request.nth),
        "details_key": stream.details_key(key, request.number).hex(),
    }  # fmt: skip


def _open(terminal, pointer, **changed):
    body = _signed(terminal, pointer, **changed)
    return terminal.post(f"photos/{pointer.seal_id}/openings", body)


def code(answer):
    return answer.status_code, answer.json()["code"]


def test_the_open_cases_of_one_s_own_office(city, terminal):
    sealed, bare = _case(), _case(b"")
    _case(b"", "allotment-garden")
    listed = {each["reference"]: each for each in terminal.get("cases").json()["cases"]}
    assert set(listed) == {sealed, bare}
    assert (listed[sealed]["photo"], listed[bare]["photo"]) == (True, False)
    case = terminal.get(f"cases/{sealed}").json()
    answers = open_answers(world.OFFICE_SEED, unbase64(case["answers"]), sealed)
    assert answers.answers == ANSWERS
    assert case["state"] == "open"
    assert terminal.get(f"cases/{bare}").json()["pointer"] is None


def test_a_long_list_comes_page_by_page_in_the_order_of_days(city, terminal, monkeypatch):
    monkeypatch.setattr(lists, "PAGE", 2)
    made = [_case(b"") for _ in range(5)]
    Case.objects.filter(reference=made[4]).update(day="2020-01-01")
    seen, after, more = [], "", True
    while more:
        page = terminal.get(f"cases?after={after}").json()
        assert len(page["cases"]) <= 2
        seen += [each["reference"] for each in page["cases"]]
        after, more = seen[-1], page["more"]
    assert seen == [made[4], *sorted(made[:4])]
    assert terminal.get("cases?state=approved").json()["cases"] == []


def test_another_office_s_case_is_no_case_and_its_photo_no_photo(city, browser, terminal):
    reference = _case()
    pointer = _pointer(terminal, reference)
    other = Terminal.on_roster(city, browser, PARKS).sign_in()
    for answer in (
        other.get(f"cases/{reference}"),
        other.post(f"cases/{reference}/decision", {"decision": "approved"}),
        other.post(f"cases/{reference}/unreadable", {"index": 1}),
        other.get("cases/HL-0000-0000"),
    ):
        assert code(answer) == (404, "unknown-case")
    for answer in (
        other.get(f"photos/{pointer.seal_id}"),
        other.get(f"photos/{pointer.seal_id}/ciphertext"),
    ):
        assert code(answer) == (404, "unknown-photo")
    own = _case(b"", "allotment-garden")
    closing = {"decision": "approved", "seal_id": pointer.seal_id}
    assert other.post(f"cases/{own}/decision", closing).status_code == 200
    assert Case.objects.get(reference=reference).state == "open"
    assert terminal.get(f"photos/{pointer.seal_id}").json()["state"] == "sealed"


def test_an_opening_gives_what_only_the_one_time_key_opens(city, terminal):
    pointer = _pointer(terminal, _case())
    shown = terminal.get(f"photos/{pointer.seal_id}").json()
    promise = Promise.read(shown["promise"])
    verify_pointer(pointer, promise)
    seed = secrets.token_bytes(32)
    answer = _open(terminal, pointer, seed=seed).json()
    shares = [
        WrappedShare(each["trustee"], each["index"], unbase64(each["release"]))
        for each in answer["shares"]
    ]
    ciphertext = terminal.get(f"photos/{pointer.seal_id}/ciphertext").content
    opened = open_photo(seed, promise, answer["entry"].encode(), shares, ciphertext)
    assert opened.photo == PHOTO
    assert PHOTO not in ciphertext
    assert city.log.kinds() == ["roster", "sealed", "requested"]
    assert city.log.log.leaves[answer["index"]] == answer["entry"].encode()
    slot = stream.slot(terminal.officer.slot_key, answer["entry"].split('"day":"')[1][:10], 1)
    assert terminal.post("officers/slots", {"slots": [slot]}).json() == {"used": 1}


def test_a_request_in_another_s_name_leaves_no_trace(city, browser, terminal):
    pointer = _pointer(terminal, _case())
    other = Terminal.on_roster(city, browser, PARKS).sign_in()
    body = _signed(terminal, pointer)
    before = city.log.kinds()
    assert code(other.post(f"photos/{pointer.seal_id}/openings", body)) == (401, "sign-in")
    assert code(terminal.post(f"photos/{'00' * 16}/openings", body)) == (422, "malformed")
    assert city.log.kinds() == before


@pytest.mark.parametrize(
    "changed",
    [{"number": 2}, {"at": "2020-01-01T00:00:00Z"}, {"promise": "ab" * 32}],
    ids=["another number", "another day", "another photo"],
)
def test_a_request_that_would_be_refused_uses_up_no_number(city, terminal, changed):
    pointer = _pointer(terminal, _case())
    assert code(_open(terminal, pointer, **changed)) == (422, "malformed")
    assert "requested" not in city.log.kinds()


@pytest.mark.parametrize("missing", ["request", "assertion", "credential", "membership", "tag",
                                     "slot", "details_key"])  # fmt: skip
def test_a_request_that_lacks_something_leaves_no_trace(city, terminal, missing):
    pointer = _pointer(terminal, _case())
    body = _signed(terminal, pointer)
    del body[missing]
    answer = terminal.post(f"photos/{pointer.seal_id}/openings", body)
    assert code(answer) == (422, "malformed")
    assert "requested" not in city.log.kinds()


def test_what_the_trustees_refuse_is_passed_on(city, terminal):
    pointer = _pointer(terminal, _case())
    for each in city.panel.clients[:3]:
        each.refusing = "purpose"
    answer = _open(terminal, pointer)
    assert code(answer) == (403, "purpose")
    assert answer.json()["index"] == 2


def test_too_few_trustees_are_named(city, terminal):
    pointer = _pointer(terminal, _case())
    for each in city.panel.clients[:3]:
        each.away = True
    answer = _open(terminal, pointer)
    assert code(answer) == (503, "too-few-trustees")
    assert answer.json()["missing"] == [f"trustee-{number}.example" for number in (1, 2, 3)]


@pytest.mark.parametrize("decision", ["approved", "declined"])
def test_a_decision_lets_go_of_the_photo_and_closes_it(city, terminal, decision):
    reference = _case()
    pointer = _pointer(terminal, reference)
    body = {"decision": decision, "seal_id": pointer.seal_id}
    answer = terminal.post(f"cases/{reference}/decision", body)
    assert (answer.json()["reference"], answer.json()["state"]) == (reference, decision)
    assert Case.objects.get().pointer is None
    assert terminal.get("cases").json()["cases"] == []
    assert terminal.get(f"photos/{pointer.seal_id}").json()["state"] == "closed"
    assert city.log.kinds()[-1] == "closed"
    assert code(_open(terminal, pointer)) == (403, "closed")
    assert terminal.post(f"cases/{reference}/decision", body).status_code == 409
    assert Case.objects.get().state == decision


@pytest.mark.parametrize(
    "body", ["{}", '{"decision": "open"}', '{"decision": null}', "[", "[]", '{"decision": ["x"]}']
)
def test_no_decision_is_none(city, terminal, body):
    reference = _case()
    answer = terminal.post(f"cases/{reference}/decision", body)
    assert answer.status_code in (400, 422)
    assert Case.objects.get().pointer is not None


def test_what_cannot_be_shown_is_let_go_and_the_case_goes_on(city, terminal):
    reference = _case()
    pointer = _pointer(terminal, reference)
    body = {"index": 2, "seal_id": pointer.seal_id}
    answer = terminal.post(f"cases/{reference}/unreadable", body)
    assert answer.json() == {"reference": reference, "state": "open", "photo": "asked-again"}
    assert terminal.get(f"cases/{reference}").json()["photo"] is False
    assert terminal.get(f"photos/{pointer.seal_id}").json()["state"] == "closed"
    assert terminal.post(f"cases/{reference}/decision", {"decision": "declined"}).status_code == 200
    assert terminal.post(f"cases/{reference}/unreadable", body).status_code == 409


def test_a_photo_that_there_is_not_closes_nothing(city, terminal):
    reference = _case()
    body = {"decision": "approved", "seal_id": "00" * 16}
    assert terminal.post(f"cases/{reference}/decision", body).status_code == 200
    assert city.log.kinds() == ["roster", "sealed"]


def test_a_body_without_end_is_refused(city, terminal):
    answer = terminal.post(f"photos/{'00' * 16}/openings", '{"reason": "' + "x" * 200_000 + '"}')
    assert code(answer) == (400, "bad-request")


@pytest.mark.parametrize(
    ("language", "name"), [("en", "Licensing office"), ("ru", "Отдел лицензий")]
)
def test_officers_are_led_to_their_office_s_own_address(city, browser, language, name):
    page = browser.get("/officers/", HTTP_ACCEPT_LANGUAGE=language).content.decode()
    assert name in page
    assert 'href="https://desk.example/"' in page
    assert 'href="https://parks.example/"' in page
    assert "password" not in page
