"""`habeas-tlog`, run in this process, against a log that answers in it."""

import functools
import io
import json
import re
import sys

import pytest

from habeas import tlog
from habeas.foundation.errors import HabeasError
from habeas.tlog import command, options
from habeas.tlog.client import LogClient
from habeas.tlog.verifying import Folder, verify_log
from tests.unit.tlog.serving import app_of, policy_of, reaching

URL = "http://log.example"


@pytest.fixture
def run(capsys, monkeypatch):
    """Runs a command; gives what it prints to output and to errors, and its exit status."""

    def run(*arguments, given=b""):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
        status = 0
        try:
            command.run([str(each) for each in arguments])
        except SystemExit as ended:
            status = ended.code
        printed = capsys.readouterr()
        return printed.out, printed.err, status

    return run


@pytest.fixture
def log(tmp_path, run, monkeypatch):
    folder = tmp_path / "log"
    lines, _, _ = run("init", "--data", folder, "--origin", "log.example/own")
    assert lines.count("log log.example/own+") == 2
    token = run("allow", "--data", folder, "me")[0].strip()
    with reaching(app_of(folder)) as transport:
        reached = functools.partial(LogClient, transport=transport, sleep=lambda _: None)
        monkeypatch.setattr(options, "LogClient", reached)
        yield folder, token


def test_the_life_of_a_log(log, tmp_path, run):
    folder, token = log
    policy = folder / "policy.txt"
    with pytest.raises(tlog.NotAdmittedError, match="token"):
        run("append", URL, given=b"an entry")
    proof = run("append", URL, "--token", token, given=b"an entry")[0]
    tlog.TlogProof.parse(proof).verify(b"an entry", policy_of(folder))
    (tmp_path / "entry").write_bytes(b"\xffmore")
    run("append", URL, tmp_path / "entry", "--token", token)
    tlog.TlogProof.parse(run("proof", URL, 0)[0]).verify(b"an entry", policy_of(folder))
    assert run("show", URL)[0].startswith("log.example/own\n2\n")
    assert json.loads(run("show", URL, 1)[0]) == {"index": 1, "entry": "\\xffmore"}
    assert len(run("show", URL, 0, 1)[0].splitlines()) == 2
    for name, *which in (("show", 2), ("show", 0, 7), ("proof", 2), ("show", 1, 0)):
        with pytest.raises(HabeasError, match=r"There is no entry|stands before") as caught:
            run(name, URL, *which)
        assert re.search("from 0|first one", caught.value.remedy)
    for place in (URL, folder, folder / "public"):
        assert "2 entries: every file" in run("verify", place, "--policy", policy)[1]
    copy = tmp_path / "copy"
    mirror = ("mirror", URL, "--data", copy, "--policy", policy, "--name", "m.example", "--once")
    for _ in range(2):
        assert "2 entries: copied" in run(*mirror)[1]
    assert verify_log(Folder(copy / "public"), policy_of(folder)).checkpoint.size == 2
    with pytest.raises(HabeasError, match=r"key of m\.example"):
        run(*mirror[:-3], "--name", "other.example", "--once")


def test_a_monitors_exit_status_says_how_it_is(log, tmp_path, run):
    folder, token = log
    watch = ("monitor", URL, "--policy", folder / "policy.txt", "--state", tmp_path / "state")
    run("append", URL, "--token", token, given=b"an entry")
    assert run(*watch)[1:] == ("1 entries: followed and verified.\n", 0)
    checkpoint = folder / "public/checkpoint"
    checkpoint.write_text("no note")
    policy = tmp_path / "policy.txt"
    other = tlog.NoteSigner.generate("log.example/other")
    policy.write_text(f"log {other.vkey}\nquorum none\n")
    _, told, status = run(*watch[:2], "--policy", policy, "--state", tmp_path / "other")
    assert (status in (2, 3), "0 entries" in told) == (True, True)


def test_a_log_is_rebuilt(log, tmp_path, run):
    folder, token = log
    proof, said, status = run("append", URL, "--token", token, given=b"an entry")
    assert (status, said) == (0, "")
    tlog.TlogProof.parse(proof).verify(b"an entry", policy_of(folder))
    other = tmp_path / "other"
    other.mkdir()
    for name in ("log.key", "log-mldsa44.key", "policy.txt"):
        (other / name).write_text((folder / name).read_text())
    _, told, _ = run("rebuild", URL, "--data", other)
    assert told.startswith("1 entries: the log is whole"), told
    assert verify_log(Folder(other / "public"), policy_of(folder)).checkpoint.size == 1


