"""What every answer carries, how errors are answered, and uploads that stay in memory."""

import io
import json

import pytest
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils.translation import gettext, override

from habeas.custody import RefusedError, SealingError, TooFewTrusteesError, UnknownPhotoError
from habeas.foundation.errors import HabeasError
from habeas.portal.desk.cases import DecisionError, SecondPersonError, UnknownCaseError
from habeas.portal.desk.sessions import SessionError
from habeas.portal.site import setup
from habeas.portal.site.bodies import BadRequestError
from habeas.portal.site.middleware import Problems
from habeas.portal.site.problems import answer, status_of
from habeas.portal.site.uploads import InMemoryOnly
from habeas.portrait import MAX_BYTES, words
from habeas.portrait.errors import TooLargeError
from habeas.protocol import MalformedError
from habeas.protocol.assertion import OfficerSignatureError
from habeas.protocol.credential import OfficerUnknownError
from habeas.protocol.receipt import ReceiptError
from habeas.protocol.sealing import KeyFormatError
from tests.unit.protocol import world


class NewError(HabeasError):
    """An error that says nothing about HTTP."""


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (RefusedError("No.", code="purpose", index=7), 403),
        (UnknownPhotoError("No."), 404),
        (UnknownCaseError("No."), 404),
        (TooLargeError(*words("too-large")), 422),
        (MalformedError("No."), 422),
        (ReceiptError("No."), 422),
        (KeyFormatError("No."), 400),
        (BadRequestError("No."), 400),
        (DecisionError("No."), 409),
        (SealingError("No."), 503),
        (TooFewTrusteesError("No.", ("one.test",)), 503),
        (OfficerUnknownError("No."), 403),
        (OfficerSignatureError("No."), 403),
        (SessionError("No."), 401),
        (NewError("No."), 503),
    ],
)
def test_every_error_has_its_status(error, status):
    assert status_of(error) == status


def test_a_refusal_for_programs_says_where_it_stands_on_the_log():
    request = RequestFactory().get("/api/cases")
    said = answer(request, RefusedError("It is not promised.", code="purpose", index=7))
    assert (said.status_code, said.headers["content-type"]) == (403, "application/problem+json")
    members = json.loads(said.content)
    assert members["index"] == 7
    assert (members["code"], members["detail"]) == ("purpose", "It is not promised.")
    assert members["remedy"]


@pytest.mark.parametrize("language", ["ru", "pl"])
def test_what_a_script_asks_for_is_answered_in_its_reader_s_language(language):
    """By code; general words with the English beside them where a code has none."""
    request = RequestFactory().get("/api/cases")
    refused = SecondPersonError("This decision waits for a second officer; you proposed it.")
    with override(language):
        words = gettext("You proposed this decision: it waits for a second officer.")
        known, other = (
            json.loads(answer(request, each).content)
            for each in (refused, NewError("Odd.", "Ask."))
        )
    assert words != "You proposed this decision: it waits for a second officer."
    assert (known["code"], known["detail"]) == ("second-person", words)
    assert "original" not in known
    assert other["original"] == "Odd. Ask."
    assert "Odd" not in other["detail"] + other["remedy"]
    # Whoever reads English gets the error's own words.
    assert json.loads(answer(request, refused).content)["detail"] == refused.cause


def test_the_language_is_that_of_the_request(city, browser):
    """Through all that stands before a view, for a desk at another origin."""
    asked = {"headers": {"accept-language": "pl", "accept": "application/json"}}
    told = browser.get("/api/cases", **asked)
    assert (told.status_code, told.json()["code"]) == (401, "sign-in")
    assert told.json()["detail"] == "Twoja sesja nie trwa albo już się skończyła."
    assert browser.get("/api/cases").json()["detail"].startswith("The session is over")


