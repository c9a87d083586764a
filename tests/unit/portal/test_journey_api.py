"""The applicant's journey for other programs: a draft, resumed, and sent."""

from types import SimpleNamespace

import pytest

from habeas.portal.apply import checks
from habeas.portal.apply.models import EncryptedDraft
from habeas.portal.cases.models import Case
from habeas.protocol import Receipt
from habeas.protocol.receipt import verify_parts
from tests.unit.portal.test_steps import file

ANSWERS = {"full_name": "Анна", "date_of_birth": "1979-03-21", "address": "1 Lane"}
JSON = {"content_type": "application/json"}


def begin(browser, **fields):
    answer = browser.post("/api/drafts", {"service": "hunting-licence", **fields}, **JSON)
    assert answer.status_code == 201
    return answer.json(), {"authorization": f"Bearer {answer.json()['token']}"}


def test_the_services_with_their_questions(browser):
    found = {each["id"]: each for each in browser.get("/api/services").json()["services"]}
    licence = found["hunting-licence"]
    assert licence["photo"] is True
    assert [each["name"] for each in licence["questions"]][:2] == ["full_name", "date_of_birth"]
    assert licence["name"]["ru"] == "Заявление на охотничий билет"


def test_a_draft_is_resumed_with_its_token_and_sent_once(city, browser):
    said, token = begin(browser, answers={"full_name": "Анна"})
    assert set(said["problems"]) == {"date_of_birth", "address"}
    early = browser.post("/api/drafts/sending", headers=token)
    assert (early.status_code, Case.objects.count()) == (409, 0)
    rest = {"answers": {k: v for k, v in ANSWERS.items() if k != "full_name"}}
    said = browser.patch("/api/drafts", rest, headers=token, **JSON).json()
    assert (said["problems"], said["token"]) == ({}, None)
    assert browser.get("/api/drafts", headers=token).json()["answers"] == ANSWERS
    sent = browser.post("/api/drafts/sending", headers=token)
    assert sent.status_code == 201
    assert Case.objects.get().reference == sent.json()["reference"]
    assert browser.post("/api/drafts/sending", headers=token).status_code == 409
    late = browser.patch("/api/drafts", {"answers": {}}, headers=token, **JSON)
    assert (late.status_code, Case.objects.count()) == (409, 1)


def test_with_a_photo_the_receipt_holds(city, browser, monkeypatch):
    def check(upload, _, keep):
        assert keep == "one"
        return SimpleNamespace(kept=upload.read())

    monkeypatch.setattr(checks, "check", check)
    _, token = begin(browser, answers=ANSWERS)
    assert browser.post("/api/drafts/photo", {"photo": file()}, headers=token).json()["photo"]
    receipt = browser.post("/api/drafts/sending", headers=token).json()["receipt"]
    verify_parts(Receipt.read(receipt))


@pytest.mark.parametrize(
    "token", ["", "Bearer", "Bearer x", "Bearer hunting-licence.AAAA", "Bearer hunting-licence.é"]
)
def test_no_other_token_opens_a_draft(city, browser, token):
    begin(browser, answers=ANSWERS)
    headers = {"authorization": token}
    for method, path in (("get", ""), ("delete", ""), ("post", "/sending"), ("post", "/photo")):
        answer = getattr(browser, method)(f"/api/drafts{path}", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "no-draft")
    assert EncryptedDraft.objects.count() == 1


def test_a_draft_for_one_service_opens_no_other(city, browser):
    said, _ = begin(browser)
    other = said["token"].replace("hunting-licence", "allotment-garden")
    answer = browser.get("/api/drafts", headers={"authorization": f"Bearer {other}"})
    assert answer.status_code == 401


def test_what_is_given_up_is_gone(city, browser):
    _, token = begin(browser, answers=ANSWERS)
    assert browser.delete("/api/drafts", headers=token).status_code == 204
    assert browser.get("/api/drafts", headers=token).status_code == 401
    assert EncryptedDraft.objects.count() == 0


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"service": "fishing"}, 404, "unknown-service"),
        ({"answers": {"passport": "1"}}, 404, "unknown-question"),
        ({"more": 1}, 422, "malformed"),
        ({"answers": {"full_name": 1}}, 422, "malformed"),
    ],
)
def test_nonsense_is_refused(city, browser, fields, status, code):
    answer = browser.post("/api/drafts", {"service": "hunting-licence", **fields}, **JSON)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert EncryptedDraft.objects.count() == 0


def test_the_record_of_processing_says_what_is_promised(browser):
    answer = browser.get("/api/services/hunting-licence/processing")
    assert answer.headers["content-type"] == "application/ld+json"
    found = answer.json()
    assert found["@type"] == "dpv:Process"
    assert found["dpv:hasStorageCondition"]["dpv:hasDuration"]["@value"] == "P6M"
    assert {each["dct:identifier"] for each in found["dpv:hasPurpose"]} == {
        "applicant-copy", "decide-application",
    }  # fmt: skip
    assert browser.get("/api/services/allotment-garden/processing").status_code == 404
    assert browser.get("/api/services/fishing/processing").status_code == 404
