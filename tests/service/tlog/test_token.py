"""A log's Ed25519 key on a PKCS #11 token: real commands and a real server, SoftHSM's token."""

import subprocess
import sys

import httpx
import pytest

from habeas.tlog import Policy, open_note
from habeas.tlog.client import LogClient
from tests.service.tlog.servers import free_ports
from tests.tokens import SoftToken, needs_softhsm
from tests.waiting import until

pytestmark = needs_softhsm
_TLOG = "import sys; from habeas.tlog.command import main; sys.argv[0] = 'habeas-tlog'; main()"


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
