"""Applying: drafts that only their browser can read, and cases that exist when photos do."""

import re
from datetime import date

import pytest

from habeas.custody import SealingError
from habeas.portal.apply import drafts
from habeas.portal.apply.again import NotAskedError, sending_again
from habeas.portal.apply.drafts import AlreadySentError
from habeas.portal.apply.models import EncryptedDraft
from habeas.portal.apply.sending import new_reference, sending
from habeas.portal.cases.asked import asked_for
from habeas.portal.cases.models import Case
from habeas.portal.catalogue import services
from habeas.portal.desk import cases as desk
from habeas.portal.vault.models import SealedPhotoRow
from habeas.portrait import FORMATS
from habeas.protocol.office import open_answers, open_pointer, verify_pointer
from habeas.protocol.receipt import ReceiptError, verify_parts
from tests.unit.parties import PHOTO
from tests.unit.protocol import world

ANSWERS = {"full_name": "Anna Example", "date_of_birth": "1980-05-17", "address": "1 Lane"}


@pytest.fixture
def licence():
    return services()["hunting-licence"]


# Sending


def test_a_case_exists_when_its_photo_is_sealed(city, licence):
    with sending(licence, ANSWERS, PHOTO) as sent:
        reference = sent.reference
    case = Case.objects.get()
    assert (case.reference, case.office, case.state) == (reference, world.OFFICE, "open")
    answers = open_answers(world.OFFICE_SEED, bytes(case.answers), reference)
    assert (answers.answers, answers.service) == (ANSWERS, "hunting-licence")
    pointer = open_pointer(world.OFFICE_SEED, bytes(case.pointer), reference)
    verify_pointer(pointer, sent.receipt.promise)
    assert SealedPhotoRow.objects.get(seal_id=pointer.seal_id).state == "sealed"
    assert city.custody.ciphertext(pointer.seal_id)
    verify_parts(sent.receipt)
    assert sent.receipt.promise.sealed_by == "server"


def test_the_portal_itself_opens_neither_answers_nor_pointer(city, licence):
    with sending(licence, ANSWERS, PHOTO) as sent:
        pass
    case = Case.objects.get()
    kept = bytes(case.answers) + bytes(case.pointer)
    for plain in (*ANSWERS.values(), sent.receipt.promise.seal_id):
        assert plain.encode() not in kept
    assert bytes.fromhex(sent.receipt.promise.seal_id) not in kept


def test_where_the_block_raises_there_is_neither_case_nor_photo(city, licence):
    with pytest.raises(ZeroDivisionError), sending(licence, ANSWERS, PHOTO):
        raise ZeroDivisionError
    assert not Case.objects.exists()
    assert SealedPhotoRow.objects.get().state == "orphaned"
    assert not list(city.blobs.names())
    assert city.log.kinds() == ["sealed", "closed"]


def test_a_sealing_that_a_sweep_gave_up_is_not_acknowledged(city, licence):
    city.log.before = lambda: city.custody.sweep(pending_seconds=-1)
    with pytest.raises(SealingError, match="given up"), sending(licence, ANSWERS, PHOTO):
        pytest.fail("the block must not run")
    assert not Case.objects.exists()
    assert SealedPhotoRow.objects.get().state == "orphaned"


def test_with_one_trustee_away_it_is_sent_and_with_two_it_is_not(city, licence):
    with sending(licence, ANSWERS, PHOTO):
        pass  # the month's keys are known
    city.panel.clients[1].away = True
    with sending(licence, ANSWERS, PHOTO) as sent:
        pass
    assert sent.receipt.pending == ("trustee-2.example",)
    city.panel.clients[2].away = True
    with (
        pytest.raises(SealingError, match=r"trustee-2\.example, trustee-3\.example"),
        sending(licence, ANSWERS, PHOTO),
    ):
        pytest.fail("the block must not run")
    assert Case.objects.count() == 2


