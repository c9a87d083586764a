"""A log's Ed25519 key on a PKCS #11 token: real commands and a real server, SoftHSM's token."""

import subprocess
import sys

import httpx
import pytest

from habeas.tlog import Policy, open_note
from habeas.tlog.client import LogClient
from habeas.tlog.errors import TlogError
from tests.service.tlog.servers import free_ports
from tests.tokens import PIN, SoftToken, needs_softhsm
from tests.waiting import until

pytestmark = needs_softhsm
_TLOG = "import sys; from habeas.tlog.command import main; sys.argv[0] = 'habeas-tlog'; main()"

_READ = """
import sys
from habeas.tlog import NoteSigner, key_line
print(key_line.read(sys.argv[1], NoteSigner).vkey)
"""
_PUBLIC = """
import sys
from habeas.foundation import token
from habeas.foundation.token_uri import TokenUri
from habeas.tlog import NoteVerifier
uri = TokenUri.parse(sys.argv[1])
key = token.make(uri, uri.service_pin(), "")
print(NoteVerifier("log.example", key.public_key.public_bytes_raw()).vkey)
"""

#: A token that says nothing of wrong PINs, as some do not.
_REFUSED = """
import sys
from pathlib import Path
from habeas.configuration.secret import Secret
from habeas.configuration.errors import SecretError
from habeas.foundation import token, token_session
from habeas.foundation.token_service import ServiceKey
from habeas.foundation.token_uri import TokenError, TokenUri
token_session._WRONG_PIN = 0
uri, pin = TokenUri.parse(sys.argv[1]), Path(sys.argv[2])
right = pin.read_text()
key = ServiceKey(uri, token.make(uri, uri.service_pin(), ""))
key.sign(b"one")
key.close()
pin.write_text("999999")
for _ in range(2):
    try:
        key.sign(b"two")
    except TokenError as error:
        print(error.cause)
try:
    Secret(pkcs11=sys.argv[1]).read()
except SecretError as error:
    print(error.cause)
pin.write_text(right)
key.public_key.verify(key.sign(b"three"), b"three")
"""


@pytest.fixture
def token(tmp_path):
    return SoftToken.create(tmp_path / "token")


@pytest.fixture
def serving(token):
    running = []

    def serve(*arguments):
        (port,) = free_ports(1)
        process = subprocess.Popen(
            [sys.executable, "-m", "habeas.cli", "log", "serve", "--port", str(port),
             *map(str, arguments)], env=token.environment,
        )  # fmt: skip
        running.append(process)
        url = f"http://127.0.0.1:{port}"

        def answers():
            assert process.poll() is None
            try:
                return httpx.get(f"{url}/livez", trust_env=False)
            except httpx.HTTPError:
                return None

        until(answers, "the log")
        return url

    yield serve
    for each in running:
        each.terminate()
        each.wait()


def test_a_log_signs_on_its_token(token, serving, tmp_path):
    data = tmp_path / "log"
    init = token.habeas("log", "init", "--data", data, "--origin", "log.example",
                        "--token", token.address())  # fmt: skip
    vkey = init.stdout.strip()
    assert (
        (data / "log.key").read_text().startswith(f"{vkey} pkcs11:token=Party;object=log.example?")
    )
    token.python(_TLOG, "allow", "--data", data, "--anybody")
    url = serving("--data", data)
    with LogClient(url) as log:
        assert log.append(b"first").index == 0
        checkpoint = log.checkpoint()
    policy = Policy.parse((data / "policy.txt").read_bytes())
    assert len(open_note(checkpoint, policy.logs).verified) == 2


def test_a_log_comes_onto_a_token_by_rotation(token, serving, tmp_path):
    data = tmp_path / "log"
    token.habeas("log", "init", "--data", data, "--origin", "log.example")
    before = (data / "log.key").read_text()
    token.python(_TLOG, "allow", "--data", data, "--anybody")
    token.python(_TLOG, "rotate-key", "--data", data, "--token", token.address())
    assert (data / "before-log.key").read_text() == before
    assert "pkcs11:" in (data / "log.key").read_text()
    file = tmp_path / "habeas.toml"
    text = f'party = "log"\ndata = "{data}"\n[keys]\ned25519 = {{ token = "%s" }}\n'
    file.write_text(text % token.address(";object=nothing"))
    told = " ".join(token.habeas("config", "check", file, ok=False).stdout.split())
    assert "habeas.toml:4: keys.ed25519: The token has no key that fits its address." in told
    file.write_text(text % token.address())
    token.habeas("config", "check", file)
    url = serving("--config", file)
    with LogClient(url) as log:
        log.append(b"first")
        checkpoint = log.checkpoint()
    # Who knows the keys from before reads it, and so does who knows the next ones.
    policy = Policy.parse((data / "policy.txt").read_bytes())
    assert len(open_note(checkpoint, policy.logs).verified) == 2
    token.python(_TLOG, "rotate-key", "--data", data, "--finish")
    policy = Policy.parse((data / "policy.txt").read_bytes())
    assert len(open_note(checkpoint, policy.logs).verified) == 2


