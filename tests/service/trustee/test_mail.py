"""Being told by a trustee, over a real mail server: late, refused, killed; and by whom not."""

from __future__ import annotations

import re
import secrets
import ssl
import subprocess
import sys

import httpx
import pytest

from habeas.foundation.authorities import authorities
from habeas.protocol.exchange import NoticeBody
from habeas.trustee.notices import LIMITS, MailServer
from tests.mailserver import PASSWORD, USER, PostOffice
from tests.ops.authority import Authority
from tests.waiting import ready, until

SENDER = "notices@trustee.test"
ADDRESS = "anna@applicant.test"


@pytest.fixture
def authority(tmp_path, monkeypatch):
    """A city's own, which this process trusts."""
    made = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.file))
    authorities.cache_clear()
    yield made
    authorities.cache_clear()


@pytest.fixture
def office():
    """Makes mail servers."""
    made = []

    def make(*arguments, **options):
        made.append(PostOffice(*arguments, **options))
        return made[-1]

    yield make
    for each in made:
        each.close()


def certificate(authority, folder, name="localhost"):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*authority.certify(folder, name))
    return context


def body(world, held, act, address=None, *, key=None):
    said = {"address": address, "language": "en"} if address else {}
    fields = {"promise": held.digest.hex(), "act": act, "mac": "00" * 32, **said}
    mac = NoticeBody.read(fields).mac_of(key or held.stream_key(1), world.names[0])
    return {**fields, "mac": mac}


def post(world, fields):
    url = world.circle.trustees[0].url
    return httpx.post(f"{url}/v2/notices", json=fields, trust_env=False)


def ask(world, held, address=ADDRESS, **more):
    return post(world, body(world, held, "tell", address, **more))


def confirm(office, address=ADDRESS):
    """Do what the first mail to an address asks for."""
    until(lambda: office.mails(address), "the mail that asks")
    text = office.mails(address)[0].get_content()
    link = re.search(r"http://\S+/notices/[0-9a-f]{64}", text)[0]
    assert httpx.post(f"{link}/confirm", trust_env=False).status_code == 200
    return link


def health(world):
    return world.trustees[world.names[0]].health()


def owed(world):
    return health(world)["mails"]


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_who_confirms_is_told_over_tls_and_forgotten_with_the_photo(
    new_world, authority, office, tmp_path, security
):
    implicit = security == "tls"
    server = office(certificate(authority, tmp_path), implicit=implicit, login=not implicit)
    known = () if implicit else (USER, PASSWORD)
    world = new_world(mail=MailServer("localhost", server.port, security, SENDER, *known))
    held = world.seal()
    world.followed()
    assert ask(world, held).json() == {"told": 0, "waiting": 1}
    link = confirm(server)
    assert post(world, body(world, held, "look")).json() == {"told": 1, "waiting": 0}
    world.request(held)
    until(lambda: len(server.mails()) == 2, "the mail about the request")
    asked = server.mails()[1]
    said = asked.get_content()
    for secret in ("licensing", "Licensing", held.reference, held.digest.hex(), "decide"):
        assert secret not in said + str(asked["Subject"])
    assert link in said
    assert asked["List-Unsubscribe"] == f"<{link}/end>"
    world.client().withdraw(held.digest, held.secrets.withdraw_secret)
    until(lambda: len(server.mails()) == 3, "the last mail")
    assert "forgotten" in server.mails()[2].get_content()
    state = health(world)
    assert (state["notices"], state["notices_waiting"], state["mails"]) == (0, 0, 0)
    assert httpx.get(link, trust_env=False).status_code == 404


def test_a_mail_program_s_own_button_ends_it(new_world, office):
    server = office()
    world = new_world(mail=MailServer("127.0.0.1", server.port, "none", SENDER))
    held = world.seal()
    world.followed()
    ask(world, held)
    confirm(server)
    world.request(held)
    until(lambda: len(server.mails()) == 2, "the mail about the request")
    (button,) = re.findall(r"<(.+)>", server.mails()[1]["List-Unsubscribe"])
    # RFC 8058 section 3.2: no cookies, no referrer, this body.
    one_click = {"List-Unsubscribe": "One-Click"}
    assert httpx.post(button, data=one_click, trust_env=False).status_code == 200
    assert post(world, body(world, held, "look")).json() == {"told": 0, "waiting": 0}


