"""Officers sign in at an identity provider: a real one, and a portal's real pages, over HTTP.

The portal is asked through Django's test client, whose cookies are a browser's; the provider is
django-oauth-toolkit's, as a process.
"""

import contextlib
import json
import os
import subprocess
import sys
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from habeas.portal.site.configuration import OpenIdConnect
from tests.places import ROOT
from tests.service.tlog.servers import free_ports
from tests.unit.portal.authenticator import Authenticator
from tests.unit.portal.officers import make, sign
from tests.waiting import ready

SECRET = "the portal's secret at the provider"
PORTAL = "https://photos.city.example"
_MAKE = """
import os, django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.contrib.auth.models import User
from oauth2_provider.models import Application
for name in ("o.petrova", "stranger"):
    User.objects.create_user(name, password="a-password")
Application.objects.create(
    client_id="portal", client_secret=os.environ["CLIENT_SECRET"], client_type="confidential",
    authorization_grant_type="authorization-code", skip_authorization=True, algorithm="RS256",
    redirect_uris="https://photos.city.example/desk/sign-in/oidc/back/",
)
"""


class Provider:
    """The provider, and a browser that is signed in there as nobody yet."""

    def __init__(self, folder):
        self.folder = folder
        (port,) = free_ports(1)
        self.url = f"http://127.0.0.1:{port}"
        self.new_key()
        self.claims(amr=["pwd", "otp"])
        self._environment = environment = {
            **os.environ, "PROVIDER": str(folder), "CLIENT_SECRET": SECRET,
            "DJANGO_SETTINGS_MODULE": "tests.service.officers.provider.settings",
        }  # fmt: skip
        python = [sys.executable, "-W", "ignore"]
        subprocess.run([*python, "-c", _MAKE], check=True, env=environment, cwd=ROOT)
        self.start()

    def new_key(self):
        key = rsa.generate_private_key(65537, 2048)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (self.folder / "key.pem").write_bytes(pem)

    def start(self):
        address = self.url.removeprefix("http://")
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "django", "runserver", "--noreload", address],
            env=self._environment, cwd=ROOT, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        ready(self.process, self.answers, "the provider")

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def rotate(self):
        """Sign with a new key; what was signed with the one before stays valid for now."""
        self.stop()
        for each in self.folder.glob("key-*.pem"):
            each.unlink()
        (self.folder / "key.pem").rename(self.folder / "key-before.pem")
        self.new_key()
        self.start()

    def keys(self):
        answer = httpx.get(f"{self.url}/o/.well-known/jwks.json", trust_env=False)
        return {each["kid"] for each in answer.json()["keys"]}

    def answers(self):
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(f"{self.url}/login/", trust_env=False)

    def claims(self, **said):
        (self.folder / "claims.json").write_text(json.dumps(said))

    def sign_in(self, address, name="o.petrova"):
        """Follow *address* to the provider, sign in there; gives the address to come back to."""
        with httpx.Client(trust_env=False, base_url=self.url) as browser:
            form = browser.get(address).headers["location"]
            said = {"username": name, "password": "a-password"}
            answer = browser.post(form, data=said)
            return browser.get(answer.headers["location"]).headers["location"]


@pytest.fixture(scope="module")
def provider(tmp_path_factory):
    provider = Provider(tmp_path_factory.mktemp("provider"))
    yield provider
    provider.stop()


@pytest.fixture
def portal(provider, city, browser, monkeypatch, tmp_path):
    from django.conf import settings

    from habeas.portal.officers import accounts
    from habeas.portal.site.folder import Site

    secret = tmp_path / "secret"
    secret.write_text(SECRET)
    secret.chmod(0o600)
    said = OpenIdConnect(
        issuer=f"{provider.url}/o", client_id="portal", client_secret={"file": str(secret)},
        name="City", acr=("urn:city:two",),
    )  # fmt: skip
    monkeypatch.setattr(settings, "OIDC", said)
    monkeypatch.setattr(settings, "SITE", Site(portal=PORTAL))
    provider.claims(amr=["pwd", "otp"])
    accounts.add("o.petrova", "licensing-office")
    return browser


def begin(portal):
    answer = portal.post("/desk/sign-in/oidc/", {"next": "/desk/cameras/"})
    assert answer.status_code == 302
    return answer.headers["location"]


def back(portal, address):
    """The way back: the page that other sites' links lead to, and what it asks for."""
    parts = urlsplit(address)
    page = portal.get(f"{parts.path}?{parts.query}")
    assert page.status_code == 200
    assert 'http-equiv="refresh"' in page.content.decode()
    return portal.get(f"/desk/sign-in/oidc/done/?{parts.query}")


