"""What an application that is sealed on a device asks for and sends: opaque, and repeatable."""

from __future__ import annotations

import base64
import html
import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from habeas.portal.apply import drafts
from habeas.portal.apply.models import EncryptedDraft
from habeas.portal.cases.models import Case
from habeas.portal.vault.models import SealedPhotoRow
from habeas.protocol import Entry, seal, statements, verify_circle
from habeas.protocol.app import AppDetails
from habeas.protocol.app.release import origin_of
from habeas.protocol.document import base64_of, unbase64
from habeas.protocol.office import (
    Answers,
    open_answers,
    open_pointer,
    seal_answers,
    seal_pointer,
    verify_pointer,
)
from habeas.protocol.seal import Secrets, Wishes
from habeas.protocol.terms import AppReference
from tests.unit.parties import PHOTO
from tests.unit.protocol import world
from tests.unit.protocol.world import stream_of

ANSWERS = {"full_name": "Anna Example", "date_of_birth": "1980-05-17", "address": "1 Lane"}
STEP = "/apply/hunting-licence"
JSON = {"content_type": "application/json", "HTTP_ACCEPT": "application/json"}


@dataclass
class Device:
    """A browser that seals, in Python: what it sends are the bytes that the real one sends."""

    browser: Any
    label: str = "a device"
    order: dict[str, Any] = field(default_factory=dict)
    #: What is answered; nothing in a frame, whose page asks by itself.
    given: dict[str, Any] = field(default_factory=lambda: dict(ANSWERS))
    #: Of what it seals, where it is not what it should be.
    changed: dict[str, Any] = field(default_factory=dict)

    def ask(self) -> Any:
        answer = self.browser.post(
            f"{STEP}/order/", "{}", content_type="application/json", HTTP_ACCEPT="application/json"
        )
        self.order = answer.json()
        return answer

    def seal_answers(self) -> None:
        circle = verify_circle(self.order["circles"][-1])
        self.answers = seal_answers(
            unbase64(circle.offices[0].encryption_key),
            Answers(
                reference=self.order["reference"], service=self.order["id"], answers=self.given
            ),
        )

    def seal(self) -> None:
        order = self.order
        self.seal_answers()
        circle = verify_circle(order["circles"][-1])
        keys = [
            statements.read_statement(note, seat.name, [seat.verifier()], statements.KeyStatement)
            for seat, note in zip(circle.trustees, order["keys"], strict=True)
        ]
        lists = {name: tuple(order["wishes"][name]) for name in ("recipients", "purposes")}
        release = AppDetails.decode(order["release"].encode())
        app = AppReference(
            origin=origin_of(circle.custodian.portal), manifest=release.manifest.digest().hex()
        )
        fields = {**order["wishes"], **lists, "app": app, **self.changed}
        wishes = Wishes(**fields, sealed_by="browser")
        self.random = stream_of(self.label)
        self.secrets = Secrets.draw(self.random)
        terms = seal.build_terms(circle, keys, wishes, self.secrets)
        self.sealed = seal.seal(PHOTO, terms, keys, self.secrets, self.random)
        self.pointer = seal_pointer(
            unbase64(circle.offices[0].encryption_key),
            seal.pointer_of(self.sealed.promise, order["reference"], self.secrets),
        )

    def send(self, **changed: Any) -> Any:
        tags = seal.custodian_tags(self.secrets.track_key, self.sealed.promise.openings_max)
        head = {
            "promise": self.sealed.promise.fields(),
            "deposits": [base64_of(each) for each in self.sealed.deposits],
            "tag": tags.sealed, "closing_tag": tags.closed, **changed,
        }  # fmt: skip
        file = SimpleUploadedFile("ciphertext", self.sealed.ciphertext)
        form = {"head": json.dumps(head), "ciphertext": file}
        return self.browser.post(f"{STEP}/deposit/", form, HTTP_ACCEPT="application/json")

    def keep(self, **changed: Any) -> Any:
        seal_id = changed.pop("seal_id", None)
        sealed = {"answers": self.answers, "pointer": self.pointer, **changed}
        body = {name: base64_of(each) for name, each in sealed.items() if each is not None}
        if "pointer" in body:
            body["seal_id"] = seal_id or self.sealed.promise.seal_id
        return self.browser.post(
            f"{STEP}/keep/", body, content_type="application/json", HTTP_ACCEPT="application/json"
        )

    def receipt(self, answer: dict[str, Any]) -> Any:
        return seal.assemble_receipt(
            self.sealed.promise, self.order["reference"], self.secrets, self.order["circles"][-1],
            Entry.decode(answer["entry"].encode()), bytes.fromhex(answer["salt"]),
            answer["proof"], answer["acknowledgements"],
        )  # fmt: skip