def test_without_the_log_nothing_is_sent(city, licence):
    city.log.down = True
    with pytest.raises(SealingError), sending(licence, ANSWERS, PHOTO):
        pytest.fail("the block must not run")
    assert not Case.objects.exists()
    assert SealedPhotoRow.objects.get().state == "orphaned"


def test_a_case_has_no_order_but_its_day(city, licence):
    for _ in range(3):
        with sending(licence, ANSWERS, b""):
            pass
    assert {len(str(each.row)) > 6 for each in Case.objects.all()} == {True}
    assert [field.name for field in Case._meta.get_fields()] == [
        "notes", "row", "reference", "service", "office", "answers", "day", "state", "pointer",
        "photo_wanted", "holder", "proposal", "proposer", "later", "pointer_until",
        "answers_until",
    ]  # fmt: skip


@pytest.mark.parametrize("service", ["hunting-licence", "allotment-garden"])
def test_without_a_photo_a_case_has_no_pointer(city, service):
    photo = b"" if service == "hunting-licence" else PHOTO  # which this service does not ask for
    with sending(services()[service], ANSWERS, photo) as sent:
        assert sent.receipt is None
    assert Case.objects.get().pointer is None
    assert not city.log.kinds()


def test_references_are_random_and_say_their_service(licence):
    found = {new_reference(licence) for _ in range(100)}
    assert len(found) == 100
    assert all(each.startswith("HL-") and len(each) == 12 for each in found)
    assert not {"I", "L", "O", "U"} & set("".join(each[3:] for each in found))


# Drafts


def _draft():
    draft = drafts.begin("hunting-licence")
    draft.fields, draft.upright, draft.cropped = dict(ANSWERS), PHOTO, PHOTO[:30]
    drafts.store(draft)
    return draft


def test_a_stored_draft_shows_nothing():
    draft = _draft()
    row = EncryptedDraft.objects.get()
    for plain in (ANSWERS["full_name"].encode(), PHOTO[:16], draft.secret, b"hunting"):
        assert plain not in bytes(row.content)
        assert plain not in row.id.encode()
    assert drafts.lock(draft) == draft


def test_a_draft_is_sent_once():
    draft = _draft()
    drafts.close(draft, "HL-1", "receipt")
    kept = drafts.lock(draft)
    assert (kept.reference, kept.receipt, kept.photo) == ("HL-1", "receipt", b"")
    with pytest.raises(AlreadySentError):
        drafts.close(draft, "HL-2", "another")
    assert drafts.lock(draft).reference == "HL-1"


def test_drafts_that_were_given_up_are_swept():
    _draft()
    old = _draft()
    EncryptedDraft.objects.filter(pk=drafts._row_id(old.secret)).update(touched=0)
    assert all(each.touched < 1_000_000 for each in EncryptedDraft.objects.all())  # hours
    assert drafts.sweep() == 1
    assert drafts.lock(old) is None


# Pages


def _post(browser, step, **fields):
    return browser.post(f"/apply/hunting-licence/{step}/", fields)


def test_the_way_without_a_photo(city, browser):
    assert browser.get("/").status_code == 200
    assert browser.get("/apply/hunting-licence/").status_code == 200
    missing = _post(browser, "details", full_name="Anna").headers["location"]
    assert "<title>Error: " in browser.get(missing).content.decode()
    assert _post(browser, "details", **ANSWERS).headers["location"].endswith("/photo/")
    # Nothing can be sent before it is decided whether there is a photo.
    assert _post(browser, "answers").headers["location"].endswith("/photo/")
    assert _post(browser, "photo", without="1").headers["location"].endswith("/answers/")
    assert "Anna Example" in browser.get("/apply/hunting-licence/answers/").content.decode()
    assert _post(browser, "answers").headers["location"].endswith("/done/")
    case = Case.objects.get()
    assert case.reference in browser.get("/apply/hunting-licence/done/").content.decode()
    _post(browser, "answers")
    assert Case.objects.count() == 1
    assert browser.get("/apply/hunting-licence/receipt.html").status_code == 404


