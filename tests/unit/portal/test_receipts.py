"""What a receipt shows, and withdrawal."""

import pytest

from habeas.portal.apply.sending import sending
from habeas.portal.catalogue import services
from habeas.portal.vault.models import SealedPhoto
from habeas.protocol import Receipt
from tests.unit.parties import PHOTO

ANSWERS = {"full_name": "Anna Example", "date_of_birth": "1980-05-17", "address": "1 Lane"}


@pytest.fixture
def receipt(city) -> Receipt:
    with sending(services()["hunting-licence"], ANSWERS, PHOTO) as sent:
        assert sent.receipt is not None
        return sent.receipt


def _post(browser, path, content):
    return browser.post(f"/api/receipt/{path}", content, content_type="application/json")


def test_the_history_names_every_act(city, browser, receipt):
    answer = _post(browser, "history", receipt.encode()).json()
    assert [each["kind"] for each in answer["events"]] == ["sealed"]
    assert answer["events"][0]["writer"] == "custodian"
    assert answer["openings"] == answer["missing"] == []
    assert answer["searched"] == 1


def test_withdrawing_asks_every_trustee_and_deletes_the_ciphertext(city, browser, receipt):
    answer = _post(browser, "withdraw", receipt.encode()).json()
    assert set(answer["statements"]) == {"one.test", "two.test", "three.test"}
    assert (answer["owed"], answer["index"]) == ({}, 1)
    assert SealedPhoto.objects.get().state == "withdrawn"
    assert not list(city.blobs.names())
    again = _post(browser, "withdraw", receipt.encode()).json()
    assert set(again["statements"]) == set(answer["statements"])
    assert city.log.kinds() == ["sealed", "withdrawn"]


def test_a_trustee_that_is_away_is_named_and_asked_again(city, browser, receipt):
    city.circle["two.test"].away = True
    answer = _post(browser, "withdraw", receipt.encode()).json()
    assert set(answer["owed"]) == {"two.test"}
    city.circle["two.test"].away = False
    assert city.custody.sweep().owed_erasures == 0
    assert city.circle["two.test"].asked_to_erase


@pytest.mark.parametrize("content", [b"", b"{}", b"[1,2]", b"nonsense", b"\xff", bytes(200_000)])
@pytest.mark.parametrize("path", ["history", "withdraw"])
def test_what_is_no_receipt_is_a_problem(city, browser, content, path):
    answer = _post(browser, path, content)
    assert answer.status_code in (400, 422)
    assert answer.json()["detail"]
    assert answer.json()["remedy"]


def test_another_photo_s_secret_withdraws_nothing(city, browser, receipt):
    forged = receipt.model_copy(update={"withdraw_secret": "00" * 32})
    assert _post(browser, "withdraw", forged.encode()).status_code == 422
    assert SealedPhoto.objects.get().state == "sealed"


def test_the_page_withdraws_after_asking_once_more(city, browser, receipt):
    text = receipt.encode().decode()
    page = browser.post("/receipt/withdraw/", {"receipt": text}).content.decode()
    assert "Yes, withdraw the photo" in page
    assert SealedPhoto.objects.get().state == "sealed"
    done = browser.post("/receipt/withdraw/", {"receipt": text, "confirmed": "1"})
    assert done.content.decode().count("has erased") == 3
    assert SealedPhoto.objects.get().state == "withdrawn"


@pytest.mark.parametrize(
    ("fields", "said"),
    [({}, "Select your receipt"), ({"receipt": "{}"}, "was changed")],
)
@pytest.mark.parametrize("path", ["", "withdraw/"])
def test_a_page_says_what_is_wrong_with_a_receipt(city, browser, fields, said, path):
    answer = browser.post(f"/receipt/{path}", fields)
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_a_receipt_that_does_not_verify_is_said_so(city, browser, receipt):
    # The trustees here sign nothing: their acknowledgements do not verify.
    page = browser.post("/receipt/", {"receipt": receipt.encode().decode()}).content.decode()
    assert "Something does not verify" in page