@pytest.fixture
def device(city, browser):
    city.release()
    found = Device(browser)
    assert found.ask().status_code == 200
    return found


def test_from_the_order_to_the_case(city, device, browser):
    device.seal()
    answer = device.send()
    assert answer.status_code == 200, answer.content
    receipt = device.receipt(answer.json())
    assert receipt.promise.sealed_by == "browser"
    # Nothing counts before the applicant has the receipt.
    assert not Case.objects.exists()
    assert SealedPhotoRow.objects.get().state == "pending"
    reference = device.keep().json()["reference"]
    case = Case.objects.get()
    assert (case.reference, case.office, case.state) == (reference, world.OFFICE, "open")
    assert open_answers(world.OFFICE_SEED, bytes(case.answers), reference).answers == ANSWERS
    pointer = open_pointer(world.OFFICE_SEED, bytes(case.pointer), reference)
    verify_pointer(pointer, receipt.promise)
    assert SealedPhotoRow.objects.get().state == "sealed"
    assert city.custody.ciphertext(pointer.seal_id) == device.sealed.ciphertext
    page = browser.get(f"{STEP}/done/").content.decode()
    assert reference in page
    assert "without a photo" not in page


def test_every_call_may_be_made_again(city, device):
    device.seal()
    first = device.send().json()
    assert device.send().json() == first
    device.keep()
    assert device.keep().status_code == 200
    assert Case.objects.count() == 1
    assert device.ask().json()["sent"] is True
    assert device.send().status_code == 409
    assert city.log.kinds() == ["app", "sealed"]


def test_the_reference_stays_the_same_until_it_is_sent(device):
    before = device.order["reference"]
    device.ask()
    assert device.order["reference"] == before
    device.seal()
    device.send()
    device.ask()
    assert device.order["reference"] == before


def test_another_photo_takes_the_place_of_one_that_was_not_kept(city, device):
    device.seal()
    device.send()
    second = Device(device.browser, "a second try", device.order)
    second.seal()
    assert second.send().status_code == 200
    assert second.keep().status_code == 200
    states = {each.seal_id: each.state for each in SealedPhotoRow.objects.all()}
    assert states[second.sealed.promise.seal_id] == "sealed"
    assert states[device.sealed.promise.seal_id] == "pending"


def test_a_photo_of_another_application_is_not_taken(city, device, client_of_another):
    device.seal()
    device.send()
    thief = Device(client_of_another)
    thief.ask()
    thief.seal_answers()
    thief.secrets, thief.sealed, thief.pointer = device.secrets, device.sealed, device.pointer
    assert thief.send().status_code == 409
    assert thief.keep().status_code == 409
    assert device.keep().status_code == 200


@pytest.fixture
def client_of_another():
    return Client()


@pytest.mark.parametrize(
    "changed",
    [
        {"deposits": []}, {"deposits": ["?"] * 4}, {"tag": "00"}, {"closing_tag": None},
        {"more": 1}, {"promise": {}},
        {"deposits": [base64.b64encode(bytes(1201)).decode()] * 40},
    ],
)  # fmt: skip
def test_what_is_no_sealed_photo_is_a_problem(device, changed):
    device.seal()
    answer = device.send(**changed)
    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "application/problem+json"
    assert not SealedPhotoRow.objects.exists()


def test_wider_terms_than_were_offered_are_refused_by_name(device):
    device.order["wishes"]["openings_max"] += 1
    device.seal()
    answer = device.send()
    assert (answer.status_code, answer.json()["code"]) == (409, "other-terms")


def test_without_a_photo_on_the_log_nothing_is_kept(city, device):
    device.seal()
    assert device.keep().status_code == 409
    city.log.down = True
    assert device.send().status_code == 503
    assert device.keep().status_code == 409
    assert not Case.objects.exists()
    city.log.down = False
    assert device.send().status_code == 200
    for wrong in (b"", bytes(5000)):
        assert device.keep(pointer=wrong).status_code == 400
    for wrong in (None, b"", bytes(70_000)):
        assert device.keep(answers=wrong).status_code == 400
    assert device.keep().status_code == 200


def test_what_is_cleared_is_gone(device, browser):
    answer = browser.post(f"{STEP}/clear/")
    assert answer.status_code == 200
    assert browser.cookies["application-hunting-licence"].value == ""
    before = device.order["reference"]
    device.ask()
    assert device.order["reference"] != before


