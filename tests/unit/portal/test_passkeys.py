"""Officers sign in by passkey: an invitation makes one, and only its authenticator opens."""

import time
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from habeas.portal.officers import accounts, audit
from habeas.portal.officers.models import Enrolment, Passkey
from habeas.portal.site.folder import Site
from tests.unit.portal.authenticator import Authenticator
from tests.unit.portal.officers import invited, make, post, sign

PORTAL = "https://photos.city.example"


@pytest.fixture(autouse=True)
def _serves_people(monkeypatch):
    monkeypatch.setattr(settings, "SITE", Site(portal=PORTAL))


@pytest.fixture
def link(city):
    accounts.add("o.petrova", "licensing-office")
    return accounts.invite("o.petrova").removeprefix(PORTAL)


def denials():
    return [each.because for each in audit.lines() if each.act == "denied"]


@pytest.fixture
def device(browser, link):
    """Of an officer who has made a passkey, and signed out."""
    device = Authenticator(PORTAL)
    assert make(browser, link, device).json() == {"next": "/desk/cameras/"}
    browser.post("/desk/sign-out/")
    return device


def test_an_invitation_makes_a_passkey_and_signs_in(browser, link):
    assert browser.get(link).status_code == 200
    assert invited(browser, link).json() == {"name": "o.petrova"}
    assert make(browser, link, Authenticator(PORTAL)).status_code == 200
    assert browser.get("/desk/cameras/").status_code == 200
    assert [each.act for each in audit.lines()][-2:] == ["enrolled", "signed-in"]


def test_an_invitation_is_used_once(browser, link, device):
    assert invited(browser, link).status_code == 403
    path, token = link.split("#")
    assert post(browser, f"{path}options/", {"token": token}).status_code == 403
    assert not Enrolment.objects.exists()


def test_an_invitation_ends(browser, link):
    Enrolment.objects.update(ends=timezone.now() - timedelta(seconds=1))
    assert invited(browser, link).status_code == 403


def test_an_invitation_of_whoever_was_disabled_ends(browser, link):
    accounts.disable("o.petrova")
    assert invited(browser, link).status_code == 403


def test_an_invitation_s_token_is_in_no_address_that_a_browser_sends(browser, link):
    sent, token = link.split("#")
    assert sent == "/desk/sign-in/passkey/new/"
    assert len(token) > 40
    assert browser.get(f"{sent}{token}/").status_code == 404


def test_a_token_is_kept_as_a_hash(link):
    token = link.partition("#")[2]
    (kept,) = Enrolment.objects.all()
    assert token not in str(vars(kept))


def test_signing_out_clears_what_the_browser_has_kept(browser, device):
    sign(browser, device)
    assert browser.post("/desk/sign-out/")["Clear-Site-Data"] == '"cache"'


def test_the_passkey_signs_in(browser, device):
    assert browser.get("/desk/cameras/").status_code == 302
    assert sign(browser, device, "?next=/desk/cameras/x/").json() == {"next": "/desk/cameras/x/"}
    assert browser.get("/desk/cameras/").status_code == 200
    assert audit.lines()[-1].how == "passkey"


