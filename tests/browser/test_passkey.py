"""An officer makes a passkey in a browser and signs in with it: a portal's process, Chromium's
own authenticator."""

import re
import subprocess
import sys

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.seen import says
from tests.browser.visitor import Visitor
from tests.service.portal.test_commands import Portal as Made
from tests.service.tlog.servers import free_ports
from tests.waiting import ready

pytestmark = pytest.mark.browser
AUTHENTICATOR = {
    "protocol": "ctap2", "ctap2Version": "ctap2_1", "transport": "internal",
    "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True,
    "automaticPresenceSimulation": True,
}  # fmt: skip


class Portal:
    """A portal that serves people, as far as an address of this machine does."""

    def __init__(self, folder):
        (port,) = free_ports(1)
        self.url = f"http://localhost:{port}"
        self._made = Made(folder)
        assert self._made.init(self.url).returncode == 0
        assert self._made.agree().returncode == 0
        command = [sys.executable, "-m", "habeas.cli", "portal", "serve", "--port", str(port)]
        self.process = subprocess.Popen([*command, "--data", str(self._made.data)])
        ready(self.process, self.answers, "the portal")

    def habeas(self, *arguments):
        done = self._made(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def answers(self):
        try:
            return httpx.get(f"{self.url}/livez", trust_env=False)
        except httpx.HTTPError:
            return None


@pytest.fixture(scope="module")
def portal(tmp_path_factory):
    portal = Portal(tmp_path_factory.mktemp("passkey"))
    yield portal
    portal.process.terminate()
    portal.process.wait()


def test_a_passkey_of_another_portal_is_refused_in_words(chromium, axe, portal):
    visitor = Visitor(chromium, axe, "phone", "en", "officers")
    page = visitor.page
    tools = visitor.profile.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    link = portal.habeas("officers", "add", "s.stranger", "--office", "parks-department")
    page.goto(link)
    page.click("[data-passkey] button")
    # The page of the invitation names her as well, and gone too early it makes no passkey.
    page.wait_for_selector("[data-passkey]", state="detached")
    page.wait_for_selector("main >> text=s.stranger >> nth=0")
    portal.habeas("officers", "invite", "s.stranger", "--replace")
    page.goto(f"{portal.url}/desk/cameras/")
    page.click("[data-passkey] button")
    page.wait_for_selector("[data-problem]:not([hidden])")
    says(page, "[data-problem]", "does not open this portal")
    visitor.look("refused")
    visitor.close()


@pytest.mark.parametrize(("width", "locale"), [("phone", "ru"), ("desktop", "en")])
def test_an_officer_makes_a_passkey_and_signs_in(chromium, axe, portal, width, locale):
    visitor = Visitor(chromium, axe, width, locale, "officers")
    page = visitor.page
    tools = visitor.profile.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    name = f"o.petrova.{width}"
    link = portal.habeas("officers", "add", name, "--office", "parks-department")

    page.goto(f"{portal.url}/desk/sign-in/")
    visitor.look("sign-in")

    page.goto(link)
    page.wait_for_selector(f"[data-invited] >> text={name}")
    visitor.look("new-passkey")
    page.click("[data-passkey] button")
    page.wait_for_selector("[data-passkey]", state="detached")
    page.wait_for_selector(f"main >> text={name}")
    page.click("main form button >> nth=0")
    page.wait_for_selector("[data-passkey]")

    page.goto(f"{portal.url}/desk/cameras/")
    expect(page).to_have_url(re.compile("next="))
    page.click("[data-passkey] button")
    page.wait_for_selector(f"main >> text={name}")

    page.goto(link)
    page.wait_for_selector("[data-problem]:not([hidden])")
    visitor.look("used-invitation")
    expect(page.locator("[data-passkey] button")).to_be_disabled()
    visitor.close()
