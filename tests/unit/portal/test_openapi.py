"""The description of the JSON interface is made from the code, and says all of it."""

import json
from pathlib import Path

from django.urls import resolve

from habeas.portal.site.api_urls import urlpatterns
from habeas.portal.site.calls import calls_of
from tests.places import ROOT
from tests.unit.portal import openapi

HERE = {"openapi.json"}


def test_the_published_description_is_that_of_the_code():
    again = "write it anew: python -m tests.unit.portal.openapi"
    assert openapi.FILE.read_text() == openapi.description(), again


def test_it_is_served(browser):
    assert browser.get("/api/openapi.json").json() == json.loads(openapi.description())


def test_every_address_is_described_and_every_method_answered(city, browser):
    for each in urlpatterns:
        if str(each.pattern) not in HERE:
            assert calls_of(each.callback), each.pattern
    methods = {"GET", "POST", "DELETE", "PUT", "PATCH"}
    for path, calls in json.loads(openapi.description())["paths"].items():
        address = path.replace("{reference}", "HL-1").replace("{seal_id}", "00" * 16)
        address = address.replace("{service}", "hunting-licence")
        resolve(address)
        for method in methods - {each.upper() for each in calls}:
            assert browser.generic(method, address).status_code in (401, 405), (method, address)


def test_the_desk_s_page_names_the_same_calls():
    page = (ROOT / "docs" / "protocol" / "desk.md").read_text()
    described = json.loads(openapi.description())["paths"]
    for path in described:
        if path.startswith(("/api/officers", "/api/cases", "/api/photos")):
            name = path.replace("{reference}", "REFERENCE").replace("{seal_id}", "SEAL-ID")
            assert f"{name}`" in page or f"{name}?" in page or f"{name} " in page, name


def test_what_is_referred_to_is_there():
    described = json.loads(openapi.description())
    names = set(described["components"]["schemas"])
    text = Path(openapi.FILE).read_text()
    used = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert used <= names
    assert "Problem" in used
