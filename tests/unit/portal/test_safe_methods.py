"""A GET writes nothing (RFC 9110, section 9.2.1); a halted portal begins nothing."""

from __future__ import annotations

import json
import re
from contextlib import closing, contextmanager

import pytest
from django.db import connection
from django.test import Client
from django.urls import get_resolver

from habeas.foundation.caution import ClockJumpedError
from habeas.portal import catalogue as catalogue_room
from habeas.portal.apply import elsewhere
from habeas.portal.apply.models import EncryptedDraft
from habeas.portal.catalogue.declaration import Catalogue
from habeas.portal.register.log import NoCircleError
from habeas.portal.site.buckets import Rate
from habeas.portal.site.folder import SAMPLE_CATALOGUE
from habeas.portal.site.limits import Limited, Limits
from habeas.portal.standing import halts
from habeas.protocol.app.release import origin_of
from tests.unit.portal.test_device import JSON, STEP
from tests.unit.protocol import world

FORMS = "https://forms.city.example"
_SAMPLES = {"name": "hunting-licence", "service": "hunting-licence", "step": "order"}
_WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE)\b", re.IGNORECASE)
#: The way to a city's identity provider and back is a GET by its own rules (OpenID Connect Core,
#: section 3.1.2.5), and keeps in the session what it compares.
_APART = re.compile(r"/desk/sign-in/")


@pytest.fixture
def hosted(city, tmp_path, monkeypatch):
    """The hunting licence's app comes from the first trustee, and one other site may frame it."""
    services = tmp_path / "hosted"
    services.mkdir()
    for file in SAMPLE_CATALOGUE.glob("*.toml"):
        text = file.read_text()
        if file.stem == "hunting-licence":
            named = f'[photo]\nhost = "{world.NAMES[0]}"'
            text = re.sub(r"(?m)^\[photo\]$", named, text, count=1)
            text = f'frame_ancestors = ["{FORMS}"]\n{text}'
        (services / file.name).write_text(text)
    declared = Catalogue.load(services)
    monkeypatch.setattr(catalogue_room, "catalogue", lambda: declared)
    city.release()
    return origin_of(city.copy.chain.newest.circle.trustees[0].url)


def _addresses(resolver, before="/"):
    """Every address of the portal, with samples for what stands in it."""
    for each in resolver.url_patterns:
        route = before + str(each.pattern)
        if hasattr(each, "url_patterns"):
            yield from _addresses(each, route)
        else:
            yield re.sub(r"<(?:\w+:)?(\w+)>", lambda found: _SAMPLES.get(found[1], "1"), route)


@contextmanager
def _written():
    found = []

    def note(execute, sql, params, many, context):
        if _WRITES.match(sql):
            found.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield found


def test_no_get_writes(hosted):
    addresses = [each for each in _addresses(get_resolver()) if not _APART.match(each)]
    assert f"{STEP}/elsewhere/" in addresses
    taken = 0
    for address in addresses:
        with _written() as found, closing(Client().get(address, HTTP_ORIGIN=hosted)) as answer:
            taken += answer.status_code == 200
        assert not found, address
    assert taken > 20


def test_a_halted_portal_begins_no_application(hosted, browser):
    halts.halt(ClockJumpedError("The clock moved by a day."))
    assert browser.get(f"{STEP}/elsewhere/").status_code == 200
    for step in ("order", "embedded/begin", "embedded/order", "from/order"):
        answer = browser.post(f"{STEP}/{step}/", "{}", HTTP_ORIGIN=hosted, **JSON)
        assert (answer.status_code, answer.json()["code"]) == (503, "read-only"), step
    assert browser.post(f"{STEP}/elsewhere/").status_code == 503
    assert not EncryptedDraft.objects.exists()