@pytest.mark.parametrize("away", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_nobody_is_sent_to_another_site(browser, device, away):
    assert sign(browser, device, f"?next={away}").json() == {"next": "/desk/cameras/"}


def test_an_answer_counts_once(browser, device):
    options = post(browser, "/desk/sign-in/passkey/options/").json()
    said = device.sign(options)
    assert post(browser, "/desk/sign-in/passkey/", said).status_code == 200
    assert post(browser, "/desk/sign-in/passkey/", said).status_code != 200


def test_an_answer_that_comes_late_counts_nothing(browser, device, monkeypatch):
    said = device.sign(post(browser, "/desk/sign-in/passkey/options/").json())
    now = time.time()  # noqa: TID251 - what the portal's own clock is moved from
    monkeypatch.setattr("habeas.portal.officers.views.time.time", lambda: now + 601)
    late = post(browser, "/desk/sign-in/passkey/", said)
    assert (late.status_code, late.json()["code"]) == (400, "sign-in-not-begun")


def test_an_answer_to_another_challenge_counts_nothing(browser, device):
    first = post(browser, "/desk/sign-in/passkey/options/").json()
    post(browser, "/desk/sign-in/passkey/options/")
    assert post(browser, "/desk/sign-in/passkey/", device.sign(first)).status_code == 403
    assert denials() == ["passkey-signature"]


def test_a_stranger_s_passkey_opens_nothing(browser, device):
    assert sign(browser, Authenticator(PORTAL)).status_code == 403
    assert denials() == ["passkey-unknown"]


@pytest.mark.parametrize(
    ("change", "because"),
    [
        ({"origin": "https://evil.example"}, "passkey-signature"),
        ({"origin": "http://photos.city.example"}, "passkey-signature"),
        ({"verified": False}, "passkey-signature"),
        ({"key": Authenticator(PORTAL).key}, "passkey-signature"),
    ],
)
def test_what_is_not_signed_as_it_must_be_is_denied(browser, device, change, because):
    vars(device).update(change)
    assert sign(browser, device).status_code == 403
    assert denials() == [because]
    assert audit.lines()[-1].officer == "o.petrova"
    assert browser.get("/desk/cameras/").status_code == 302


def test_an_authenticator_that_did_not_verify_its_person_makes_no_passkey(browser, link):
    assert make(browser, link, Authenticator(PORTAL, verified=False)).status_code == 403
    assert make(browser, link, Authenticator("https://evil.example")).status_code == 403
    assert not Passkey.objects.exists()
    assert invited(browser, link).status_code == 200, "the invitation is not used up"


def test_a_copied_authenticator_is_noticed_by_its_counter(browser, device):
    device.count = 7
    assert sign(browser, device).status_code == 200
    browser.post("/desk/sign-out/")
    device.count = 7
    assert sign(browser, device).status_code == 403
    assert denials() == ["passkey-copied"]
    device.count = 8
    assert sign(browser, device).status_code == 200


def test_a_disabled_officer_s_passkey_opens_nothing(browser, device):
    accounts.disable("o.petrova")
    assert sign(browser, device).status_code == 403
    assert denials() == ["disabled"]


def test_a_lost_passkey_is_replaced_and_sessions_with_it_end(browser, device):
    sign(browser, device)
    link = accounts.invite("o.petrova", replace=True).removeprefix(PORTAL)
    assert browser.get("/desk/cameras/").status_code == 302
    assert sign(browser, device).status_code == 403
    assert make(browser, link, Authenticator(PORTAL)).status_code == 200


def test_a_second_passkey_is_made_beside_the_first(browser, device):
    link = accounts.invite("o.petrova").removeprefix(PORTAL)
    other = Authenticator(PORTAL)
    assert make(browser, link, device).status_code == 403, "known already"
    assert make(browser, link, other).status_code == 200
    assert Passkey.objects.count() == 2


@pytest.mark.parametrize(
    "said",
    [
        {}, {"id": "x"}, {"id": 1, "rawId": [], "type": 2, "response": None},
        {"id": "AA", "rawId": "AA", "type": "public-key", "response": {}},
        {"id": "AA", "rawId": "AA", "type": "public-key", "response": {
            "clientDataJSON": "AA", "authenticatorData": "AA", "signature": "AA",
            "attestationObject": "AA"}},
        {"id": "AA", "rawId": "AA", "type": "public-key", "response": {
            "clientDataJSON": "W10", "authenticatorData": "", "signature": "",
            "attestationObject": "oA"}},
    ],
)  # fmt: skip
def test_whatever_is_sent_ends_in_a_denial(browser, link, said):
    post(browser, "/desk/sign-in/passkey/options/")
    assert post(browser, "/desk/sign-in/passkey/", said).status_code == 403
    path, token = link.split("#")
    post(browser, f"{path}options/", {"token": token})
    assert post(browser, f"{path}keep/", {"token": token, **said}).status_code == 403
    assert post(browser, "/desk/sign-in/passkey/", said).status_code == 400
    assert not Passkey.objects.exists()
