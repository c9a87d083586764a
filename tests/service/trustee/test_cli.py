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

from habeas.tlog.server import init_log
from tests.service.tlog.servers import free_ports
from tests.service.trustee.world import ORIGIN
from tests.waiting import until

COMMAND = [sys.executable, "-m", "habeas.cli", "trustee"]


@pytest.fixture
def folder(tmp_path):
    (port,) = free_ports(1)
    data = tmp_path / "trustee"
    done = subprocess.run(
        [*COMMAND, "init", "--data", data, "--name", "trustee-1.test",
         "--url", f"http://127.0.0.1:{port}", "--log-url", "http://127.0.0.1:9",
         "--origin", ORIGIN],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    identity = json.loads(done.stdout)
    assert identity["name"] == "trustee-1.test"
    vkey = init_log(tmp_path / "log", ORIGIN)
    (data / "policy.txt").write_text(
        f"log {vkey}\nwitness one {identity['witness_vkey']} {identity['url']}\nquorum one\n"
    )
    return data, port, identity


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
                return httpx.get(f"http://127.0.0.1:{port}/health", trust_env=False)

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
    assert httpx.get(f"{url}/v1/identity", trust_env=False).json() == identity
    key = httpx.get(f"{url}/v1/keys/{month}", trust_env=False).json()
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    serve()
    assert httpx.get(f"{url}/v1/keys/{month}", trust_env=False).json() == key
    assert (data / "trustee.db").stat().st_mode & 0o077 == 0
    shown = subprocess.run(
        [*COMMAND, "status", "--data", data, "--json"],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    state = json.loads(shown.stdout)
    assert state["ok"] is True
    assert state["name"] == "trustee-1.test"
    assert state["problems"]  # its log does not answer, and it says so


def test_a_folder_is_set_up_once(folder):
    data, _, _ = folder
    again = subprocess.run(
        [*COMMAND, "init", "--data", data, "--name", "other.test", "--url", "http://127.0.0.1:1",
         "--log-url", "http://127.0.0.1:9", "--origin", ORIGIN],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert again.returncode == 1
    assert "holds a trustee's keys already" in again.stderr


def test_the_view_of_the_log_is_shown(folder):
    data, _, _ = folder
    shown = subprocess.run(
        [*COMMAND, "log", "--data", data, "--reopen", "--json"],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    state = json.loads(shown.stdout)
    assert (state["view"], state["fork"], state["checkpoint"]) == (0, None, None)
    plain = subprocess.run(
        [*COMMAND, "log", "--data", data], capture_output=True, text=True, check=True, timeout=60
    )
    assert "no checkpoint yet" in plain.stdout


def test_nothing_to_rotate(folder):
    data, _, _ = folder
    done = subprocess.run(
        [*COMMAND, "rotate", "--data", data],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert "nothing to rotate" in done.stderr