def test_a_server_that_is_away_is_told_and_its_mails_come_later(new_world, office):
    server = office()
    server.close()
    world = new_world(mail=MailServer("127.0.0.1", server.port, "none", SENDER))
    held = world.seal()
    world.followed()
    assert ask(world, held).status_code == 200
    until(lambda: "mail" in health(world)["faults"], "the fault")
    assert "mails-wait" not in health(world)["problems"]
    world.clock.move(hours=2)
    assert "takes no mails" in health(world)["problems"]["mails-wait"]
    back = office(port=server.port)
    until(lambda: len(back.mails(ADDRESS)) == 1, "the mail")
    until(lambda: not owed(world), "nothing to be owed")
    assert "mail" not in health(world)["faults"]
    assert "mails-wait" not in health(world)["problems"]


def test_one_refused_address_holds_up_no_other(new_world, office):
    server = office()
    full = "full@applicant.test"
    server.answer = lambda envelope: "452 full" if envelope.rcpt_tos == [full] else None
    world = new_world(mail=MailServer("127.0.0.1", server.port, "none", SENDER))
    held = world.seal()
    world.followed()
    ask(world, held, full)
    ask(world, held, ADDRESS)
    until(lambda: server.mails(ADDRESS), "the other's mail")
    until(lambda: "it answered 452" in health(world)["faults"].get("mail", ""), "the fault")
    assert owed(world) == 1
    server.answer = lambda _: None
    world.clock.move(minutes=5)
    until(lambda: server.mails(full), "the mail that was refused")


def test_mails_that_nobody_takes_are_given_up_and_counted(new_world, office):
    server = office()
    server.answer = lambda _: "550 no"
    world = new_world(mail=MailServer("127.0.0.1", server.port, "none", SENDER))
    held = world.seal()
    world.followed()
    ask(world, held)
    until(lambda: "mail" in health(world)["faults"], "the refusal")
    world.clock.move(days=4)
    until(lambda: health(world)["mails_dropped"] == 1, "the mail to be given up")
    assert not owed(world)


def test_no_mail_goes_to_a_server_that_cannot_show_who_it_is(
    new_world, authority, office, tmp_path
):
    server = office(certificate(authority, tmp_path, "elsewhere.test"), login=True)
    mail = MailServer("localhost", server.port, "starttls", SENDER, USER, PASSWORD)
    world = new_world(mail=mail)
    held = world.seal()
    world.followed()
    ask(world, held)
    until(lambda: "mail" in health(world)["faults"], "the fault")
    assert "SSLCertVerificationError" in health(world)["faults"]["mail"]
    assert server.envelopes == []


def test_what_was_owed_survives_a_kill_and_comes_once(new_world, office, tmp_path):
    world = new_world()
    server = office()
    server.close()
    name, url = world.names[0], world.circle.trustees[0].url
    settings = tmp_path / "habeas.toml"
    settings.write_text(
        f'party = "trustee"\ndata = "{world.folder / name}"\n'
        f"[listen]\nport = {url.rpartition(':')[2]}\n"
        f'[mail]\nhost = "127.0.0.1"\nport = {server.port}\nsecurity = "none"\n'
        f'sender = "{SENDER}"\n'
    )
    world.stop(name)

    def serve():
        command = [sys.executable, "-m", "habeas.trustee", "serve", "--config", str(settings)]
        made = subprocess.Popen(command)

        def state():
            try:
                return httpx.get(f"{url}/readyz", trust_env=False).json()
            except httpx.HTTPError:
                return None

        ready(made, lambda: (found := state()) and found["state"] == "ok", "the trustee")
        return made, state

    process, state = serve()
    try:
        held = world.seal()
        until(lambda: state()["photos"] == 1 and not state()["pending"], "the photo")
        assert ask(world, held).status_code == 200
        until(lambda: state()["faults"].get("mail"), "the server to be missed")
        process.kill()
        process.wait()
        process, state = serve()
        assert state()["mails"] == 1
        server = office(port=server.port)
        confirm(server)
        server.close()
        world.request(held)
        until(lambda: state()["mails"] == 1, "the mail on the request to be owed")
        process.kill()
        process.wait()
        process, state = serve()
        after = office(port=server.port)
        until(lambda: after.mails(ADDRESS), "the mail on the request")
        until(lambda: state()["mails"] == 0, "nothing to be owed")
        process.kill()
        process.wait()
        process, state = serve()
        until(lambda: state()["mails"] == 0, "nothing is sent again")
    finally:
        process.kill()
        process.wait()
    identifiers = [each["Message-ID"] for each in server.mails() + after.mails()]
    assert len(identifiers) == len(set(identifiers)) == 2


