"""`habeas log` with a log in this process: what it prints, and what it refuses."""

import functools
import json

import pytest

from habeas import tlog
from habeas.tlog import options
from habeas.tlog.client import LogClient
from tests.unit.cli.commands import habeas
from tests.unit.protocol.world import Case
from tests.unit.tlog.serving import URL, app_of, new_log, policy_of, reaching


@pytest.fixture
def folder(tmp_path, monkeypatch):
    folder = new_log(tmp_path / "log")
    with reaching(app_of(folder)) as transport:
        reached = functools.partial(LogClient, transport=transport, sleep=lambda _: None)
        monkeypatch.setattr(options, "LogClient", reached)
        yield folder


def append(entry, *options):
    return habeas("log", "append", URL, *options, given=entry)


def test_an_entry_is_appended_and_its_proof_printed(folder, tmp_path):
    policy = policy_of(folder)
    tlog.TlogProof.parse(append(b"an entry").out).verify(b"an entry", policy)
    file = tmp_path / "entry"
    file.write_bytes(b"another\xff")
    told = json.loads(append(None, file, "--json").out)
    assert told["index"] == 1
    tlog.TlogProof.parse(told["proof"]).verify(b"another\xff", policy)
    again = habeas("log", "proof", URL, 0)
    tlog.TlogProof.parse(again.out).verify(b"an entry", policy)


def test_entries_are_shown(folder):
    for entry in (b"one", b"two\xff", b"three"):
        append(entry)
    assert habeas("log", "show", URL).out.startswith("log.example/unit\n3\n")
    assert habeas("log", "show", URL, 1).out == "two\\xff\n"
    assert habeas("log", "show", URL, 0, 2).out == "one\ntwo\\xff\nthree\n"
    assert habeas("log", "show", URL, 0, 0).out == "one\n"
    told = [
        json.loads(line) for line in habeas("log", "show", URL, 0, 1, "--json").out.splitlines()
    ]
    assert told == [{"index": 0, "entry": "one"}, {"index": 1, "entry": "two\\xff"}]


@pytest.mark.parametrize("last", [0, 1])
def test_entries_are_not_shown_backwards(folder, capsys, last):
    append(b"one")
    assert habeas("log", "show", URL, 2, last).status == 1
    assert f"Entry {last} stands before entry 2." in capsys.readouterr().err


def test_a_whole_log_is_verified_over_the_network_and_from_its_folder(folder):
    append(b"one")
    for place in (URL, folder, folder / "public"):
        done = habeas("log", "verify", place, "--policy", folder / "policy.txt")
        assert done.status == 0
        assert "log.example/unit: 1 entries, every file is as the root demands." in done.out
        assert "cosigned by nobody" in done.out
    told = json.loads(
        habeas("log", "verify", folder, "--policy", folder / "policy.txt", "--json").out
    )
    assert (told["origin"], told["size"], told["cosigned_by"]) == ("log.example/unit", 1, [])


def test_a_changed_file_is_an_error(folder, capsys):
    append(b"one")
    (bundle,) = (folder / "public" / "tile" / "entries").rglob("*.p/1")
    bundle.write_bytes(b"\0\3two")
    assert habeas("log", "verify", folder, "--policy", folder / "policy.txt").status == 1
    assert capsys.readouterr().err.startswith("Error: ")


@pytest.mark.parametrize("arguments", [("proof", 0), ("show",), ("append",)])
def test_a_log_has_a_url(capsys, arguments):
    name, *rest = arguments
    assert habeas("log", name, "log.example", *rest, given=b"entry").status == 1
    assert "log.example is no URL" in capsys.readouterr().err


def test_the_monitor_follows_under_a_circle_and_keeps_its_place(folder, tmp_path):
    circle = tmp_path / "circle.txt"
    circle.write_text(Case().note)
    state = tmp_path / "state.sqlite3"
    done = habeas("log", "monitor", URL, "--circle", circle, "--state", state, "--json")
    # The log is another one than the circle's: that is a finding, and nothing of it is followed.
    assert done.status == 2
    assert json.loads(done.out)["size"] == 0
    assert state.exists()


def test_a_new_log_prints_its_keys(tmp_path):
    done = habeas("log", "init", "--data", tmp_path / "new", "--origin", "log.example/new")
    assert done.status == 0
    assert "log.example/new+" in done.out
    assert (tmp_path / "new" / "log.key").exists()


@pytest.mark.parametrize(
    ("arguments", "words", "remedy"),
    [
        ("append URL NOWHERE", "NOWHERE cannot be used: No such file", "name is right"),
        ("append URL PLACE", "PLACE cannot be used: Is a directory", "Name a file"),
        ("init --data PLACE/binary --origin o", "PLACE/binary cannot be used", "Name a folder"),
        ("init --data NOWHERE --origin two+words", "cannot name a key", "URL without its scheme"),
        ("serve --data NOWHERE", "no log in NOWHERE", "init"),
        ("verify NOWHERE --policy PLACE/policy", "no log in NOWHERE", "folder"),
        ("verify PLACE --policy PLACE/binary", "PLACE/binary: ", "tlog-policy"),
        ("monitor URL --circle PLACE/binary", "no text", "again"),
        ("allow --data NOWHERE me", "no log in NOWHERE", "init"),
        ("rebuild NOWHERE --data PLACE --policy PLACE/binary", "PLACE/binary: ", "tlog-policy"),
    ],
)
def test_places_that_cannot_be_used_are_said_with_a_remedy(
    tmp_path, capsys, arguments, words, remedy
):
    place = tmp_path / "place"
    place.mkdir()
    (place / "binary").write_bytes(b"\x00\xff")
    (place / "checkpoint").write_bytes(b"no note")
    (place / "policy").write_text(f"log {tlog.NoteSigner.generate('a').vkey}\nquorum none\n")

    def placed(text):
        return text.replace("PLACE", str(place)).replace("NOWHERE", str(tmp_path / "nowhere"))

    called = [each.replace("URL", URL) for each in placed(arguments).split()]
    assert habeas("log", *called).status == 1
    cause, told = capsys.readouterr().err.splitlines()[-2:]
    assert placed(words) in cause
    assert remedy in told
    assert not (tmp_path / "nowhere").exists()