def test_what_is_served_listens_where_it_is_told(tmp_path, run, monkeypatch):
    import uvicorn

    served = []
    monkeypatch.setattr(uvicorn, "run", lambda app, **options: served.append((app, options)))
    folder = tmp_path / "log"
    run("init", "--data", folder, "--origin", "log.example/own", "--anybody")
    run("allow", "--data", folder, "--anybody")
    run("serve", "--data", folder, "--port", 1234, "--host", "::1", "--remember", 5)
    policy = ("--policy", folder / "policy.txt")
    _, told, _ = run("mirror", URL, "--data", tmp_path / "m", *policy, "--name", "m.example")
    assert told.startswith("mirror m.example m.example+")
    ports = [(options["host"], options["port"]) for _, options in served]
    assert ports == [("::1", 1234), ("127.0.0.1", 8002)]
    for app, _ in served:
        with reaching(app):
            pass  # started and stopped: what it holds is closed


@pytest.mark.parametrize(
    ("arguments", "words", "remedy"),
    [
        ("allow --data LOG", "who may append", "NAME"),
        ("allow --data LOG me --anybody", "who may append", "NAME"),
        ("allow --data NOWHERE me", "no log in", "init"),
        ("append no-url", "no URL", "https://"),
        ("append URL NOWHERE", "NOWHERE cannot be used: No such file", "name is right"),
        ("append URL LOG", "LOG cannot be used: Is a directory", "Name a file"),
        ("init --data NOWHERE --origin two+words", "cannot name a key", "URL without its scheme"),
        ("init --data LOG/policy.txt --origin o", "policy.txt cannot be used", "Name a folder"),
        ("monitor URL --policy LOG/policy.txt --state LOG", "database", "place"),
        ("monitor URL --policy BINARY", "BINARY: ", "tlog-policy"),
        ("mirror URL --policy LOG/policy.txt --data BINARY --name m", "BINARY", "Name a folder"),
        ("push NOWHERE URL", "no log in NOWHERE", "folder"),
        ("rebuild NOWHERE --data LOG", "no log in NOWHERE", "folder"),
        ("rebuild LOG --data NOWHERE", "NOWHERE/policy.txt", "name is right"),
        ("serve --data NOWHERE", "no log in NOWHERE", "init"),
        ("serve --data LOG --objects nonsense", "nonsense is no place", "s3://BUCKET"),
        ("verify LOG --policy BINARY", "BINARY: ", "tlog-policy"),
        ("verify LOG --policy NOWHERE", "NOWHERE cannot be used", "name is right"),
        ("verify LOG --policy LOG", "LOG cannot be used: Is a directory", "Name a file"),
        ("verify LOG --policy LOG/policy.txt", "no log in LOG", "folder"),
        ("conformance --write LOG", "LOG cannot be used: File exists", "not taken"),
    ],
)
def test_what_cannot_be_done_is_said_with_a_remedy(tmp_path, run, arguments, words, remedy):
    run("init", "--data", tmp_path / "log", "--origin", "log.example/own")
    (tmp_path / "binary").write_bytes(b"\x00\xff")
    there = set(tmp_path.rglob("*"))

    def placed(text):
        for name in ("LOG", "NOWHERE", "BINARY"):
            text = text.replace(name, str(tmp_path / name.lower()))
        return text

    called = [each.replace("URL", URL) for each in placed(arguments).split()]
    with pytest.raises(HabeasError) as caught:
        run(*called)
    assert placed(words) in caught.value.cause
    assert remedy in caught.value.remedy
    assert set(tmp_path.rglob("*")) == there


def test_a_package_that_is_missing_is_named(run, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "habeas.tlog.server", None)
    with pytest.raises(HabeasError, match="missing") as caught:
        run("init", "--data", tmp_path, "--origin", "o")
    assert "habeas-tlog[server]" in caught.value.remedy


def test_the_conformance_kit(tmp_path, run):
    assert "artefacts are judged" in run("conformance")[1]
    run("conformance", "--write", tmp_path / "kit")
    assert (tmp_path / "kit" / "README.md").exists()


def test_help(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["habeas-tlog", "--help"])
    with pytest.raises(SystemExit) as ended:
        command.main()
    assert ended.value.code == 0
    assert "A log in three commands" in capsys.readouterr().out
