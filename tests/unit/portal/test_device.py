"""What the photo step on an applicant's own device asks for and sends: opaque, and repeatable."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from habeas.portal.cases.models import Case
from habeas.portal.vault.models import SealedPhotoRow
from habeas.protocol import Entry, seal, statements, verify_circle
from habeas.protocol.app import AppDetails
from habeas.protocol.app.release import origin_of
from habeas.protocol.document import base64_of, unbase64
from habeas.protocol.office import open_answers, open_pointer, seal_pointer, verify_pointer
from habeas.protocol.seal import Secrets, Wishes
from habeas.protocol.terms import AppReference
from tests.unit.parties import PHOTO
from tests.unit.protocol import world
from tests.unit.protocol.world import stream_of

ANSWERS = {"full_name": "Anna Example", "date_of_birth": "1980-05-17", "address": "1 Lane"}
STEP = "/apply/hunting-licence"


@dataclass
class Device:
    """A browser that seals, in Python: what it sends are the bytes that the real one sends."""

    browser: Any
    label: str = "a device"
    order: dict[str, Any] = field(default_factory=dict)
    #: Of what it seals, where it is not what it should be.
    changed: dict[str, Any] = field(default_factory=dict)

    def ask(self) -> Any:
        answer = self.browser.get(f"{STEP}/order/", HTTP_ACCEPT="application/json")
        self.order = answer.json()
        return answer

    def seal(self) -> None:
        order = self.order
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

    def keep(self, pointer: bytes | None = None) -> Any:
        body = {"pointer": base64_of(self.pointer if pointer is None else pointer)}
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
    browser.post(f"{STEP}/details/", ANSWERS)
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
    thief.secrets, thief.sealed, thief.pointer = device.secrets, device.sealed, device.pointer
    assert thief.send().status_code == 409
    assert thief.keep().status_code == 409
    assert device.keep().status_code == 200


@pytest.fixture
def client_of_another():
    from django.test import Client

    browser = Client()
    browser.post(f"{STEP}/details/", ANSWERS)
    return browser


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
    for pointer in (b"", bytes(5000)):
        assert device.keep(pointer).status_code == 400
    assert device.keep().status_code == 200


def test_what_is_cleared_is_gone(device, browser):
    answer = browser.post(f"{STEP}/clear/")
    assert answer.status_code == 200
    assert browser.cookies["application-hunting-licence"].value == ""
    assert device.ask().status_code == 409


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
