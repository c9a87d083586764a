"""Applying on the pages, with a photo: each step in its order, and nothing of it for others."""

import json
from urllib.parse import urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from habeas.portal.apply import checks
from habeas.portal.cases.models import Case
from habeas.portal.vault.models import SealedPhotoRow
from habeas.portrait import NoFaceError, PoolBusyError
from habeas.portrait.assessment import Advice, Assessment
from habeas.portrait.words import ADVICE
from habeas.protocol import Receipt
from habeas.protocol.receipt import verify_parts
from habeas.protocol.receipt_file import read_receipt
from habeas.protocol.sealing import padded_photo_bytes
from tests.unit.parties import PHOTO

ANSWERS = {"full_name": "Anna Example", "date_of_birth": "1980-05-17", "address": "1 Lane"}
CROP, WHOLE = PHOTO + b" crop", PHOTO + b" whole"
CODE = next(iter(ADVICE))


@pytest.fixture(autouse=True)
def _checked(monkeypatch):
    """The check's workers are processes; here a photo's content says what is found."""

    def check(upload, _, keep="both"):
        content = upload.read()
        if content == b"no face":
            raise NoFaceError("No face.", "Show one.")
        if content == b"busy":
            raise PoolBusyError("Busy.", "Wait.")
        return Assessment(
            verdict="advice", measures={}, advice=(Advice(CODE),),
            notes=(), faces=1, turned=0, pupils=((1.0, 1.0), (2.0, 2.0)), outline=(),
            silhouette=(), crop=None, size=(9, 9), upright=WHOLE if keep == "both" else b"",
            cropped=CROP, ms={},
        )  # fmt: skip

    monkeypatch.setattr(checks, "check", check)


@pytest.fixture
def answered(city, browser):
    step(browser, "details", **ANSWERS)
    return browser


def path(name):
    return f"/apply/hunting-licence/{name}/"


def step(browser, name, **fields):
    return browser.post(path(name), fields)


def file(content=PHOTO):
    return SimpleUploadedFile("me.jpg", content, "image/jpeg")


def sent_to(answer, name):
    """Whether it leads to a step, whatever is told there."""
    return answer.status_code == 302 and urlsplit(answer.headers["location"]).path == path(name)


def test_from_the_form_to_the_receipt(answered):
    assert sent_to(step(answered, "photo", photo=file()), "check-photo")
    assert answered.get("/apply/hunting-licence/crop.jpg").content == CROP
    assert answered.get("/apply/hunting-licence/whole.jpg").content == WHOLE
    assert answered.get(path("check-photo")).status_code == 200
    assert sent_to(step(answered, "check-photo", picture="crop"), "answers")
    assert "Anna Example" in answered.get(path("answers")).content.decode()
    assert not Case.objects.exists()
    assert sent_to(step(answered, "answers"), "done")
    case = Case.objects.get()
    assert case.reference in answered.get(path("done")).content.decode()
    download = answered.get("/apply/hunting-licence/receipt.html")
    assert f'filename="receipt-{case.reference}.html"' in download.headers["Content-Disposition"]
    receipt = read_receipt(download.content)
    verify_parts(receipt)
    assert receipt.promise.photo.size > len(CROP)
    assert SealedPhotoRow.objects.get().state == "sealed"


def test_what_was_sent_is_not_sent_again_and_its_photo_is_gone_from_the_draft(answered):
    step(answered, "photo", photo=file())
    step(answered, "check-photo")
    step(answered, "answers")
    assert sent_to(step(answered, "answers"), "done")
    assert Case.objects.count() == 1
    assert answered.get("/apply/hunting-licence/crop.jpg").status_code == 404
    for name in ("photo", "check-photo"):
        assert not sent_to(answered.get(path(name)), "done")


@pytest.mark.parametrize(("picture", "kept"), [("crop", CROP), ("whole", WHOLE)])
def test_the_applicant_chooses_which_picture_is_kept(city, answered, picture, kept):
    step(answered, "photo", photo=file())
    step(answered, "check-photo", picture=picture)
    step(answered, "answers")
    receipt = read_receipt(answered.get("/apply/hunting-licence/receipt.html").content)
    assert (
        len(city.custody.ciphertext(receipt.promise.seal_id)) == padded_photo_bytes(len(kept)) + 16
    )


