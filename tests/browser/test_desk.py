"""The officers' desk in Chromium: an office's static files, and a portal."""

from __future__ import annotations

import base64
import io
import json
import secrets
import socket
import threading
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from PIL import Image

from habeas.faces import assets
from habeas.office import keys as office_keys
from habeas.office import publish
from habeas.office.folder import OfficeFolder, OfficeName, Settings
from habeas.office.keys import OfficeError
from habeas.office.serving import make_app
from habeas.portrait import check
from habeas.protocol.office import seal_pointer
from habeas.protocol.seal import pointer_of
from tests.browser.conftest import RULES
from tests.browser.desk_portal import ANSWERS, DeskPortal
from tests.places import ROOT
from tests.unit.protocol import world

pytestmark = pytest.mark.browser
SHOTS = ROOT / "build" / "screenshots"
SIZES = {"desktop": {"width": 1200, "height": 900}, "phone": {"width": 390, "height": 844}}
PASSPHRASE = "верный конь é"
LABEL = "Officer 1"

AUTHENTICATOR = {
    "protocol": "ctap2", "ctap2Version": "ctap2_1", "transport": "internal",
    "hasResidentKey": True, "hasUserVerification": True, "hasPrf": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


@pytest.fixture(scope="module")
def photo():
    return check(assets.path("astronaut.png").read_bytes()).upright


@dataclass
class Place:
    """An office with its desk on an origin of its own, and the portal behind it."""

    office: OfficeFolder
    keys: Any
    portal: DeskPortal
    files: Path
    origin: str

    def keys_public(self):
        return base64.b64decode(self.keys.encryption_key)

    def publish(self):
        publish.publish(self.office, self.portal.note, self.files)


@pytest.fixture
def place(tmp_path, photo):
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        origin = f"http://localhost:{listening.getsockname()[1]}"
        settings = Settings(
            office=world.OFFICE, name=OfficeName(en="Licensing office", ru="Отдел лицензий"),
            rp_id="localhost", origins=(origin,), portal="http://localhost:1",
        )  # fmt: skip
        office = OfficeFolder.create(tmp_path / "office", settings)
        keys = office_keys.create(office.folder, world.OFFICE, PASSPHRASE, secrets.token_bytes)
        # As other keyboards write it: with a combining accent.
        typed = unicodedata.normalize("NFD", PASSPHRASE)
        publish.enrol(office, keys, LABEL, typed, world.DAY, secrets.token_bytes)
        portal = DeskPortal(office, keys, origin, photo)
        url = portal.start()
        toml = office.folder / "office.toml"
        toml.write_text(toml.read_text().replace("http://localhost:1", url))
        found = Place(OfficeFolder(office.folder), keys, portal, tmp_path / "files", origin)
        found.publish()
        config = uvicorn.Config(make_app(found.files, url), log_level="warning")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        yield found
        server.should_exit = True
        thread.join()
        portal.stop()


class Desk:
    """An officer's browser, which looks at each view."""

    def __init__(self, chromium, place, axe, width="desktop", locale="en"):
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.profile = chromium.new_context(viewport=SIZES[width], locale=locale)
        self.page = self.profile.new_page()
        self.page.set_default_timeout(20_000)
        self.problems = []
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("console", self._console)
        self._axe, self._width, self._locale, self._place = axe, width, locale, place

    def _console(self, message):
        # A refusal answers 4xx: Chromium reports every such status as an error.
        if message.type == "error" and "status of 4" not in message.text:
            self.problems.append(message.text)

    def look(self, name):
        shot = f"{self._width}-{self._locale}-desk-{name}.png"
        self.page.screenshot(path=SHOTS / shot, full_page=True)
        wide = self.page.evaluate("document.documentElement.scrollWidth > innerWidth + 1")
        assert not wide, f"{name} scrolls sideways"
        if self._axe:
            self.page.evaluate(self._axe)
            found = self.page.evaluate(
                """async rules => (await axe.run(document, { runOnly: rules })).violations.map(
                    v => `${v.id}: ${v.nodes.map(n => n.target).join(" ")}`)""",
                RULES,
            )
            assert not found, f"{name}: {found}"

    def sign_in(self, label=LABEL, passphrase=PASSPHRASE):
        self.page.goto(self._place.origin + "/")
        self.page.fill("#label", label)
        self.page.click("form button")
        if passphrase:
            self.page.wait_for_selector("#passphrase:visible")
            self.look("sign-in")
            self.page.fill("#passphrase", passphrase)
            self.page.click("form button")

    def ask(self, reason="Is this the applicant?"):
        self.page.wait_for_selector("table a")
        self.page.click("table a")
        self.page.click("[data-photo] a")
        self.page.wait_for_selector("#reason")
        self.page.fill("#reason", reason)
        self.look("ask")
        self.page.click("#open-form button")

    def problem(self):
        self.page.wait_for_selector(".govuk-error-summary")
        return self.page.inner_text(".govuk-error-summary")

    def pixels(self):
        return self.page.evaluate(
            """() => { const c = document.querySelector("#view canvas");
                const p = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
                return new Set(p).size; }"""
        )

    def close(self):
        assert not self.problems
        self.profile.close()


@pytest.mark.parametrize(("width", "locale"), [("desktop", "en"), ("phone", "ru")])
def test_from_signing_in_to_the_decision(chromium, place, axe, width, locale):
    desk = Desk(chromium, place, axe, width, locale)
    desk.sign_in()
    desk.page.wait_for_selector("table a")
    desk.look("queue")
    desk.ask()
    desk.page.wait_for_selector("#view:not([hidden])")
    assert desk.pixels() > 50  # a picture, not an empty canvas
    desk.look("view")
    (request,) = place.portal.opened
    assert (request.purpose, request.reason) == ("decide-application", "Is this the applicant?")
    desk.page.click("#view button")
    desk.page.wait_for_selector("#over:not([hidden])")
    assert desk.page.evaluate("document.querySelector('#view canvas').width") == 1
    desk.look("closed")
    desk.page.click("#over a")
    desk.page.wait_for_selector("[data-decision]:not([hidden])")
    assert ANSWERS["full_name"] in desk.page.inner_text("dl")
    desk.look("case")
    desk.page.click("[data-decision] [value=declined]")
    desk.page.wait_for_selector("[data-decision]", state="hidden")
    assert place.portal.state == "declined"
    assert place.portal.closed == place.portal.sealed.promise.seal_id
    desk.look("decided")
    desk.page.click("#officer button")
    desk.page.wait_for_selector("#label")
    desk.close()


def test_who_is_not_on_the_list_or_types_another_passphrase(chromium, place, axe):
    desk = Desk(chromium, place, axe)
    desk.sign_in("Officer 2", "")
    assert "no officer of this name" in desk.problem()
    desk.look("unknown")
    desk.sign_in(passphrase="another passphrase")
    assert "does not open" in desk.problem()
    desk.close()


def test_a_refusal_is_shown_with_its_entry(chromium, place, axe):
    place.portal.refusal = {
        "code": "withdrawn", "detail": "The applicant has withdrawn the photo.", "status": 403,
        "remedy": "Decide without it.", "index": 23,
    }  # fmt: skip
    desk = Desk(chromium, place, axe, "phone")
    desk.sign_in()
    desk.ask()
    said = desk.problem()
    assert "withdrawn the photo" in said
    assert "Decide without it." in said
    assert "#23" in said
    desk.look("refused")
    desk.close()


@pytest.mark.parametrize("how", ["another case's pointer", "another photo for the pointer"])
def test_another_photo_under_a_case_is_never_asked_for(chromium, place, axe, photo, how):
    """Finding 14: an honest officer's finger opens nothing but the photo of the case."""
    other = DeskPortal(place.office, place.keys, place.origin, photo)
    if how == "another case's pointer":
        pointer = pointer_of(other.sealed.promise, "HL-2027-000002", other.secrets)
        place.portal.pointer = seal_pointer(place.keys_public(), pointer)
    else:
        place.portal.shown = other.sealed.promise
    desk = Desk(chromium, place, axe)
    desk.sign_in()
    desk.page.wait_for_selector("table a")
    desk.page.click("table a")
    desk.page.click("[data-photo] a")
    said = desk.problem()
    assert "belongs to another case" in said or "does not open" in said
    assert desk.page.locator("#open-form").count() == 0
    assert not place.portal.opened
    desk.close()


def test_a_sealed_file_that_is_no_photo(chromium, place, axe):
    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "PNG")
    hostile = DeskPortal(place.office, place.keys, place.origin, out.getvalue())
    place.portal.sealed, place.portal.secrets = hostile.sealed, hostile.secrets
    desk = Desk(chromium, place, axe)
    desk.sign_in()
    desk.ask()
    assert "no photo that can be shown" in desk.problem()
    assert desk.page.is_hidden("#view")
    desk.look("unreadable")
    desk.page.click("#unreadable button")
    desk.page.wait_for_selector("#asked-again:not([hidden])")
    assert place.portal.unreadable == [17]
    assert place.portal.closed == hostile.sealed.promise.seal_id
    desk.look("asked-again")
    desk.close()