def test_a_page_says_cause_and_remedy_and_escapes_them():
    request = RequestFactory().get("/desk/")
    page = answer(request, NewError("<b>This</b> went wrong.", "Try again."))
    assert page.status_code == 503
    assert "&lt;b&gt;This&lt;/b&gt; went wrong." in page.content.decode()
    assert "Try again." in page.content.decode()


def test_a_program_that_asks_a_page_s_address_for_json_gets_json():
    request = RequestFactory().get("/desk/", HTTP_ACCEPT="application/json")
    assert answer(request, NewError("No.")).headers["content-type"] == "application/problem+json"


def test_only_errors_that_are_meant_for_people_are_said_to_them():
    problems = Problems(lambda _: HttpResponse())
    request = RequestFactory().get("/")
    assert problems.process_exception(request, ValueError("a secret")) is None
    assert problems.process_exception(request, NewError("No.")).status_code == 503


def test_every_answer_carries_the_headers(browser):
    page = browser.get("/help/")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"
    assert "camera=(self)" in page.headers["permissions-policy"]
    assert page.headers["x-content-type-options"] == "nosniff"
    missing = browser.get("/nowhere/")
    assert missing.status_code == 404
    assert "default-src 'none'" in missing.headers["content-security-policy"]


@pytest.mark.parametrize("address", ["/help/", "/accessibility/", "/receipt/", "/desk/sign-in/"])
@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_pages_without_data_are_there_in_both_languages(browser, address, language):
    page = browser.get(address, HTTP_ACCEPT_LANGUAGE=language)
    assert page.status_code == 200
    assert f'lang="{language}"' in page.content.decode()


# Uploads


def _upload(chunks):
    handler = InMemoryOnly()
    handler.new_file("photo", "me.jpg", "image/jpeg", None, None)
    start = 0
    for each in chunks:
        handler.receive_data_chunk(each, start)
        start += len(each)
    return handler.file_complete(start)


def test_an_upload_stays_in_memory():
    file = _upload([b"abc", b"def"])
    assert isinstance(file, InMemoryUploadedFile)
    assert isinstance(file.file, io.BytesIO)
    assert (file.read(), file.size, file.name) == (b"abcdef", 6, "me.jpg")


def test_an_upload_beyond_the_cap_is_let_go_but_counted():
    file = _upload([bytes(MAX_BYTES), b"x", b"y" * 10])
    assert file.size == MAX_BYTES + 11
    assert file.read() == b""


def test_the_photo_that_is_too_large_is_said_so(city, browser):
    form = {"full_name": "Anna", "date_of_birth": "1980-05-17", "address": "1 Lane"}
    browser.post("/apply/hunting-licence/details/", form)
    photo = io.BytesIO(bytes(MAX_BYTES + 1))
    photo.name = "me.jpg"
    page = browser.post("/apply/hunting-licence/photo/", {"photo": photo}, follow=True)
    assert words("too-large", "en")[0] in page.content.decode().replace("&#x27;", "'")


# Checking a portal


def _found():
    return {each.code for each in setup.problems()}


def test_a_portal_that_can_serve_has_no_problem(city, data):
    assert _found() == set()


@pytest.mark.parametrize("missing", ["circle.txt", "custodian.key"])
def test_what_keeps_a_portal_from_serving_is_said(city, data, missing):
    (data / missing).unlink()
    assert _found() == {"portal-folder"}


def test_a_circle_of_another_custodian_or_without_an_office_is_said(city, data):
    (data / "custodian.key").write_text(world.LOG_KEY.private)
    assert _found() == {"portal-folder"}
    (data / "custodian.key").write_text(world.CUSTODIAN_KEY.private)
    (data / "circle.txt").write_text(world.circle_note())
    (missing,) = setup.problems()
    assert "parks-department" in missing.cause


def test_tables_of_another_release_are_said(city, data):
    from django.db.migrations.recorder import MigrationRecorder

    MigrationRecorder.Migration.objects.filter(app="cases").delete()
    assert _found() == {"portal-tables"}