def test_the_pin_is_the_circle_of_the_release(device, browser):
    note = browser.get(f"{STEP}/circle.txt").content.decode()
    assert verify_circle(note).digest() == verify_circle(device.order["circles"][0]).digest()


def test_what_was_given_up_says_so_and_is_sealed_anew(city, device):
    device.seal()
    device.send()
    city.custody.sweep(pending_seconds=-100_000)
    for answer in (device.send(), device.keep()):
        assert (answer.status_code, answer.json()["code"]) == (409, "given-up")
    device.label = "once more"
    device.ask()
    device.seal()
    assert device.send().status_code == 200
    assert device.keep().status_code == 200


def test_without_a_photo_the_answers_are_sealed_all_the_same_and_sent_once(device, browser):
    device.seal_answers()
    device.pointer = None
    assert device.keep().json() == device.keep().json() == {"reference": device.order["reference"]}
    case = Case.objects.get()
    assert case.pointer is None
    opened = open_answers(world.OFFICE_SEED, bytes(case.answers), case.reference)
    assert (opened.answers, opened.service) == (ANSWERS, "hunting-licence")
    sent = device.ask().json()
    assert (sent["sent"], sent["photo"]) == (True, False)
    assert "without a photo" in browser.get(f"{STEP}/done/").content.decode()
    assert not SealedPhotoRow.objects.exists()


def test_no_row_holds_what_was_answered_on_a_device(device):
    device.seal_answers()
    device.pointer = None
    device.keep()
    row = EncryptedDraft.objects.get()
    secret = device.browser.cookies["application-hunting-licence"].value
    draft = drafts.of_secret(base64.urlsafe_b64decode(secret), "hunting-licence")
    assert (draft.fields, draft.receipt, draft.order) == ({}, "", {})
    assert b"Anna Example" not in bytes(row.content) + bytes(Case.objects.get().answers)


def test_what_is_sealed_is_opaque_whatever_it_is(device):
    device.answers, device.pointer = b"what opens to nothing", None
    assert device.keep().status_code == 200
    assert bytes(Case.objects.get().answers) == device.answers


def test_the_questions_come_with_their_rules_and_words_in_each_language(device):
    asked = {each["name"]: each for each in device.order["questions"]}
    assert list(asked) == ["full_name", "date_of_birth", "address", "email"]
    assert (asked["email"]["required"], asked["email"]["most"]) == (False, 254)
    named = {"en": "Full name", "ru": "Полное имя", "pl": "Imię i nazwisko"}
    assert asked["full_name"]["label"] == named
    said = asked["date_of_birth"]["said"]
    assert set(said) == {"required", "too-long", "character", "date"}
    assert said["date"]["en"] == "Enter a real date, for example 1980-05-17"
    assert "Полное имя" in asked["full_name"]["said"]["required"]["ru"]


def test_what_is_said_on_devices_is_what_the_server_says(device):
    wrong = {"full_name": " ", "date_of_birth": "soon", "address": "x" * 501, "email": "a"}
    codes = {
        "full_name": "required",
        "date_of_birth": "date",
        "address": "too-long",
        "email": "email",
    }
    for language in ("en", "ru"):
        other = Client(headers={"accept-language": language})
        other.post(f"{STEP}/details/", wrong)
        page = html.unescape(other.get(f"{STEP}/details/").content.decode())
        for each in device.order["questions"]:
            assert each["said"][codes[each["name"]]][language] in page


def test_what_was_typed_for_the_server_goes_on_on_the_device(city, browser):
    city.release()
    browser.post(f"{STEP}/details/?chosen", {**ANSWERS, "date_of_birth": "soon"})
    device = Device(browser)
    device.ask()
    assert device.order["typed"] == {**ANSWERS, "date_of_birth": "soon", "email": ""}


def test_two_tabs_of_one_application_are_never_mixed(device, browser):
    """Each tab has sealed a photo: only the one that is deposited counts, with its own pointer."""
    device.seal()
    assert device.send().status_code == 200
    other = Device(browser, "another tab", device.order)
    other.seal()
    assert other.send().status_code == 200
    refused = device.keep()
    assert refused.status_code == 409
    assert refused.json()["code"] == "other-terms"
    assert not Case.objects.exists()
    reference = other.keep().json()["reference"]
    pointer = open_pointer(world.OFFICE_SEED, bytes(Case.objects.get().pointer), reference)
    verify_pointer(pointer, other.sealed.promise)


