"""`habeas log` against a log that runs."""

import json

import pytest
from typer.testing import CliRunner

from habeas import tlog
from habeas.cli.log import app
from habeas.tlog.client import LogClient
from habeas.tlog.server import init_log, make_app, read_signer
from tests.service.tlog.running import served
from tests.unit.tlog.test_monitor import Acts, honest


@pytest.fixture
def live(tmp_path):
    folder = tmp_path / "log"
    init_log(folder, "log.example/cli", anybody=True)
    with served(make_app(folder, interval=0.01)) as url:
        yield folder, url


def invoke(*arguments, **options):
    return CliRunner().invoke(app, [str(each) for each in arguments], **options)


def test_the_commands(live, tmp_path):
    folder, url = live
    policy = folder / "policy.txt"
    acts = Acts()
    for entry in honest(acts):
        done = invoke("append", url, "-", input=entry)
        assert done.exit_code == 0
    assert tlog.TlogProof.parse(done.stdout).index == 8
    done = invoke("append", url, "-", "--json", input=entry)
    assert json.loads(done.stdout)["index"] == 8
    shown = invoke("show", url, 0, 2, "--json").stdout.splitlines()
    assert [json.loads(line)["index"] for line in shown] == [0, 1, 2]
    assert invoke("show", url).stdout.startswith("log.example/cli\n9\n")
    proof = tlog.TlogProof.parse(invoke("proof", url, 8).stdout)
    proof.verify(entry, tlog.Policy.parse(policy.read_text()))
    for place in (url, folder, folder / "public"):
        done = invoke("verify", place, "--policy", policy, "--json")
        assert json.loads(done.stdout)["size"] == 9
    state = tmp_path / "state"
    watch = ("monitor", url, "--policy", policy, "--state", state)
    assert invoke(*watch).exit_code == 0
    with LogClient(url) as log:
        log.append(b"no entry of ours")
    done = invoke(*watch, "--json")
    assert done.exit_code == 2
    assert json.loads(done.stdout)["findings"][0]["code"] == "entry-syntax"
    assert invoke(*watch).exit_code == 2


def test_a_log_that_does_not_answer(tmp_path):
    init_log(tmp_path, "log.example/none")
    arguments = ("--policy", tmp_path / "policy.txt", "--state", tmp_path / "state")
    assert invoke("monitor", "http://127.0.0.1:9", *arguments).exit_code == 3
    assert read_signer(tmp_path).name == "log.example/none"


@pytest.mark.parametrize("name", ["allow", "mirror", "push", "rebuild"])
def test_commands_of_habeas_tlog_are_there_too(name):
    done = invoke(name, "--help")
    assert done.exit_code == 0
    assert "--data FOLDER" in done.stdout or name == "push"
