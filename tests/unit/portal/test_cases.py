"""What an office does with its cases: finds, hands over, seconds, decides, and lets go."""

import json
from datetime import date

import pytest

from habeas.portal import catalogue
from habeas.portal.cases.models import Case, CaseNoteRow
from habeas.portal.catalogue.declaration import DeclaredOffice, Words
from habeas.portal.desk import cases as desk
from habeas.portal.desk import lists
from habeas.portal.vault.models import SealedPhotoRow
from habeas.protocol.case_note import CaseNote, SignedNote, open_note, seal_note
from habeas.protocol.document import base64_of, unbase64
from habeas.protocol.sealing import OpeningError, public_key
from tests.unit.portal.conftest import Terminal
from tests.unit.portal.test_desk import _case, _open, _pointer, _signed, code
from tests.unit.protocol import world
from tests.unit.protocol.officers import OFFICERS


@pytest.fixture
def terminal(city, browser):
    return Terminal.on_roster(city, browser).sign_in()


def note(terminal, reference, **changed):
    credential = terminal.officer.credential(office=terminal.office)
    said = CaseNote(
        reference=reference, office=terminal.office, credential=credential.id,
        **{"act": "decided", "decision": "approved", "at": "2027-01-15T10:00:00Z", **changed},
    )  # fmt: skip
    return SignedNote(note=said, credential=credential, assertion=terminal.officer.assertion(said))


def sealed(signed):
    return base64_of(seal_note(public_key(world.OFFICE_SEED), signed))


def decide(terminal, reference, decision="approved", **more):
    return terminal.post(f"cases/{reference}/decision", {"decision": decision, **more})


@pytest.fixture(autouse=True)
def _counted_anew():
    lists.counts.forget()


def test_a_page_says_how_many_there_are(city, terminal, monkeypatch):
    monkeypatch.setattr(lists, "PAGE", 2)
    made = [_case(b"") for _ in range(5)]
    first = terminal.get("cases").json()
    assert (len(first["cases"]), first["more"], first["total"]) == (2, True, 5)
    assert terminal.get(f"cases?after={first['cases'][-1]['reference']}").json()["total"] == 5
    decide(terminal, made[0])
    assert terminal.get("cases").json()["total"] == 4, "what is decided here counts at once"


def test_a_case_is_found_by_its_reference_also_when_it_is_decided(city, terminal):
    made = [_case(b"") for _ in range(3)]
    decide(terminal, made[0])
    found = terminal.get(f"cases?state=all&reference={made[0].lower()}").json()
    assert [each["reference"] for each in found["cases"]] == [made[0]]
    assert terminal.get("cases?state=all&reference=HL-").json()["total"] == 3
    assert terminal.get("cases?state=all&reference=%25").json()["total"] == 0
    assert terminal.get("cases?state=approved").json()["total"] == 1


def test_cases_are_chosen_by_service_and_by_whose_they_are(city, terminal):
    one, other = _case(b""), _case(b"")
    taken = desk.person_of(world.OFFICE, terminal.officer.credential(office=world.OFFICE).label)
    answer = terminal.post(f"cases/{one}/holder", {"holder": taken})
    assert answer.json()["holder"] == "me"
    terminal.post(f"cases/{other}/holder", {"holder": "ab" * 32})
    listed = {each["reference"]: each["holder"] for each in terminal.get("cases").json()["cases"]}
    assert listed == {one: "me", other: "colleague"}
    assert terminal.get("cases?holder=me").json()["total"] == 1
    assert terminal.get("cases?holder=nobody").json()["total"] == 0
    assert terminal.post(f"cases/{other}/holder", {}).json()["holder"] == ""
    assert terminal.get("cases?holder=nobody").json()["total"] == 1
    assert terminal.get("cases?service=allotment-garden").json()["total"] == 0
    decide(terminal, one)
    assert code(terminal.post(f"cases/{one}/holder", {})) == (409, "decision")


