"""`habeas trustee` as operators use it: processes of their own, killed at any time."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time

import httpx
import pytest

from habeas.tlog import NoteSigner
from habeas.tlog.server import init_log
from tests.commands import habeas
from tests.service.tlog.servers import free_ports
from tests.waiting import until
from tests.world.world import ORIGIN

COMMAND = [sys.executable, "-m", "habeas.cli", "trustee"]
NAMES = [f"trustee-{number}.test" for number in (1, 2, 3)]


def trustee(*arguments, check=True):
    return habeas("trustee", *arguments, check=check)


def init(data, name, port):
    done = trustee("init", "--data", data, "--name", name, "--url", f"http://127.0.0.1:{port}")
    return json.loads(done.stdout)


def rest(tmp_path):
    """All of a circle but trustees and offices, as whoever composes it writes it."""
    vkey = init_log(tmp_path / "log", ORIGIN)
    custodian = NoteSigner.generate("portal.test/custodian").vkey
    fields = {
        "k": 2, "q": 2, "r": 3,
        "log": {"origin": ORIGIN, "url": "http://127.0.0.1:9", "vkeys": [vkey]},
        "custodian": {"name": "portal.test", "vkey": custodian, "portal": "http://127.0.0.1:9"},
    }  # fmt: skip
    (tmp_path / "rest.json").write_text(json.dumps(fields))
    return tmp_path / "rest.json"


@pytest.fixture
def party(tmp_path):
    """Three trustees with keys, and a draft of their circle."""
    ports = free_ports(3)
    options = ["--settings", rest(tmp_path)]
    folders, identities = [], []
    for name, port in zip(NAMES, ports, strict=True):
        identities.append(init(tmp_path / name, name, port))
        file = tmp_path / f"{name}.json"
        file.write_text(json.dumps(identities[-1]))
        options += ["--trustee", file]
        folders.append(tmp_path / name)
    made = trustee("circle", "draft", tmp_path / "circle.txt", *options)
    assert all(name in made.stdout for name in NAMES)
    return folders, ports, identities, tmp_path / "circle.txt"


def sign(folders, file):
    for folder in folders:
        said = trustee("circle", "sign", "--data", folder, file).stdout
    assert said == "All have signed.\n"


@pytest.fixture
def folder(party):
    """The first of them, which has agreed to the circle."""
    folders, ports, identities, file = party
    sign(folders, file)
    adopted = trustee("circle", "adopt", "--data", folders[0], file).stdout
    assert "Adopted circle number 1" in adopted
    return folders[0], ports[0], identities[0]


@pytest.fixture
def serve(folder):
    data, port, _ = folder
    running = []

    def start():
        process = subprocess.Popen(
            [*COMMAND, "serve", "--data", data, "--port", str(port)], stderr=subprocess.PIPE
        )
        running.append(process)

        def answers():
            assert process.poll() is None, process.stderr.read()
            with contextlib.suppress(httpx.HTTPError):
                return httpx.get(f"http://127.0.0.1:{port}/readyz", trust_env=False)

        until(answers, "the trustee", pause=0.05)
        return process

    yield start
    for process in running:
        process.kill()
        process.wait()
        process.stderr.close()


def test_keys_are_private_and_survive_a_kill(folder, serve):
    data, port, identity = folder
    for name in ("keys.json", "master.key", "trustee.toml"):
        assert (data / name).stat().st_mode & 0o077 == 0
    url = f"http://127.0.0.1:{port}"
    month = time.strftime("%Y-%m")
    process = serve()
    assert httpx.get(f"{url}/v2/identity", trust_env=False).json() == identity
    key = httpx.get(f"{url}/v2/keys/{month}", trust_env=False).json()
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    serve()
    assert httpx.get(f"{url}/v2/keys/{month}", trust_env=False).json() == key
    assert (data / "trustee.db").stat().st_mode & 0o077 == 0
    shown = trustee("status", "--data", data, "--json")
    state = json.loads(shown.stdout)
    assert state["name"] == "trustee-1.test"
    assert state["state"] == "behind"  # its log does not answer, and it says so
    assert state["problems"]


def test_a_folder_is_set_up_once(folder):
    again = trustee(
        "init", "--data", folder[0], "--name", "other.test", "--url", "http://127.0.0.1:1",
        check=False,
    )  # fmt: skip
    assert again.returncode == 1
    assert "holds a trustee's keys already" in again.stderr


# The circle


def test_nobody_serves_before_a_circle_is_adopted(party):
    folders, _, _, _ = party
    done = trustee("serve", "--data", folders[0], check=False)
    assert done.returncode == 1
    assert "habeas trustee circle sign" in done.stderr


def test_a_circle_counts_when_all_its_trustees_have_signed(party):
    folders, _, _, file = party
    draft = json.loads(trustee("circle", "show", file, "--json").stdout)
    assert draft["missing"] == NAMES
    trustee("circle", "sign", "--data", folders[2], file)
    early = trustee("circle", "adopt", "--data", folders[0], file, check=False)
    assert early.returncode == 1
    assert "not signed by" in early.stderr
    assert not (folders[0] / "circle.txt").exists()
    sign(folders, file)
    again = file.read_text()
    trustee("circle", "sign", "--data", folders[1], file)
    assert file.read_text() == again  # nobody signs twice
    shown = trustee("circle", "show", file).stdout
    assert f"digest {draft['digest']}" in shown
    assert "Signed by all its trustees" in shown


def test_who_has_no_seat_signs_nothing(party, tmp_path):
    *_, file = party
    init(tmp_path / "stranger", "trustee-1.test", 9)  # its name, and another key
    before = file.read_text()
    done = trustee("circle", "sign", "--data", tmp_path / "stranger", file, check=False)
    assert done.returncode == 1
    assert "no seat for trustee-1.test with this trustee's key" in done.stderr
    assert file.read_text() == before


def test_unsafe_quorums_make_no_draft(tmp_path):
    settings = json.loads(rest(tmp_path).read_text()) | {"r": 2}
    (tmp_path / "unsafe.json").write_text(json.dumps(settings))
    options = ["--settings", tmp_path / "unsafe.json"]
    for number, name in enumerate(NAMES):
        (tmp_path / f"{name}.json").write_text(json.dumps(init(tmp_path / name, name, number + 1)))
        options += ["--trustee", tmp_path / f"{name}.json"]
    done = trustee("circle", "draft", tmp_path / "circle.txt", *options, check=False)
    assert done.returncode == 1
    assert "quorums are not safe" in done.stderr
    assert not (tmp_path / "circle.txt").exists()


def test_the_next_circle_follows_and_is_owed_to_the_log(folder, party, tmp_path):
    folders, _, _, first = party
    data, _, _ = folder

    def owed():
        return json.loads(trustee("log", "--data", data, "--json").stdout)["owed"]

    assert owed() == 1  # the first one
    trustee("circle", "adopt", "--data", data, first)
    assert owed() == 1  # once
    second = tmp_path / "second.txt"
    (tmp_path / "change.json").write_text(json.dumps({"quotas": {
        "office": 7, "officer": 7, "purpose": 7, "delay_after": 80, "delay_seconds": 1,
    }}))  # fmt: skip
    trustee("circle", "draft", second, "--after", first, "--settings", tmp_path / "change.json")
    sign(folders, second)
    assert "number 2" in trustee("circle", "adopt", "--data", data, second).stdout
    assert owed() == 2
    assert (data / "circle.txt").read_text() == first.read_text()  # the pin stays
    other = tmp_path / "other.txt"
    trustee("circle", "draft", other, "--after", second)
    done = trustee("circle", "adopt", "--data", data, other, check=False)
    assert done.returncode == 1  # nobody has signed it


# Acting


def test_a_paused_trustee_says_so_and_goes_on(folder):
    data, _, _ = folder

    def state():
        return json.loads(trustee("log", "--data", data, "--json").stdout)["state"]

    trustee("pause", "--data", data)
    assert state() == "paused"
    trustee("resume", "--data", data)
    assert state() == "behind"


def test_only_an_office_of_the_circle_is_suspended(folder):
    done = trustee("suspend", "nobody", "--data", folder[0], check=False)
    assert done.returncode == 1
    assert "no office nobody" in done.stderr


def test_the_view_of_the_log_is_shown(folder):
    data, _, _ = folder
    shown = trustee("log", "--data", data, "--reopen", "--json")
    state = json.loads(shown.stdout)
    assert (state["view"], state["fork"], state["checkpoint"]) == (0, None, None)
    plain = trustee("log", "--data", data)
    assert "no checkpoint yet" in plain.stdout


def test_nothing_to_rotate(folder):
    data, _, _ = folder
    done = trustee("rotate", "--data", data, check=False)
    assert done.returncode == 1
    assert "nothing to rotate" in done.stderr


def refused(*arguments):
    """What a command that fails says, as one line; never a traceback."""
    done = trustee(*arguments, check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return " ".join(done.stderr.split())


def test_what_a_trustee_cannot_be_set_up_with(tmp_path):
    address = ("--url", "http://127.0.0.1:1")
    said = refused("init", "--data", tmp_path / "a", "--name", "two words", *address)
    assert "cannot be used as its name" in said
    said = refused("init", "--data", tmp_path / "b", "--name", "a.test", "--url", "nowhere")
    assert "cannot be used as its address" in said
    assert "trustee" in refused("serve", "--data", tmp_path / "nothing")


def test_a_trustee_that_does_not_serve_has_no_status(folder):
    assert "Start it: habeas trustee serve" in refused("status", "--data", folder[0])


def test_a_fresh_key_of_a_month_is_made_beside_the_running_service(folder, serve):
    data, port, _ = folder
    month = time.strftime("%Y-%m")
    serve()
    address = f"http://127.0.0.1:{port}/v2/keys/{month}"
    before = httpx.get(address, trust_env=False).json()
    assert before == httpx.get(address, trust_env=False).json()
    trustee("rotate", "--data", data, "--month", month)
    assert httpx.get(address, trust_env=False).json() != before
    assert "month" in refused("rotate", "--data", data, "--month", "1999-01").lower()


def test_keys_under_another_passphrase(folder, tmp_path, monkeypatch):
    data, _, identity = folder
    (tmp_path / "new").write_text("a passphrase of some length\n")
    change = ("--protection", "passphrase", "--passphrase-file", tmp_path / "new")
    assert "protected by: passphrase" in trustee("rotate", "--data", data, *change).stdout
    monkeypatch.setenv("HABEAS_TRUSTEE_PASSPHRASE", "another one")
    assert "passphrase" in refused("log", "--data", data).lower()
    monkeypatch.setenv("HABEAS_TRUSTEE_PASSPHRASE", "a passphrase of some length")
    assert "no checkpoint yet" in trustee("log", "--data", data).stdout
    assert identity["name"] == NAMES[0]


@pytest.mark.parametrize("content", ["", "not JSON", "[[[", "7", '{"trustee": 1}', "null"])
def test_a_helper_s_file_that_is_none_is_named(folder, tmp_path, content):
    file = tmp_path / "carried"
    file.write_text(content)
    run = ("--data", folder[0], "--newcomer", NAMES[2], "--helper", NAMES[0], "--helper", NAMES[1])
    give = refused("recover", "give", *run, "--offers", file, "--out", tmp_path / "out")
    take = refused("recover", "take", *run, "--given", file)
    for said in (give, take):
        assert "carried: this is no file of a helper" in said
    assert not (tmp_path / "out").exists()


def test_nobody_is_replaced_whom_no_circle_replaces(folder, tmp_path):
    run = ("--data", folder[0], "--newcomer", "stranger.test")
    run += ("--helper", NAMES[0], "--helper", NAMES[1])
    said = refused("recover", "offer", *run, "--out", tmp_path / "out")
    assert "newcomer or a helper is not in the circle" in said
    assert not (tmp_path / "out").exists()