def test_the_server_s_way_begins_with_its_own_form(device, browser):
    for step in ("photo", "answers"):
        assert browser.get(f"{STEP}/{step}/")["location"] == f"{STEP}/details/"
    assert "There is a problem" not in browser.get(f"{STEP}/details/").content.decode()
    # The other way round, what the device kept to itself is sent to the form by choice.
    browser.post(f"{STEP}/details/?chosen", ANSWERS)
    page = browser.get(f"{STEP}/photo/").content.decode()
    assert "cannot seal" not in page
    assert f"{STEP}/seal/#/details" in page
    browser.post(f"{STEP}/photo/", {"without": "1"})
    browser.post(f"{STEP}/answers/")
    case = Case.objects.get()
    assert open_answers(world.OFFICE_SEED, bytes(case.answers), case.reference).answers == ANSWERS


def test_a_service_without_a_photo_is_sealed_too(city, browser):
    city.release()
    step = "/apply/allotment-garden"
    order = browser.post(f"{step}/order/", "{}", **JSON).json()
    assert (order["wishes"], order["check"], order["keys"]) == (None, None, [])
    assert verify_circle(order["circles"][-1]).office(order["office"]) is not None
    body = {"answers": base64_of(b"sealed")}
    answer = browser.post(f"{step}/keep/", body, content_type="application/json")
    assert answer.json() == {"reference": order["reference"]}
    assert Case.objects.get().service == "allotment-garden"
    assert browser.post(f"{step}/deposit/", {}).status_code == 404


def test_another_photo_for_a_case_goes_the_server_s_way(city, browser):
    city.release()
    draft = drafts.begin("hunting-licence")
    draft.again = "HL-7K2M-9QXT"
    drafts.store(draft)
    browser.cookies["application-hunting-licence"] = base64.urlsafe_b64encode(draft.secret).decode()
    answer = browser.post(f"{STEP}/order/", "{}", **JSON)
    assert (answer.status_code, answer.json()["code"]) == (409, "no-draft")


def _sent_by_the_server(browser):
    """An application that the server has sealed; its receipt was not fetched yet."""
    draft = drafts.begin("hunting-licence")
    draft.reference, draft.receipt = "HL-7K2M-9QXT", "{}"
    drafts.store(draft)
    browser.cookies["application-hunting-licence"] = base64.urlsafe_b64encode(draft.secret).decode()
    return draft


def test_a_receipt_that_is_nowhere_else_is_not_given_up_by_a_link(city, browser):
    """Neither Back nor a stranger's link to the app takes it away."""
    city.release()
    draft = _sent_by_the_server(browser)
    answer = browser.post(f"{STEP}/order/", "{}", **JSON)
    assert (answer.status_code, answer.json()["code"]) == (409, "no-draft")
    # The form's page leads no device on to where it would be given up.
    assert "entry" not in browser.get(f"{STEP}/details/").content.decode()
    assert drafts.of_secret(draft.secret, "hunting-licence").receipt


def test_what_is_not_in_what_was_sent_is_said(device):
    """Two tabs: one sends without a photo; what the other has sealed is in no application."""
    device.seal()
    assert device.send().status_code == 200
    assert device.keep(pointer=None).status_code == 200
    refused = device.keep()
    assert (refused.status_code, refused.json()["code"]) == (409, "already-sent")
    assert Case.objects.get().pointer is None


@pytest.mark.parametrize("meanwhile", ["sent", "cleared"])
def test_an_order_does_not_bring_back_what_has_ended_meanwhile(device, monkeypatch, meanwhile):
    """Trustees may be asked for keys in between, which takes a while."""
    from habeas.portal.apply import device as view

    secret = base64.urlsafe_b64decode(device.browser.cookies["application-hunting-licence"].value)
    draft = drafts.of_secret(secret, "hunting-licence")
    draft.order["day"] = "2020-01-01"  # another day's: it is drawn anew, and stored
    drafts.store(draft)
    asked = view._to_seal

    def slow(*given):
        if meanwhile == "sent":
            drafts.close(drafts.of_secret(secret, "hunting-licence"), "HL-7K2M-9QXT", "")
        else:
            drafts.drop(draft)
        return asked(*given)

    monkeypatch.setattr(view, "_to_seal", slow)
    answer = device.ask()
    assert (answer.status_code, answer.json()["code"]) == (409, "no-draft")
    standing = drafts.of_secret(secret, "hunting-licence")
    assert (standing.reference if standing else "") == (
        "HL-7K2M-9QXT" if meanwhile == "sent" else ""
    )