def test_two_keys_of_one_officer_are_one_person():
    assert desk.person_of("o", "A. Officer-key") == desk.person_of("o", "A. Officer")
    assert desk.person_of("o", "A. Officer") != desk.person_of("o", "B. Officer")


def test_a_decision_is_kept_with_reason_decider_and_time_for_the_office_alone(city, terminal):
    reference = _case()
    signed = note(terminal, reference, reason="All is in order")
    answer = decide(terminal, reference, note=sealed(signed))
    (kept,) = answer.json()["notes"]
    assert b"in order" not in bytes(CaseNoteRow.objects.get().note)
    assert open_note(world.OFFICE_SEED, unbase64(kept), reference) == signed
    with pytest.raises(OpeningError):
        open_note(world.OFFICE_SEED, unbase64(kept), "HL-0000-0000")


def test_a_decision_without_signature_is_no_note(terminal):
    signed = note(terminal, "HL-1")
    with pytest.raises(ValueError, match="signed"):
        SignedNote(note=signed.note, credential=signed.credential)


def test_what_is_no_note_or_too_long_is_refused_and_decides_nothing(city, terminal):
    reference = _case(b"")
    for bad in ("?", base64_of(bytes(33 * 1024))):
        assert decide(terminal, reference, note=bad).status_code in (400, 409, 422)
    assert Case.objects.get().state == "open"
    assert terminal.post(f"cases/{reference}/notes", {"note": sealed(note(terminal, reference))})
    assert CaseNoteRow.objects.count() == 1


def test_promised_later_purposes_keep_the_pointer_as_long_as_they_need(city, terminal):
    reference = _case()
    pointer = _pointer(terminal, reference)
    case = terminal.get(f"cases/{reference}").json()
    # The hunting licence promises a copy for the applicant, and neither document nor appeal.
    assert set(case["would_leave"]["declined"]) == {"applicant-copy"}
    wanted = {"seal_id": pointer.seal_id, "later": ["applicant-copy", "appeal"]}
    answer = decide(terminal, reference, "declined", **wanted).json()
    assert set(answer["later"]) == {"applicant-copy"}
    until = answer["later"]["applicant-copy"]
    assert date.fromisoformat(until) > date.fromisoformat(case["day"])
    assert answer["pointer"] is not None
    assert SealedPhotoRow.objects.get().close_after == until
    assert _open(terminal, pointer, purpose="applicant-copy").status_code == 200
    assert "closed" not in city.log.kinds()


def test_after_their_last_day_pointer_and_photo_are_closed(city, terminal):
    reference = _case()
    pointer = _pointer(terminal, reference)
    decide(terminal, reference, seal_id=pointer.seal_id, later=["applicant-copy"])
    last = Case.objects.get().pointer_until
    assert desk.sweep(last) == 0
    city.custody.sweep()
    assert "closed" not in city.log.kinds()
    Case.objects.update(pointer_until=date(2020, 1, 31))
    SealedPhotoRow.objects.update(close_after="2020-01-31")
    assert desk.sweep(last) == 1
    assert Case.objects.get().pointer is None
    city.custody.sweep()
    assert city.log.kinds()[-1] == "closed"
    assert terminal.get(f"photos/{pointer.seal_id}").json()["state"] == "closed"


def test_an_office_lets_go_before_that(city, terminal):
    reference = _case()
    pointer = _pointer(terminal, reference)
    body = {"seal_id": pointer.seal_id}
    assert code(terminal.post(f"cases/{reference}/closing", body)) == (409, "decision")
    decide(terminal, reference, later=["applicant-copy"], **body)
    answer = terminal.post(f"cases/{reference}/closing", body).json()
    assert (answer["pointer"], answer["later"]) == (None, {})
    assert city.log.kinds()[-1] == "closed"


