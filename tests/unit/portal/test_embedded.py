"""The photo step for frames of other pages: who may hold it, and that it needs no cookie."""

from __future__ import annotations

import json
from contextlib import closing

import pytest
from django.test import Client

from habeas.portal import catalogue as catalogue_room
from habeas.portal.cases.models import Case
from habeas.portal.catalogue.declaration import Catalogue
from habeas.portal.site.folder import SAMPLE_CATALOGUE
from habeas.portal.site.served import framed_by
from habeas.protocol.office import open_answers
from tests.unit.portal.test_device import Device
from tests.unit.protocol import world

STEP = "/apply/hunting-licence/embedded"
FORMS = "https://forms.city.example"
JSON = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture
def framed(city, tmp_path, monkeypatch):
    """The sample's services, of which the hunting licence may be framed by one origin."""
    city.release()
    services = tmp_path / "framed"
    services.mkdir()
    for file in SAMPLE_CATALOGUE.glob("*.toml"):
        text = file.read_text()
        if file.stem == "hunting-licence":
            text = f'frame_ancestors = ["{FORMS}"]\n{text}'
        (services / file.name).write_text(text)
    declared = Catalogue.load(services)
    monkeypatch.setattr(catalogue_room, "catalogue", lambda: declared)
    return city


class Framed(Device):
    """A device in a frame: a token, and no cookie."""

    def begin(self, reference: str = "", token: str = "") -> dict:
        answer = self.browser.post(
            f"{STEP}/begin/", json.dumps({"reference": reference}),
            content_type="application/json", HTTP_AUTHORIZATION=f"Bearer {token}", **JSON,
        )  # fmt: skip
        assert answer.status_code == 200, answer.content
        assert not answer.cookies
        return answer.json()


@pytest.fixture
def frame(framed, monkeypatch):
    monkeypatch.setattr("tests.unit.portal.test_device.STEP", STEP)
    found = Framed(Client(enforce_csrf_checks=True), given={})
    token = found.begin()["token"]
    found.browser.defaults["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return found


def test_only_the_named_origin_frames_and_only_this_page(framed, browser):
    policy = browser.get(f"{STEP}/seal/")["content-security-policy"]
    assert policy.endswith(f"; frame-ancestors {FORMS}")
    assert policy.count("frame-ancestors") == 1
    for address in (
        "/", "/apply/hunting-licence/", "/apply/hunting-licence/seal/", "/receipt/", "/register/",
        "/static/photo/embedded.html", "/static/photo/index.html",
    ):  # fmt: skip
        with closing(browser.get(address)) as answer:
            assert "frame-ancestors 'none'" in answer["content-security-policy"], address


def test_without_a_named_origin_nobody_frames_and_nothing_begins(city, browser):
    city.release()
    policy = browser.get(f"{STEP}/seal/")["content-security-policy"]
    assert policy.endswith("; frame-ancestors 'none'")
    assert browser.post(f"{STEP}/begin/", "{}", content_type="application/json").status_code == 404


def test_a_photo_is_sealed_without_any_cookie(framed, frame):
    answer = frame.ask()
    assert answer.status_code == 200
    assert not answer.cookies
    frame.seal()
    assert frame.send().status_code == 200
    kept = frame.keep()
    assert not kept.cookies
    case = Case.objects.get()
    assert case.reference == kept.json()["reference"]
    assert open_answers(world.OFFICE_SEED, bytes(case.answers), case.reference).answers == {}
    assert not frame.browser.cookies


def test_nobody_asks_with_a_cookie_in_place_of_the_token(framed, frame):
    """What a browser sends by itself opens nothing: a hostile page cannot ask in its name."""
    token = frame.browser.defaults.pop("HTTP_AUTHORIZATION").removeprefix("Bearer ")
    frame.browser.cookies["application-hunting-licence"] = token
    assert frame.ask().status_code == 409


def test_a_sent_application_is_resumed_only_by_its_reference(framed, frame):
    token = frame.browser.defaults["HTTP_AUTHORIZATION"].removeprefix("Bearer ")
    assert frame.begin(token=token)["token"] == token
    frame.ask()
    frame.seal()
    frame.send()
    reference = frame.keep().json()["reference"]
    assert frame.begin(reference, token)["token"] == token
    assert frame.begin("", token)["token"] != token
    assert frame.begin("HL-0000-0000", token)["token"] != token


def test_who_may_frame_is_said_to_the_frame(framed, frame):
    assert frame.begin()["parents"] == [FORMS]


@pytest.mark.parametrize(
    "origin",
    [
        "*", "https://*.city.example", "http://forms.city.example", "https://forms.city.example/",
        "https://forms.city.example; script-src *", "https://a.example https://b.example", "'self'",
        "https:", "null", "https://forms.city.example\n",
    ],
)  # fmt: skip
def test_what_is_no_origin_is_not_declared(tmp_path, origin):
    for file in SAMPLE_CATALOGUE.glob("*.toml"):
        text = f"frame_ancestors = [{json.dumps(origin)}]\n" if "hunting" in file.name else ""
        (tmp_path / file.name).write_text(text + file.read_text())
    with pytest.raises(Exception, match="frame_ancestors"):
        Catalogue.load(tmp_path)


def test_a_policy_that_says_who_frames_is_let_be():
    assert framed_by("default-src 'none'; frame-ancestors 'none'", [FORMS]).endswith("'none'")
    assert framed_by("default-src 'none'") == "default-src 'none'; frame-ancestors 'none'"