def denials():
    from habeas.portal.officers import audit

    return [each.because for each in audit.lines() if each.act == "denied"]


def test_an_officer_signs_in_at_the_provider(portal, provider):
    assert "City" in portal.get("/desk/sign-in/").content.decode()
    address = begin(portal)
    asked = parse_qs(urlsplit(address).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["acr_values"] == ["urn:city:two"]
    answer = back(portal, provider.sign_in(address))
    assert answer.headers["location"] == "/desk/cameras/"
    assert portal.get("/desk/cameras/").status_code == 200
    from habeas.portal.officers import audit

    assert [(each.act, each.how) for each in audit.lines()][-1] == ("signed-in", "oidc")


def test_a_class_that_means_two_factors_counts_as_well(portal, provider):
    provider.claims(acr="urn:city:two")
    assert back(portal, provider.sign_in(begin(portal))).status_code == 302


@pytest.mark.parametrize("claims", [{"amr": ["pwd"]}, {}, {"acr": "1"}, {"amr": "otp"}])
def test_a_password_alone_is_denied(portal, provider, claims):
    provider.claims(**claims)
    assert back(portal, provider.sign_in(begin(portal))).status_code == 403
    assert denials() == ["oidc-one-factor"]
    assert portal.get("/desk/cameras/").status_code == 302


@pytest.mark.parametrize("at", [0, None, "now", True])
def test_who_signed_in_there_too_long_ago_is_denied(portal, provider, at):
    address = begin(portal)
    assert parse_qs(urlsplit(address).query)["max_age"] == [str(8 * 3600)]
    provider.claims(amr=["otp"], auth_time=at)
    assert back(portal, provider.sign_in(address)).status_code == 403
    assert denials() == ["oidc-too-long-ago"]


def test_somebody_without_an_account_is_denied(portal, provider):
    assert back(portal, provider.sign_in(begin(portal), "stranger")).status_code == 403
    assert denials() == ["oidc-no-account"]


def test_a_disabled_officer_is_denied(portal, provider):
    from habeas.portal.officers import accounts

    accounts.disable("o.petrova")
    assert back(portal, provider.sign_in(begin(portal))).status_code == 403
    assert denials() == ["disabled"]


def test_a_name_that_the_provider_gives_to_somebody_else_opens_nothing(portal, provider):
    assert back(portal, provider.sign_in(begin(portal))).status_code == 302
    portal.post("/desk/sign-out/")
    assert back(portal, provider.sign_in(begin(portal))).status_code == 302, "the same person again"
    portal.post("/desk/sign-out/")
    provider.claims(amr=["otp"], preferred_username="o.petrova")
    answer = back(portal, provider.sign_in(begin(portal), "stranger"))
    assert answer.status_code == 403
    assert denials() == ["oidc-other-person"]
    assert portal.get("/desk/cameras/").status_code == 302
    # Whoever runs the portal has looked, and lets the new person in; not the one before.
    accounts_of().disable("o.petrova")
    accounts_of().enable("o.petrova")
    assert back(portal, provider.sign_in(begin(portal), "stranger")).status_code == 302
    portal.post("/desk/sign-out/")
    assert back(portal, provider.sign_in(begin(portal))).status_code == 403
    assert denials()[1:] == ["oidc-other-person"]


@pytest.mark.parametrize("subject", ["", "x" * 256, 7, None, ["a"]])
def test_nobody_comes_without_a_subject(portal, provider, subject):
    provider.claims(amr=["otp"], sub=subject)
    assert back(portal, provider.sign_in(begin(portal))).status_code == 403
    assert denials() == ["oidc-token"]


def test_another_provider_has_subjects_of_its_own(portal, provider):
    from habeas.portal.officers.models import Officer

    Officer.objects.update(issuer="https://before.example", person="0" * 64)
    assert back(portal, provider.sign_in(begin(portal))).status_code == 302
    (officer,) = Officer.objects.all()
    assert officer.issuer == f"{provider.url}/o"
    assert officer.person != "0" * 64


def test_a_code_counts_once_and_only_where_it_was_asked_for(portal, provider):
    address = provider.sign_in(begin(portal))
    assert back(portal, address).status_code == 302
    portal.post("/desk/sign-out/")
    assert back(portal, address).status_code == 403
    begin(portal)
    assert back(portal, address).status_code == 403
    assert denials() == ["oidc-state", "oidc-state"]


def test_a_stolen_code_is_of_no_use_in_another_session(portal, provider):
    stolen = parse_qs(urlsplit(provider.sign_in(begin(portal))).query)["code"][0]
    state = parse_qs(urlsplit(begin(portal)).query)["state"][0]
    assert back(portal, f"{PORTAL}/desk/sign-in/oidc/back/?code={stolen}&state={state}").status_code
    assert denials() == ["oidc-token"], "PKCE: it belongs to another verifier"


@pytest.mark.parametrize(
    ("change", "because"),
    [
        ({"nonce": "another"}, "oidc-token"),
        ({"aud": ["portal", "other"], "azp": "other"}, "oidc-token"),
        ({"aud": "other"}, "oidc-token"),
        ({"iss": "https://other.example"}, "oidc-token"),
        ({"exp": 1}, "oidc-token"),
    ],
)
def test_a_token_for_another_purpose_is_denied(portal, provider, change, because):
    provider.claims(amr=["otp"], **change)
    assert back(portal, provider.sign_in(begin(portal))).status_code == 403
    assert denials() == [because]


def test_who_comes_back_with_an_error_is_denied(portal):
    address = begin(portal)
    state = parse_qs(urlsplit(address).query)["state"][0]
    answer = back(portal, f"{PORTAL}/desk/sign-in/oidc/back/?error=access_denied&state={state}")
    assert answer.status_code == 403
    assert denials() == ["oidc-refused"]


def test_a_provider_that_is_away_is_told(portal, monkeypatch):
    from django.conf import settings

    said = settings.OIDC.model_copy(update={"issuer": f"http://127.0.0.1:{free_ports(1)[0]}"})
    monkeypatch.setattr(settings, "OIDC", said)
    answer = portal.post("/desk/sign-in/oidc/")
    assert "does not answer" in answer.content.decode()
    assert portal.get("/desk/sign-in/").status_code == 200


def test_the_provider_rotates_its_keys_while_officers_work(portal, provider):
    before = provider.keys()
    assert back(portal, provider.sign_in(begin(portal))).status_code == 302
    provider.rotate()
    assert len(provider.keys() - before) == 1
    # Who is in works on; whoever comes next is let in on the new key, at once and again.
    assert portal.get("/desk/cameras/").status_code == 200
    for _ in range(2):
        portal.post("/desk/sign-out/")
        assert portal.get("/desk/cameras/").status_code == 302
        begun = begin(portal)
        provider.rotate()  # in the middle of a sign-in, too
        assert back(portal, provider.sign_in(begun)).headers["location"] == "/desk/cameras/"
    assert not before & provider.keys(), "the first key has gone altogether"
    assert denials() == []


def test_a_key_that_the_provider_does_not_publish_signs_nobody_in(portal, provider):
    """As somebody would who has an old key of the provider, and stands between."""
    address = provider.sign_in(begin(portal))
    stolen = (provider.folder / "key.pem").read_bytes()
    provider.rotate()
    provider.rotate()
    published = httpx.get(f"{provider.url}/o/.well-known/jwks.json", trust_env=False).json()
    provider.stop()
    newest = (provider.folder / "key.pem").read_bytes()
    (provider.folder / "key.pem").write_bytes(stolen)
    (provider.folder / "published.json").write_text(json.dumps(published))
    try:
        provider.start()
        assert back(portal, address).status_code == 403
        assert denials() == ["oidc-token"]
    finally:
        provider.stop()
        (provider.folder / "published.json").unlink()
        (provider.folder / "key.pem").write_bytes(newest)
        provider.start()


def test_while_the_provider_is_away_it_is_said_and_passkeys_go_on(portal, provider):
    device = Authenticator(PORTAL)
    assert make(portal, accounts_of().invite("o.petrova").removeprefix(PORTAL), device)
    portal.post("/desk/sign-out/")
    address = provider.sign_in(begin(portal))
    provider.stop()
    try:
        # In the middle of a sign-in, and at its beginning.
        for answer in (back(portal, address), portal.post("/desk/sign-in/oidc/")):
            page = answer.content.decode()
            assert "The identity provider does not answer." in page
            assert "Try again in a minute." in page
        assert denials() == ["oidc-away"], "only who came back was turned away"
        assert portal.get("/desk/sign-in/").status_code == 200
        assert sign(portal, device).json() == {"next": "/desk/cameras/"}
        assert portal.get("/desk/cameras/").status_code == 200
    finally:
        provider.start()
    portal.post("/desk/sign-out/")
    assert back(portal, provider.sign_in(begin(portal))).status_code == 302


def accounts_of():
    from habeas.portal.officers import accounts

    return accounts
