"""`habeas portal` over this portal's tables: officers, what keeps it from serving, its halts."""

import json
import os

import pytest

from habeas.portal.officers import passkeys
from habeas.portal.officers.passkeys import PasskeyError
from habeas.portal.site import setup
from tests.unit.cli.commands import habeas
from tests.unit.portal.conftest import circle_note
from tests.unit.protocol import world


@pytest.fixture(autouse=True)
def _environment(monkeypatch):
    """The commands name their folder to Django; other tests must not inherit it."""
    monkeypatch.setenv("HABEAS_DATA", os.environ.get("HABEAS_DATA", ""))


@pytest.fixture
def portal(city, data):
    """Runs a command of this portal."""

    def portal(*arguments):
        return habeas("portal", *arguments, "--data", data)

    return portal


def test_officers_are_added_listed_disabled_and_enabled(portal):
    assert "There are no officers." in portal("officers", "list").out
    added = portal("officers", "add", "o.petrova", "--office", "licensing-office")
    assert added.status == 0
    assert added.out.startswith("http://127.0.0.1/desk/sign-in/passkey/new/#")
    assert portal("officers", "list").out == "licensing-office  o.petrova\n"
    assert portal("officers", "disable", "o.petrova").status == 0
    assert portal("officers", "invite", "o.petrova").status == 1, "whoever is disabled stays out"
    assert portal("officers", "list").out == "licensing-office  o.petrova  (disabled)\n"
    (row,) = json.loads(portal("officers", "list", "--json").out)
    assert row == {"name": "o.petrova", "office": "licensing-office", "disabled": True}
    assert portal("officers", "list", "--office", "parks-department", "--json").out == "[]\n"
    assert "let in again" in portal("officers", "enable", "o.petrova").out
    assert portal("officers", "list").out == "licensing-office  o.petrova\n"
    acts = [
        json.loads(line)["act"] for line in portal("officers", "audit", "--json").out.splitlines()
    ]
    assert acts == ["added", "invited", "disabled", "enabled"]
    assert portal("officers", "audit", "--since", "2199-01-01").out == ""


def test_another_invitation_ends_the_one_before(portal):
    first = portal("officers", "add", "o.petrova", "--office", "licensing-office").out.strip()
    second = portal("officers", "invite", "o.petrova", "--hours", "1").out.strip()
    assert first != second
    with pytest.raises(PasskeyError):
        passkeys.invited(first.partition("#")[2])
    assert passkeys.invited(second.partition("#")[2]).name == "o.petrova"


@pytest.mark.parametrize(
    "arguments",
    [
        ("add", "o.petrova", "--office", "no-such-office"),
        ("invite", "nobody"), ("disable", "nobody"), ("enable", "nobody"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_two_lines(portal, capsys, arguments):
    assert portal("officers", *arguments).status == 1
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 2
    assert said[0].startswith("Error: ")


def test_nothing_keeps_it_from_serving(portal):
    done = portal("check")
    assert (done.status, done.out) == (0, "Nothing keeps the portal from serving.\n")


def test_what_keeps_it_from_serving_is_said_with_its_remedy(portal, data, capsys):
    (data / "circle.txt").unlink()
    done = portal("check")
    assert done.status == 1
    assert "circle.txt cannot be read" in done.out
    assert "Restore it from the backup" in done.out
    assert portal("serve").status == 1, "it refuses before anything is started"
    assert "circle.txt" in capsys.readouterr().err


def test_an_office_that_the_circle_lacks_keeps_it_from_serving(portal, data):
    other = {**world.circle_fields()["offices"][0], "office": "another-office"}
    (data / "circle.txt").write_text(world.circle_note(offices=[other]))
    done = portal("check")
    assert done.status == 1
    assert "names the office licensing-office, which the circle lacks" in done.out


def test_a_circle_is_adopted_once(portal, data, tmp_path, capsys):
    note = tmp_path / "note.txt"
    note.write_text(circle_note())
    assert portal("adopt", note).status == 0
    note.write_text(world.circle_note())
    assert portal("adopt", note).status == 1
    assert "has agreed to a circle already" in capsys.readouterr().err
    assert (data / "circle.txt").read_text() == circle_note()


def test_where_nothing_has_halted_resuming_says_so(portal):
    assert portal("resume").out == "Nothing had halted.\n"


def test_a_folder_is_made_once_and_its_key_is_the_circle_s(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(setup, "migrate", lambda: None)  # these tables are all tests' tables
    folder = tmp_path / "new"
    init = ("portal", "init", "--data", folder, "--url")
    done = habeas(*init, "https://photos.example:8443")
    assert done.status == 0
    told = json.loads(done.out)
    assert (told["name"], told["portal"]) == ("photos.example", "https://photos.example:8443")
    assert told["vkey"].startswith("photos.example/custodian+")
    assert "custodian.key: it is made once" in done.err
    kept = (folder / "custodian.key").read_bytes()
    assert habeas(*init, "https://photos.example").status == 1
    assert "holds a portal already" in capsys.readouterr().err
    assert (folder / "custodian.key").read_bytes() == kept


@pytest.mark.parametrize("url", ["", "photos.example", "ftp://photos.example", "https://a b"])
def test_what_is_no_portal_s_address(tmp_path, capsys, url):
    folder = tmp_path / "new"
    assert habeas("portal", "init", "--data", folder, "--url", url).status == 1
    assert "is no portal's address" in capsys.readouterr().err
    assert not folder.exists()
