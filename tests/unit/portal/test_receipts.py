"""Withdrawal, by programs and on the pages. What a receipt shows is asked of everybody: a service
test has them.
"""

import pytest

from habeas.portal.apply.sending import sending
from habeas.portal.catalogue import services
from habeas.portal.receipts import views
from habeas.portal.vault.models import SealedPhotoRow
from habeas.protocol import Receipt
from habeas.protocol.circle import verify_circle
from tests.unit.parties import PHOTO
from tests.unit.protocol.world import NAMES, Case, circle_fields, circle_note

ANSWERS = {"full_name": "Anna Example", "date_of_birth": "1980-05-17", "address": "1 Lane"}


@pytest.fixture
def receipt(city) -> Receipt:
    with sending(services()["hunting-licence"], ANSWERS, PHOTO) as sent:
        assert sent.receipt is not None
        return sent.receipt


def _withdraw(browser, receipt, body=None):
    if body is None:
        body = {"secret": receipt.withdraw_secret}
    address = f"/api/photos/{receipt.promise.seal_id}/withdrawal"
    return browser.post(address, body, content_type="application/json")


def test_the_circle_in_force_is_for_everybody(city, browser):
    circle = verify_circle(browser.get("/api/circle").json()["circle"])
    assert circle.digest().hex() == city.copy.chain.newest.digest


def test_withdrawing_asks_every_trustee_and_deletes_the_ciphertext(city, browser, receipt):
    answer = _withdraw(browser, receipt).json()
    assert sorted(answer["statements"]) == sorted(NAMES)
    assert (answer["complete"], answer["owed"], answer["never_held"]) == (True, {}, [])
    assert SealedPhotoRow.objects.get().state == "withdrawn"
    assert not list(city.blobs.names())
    assert _withdraw(browser, receipt).json()["complete"]
    assert city.log.kinds() == ["sealed", "withdrawn"]


def test_a_trustee_that_is_away_is_named_until_it_confirms(city, browser, receipt):
    city.panel[NAMES[1]].away = True
    answer = _withdraw(browser, receipt).json()
    assert (answer["complete"], list(answer["owed"])) == (False, [NAMES[1]])
    city.panel[NAMES[1]].away = False
    assert _withdraw(browser, receipt).json()["complete"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"secret": "00" * 32}, 403), ({"secret": "x"}, 422), ({"secret": None}, 422), ({}, 422),
        ("[", 400), ("[]", 400), ("x" * 200_000, 400),
    ],
)  # fmt: skip
def test_another_secret_withdraws_nothing(city, browser, receipt, body, status):
    answer = _withdraw(browser, receipt, body)
    assert answer.status_code == status
    assert answer.json()["remedy"]
    assert SealedPhotoRow.objects.get().state == "sealed"


def test_attack_a_receipt_of_one_s_own_circle_has_the_portal_ask_nobody(city, browser):
    """Its trustees would be machines that the portal alone reaches; unit tests have no network."""
    inside = circle_fields()
    for number, trustee in enumerate(inside["trustees"]):
        inside["trustees"][number] = {**trustee, "url": f"http://127.0.0.1:{8000 + number}"}
    made_up = Case(circle_note(trustees=inside["trustees"])).receipt()
    for receipt in (made_up, Case().receipt()):
        assert receipt.promise.circle != city.copy.chain.newest.digest
        answer = browser.post("/receipt/", {"receipt": receipt.encode().decode()})
        assert "not of this portal" in answer.content.decode()
    for language, said in (("ru", "не относится к кругу"), ("pl", "nie należy do kręgu")):
        form = {"receipt": made_up.encode().decode()}
        page = browser.post("/receipt/", form, headers={"Accept-Language": language})
        assert said in page.content.decode()


def test_the_page_withdraws_after_asking_once_more(city, browser, receipt):
    text = receipt.encode().decode()
    page = browser.post("/receipt/withdraw/", {"receipt": text}).content.decode()
    assert "Yes, withdraw the photo" in page
    assert SealedPhotoRow.objects.get().state == "sealed"
    done = browser.post("/receipt/withdraw/", {"receipt": text, "confirmed": "1"}).content.decode()
    assert "Photo withdrawn" in done
    assert all(f">{name}<" in done for name in NAMES)
    assert SealedPhotoRow.objects.get().state == "withdrawn"


@pytest.mark.parametrize(
    ("away", "said"), [(1, "Nobody can open the photo any more"), (3, "Not yet withdrawn")]
)
def test_the_page_says_how_far_it_has_come(city, browser, receipt, monkeypatch, away, said):
    monkeypatch.setattr(views, "_PATIENCE", 0)
    for name in NAMES[:away]:
        city.panel[name].away = True
    fields = {"receipt": receipt.encode().decode(), "confirmed": "1"}
    page = browser.post("/receipt/withdraw/", fields).content.decode()
    assert said in page
    assert "Photo withdrawn</h1>" not in page
    assert "Ask them again" in page
    assert all(name in page for name in NAMES[:away])


@pytest.mark.parametrize(
    ("fields", "said"),
    [({}, "Select your receipt"), ({"receipt": "{}"}, "was changed")],
)
@pytest.mark.parametrize("path", ["", "withdraw/"])
def test_a_page_says_what_is_wrong_with_a_receipt(city, browser, fields, said, path):
    answer = browser.post(f"/receipt/{path}", fields)
    assert answer.status_code == 422
    assert said in answer.content.decode()
