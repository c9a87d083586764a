"""Journeys without loss: what was typed is there after errors, refreshes, tabs and languages."""

import pytest
from django.test import Client

from habeas.portal.apply import drafts
from habeas.portal.apply.models import EncryptedDraft

HUNTING, GARDEN = "/apply/hunting-licence/details/", "/apply/allotment-garden/details/"
WRONG = {"full_name": "Анна Example", "date_of_birth": "yesterday", "address": "1 Forest Lane"}
RIGHT = {**WRONG, "date_of_birth": "1979-03-21"}


def test_errors_have_an_address_and_keep_what_was_typed(city, browser):
    answer = browser.post(HUNTING, WRONG)
    assert (answer.status_code, answer.headers["location"]) == (302, HUNTING)
    for _ in range(2):  # a refresh asks for the same address, and sends nothing
        page = browser.get(HUNTING).content.decode()
        assert "<title>Error: " in page
        assert "Enter a real date" in page
        for typed in WRONG.values():
            assert f'value="{typed}"' in page or f">{typed}</textarea>" in page
    browser.post("/language/setlang/", {"language": "ru", "next": HUNTING})
    page = browser.get(HUNTING).content.decode()
    assert '<html lang="ru"' in page
    assert 'value="yesterday"' in page
    assert "Enter a real date" not in page


def test_nobody_goes_on_with_answers_that_are_none(city, browser):
    browser.post(HUNTING, WRONG)
    # The step that seals on the device is the same for everybody: it asks, and leads to `photo`.
    for step in ("photo", "answers"):
        answer = browser.get(f"/apply/hunting-licence/{step}/")
        assert answer.headers["location"] == HUNTING, step
    assert browser.post(HUNTING, RIGHT).headers["location"].endswith("/photo/")
    assert "Error" not in browser.get(HUNTING).content.decode()


def test_two_services_in_two_tabs_are_two_drafts(city, browser):
    browser.post(HUNTING, RIGHT)
    garden = {**RIGHT, "full_name": "Somebody Else"}
    browser.post(GARDEN, garden)
    assert RIGHT["full_name"] in browser.get(HUNTING).content.decode()
    page = browser.get(GARDEN).content.decode()
    assert "Somebody Else" in page
    assert RIGHT["full_name"] not in page
    assert EncryptedDraft.objects.count() == 2


def test_a_draft_is_of_its_own_service(city, browser):
    browser.post(HUNTING, RIGHT)
    secret = browser.cookies[drafts.COOKIE + "hunting-licence"].value
    browser.cookies[drafts.COOKIE + "allotment-garden"] = secret
    assert RIGHT["full_name"] not in browser.get(GARDEN).content.decode()


@pytest.mark.parametrize("step", ["photo", "answers"])
def test_a_lost_cookie_is_told(city, browser, step):
    answer = browser.get(f"/apply/hunting-licence/{step}/")
    assert answer.headers["location"] == f"{HUNTING}?lost"
    page = browser.get(answer.headers["location"]).content.decode()
    assert "Nothing was sent" in page
    browser.post(HUNTING, RIGHT)
    assert "Nothing was sent" not in browser.get(f"{HUNTING}?lost").content.decode()


def test_a_page_that_was_open_for_too_long_keeps_what_was_typed(city):
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(HUNTING, {**RIGHT, "full_name": "<b>Anna</b>"})
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "&lt;b&gt;Anna&lt;/b&gt;" in page
    assert "nothing was sent" in page
    assert "csrfmiddlewaretoken" in page
    assert "CSRF verification" not in page, "no text of a framework"
    assert EncryptedDraft.objects.count() == 0
    elsewhere = strict.post("/receipt/", {"receipt": "secret"}, headers={"accept-language": "ru"})
    page = elsewhere.content.decode()
    assert (elsewhere.status_code, "CSRF" in page, "secret" in page) == (403, False, False)
    assert "Ничего не отправлено" in page


def test_a_picture_that_is_none_has_an_address_too(city, browser):
    browser.post(HUNTING, RIGHT)
    step = "/apply/hunting-licence/photo/"
    answer = browser.post(step, {})
    assert answer.headers["location"] == step
    for _ in range(2):
        assert "Select a photo" in browser.get(step).content.decode()
    page = browser.get(step, headers={"accept-language": "ru"}).content.decode()
    assert "Select a photo" not in page
    browser.post(step, {"without": "1"})
    assert browser.get("/apply/hunting-licence/answers/").status_code == 200


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("full_name", "x" * 501, "must have 500 characters or fewer"),
        ("full_name", "a\x00b", "a character that cannot be used"),
        ("date_of_birth", "2024-02-30", "Enter a real date"),
        ("full_name", " ", "Enter your answer to"),
    ],
)
def test_errors_are_in_our_words(city, browser, field, typed, said):
    browser.post(HUNTING, {**RIGHT, field: typed})
    page = browser.get(HUNTING).content.decode()
    assert said in page
    assert "Ensure this value" not in page
    assert "Null characters" not in page


def test_the_language_is_changed_where_one_is(city, browser):
    browser.post(HUNTING, WRONG)
    page = browser.get(HUNTING + "?lost=1").content.decode()
    assert f'name="next" value="{HUNTING}?lost=1"' in page
