"""`habeas office`, with a log in this process: keys, rosters, and what is not half made."""

import functools
import json
import shutil

import pytest
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

from habeas.foundation import durable
from habeas.office import credentials, keys
from habeas.protocol import Entry, Kind
from habeas.protocol import office as wrapping
from habeas.tlog import client as log_client
from habeas.tlog.checkpoint import Checkpoint
from habeas.tlog.client import LogClient
from habeas.tlog.errors import LogUnavailableError
from habeas.tlog.note import split
from tests.unit.cli.commands import answering, habeas
from tests.unit.protocol.world import circle_note
from tests.unit.tlog.serving import URL, app_of, new_log, reaching

OFFICE, OFFICER = "the office's own words", "the officer's own words"
INIT = (
    "--office", "licensing-office", "--name", "Licensing office",
    "--origin", "https://desk.example", "--portal", "https://portal.example",
)  # fmt: skip


def quick(hashed, size, salt, _):
    return PBKDF2HMAC(hashed, size, salt, 1)


@pytest.fixture(autouse=True)
def _passphrases(monkeypatch):
    monkeypatch.setenv("HABEAS_OFFICE_PASSPHRASE", OFFICE)
    monkeypatch.setenv("HABEAS_OFFICER_PASSPHRASE", OFFICER)
    # The real one is slow on purpose; the journeys use it.
    for module in (wrapping, credentials):
        monkeypatch.setattr(module, "PBKDF2HMAC", quick)


@pytest.fixture
def office(tmp_path):
    folder = tmp_path / "office"
    assert habeas("office", "init", "--data", folder, *INIT).status == 0
    return folder


@pytest.fixture
def log(tmp_path, monkeypatch):
    with reaching(app_of(new_log(tmp_path / "log"))) as transport:
        reached = functools.partial(LogClient, transport=transport)
        monkeypatch.setattr(log_client, "LogClient", reached)
        yield


def listed(office):
    return json.loads(habeas("office", "roster", "list", "--data", office, "--json").out)


def test_its_part_of_the_circle_is_printed(tmp_path):
    done = habeas("office", "init", "--data", tmp_path / "office", *INIT)
    entry = json.loads(done.out)
    assert (entry["office"], entry["rp_id"]) == ("licensing-office", "desk.example")
    assert entry["name"] == {"en": "Licensing office", "ru": "Licensing office"}
    assert entry["root_vkey"].startswith("licensing-office/root+")
    assert listed(tmp_path / "office") == []


def test_it_is_made_once(office, capsys):
    before = (office / "keys.json").read_bytes()
    assert habeas("office", "init", "--data", office, *INIT).status == 1
    assert "holds an office already" in capsys.readouterr().err
    assert (office / "keys.json").read_bytes() == before