def test_answers_and_notes_go_when_their_time_is_over(city, terminal):
    reference = _case(b"")
    decide(terminal, reference, note=sealed(note(terminal, reference)))
    until = Case.objects.get().answers_until
    assert (until - Case.objects.get().day).days >= 365
    assert desk.sweep(until) == 0
    assert desk.sweep(date(until.year + 1, 1, 1)) == 1
    case = terminal.get(f"cases/{reference}").json()
    assert (case["answers"], case["notes"], case["state"]) == ("", [], "approved")


@pytest.fixture
def second_person(monkeypatch):
    declared = DeclaredOffice(
        id=world.OFFICE, name=Words(en="Office", ru="Отдел"), second_person=True
    )
    monkeypatch.setattr(desk, "offices", lambda: {world.OFFICE: declared})
    assert not catalogue.offices()[world.OFFICE].second_person


def test_a_second_officer_confirms_where_the_office_wants_it(
    city, browser, terminal, second_person
):
    reference = _case()
    pointer = _pointer(terminal, reference)
    body = {"seal_id": pointer.seal_id}
    first = decide(terminal, reference, **body).json()
    assert (first["state"], first["proposal"], first["proposed_by_me"]) == (
        "open",
        "approved",
        True,
    )
    assert code(decide(terminal, reference, **body)) == (409, "second-person")
    assert terminal.get("cases?state=proposed").json()["total"] == 1
    Case.objects.update(proposer="ab" * 32)  # as if a colleague had proposed it
    other = decide(terminal, reference, "declined", **body).json()
    assert (other["state"], other["proposal"]) == ("open", "declined"), "another view is no second"
    Case.objects.update(proposer="ab" * 32)
    assert decide(terminal, reference, "declined", **body).json()["state"] == "declined"
    assert city.log.kinds()[-1] == "closed"


def live(terminal, pointer):
    answer = terminal.post(
        f"photos/{pointer.seal_id}/openings",
        _signed(terminal, pointer),
        HTTP_ACCEPT="application/x-ndjson",
    )
    return [json.loads(line) for line in b"".join(answer.streaming_content).splitlines()]


def test_an_opening_is_told_trustee_by_trustee(city, terminal):
    pointer = _pointer(terminal, _case())
    city.panel.clients[0].away = True
    first, *middle, last = live(terminal, pointer)
    assert first == {"logged": 2}
    told = {each["trustee"]: each["outcome"] for each in middle}
    assert told["trustee-1.example"] != "released"
    assert [each for each, said in told.items() if said == "released"]
    assert last["opened"]["index"] == 2


def test_a_refusal_is_told_in_the_same_way(city, terminal):
    pointer = _pointer(terminal, _case())
    for each in city.panel.clients:
        each.refusing = "purpose"
    *_, last = live(terminal, pointer)
    assert (last["problem"]["code"], last["problem"]["index"]) == ("purpose", 2)


def test_an_officer_finds_own_openings_by_slots_that_nobody_else_can_name(city, terminal):
    pointer = _pointer(terminal, _case())
    body = _signed(terminal, pointer)
    _open(terminal, pointer)
    answer = terminal.post("officers/openings", {"slots": [body["slot"], "ab" * 16]}).json()
    (found,) = answer["openings"]
    assert (found["index"], found["purpose"]) == (2, "decide-application")
    assert terminal.post("officers/openings", {"slots": []}).json() == {"openings": []}
    assert OFFICERS


def test_the_desk_gets_the_questions_that_answers_are_held_against(city, terminal):
    reference = _case()
    asked = {each["name"]: each for each in terminal.get(f"cases/{reference}").json()["questions"]}
    assert asked["email"] == {
        "name": "email", "label": {
            "en": "Email address", "ru": "Электронная почта", "pl": "Adres e-mail",
        },
        "kind": "email", "required": False, "most": 254,
    }  # fmt: skip
    Case.objects.update(service="no-longer-declared")
    assert terminal.get(f"cases/{reference}").json()["questions"] is None