def test_without_a_photo_the_way_is_as_short(answered):
    assert sent_to(step(answered, "photo", without="1"), "answers")
    assert sent_to(step(answered, "answers"), "done")
    assert Case.objects.get().pointer is None
    assert answered.get("/apply/hunting-licence/receipt.html").status_code == 404


def test_a_photo_that_was_taken_back_is_forgotten(answered):
    step(answered, "photo", photo=file())
    step(answered, "photo", without="1")
    assert answered.get("/apply/hunting-licence/crop.jpg").status_code == 404
    assert sent_to(answered.get(path("check-photo")), "photo")


@pytest.mark.parametrize(
    ("given", "said"),
    [(None, "Select a photo"), (b"no face", "face"), (b"busy", "could not be uploaded")],
)
def test_what_is_wrong_with_a_photo_is_said_and_nothing_is_kept(answered, given, said):
    fields = {} if given is None else {"photo": file(given)}
    assert sent_to(step(answered, "photo", **fields), "photo")
    answer = answered.get(path("photo"))
    assert said in answer.content.decode()
    assert answered.get("/apply/hunting-licence/crop.jpg").status_code == 404


@pytest.mark.parametrize(
    ("name", "first"), [("photo", "details"), ("check-photo", "photo"), ("answers", "details")]
)
def test_nobody_gets_ahead_of_the_steps_before(city, browser, name, first):
    assert sent_to(browser.get(path(name)), first)
    assert sent_to(step(browser, name, photo=file()), first)
    assert not Case.objects.exists()


def test_the_photo_is_decided_on_before_anything_is_sent(answered):
    assert sent_to(step(answered, "answers"), "photo")
    step(answered, "photo", photo=file())
    assert sent_to(step(answered, "answers"), "photo"), "it was not looked at yet"
    assert not Case.objects.exists()


def test_a_draft_is_its_own_browsers_alone(answered):
    step(answered, "photo", photo=file())
    other = Client()
    assert other.get("/apply/hunting-licence/crop.jpg").status_code == 404
    assert sent_to(other.get(path("answers")), "details")
    for name in ("done/", "receipt.html"):
        assert other.get(f"/apply/hunting-licence/{name}").status_code in (302, 404)


def test_where_it_cannot_be_sealed_the_draft_stays(city, answered):
    step(answered, "photo", photo=file())
    step(answered, "check-photo")
    city.log.down = True
    answer = step(answered, "answers")
    assert answer.status_code == 503
    assert not Case.objects.exists()
    city.log.down = False
    assert sent_to(step(answered, "answers"), "done")


def test_a_service_that_is_not_there(city, browser):
    for name in ("", "details/", "photo/", "answers/", "done/", "receipt.html"):
        assert browser.get(f"/apply/no-such-service/{name}").status_code == 404


def test_a_service_without_a_photo_goes_from_the_form_to_the_answers(city, browser):
    page = browser.post("/apply/allotment-garden/details/", ANSWERS | {"garden": "1"})
    assert page.status_code in (200, 302)
    assert browser.get("/apply/allotment-garden/photo/").headers["location"].endswith("/answers/")


@pytest.mark.parametrize("text", ["", "{}", "[" * 9000])
def test_another_photo_is_sent_for_a_receipt_alone(city, browser, text):
    answer = browser.post("/another-photo/", {"receipt": text})
    assert answer.headers["location"] == "/receipt/"


def test_another_photo_is_taken_where_the_office_asks_for_it(answered):
    step(answered, "photo", photo=file())
    step(answered, "check-photo")
    step(answered, "answers")
    page = answered.get("/apply/hunting-licence/receipt.html").content
    text = read_receipt(page).encode().decode()
    assert answered.post("/another-photo/", {"receipt": text}).headers["location"] == "/receipt/"
    Case.objects.update(photo_wanted=True)
    first = Case.objects.get().pointer
    assert sent_to(answered.post("/another-photo/", {"receipt": text}), "photo")
    step(answered, "photo", photo=file())
    step(answered, "check-photo")
    assert sent_to(step(answered, "answers"), "done")
    assert Case.objects.get().pointer != first


def test_programs_apply_in_one_call(city, browser):
    form = {"service": "hunting-licence", "fields": json.dumps(ANSWERS), "photo": file()}
    answer = browser.post("/api/applications", form)
    assert answer.status_code == 201, answer.content
    verify_parts(Receipt.read(answer.json()["receipt"]))
    assert Case.objects.get().reference == answer.json()["reference"]
