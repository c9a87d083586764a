"""The operator's console: by link alone, changes nothing, shows files as they are now, no photo."""

import pytest
from django.conf import settings
from django.test import Client
from django.test.utils import override_settings

from habeas.portal import catalogue
from habeas.portal.operator.doors import doors
from habeas.portal.register import seen
from habeas.portal.site.folder import SAMPLE_CATALOGUE
from tests.unit.protocol import world

CONSOLE = {
    "ROOT_URLCONF": "habeas.portal.operator.urls",
    "MIDDLEWARE": [*settings.MIDDLEWARE, "habeas.portal.operator.doors.SignedIn"],
}


@pytest.fixture
def files(tmp_path, monkeypatch):
    """A catalogue of its own, which may be edited."""
    folder = tmp_path / "services"
    folder.mkdir()
    for each in SAMPLE_CATALOGUE.glob("*.toml"):
        (folder / each.name).write_bytes(each.read_bytes())
    monkeypatch.setattr(settings, "SERVICES", folder)
    yield folder
    monkeypatch.undo()
    catalogue.catalogue.cache_clear()


@pytest.fixture
def operator(city, files):
    with override_settings(**CONSOLE):
        browser = Client()
        answer = browser.get(f"/operator/?link={doors().link()}", follow=True)
        assert answer.status_code == 200
        yield browser


def test_health_and_circle_are_shown(city, operator):
    assert operator.get("/operator/").content.decode().count("not known") == 4
    city.panel.clients[0].away = True
    seen.look()
    page = operator.get("/operator/").content.decode()
    assert city.copy.chain.newest.digest in page
    assert page.count(world.TRUSTEES[0].name) >= 1
    assert page.count("does not answer") == 1
    assert "Something needs you" in page, "no worker has run in this test"


def test_services_are_shown_as_their_files_are_now(operator, files):
    assert "Apply for a hunting licence" in operator.get("/operator/services/").content.decode()
    file = files / "hunting-licence.toml"
    file.write_text(file.read_text().replace("Apply for a hunting licence", "Ask for a bow"))
    assert "Ask for a bow" in operator.get("/operator/services/").content.decode()
    assert "Ask for a bow" in operator.get("/apply/hunting-licence/").content.decode()
    file.write_text("prefix = 1")
    page = operator.get("/operator/services/").content.decode()
    assert "<strong>hunting-licence.toml:1</strong>" in page
    assert "pydantic" not in page, "what is wrong is said in words"


def test_offices_are_shown_beside_the_circle(operator):
    page = operator.get("/operator/offices/").content.decode()
    assert "https://desk.example" in page
    assert "Ministry of the Interior" in page
    assert "no list yet" in page


@pytest.mark.usefixtures("city", "files")
def test_nobody_gets_in_without_a_link():
    with override_settings(**CONSOLE):
        for path in ("/operator/", "/operator/services/", "/apply/hunting-licence/", "/register/"):
            assert Client().get(path).status_code == 401
        assert Client().get("/operator/?link=1000.ab").status_code == 401


def test_a_preview_sends_nothing_and_the_portal_has_no_console(operator, browser):
    assert operator.post("/apply/hunting-licence/details/", {}).status_code == 405
    assert operator.post("/api/cases/HL-1/decision", {}).status_code == 405
    with override_settings(ROOT_URLCONF="habeas.portal.site.urls"):
        assert Client().get("/operator/").status_code in (401, 404)


def test_the_public_portal_has_no_such_address(city, browser):
    assert browser.get("/operator/").status_code == 404