def test_the_photo_page_offers_files_of_each_format_that_is_taken(city, browser):
    _post(browser, "details", **ANSWERS)
    page = browser.get("/apply/hunting-licence/photo/").content.decode()
    offered = re.findall(r'type="file" accept="([^"]+)"', page)
    assert [set(each.split(",")) for each in offered] == [
        {each for known in FORMATS for each in known.types}
    ]


def test_another_browser_s_draft_is_not_found(city, browser):
    _post(browser, "details", **ANSWERS)
    browser.cookies["application-hunting-licence"] = "AAAA"
    assert (
        browser.get("/apply/hunting-licence/photo/").headers["location"].endswith("/details/?lost")
    )
    assert browser.get("/apply/hunting-licence/crop.jpg").status_code == 404


@pytest.mark.parametrize("address", ["/apply/fishing/", "/apply/fishing/details/", "/nowhere/"])
def test_what_there_is_not_is_not_found(browser, address):
    assert browser.get(address).status_code == 404


# JSON


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "There is no such service."),
        ({"service": "hunting-licence", "fields": "{"}, "not JSON"),
        ({"service": "hunting-licence", "fields": "[]"}, "no JSON object"),
        ({"service": "hunting-licence", "fields": "[" * 100_000}, "not JSON"),
        ({"service": "hunting-licence", "fields": "{}"}, "full_name"),
    ],
)
def test_what_programs_send_wrongly_is_a_problem(browser, fields, said):
    answer = browser.post("/api/applications", fields)
    assert answer.status_code == (400 if fields else 404)
    assert answer.headers["content-type"] == "application/problem+json"
    assert said.removeprefix("no ") in answer.json()["detail"]
    assert answer.json()["remedy"]
    assert not Case.objects.exists()


# Another photo


@pytest.fixture
def unread(city, licence):
    """The receipt of a photo that the office could not read."""
    with sending(licence, ANSWERS, PHOTO) as sent:
        pass
    desk.ask_again(world.OFFICE, sent.reference)
    return sent.receipt


def test_another_photo_is_sealed_for_the_same_case(licence, unread):
    assert asked_for(unread) == licence
    with sending_again(licence, unread.reference, PHOTO) as sent:
        pass
    case = Case.objects.get()
    pointer = open_pointer(world.OFFICE_SEED, bytes(case.pointer), unread.reference)
    verify_pointer(pointer, sent.receipt.promise)
    assert sent.receipt.promise.seal_id != unread.promise.seal_id
    assert asked_for(unread) is None
    with pytest.raises(NotAskedError), sending_again(licence, unread.reference, PHOTO):
        pass
    assert bytes(Case.objects.get().pointer) == bytes(case.pointer)
    assert SealedPhotoRow.objects.filter(state="sealed").count() == 2


def test_who_is_asked_may_go_on_without_a_photo(licence, unread):
    with sending_again(licence, unread.reference, b"") as sent:
        pass
    assert sent.receipt is None
    assert Case.objects.get().pointer is None
    assert asked_for(unread) is None


def test_nobody_is_asked_unless_the_office_asks(licence, unread):
    with sending(licence, ANSWERS, PHOTO) as sent:
        pass
    assert asked_for(sent.receipt) is None
    with pytest.raises(NotAskedError), sending_again(licence, sent.reference, PHOTO):
        pass
    desk.decide(
        world.OFFICE, unread.reference, desk.Chosen("declined"), "ab" * 32, date(2027, 1, 15)
    )
    assert asked_for(unread) is None


def test_a_receipt_of_elsewhere_that_names_the_case_sends_nothing(unread):
    changed = unread.model_copy(update={"case_salt": "00" * 32})
    with pytest.raises(ReceiptError):
        asked_for(changed)
    elsewhere = world.Case().receipt()
    Case.objects.update(reference=elsewhere.reference)
    assert asked_for(elsewhere) is None