def test_a_log_whose_keys_lie_elsewhere(token, serving, tmp_path):
    data = tmp_path / "log"
    token.habeas("log", "init", "--data", data, "--origin", "log.example")
    token.python(_TLOG, "allow", "--data", data, "--anybody")
    lines = [f'party = "log"\ndata = "{data}"\n[keys]\n']
    for name, file in (("ed25519", "log.key"), ("mldsa", "log-mldsa44.key")):
        (data / file).rename(tmp_path / file)
        lines.append(f'{name} = {{ file = "{tmp_path / file}" }}\n')
    config = tmp_path / "habeas.toml"
    config.write_text("".join(lines))
    with LogClient(serving("--config", config)) as log:
        log.append(b"first")
        checkpoint = log.checkpoint()
    policy = Policy.parse((data / "policy.txt").read_bytes())
    assert len(open_note(checkpoint, policy.logs).verified) == 2
    assert not (data / "log.key").exists()


def test_without_its_token_a_log_does_not_start(token, tmp_path):
    data = tmp_path / "log"
    token.habeas("log", "init", "--data", data, "--origin", "log.example",
                 "--token", token.address())  # fmt: skip
    kept = (data / "log.key").read_bytes()
    empty = SoftToken.create(tmp_path / "empty", "Other")
    told = empty.habeas("log", "serve", "--data", data, ok=False).stderr
    assert "No token fits. There: Other." in " ".join(told.split())
    assert (data / "log.key").read_bytes() == kept


def test_a_log_is_not_rotated_to_the_key_that_it_has(token, tmp_path):
    data = tmp_path / "log"
    token.habeas("log", "init", "--data", data, "--origin", "log.example",
                 "--token", token.address())  # fmt: skip
    kept = {each.name: each.read_bytes() for each in data.glob("*.key")}
    rotate = ("rotate-key", "--data", data, "--token")
    told = token.python(_TLOG, *rotate, token.address(";object=log.example"), ok=False).stderr
    assert "The log signs with this key already." in told
    assert {each.name: each.read_bytes() for each in data.glob("*.key")} == kept
    token.python(_TLOG, *rotate, token.address(";object=next"))
    assert (data / "before-log.key").read_bytes() == kept["log.key"]
    assert (data / "before-log-mldsa44.key").read_bytes() == kept["log-mldsa44.key"]


def test_a_private_key_of_another_pair_signs_for_nobody(token, tmp_path):
    data = tmp_path / "log"
    token.make_pair("ED25519", "mixed", mixed=True)
    init = ("log", "init", "--data", data, "--origin", "log.example", "--token")
    told = token.habeas(*init, token.address(";object=mixed"), ok=False).stderr
    assert "The private key on the token is another one's." in " ".join(told.split())
    assert not data.exists()
    public = token.python(_PUBLIC, token.address(";object=mixed")).stdout.strip()
    told = token.python(_READ, f"{public} {token.address()}", ok=False).stderr
    assert "The private key on the token is another one's." in told


def test_a_key_that_is_named_by_its_id_may_have_any_label(token, tmp_path):
    data = tmp_path / "log"
    token.make_pair("ED25519", "of a ceremony")
    token.habeas("log", "init", "--data", data, "--origin", "log.example",
                 "--token", token.address(";id=%6f%6e%65"))  # fmt: skip
    line = (data / "log.key").read_text()
    assert "object=" not in line
    assert token.python(_READ, line).stdout == f"{line.split()[0]}\n"


def test_no_further_try_is_spent_after_a_wrong_pin(token, tmp_path):
    data = tmp_path / "log"
    init = ("log", "init", "--data", data, "--origin", "log.example", "--token", token.address())
    token.write_pin("999999")
    assert "not the token's PIN" in token.habeas(*init, ok=False).stderr
    told = " ".join(token.habeas(*init, ok=False).stderr.split())
    assert "The token was given a wrong PIN; no further try is spent." in told
    token.write_pin(PIN)
    assert "no further try is spent" in " ".join(token.habeas(*init, ok=False).stderr.split())
    token.sign_in()
    token.habeas(*init)


def test_a_pin_that_was_refused_is_never_given_again(token):
    token.make_pair("ED25519", "log.example")
    address = token.address(";object=log.example")
    told = token.python(_REFUSED, address, token.folder / "pin").stdout.splitlines()
    refused = "The token has refused this PIN already; no further try is spent."
    assert told == [refused] * 3


def test_a_token_that_was_away_comes_back_by_itself(token, serving, tmp_path):
    data = tmp_path / "log"
    token.habeas("log", "init", "--data", data, "--origin", "log.example",
                 "--token", token.address())  # fmt: skip
    token.python(_TLOG, "allow", "--data", data, "--anybody")
    url = serving("--data", data)
    place, away = token.folder / "tokens", token.folder / "away"

    def grown(content):
        with LogClient(url) as log:
            try:
                return log.append(content).index + 1
            except TlogError:
                return None

    assert until(lambda: grown(b"first"), "the log") == 1
    place.rename(away)
    assert grown(b"second") is None  # nothing signs for it
    away.rename(place)
    assert until(lambda: grown(b"third"), "the token") >= 2