# Attacks ----------------------------------------------------------------------------------


@pytest.fixture
def attacked(new_world, office):
    """A world with a mail server and a photo."""
    server = office()
    world = new_world(mail=MailServer("127.0.0.1", server.port, "none", SENDER))
    held = world.seal()
    world.followed()
    return world, server, held


def test_a_stranger_subscribes_nobody(attacked):
    world, server, held = attacked
    # What proves reading is no wish; nor is another photo's, another trustee's, or a changed wish.
    reading = body(world, held, "tell", ADDRESS) | {"mac": secrets.token_hex(32)}
    changed = body(world, held, "tell", ADDRESS) | {"address": "mallory@applicant.test"}
    acted = body(world, held, "look") | {"act": "stop"}
    others = body(world, held, "tell", ADDRESS, key=held.stream_key(2))
    photo = body(world, world.seal(), "tell", ADDRESS) | {"promise": held.digest.hex()}
    for each in (reading, changed, acted, others, photo):
        answer = post(world, each)
        assert (answer.status_code, answer.json()["code"]) == (403, "not-the-holder")
    unknown = body(world, held, "look") | {"promise": "ab" * 32}
    assert post(world, unknown).json()["code"] == "unknown-photo"
    assert post(world, body(world, held, "look")).json() == {"told": 0, "waiting": 0}
    assert not owed(world)
    assert server.envelopes == []


@pytest.mark.parametrize(
    "address",
    [
        "anna@applicant.test\r\nBcc: victim@applicant.test",
        "anna@applicant.test\n",
        "anna@applicant.test>\r\nRCPT TO:<victim@applicant.test",
        "anna@applicant.test, victim@applicant.test",
        '"anna\r\nBcc:victim"@applicant.test',
        "anna@applicant.test\x00",
    ],
)
def test_no_address_writes_headers(attacked, address):
    world, server, held = attacked
    fields = body(world, held, "look") | {"act": "tell", "address": address, "language": "en"}
    assert post(world, fields).status_code == 400
    language = body(world, held, "tell", ADDRESS) | {"language": "en\r\nBcc: victim@x.test"}
    assert post(world, language).status_code == 400
    assert not owed(world)
    assert server.envelopes == []


def test_a_flood_reaches_nobody(attacked):
    world, server, held = attacked
    for number in range(12):
        ask(world, held, f"victim-{number}@applicant.test")
    until(lambda: len(server.envelopes) == LIMITS.asked_photo, "the first mails")
    for _ in range(LIMITS.asked_address + 3):
        photo = world.seal()
        world.followed()
        assert ask(world, photo, "victim@applicant.test").json() == {"told": 0, "waiting": 1}
    until(lambda: not owed(world), "all mails to be sent")
    assert len(server.mails("victim@applicant.test")) == LIMITS.asked_address
    assert len(server.envelopes) == LIMITS.asked_photo + LIMITS.asked_address


def test_who_wants_none_gets_none_from_anybody(attacked):
    world, server, held = attacked
    ask(world, held)
    until(lambda: server.mails(ADDRESS), "the mail that asks")
    link = re.search(r"http://\S+/notices/[0-9a-f]{64}", server.mails()[0].get_content())[0]
    assert httpx.post(f"{link}/never", trust_env=False).status_code == 200
    for _ in range(2):
        photo = world.seal()
        world.followed()
        assert ask(world, photo, ADDRESS.upper()).json() == {"told": 0, "waiting": 1}
    assert not owed(world)
    assert len(server.envelopes) == 1


def test_a_link_of_another_photo_does_nothing(attacked):
    world, _, held = attacked
    url = world.circle.trustees[0].url
    ask(world, held)
    for act in ("confirm", "end", "never"):
        answer = httpx.post(f"{url}/notices/{secrets.token_hex(32)}/{act}", trust_env=False)
        assert answer.status_code == 404
    assert post(world, body(world, held, "look")).json() == {"told": 0, "waiting": 1}
