"""`habeas-tlog`, the package's own command, as a process."""

import json
import subprocess
import sys

import pytest

from habeas import tlog
from habeas.tlog.server import init_log, make_app
from habeas.tlog.server.mirror import Mirror
from habeas.tlog.server.mirror_app import mirror_app
from habeas.tlog.verifying import Folder, verify_log
from tests.service.tlog.running import policy_of, served


def run(*arguments, status=0, **options):
    done = subprocess.run(
        [sys.executable, "-m", "habeas.tlog", *map(str, arguments)],
        capture_output=True, text=True, check=False, timeout=600, **options,
    )  # fmt: skip
    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture
def log(tmp_path):
    folder = tmp_path / "log"
    lines = run("init", "--data", folder, "--origin", "log.example/own").stdout
    assert lines.count("log log.example/own+") == 2
    token = run("allow", "--data", folder, "me").stdout.strip()
    with served(make_app(folder, interval=0.01)) as url:
        yield folder, url, token


def test_the_life_of_a_log(log, tmp_path):
    folder, url, token = log
    policy = folder / "policy.txt"
    refused = run("append", url, input="an entry", status=1)
    assert "token" in refused.stderr
    proof = run("append", url, "--token", token, input="an entry").stdout
    tlog.TlogProof.parse(proof).verify(b"an entry", policy_of(folder))
    tlog.TlogProof.parse(run("proof", url, 0).stdout).verify(b"an entry", policy_of(folder))
    assert run("show", url).stdout.startswith("log.example/own\n1\n")
    assert json.loads(run("show", url, 0).stdout) == {"index": 0, "entry": "an entry"}
    assert "1 entries" in run("verify", url, "--policy", policy).stderr
    run("verify", folder, "--policy", policy)
    state = tmp_path / "state"
    assert "1 entries" in run("monitor", url, "--policy", policy, "--state", state).stderr
    copy = tmp_path / "copy"
    run("mirror", url, "--data", copy, "--policy", policy, "--name", "m.example", "--once")
    assert verify_log(Folder(copy / "public"), policy_of(folder)).checkpoint.size == 1


def test_a_log_is_pushed(log, tmp_path):
    folder, url, token = log
    run("append", url, "--token", token, input="an entry")
    key = tlog.MldsaCosignatureSigner.generate("m.example")
    with served(mirror_app(Mirror(tmp_path / "copy", None, policy_of(folder), key))) as mirror:
        for source in (url, folder):
            done = run("push", source, mirror, "--key", key.vkey)
            assert done.stdout.startswith("— m.example ")
            assert "1 entries" in done.stderr
    assert verify_log(Folder(tmp_path / "copy/public"), policy_of(folder)).checkpoint.size == 1


def test_a_log_is_rebuilt(log, tmp_path):
    folder, url, token = log
    run("append", url, "--token", token, input="an entry")
    other = tmp_path / "other"
    other.mkdir()
    for name in ("log.key", "log-mldsa44.key", "policy.txt"):
        (other / name).write_text((folder / name).read_text())
    assert "whole" in run("rebuild", url, "--data", other).stderr
    assert verify_log(Folder(other / "public"), policy_of(folder)).checkpoint.size == 1


def test_what_cannot_be_done_is_said_with_a_remedy(tmp_path):
    nowhere, init = tmp_path / "nowhere", tmp_path / "log"
    init_log(init, "log.example/own")
    policy = init / "policy.txt"
    (tmp_path / "binary").write_bytes(b"\x00\xff")
    for arguments in (
        ("serve", "--data", nowhere),
        ("serve", "--data", policy),
        ("init", "--data", policy, "--origin", "o"),
        ("init", "--data", nowhere, "--origin", "two words"),
        ("allow", "--data", init),
        ("allow", "--data", nowhere / "deep", "me"),
        ("verify", nowhere, "--policy", policy),
        ("verify", init, "--policy", tmp_path / "binary"),
        ("verify", init, "--policy", nowhere),
        ("append", "no-url"),
        ("show", "http://127.0.0.1:9"),
        ("rebuild", nowhere, "--data", init),
        ("monitor", "http://127.0.0.1:9", "--policy", policy, "--state", tmp_path / "binary"),
        ("mirror", "http://127.0.0.1:9", "--data", nowhere, "--policy", policy, "--name", "m",
         "--once"),
        ("push", init, "http://127.0.0.1:9"),
        ("push", nowhere, "no-url"),
    ):  # fmt: skip
        done = run(*arguments, status=1, input="")
        lines = done.stderr.strip().splitlines()
        assert lines[0].startswith("Error: "), done.stderr
        assert len(lines) == 2, done.stderr
    done = run("monitor", "http://127.0.0.1:9", "--policy", policy, "--state", tmp_path / "s",
               status=3)  # fmt: skip
    assert "does not answer" in done.stderr
    assert "COMMAND" in run("--help").stdout


def test_the_conformance_kit(tmp_path):
    assert "artefacts are judged" in run("conformance").stderr
    run("conformance", "--write", tmp_path / "kit")
    assert (tmp_path / "kit" / "README.md").exists()
    # A program that takes everything is told what it should have refused.
    done = run("conformance", "--against", "true", status=1)
    assert "must be refused" in done.stdout