def test_a_passphrase_that_is_too_short_leaves_nothing_half_made(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("HABEAS_OFFICE_PASSPHRASE", "short")
    folder = tmp_path / "office"
    assert habeas("office", "init", "--data", folder, *INIT).status == 1
    assert "fewer than 12 characters" in capsys.readouterr().err
    assert not folder.exists()


@pytest.mark.parametrize(
    ("wrong", "cause"),
    [
        (("--origin", "desk.example"), "'desk.example' is no desk's address"),
        (("--origin", "ftp://desk.example"), "is no desk's address"),
        (("--office", "Licensing Office"), "--office is not what it must be"),
        (("--portal", "portal.example"), "--portal is not what it must be"),
    ],
)
def test_what_no_circle_would_take_is_refused_before_anything_is_made(
    tmp_path, capsys, wrong, cause
):
    folder = tmp_path / "office"
    assert habeas("office", "init", "--data", folder, *INIT, *wrong).status == 1
    assert cause in capsys.readouterr().err
    assert not folder.exists()


def test_a_new_passphrase_is_asked_for_twice(tmp_path, monkeypatch):
    """Nothing else opens what lies under it: a slip of the hand would lock the office out."""
    monkeypatch.delenv("HABEAS_OFFICE_PASSPHRASE")
    folder = tmp_path / "office"
    given = f"{OFFICE}x\n{OFFICE}\n{OFFICE}\n{OFFICE}\n"
    assert habeas("office", "init", "--data", folder, *INIT, given=given).status == 0
    assert keys.load(folder, "licensing-office", OFFICE).seed


def test_officers_come_and_go_and_the_log_has_each_roster(office, log, capsys):
    options = ("--data", office, "--log", URL)
    added = habeas("office", "roster", "add", "O. Petrova", *options)
    assert added.status == 0
    assert "The roster stands on the log, entry 0." in added.out
    (one,) = listed(office)
    assert (one["label"], one["office"]) == ("O. Petrova", "licensing-office")
    assert f"O. Petrova signs with credential {one['id'][:16]}." in added.out
    assert "O. Petrova" in habeas("office", "roster", "list", "--data", office).out
    revoked = habeas("office", "roster", "revoke", "O. Petrova", *options)
    assert revoked.status == 0
    assert listed(office) == []
    assert not (office / "owed-entry.json").exists()
    with log_client.LogClient(URL) as client:
        entries = [Entry.decode(each) for each in client.entries(0, 2)]
    assert [each.kind for each in entries] == [Kind.ROSTER, Kind.ROSTER]
    assert habeas("office", "roster", "revoke", "Nobody", *options).status == 1
    assert "no officer Nobody" in capsys.readouterr().err


def test_nothing_is_signed_while_the_log_cannot_be_compared(office, monkeypatch, capsys):
    gone = functools.partial(LogClient, transport=answering(), sleep=lambda _: None)
    monkeypatch.setattr(log_client, "LogClient", gone)
    options = ("--data", office, "--log", "http://gone")
    assert habeas("office", "roster", "add", "O. Petrova", *options).status == 1
    assert "does not answer" in capsys.readouterr().err
    assert not (office / "owed-entry.json").exists()
    assert listed(office) == []


def test_a_roster_that_the_log_does_not_take_stays_owed_until_the_next_change(
    office, log, monkeypatch, capsys
):
    options = ("--data", office, "--log", URL)

    def away(*_):
        raise LogUnavailableError("The log takes nothing now.")

    with monkeypatch.context() as patched:
        patched.setattr(LogClient, "append", away)
        assert habeas("office", "roster", "add", "O. Petrova", *options).status == 1
    assert "takes nothing now" in capsys.readouterr().err
    assert Entry.decode((office / "owed-entry.json").read_bytes()).kind is Kind.ROSTER
    assert [each["label"] for each in listed(office)] == ["O. Petrova"]
    # The next one follows it, so the log must have it: it would lead to nothing alone.
    done = habeas("office", "roster", "add", "A. Orlov", *options)
    assert (done.status, done.out.count("stands on the log")) == (0, 2)
    assert [each["label"] for each in listed(office)] == ["O. Petrova", "A. Orlov"]


def restored(office, backup):
    shutil.rmtree(office)
    shutil.copytree(backup, office)


def test_a_folder_of_yesterday_signs_no_second_roster_of_one_version(office, log, tmp_path, capsys):
    options = ("--data", office, "--log", URL)
    assert habeas("office", "roster", "add", "O. Petrova", *options).status == 0
    backup = shutil.copytree(office, tmp_path / "backup")
    assert habeas("office", "roster", "revoke", "O. Petrova", *options).status == 0
    newest = shutil.copytree(office, tmp_path / "newest")
    restored(office, backup)
    for change in (("add", "A. Orlov"), ("revoke", "O. Petrova")):
        assert habeas("office", "roster", *change, *options).status == 1
        told = " ".join(capsys.readouterr().err.split())
        assert "a roster of version 2 that this folder does not know" in told
        assert "newest backup" in told
    assert [each["label"] for each in listed(office)] == ["O. Petrova"]
    with log_client.LogClient(URL) as client:
        assert Checkpoint.parse(split(client.checkpoint())[0]).size == 2
    restored(office, newest)
    assert habeas("office", "roster", "add", "A. Orlov", *options).status == 0


def test_what_was_compared_is_not_read_again_and_strangers_say_nothing(office, log, monkeypatch):
    options = ("--data", office, "--log", URL)
    assert habeas("office", "roster", "add", "O. Petrova", *options).status == 0
    with log_client.LogClient(URL) as client:
        (mine,) = client.entries(0, 1)
        forged = Entry.decode(mine).model_copy(update={"day": "2020-01-01"})
        for content in (b"somebody's " + Entry.decode(mine).writer.encode(), forged.encode()):
            client.append(content)
    asked = []
    entries = LogClient.entries

    def watched(self, begin, end):
        asked.append((begin, end))
        return entries(self, begin, end)

    monkeypatch.setattr(LogClient, "entries", watched)
    assert habeas("office", "roster", "add", "A. Orlov", *options).status == 0
    assert habeas("office", "roster", "add", "M. Ivanova", *options).status == 0
    assert asked == [(0, 3), (3, 4)]


def test_what_was_signed_and_then_not_kept_never_goes_to_the_log(office, log, monkeypatch):
    """Killed between the two files of a change: the next one would sign the same version again."""
    options = ("--data", office, "--log", URL)
    assert habeas("office", "roster", "add", "O. Petrova", *options).status == 0
    write = durable.write

    def killed(path, content, **how):
        if path.name == "rosters.json":
            raise OSError
        write(path, content, **how)

    monkeypatch.setattr(durable, "write", killed)
    assert habeas("office", "roster", "add", "I. Ivanov", *options).status != 0
    monkeypatch.setattr(durable, "write", write)
    assert (office / "owed-entry.json").exists()
    assert habeas("office", "roster", "add", "A. Sidorov", *options).status == 0
    with log_client.LogClient(URL) as client:
        size = Checkpoint.parse(split(client.checkpoint())[0]).size
        details = [Entry.decode(each).details for each in client.entries(0, size)]
    assert [each["version"] for each in details] == [1, 2]
    assert [each["label"] for each in listed(office)] == ["O. Petrova", "A. Sidorov"]


@pytest.mark.parametrize("content", [b"", b"\xff", b"{", b"[]", b"3", b"null", b'{"office": 1}'])
def test_what_is_no_enrolment(office, log, tmp_path, capsys, content):
    file = tmp_path / "enrolment.json"
    file.write_bytes(content)
    done = habeas("office", "roster", "admit", file, "--data", office, "--log", URL)
    assert done.status == 1
    assert "enrolment" in capsys.readouterr().err
    assert listed(office) == []


def test_another_passphrase_opens_nothing(office, monkeypatch, capsys):
    monkeypatch.setenv("HABEAS_OFFICE_PASSPHRASE", "somebody else's guess")
    options = ("--data", office, "--log", URL)
    assert habeas("office", "roster", "revoke", "O. Petrova", *options).status == 1
    assert "does not open" in capsys.readouterr().err


def test_the_desk_is_published_with_nothing_that_opens_by_itself(office, tmp_path):
    circle = tmp_path / "circle.txt"
    circle.write_text(circle_note())
    out = tmp_path / "desk"
    done = habeas("office", "publish", out, "--data", office, "--circle", circle)
    assert done.status == 0
    assert f"{out} serves 0 officers." in done.out
    about = json.loads((out / "office.json").read_bytes())
    assert (about["office"], about["circle"]) == ("licensing-office", circle_note())
    assert not (out / "keys.json").exists()


def test_a_folder_that_is_no_office(tmp_path, capsys):
    assert habeas("office", "roster", "list", "--data", tmp_path).status == 1
    told = capsys.readouterr().err
    assert "office.toml" in told
    assert "cannot be read: No such file" in " ".join(told.split())
