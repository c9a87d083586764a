"""The operator's console: by link alone, changes nothing, shows files as they are now, no photo."""

import pytest
from django.conf import settings
from django.test import Client
from django.test.utils import override_settings

from habeas.portal import catalogue
from habeas.portal.operator.doors import doors
from habeas.portal.register import seen
from habeas.portal.site.folder import SAMPLE_CATALOGUE
from habeas.portal.webhooks import endpoints, sending
from habeas.portal.webhooks.addresses import ReceiverError
from habeas.portal.webhooks.models import WebhookEndpoint, WebhookMessage
from habeas.portal.webhooks.signing import secret_of
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
    assert browser.post("/operator/webhooks/forms/test/").status_code in (403, 404)


@pytest.fixture
def receiver(operator, monkeypatch):
    """A receiver of the city's, and how it answers: a status, or an error."""
    url = "https://forms.city.example/webhooks"
    WebhookEndpoint.objects.create(name="forms", url=url, events=["photo.withdrawn"], salt="00")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.city.example:3128")
    answers = {"forms": 204}

    def send(endpoint, _identity, _body):
        said = answers[endpoint.name]
        if isinstance(said, int):
            return said
        raise said

    monkeypatch.setattr(endpoints, "send", send)
    return answers


def test_who_is_called_is_shown_without_any_secret(operator, receiver):
    endpoint = WebhookEndpoint.objects.get()
    WebhookMessage.objects.create(endpoint=endpoint, body="{}")
    page = operator.get("/operator/webhooks/").content.decode()
    for said in (endpoint.url, "a photo was withdrawn", "1 message", "http://proxy.city.example"):
        assert said in page
    assert "Nothing was sent to it" in page
    assert secret_of(endpoint).removeprefix("whsec_") not in page


@pytest.mark.parametrize(
    ("status", "error", "said"),
    [
        (204, None, "confirmed<"),
        (None, None, "no answer"),
        (500, None, "it answered 500"),
        (410, sending.GoneError, "wants no more messages"),
        (None, ReceiverError, "is not allowed"),
    ],
)
def test_a_test_is_sent_and_how_it_ended_is_said(operator, receiver, status, error, said):
    if status != 204:
        receiver["forms"] = failed = (error or sending.NotConfirmedError)("Not now.", "Wait.")
        if error is None:
            failed.answered = status
    answer = operator.post("/operator/webhooks/forms/test/", follow=True)
    assert [code for _, code in answer.redirect_chain] == [302]
    page = answer.content.decode()
    assert page.count(said) == 2, "in the notice, and among the day's deliveries"
    assert "a test" in page
    # The address without what was said, and what somebody else has made up, say nothing of it.
    for query in ("", "?said=forged"):
        assert operator.get(f"/operator/webhooks/{query}").content.decode().count(said) == 1


def test_a_receiver_that_is_not_there_is_said(operator, receiver):
    answer = operator.post("/operator/webhooks/nobody/test/", follow=True)
    assert "no receiver" in answer.content.decode()


def test_an_unusable_proxy_is_said_beside_the_receivers(operator, receiver, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "socks9://:x")
    assert "cannot be used" in operator.get("/operator/webhooks/").content.decode()


def test_what_is_sent_needs_the_console_s_own_page(operator, receiver):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = operator.cookies
    assert strict.post("/operator/webhooks/forms/test/").status_code == 403