def test_the_worker_that_decodes_has_no_network(chromium, place):
    decoder = chromium.new_context().request.get(place.origin + "/decoder.js")
    assert decoder.headers["content-security-policy"] == "default-src 'none'"


def test_an_officer_takes_an_authenticator_into_use(chromium, place, axe, tmp_path):
    desk = Desk(chromium, place, axe, "phone")
    tools = desk.profile.new_cdp_session(desk.page)
    tools.send("WebAuthn.enable")
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    desk.sign_in()
    desk.page.click("[data-authenticator]")
    desk.page.wait_for_selector("main #passphrase")
    desk.look("authenticator")
    desk.page.fill("#passphrase", PASSPHRASE)
    desk.page.click("main form button")
    desk.page.wait_for_selector("[data-file]:not([hidden])")
    desk.look("authenticator-made")
    with desk.page.expect_download() as download:
        desk.page.click("[data-file] a")
    file = tmp_path / "enrolment.json"
    download.value.save_as(file)
    credential, _ = publish.admit(
        place.office, place.keys, json.loads(file.read_bytes()), world.DAY, secrets.token_bytes
    )
    place.publish()

    desk.page.click("#officer button")
    desk.sign_in(f"{LABEL}-key", "")
    desk.ask()
    desk.page.wait_for_selector("#view:not([hidden])")
    assert desk.pixels() > 50
    assert place.portal.opened[0].credential == credential.id
    desk.close()


def test_only_an_enrolment_made_at_this_desk_is_admitted(place):
    with pytest.raises(OfficeError):
        publish.admit(place.office, place.keys, {}, world.DAY, secrets.token_bytes)