def test_who_goes_on_is_led_to_the_trustee_with_an_application(hosted):
    browser = Client(enforce_csrf_checks=True)
    page = browser.get(f"{STEP}/elsewhere/")
    assert f"form-action 'self' {hosted};" in page["content-security-policy"]
    assert browser.post(f"{STEP}/elsewhere/").status_code == 403
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.content.decode())[1]
    answer = browser.post(f"{STEP}/elsewhere/", {"csrfmiddlewaretoken": token})
    secret = browser.cookies["application-hunting-licence"].value
    assert answer["location"] == f"{hosted}{STEP}/seal/#application={secret}&language=en"
    assert (page["referrer-policy"], answer["referrer-policy"]) == ("origin", "origin")
    # It is gone on with: a second click begins no other.
    again = browser.post(f"{STEP}/elsewhere/", {"csrfmiddlewaretoken": token})
    assert again["location"] == answer["location"]


def test_an_order_is_begun_by_no_form_of_another_site(hosted, browser):
    for media in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        answer = browser.post(
            f"{STEP}/order/", "{}", content_type=media, HTTP_ACCEPT="application/json"
        )
        assert (answer.status_code, answer.json()["code"]) == (415, "not-asked-by-page")
    assert browser.get(f"{STEP}/order/").status_code == 405
    assert not EncryptedDraft.objects.exists()


def test_a_hosted_page_reads_why_it_is_refused(hosted, monkeypatch):
    """A limit, a halt, what is not there: each is said by something else than the view."""
    once = Limits(act=Rate(1, 60.0))
    before = Limited.__init__
    monkeypatch.setattr(Limited, "__init__", lambda self, ask: before(self, ask, once))
    page = Client(REMOTE_ADDR="203.0.113.7", HTTP_ORIGIN=hosted)
    answers = [page.post(f"{STEP}/from/order/", "{}", **JSON) for _ in range(2)]
    assert [each.json()["code"] for each in answers] == ["no-draft", "too-many-requests"]
    halts.halt(ClockJumpedError("The clock moved by a day."))
    page = Client(REMOTE_ADDR="203.0.113.8", HTTP_ORIGIN=hosted)
    answers += [page.post(f"{STEP}/from/order/", "{}", **JSON), page.get(f"{STEP}/from/nothing/")]
    for each in answers:
        assert each["access-control-allow-origin"] == hosted
        assert "Origin" in each["vary"]
        assert "access-control-allow-credentials" not in each
    stranger = Client(HTTP_ORIGIN="https://look-alike.example")
    for each in (
        stranger.post(f"{STEP}/from/order/", "{}", **JSON),
        stranger.get(f"{STEP}/from/x/"),
    ):
        assert "access-control-allow-origin" not in each


def test_a_portal_without_a_circle_says_so_there_too(hosted, browser, monkeypatch):
    def none():
        raise NoCircleError("This portal belongs to no circle yet.")

    monkeypatch.setattr(elsewhere, "log_copy", none)
    answer = browser.post(f"{STEP}/from/order/", "{}", HTTP_ORIGIN=hosted, **JSON)
    assert (answer.status_code, answer.json()["code"]) == (503, "no-circle")
    assert "access-control-allow-origin" not in answer


@pytest.mark.parametrize("place", ["embedded", "from"])
def test_no_answer_there_sets_a_cookie(hosted, browser, place):
    """Errors are pages with a form's token, where nobody asks for JSON."""
    for step, body in (
        ("order", "{}"),
        ("deposit", "{}"),
        ("keep", "{"),
        ("clear", "{}"),
        ("no", ""),
    ):
        for accept in ("text/html", "application/json"):
            answer = browser.post(
                f"{STEP}/{place}/{step}/", body, content_type="application/json",
                HTTP_ACCEPT=accept, HTTP_ORIGIN=hosted,
            )  # fmt: skip
            assert not answer.cookies, (step, accept)
    begun = browser.post(f"{STEP}/embedded/begin/", "{}", **JSON)
    token = json.loads(begun.content)["token"]
    asked = browser.post(
        f"{STEP}/{place}/order/", "{}", HTTP_AUTHORIZATION=f"Bearer {token}", HTTP_ORIGIN=hosted,
        **JSON,
    )  # fmt: skip
    assert (asked.status_code, bool(asked.cookies)) == (200, False), asked.content
