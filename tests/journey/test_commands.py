"""The commands against a running city, as people type them, with what can go wrong."""

import json

import pytest

from habeas.protocol import canonical
from habeas.protocol.circle import circle_of
from tests.commands import habeas
from tests.journey.conftest import FIELDS, portrait
from tests.waiting import until

pytestmark = pytest.mark.slow


@pytest.fixture
def photo(tmp_path):
    file = tmp_path / "me.png"
    file.write_bytes(portrait())
    return file


def _seal(city, photo, receipt):
    fields = [part for name, value in FIELDS.items() for part in ("-f", f"{name}={value}")]
    return habeas(
        "seal", photo, *fields, "--receipt", receipt, "--portal", city.place.portal_url, "--json"
    )


def _open(city, reference, out, **options):
    office = options.get("office", "licensing-office")
    ask = {"purpose": "decide-application", "reason": "To decide", "officer": "officer", **options}
    return habeas(
        "open", reference, "--purpose", ask["purpose"], "--reason", ask["reason"], "--out", out,
        "--desk", city.place.addresses.desks[office], "--officer", ask["officer"], "--json",
        HABEAS_OFFICER_PASSPHRASE=ask.get("passphrase", city.place.words[office].officer),
    )  # fmt: skip


def test_the_whole_way_in_a_terminal(city, photo, tmp_path):
    receipt, circle = tmp_path / "receipt.json", city.place.circle_file
    sealed = _seal(city, photo, receipt)
    assert sealed.returncode == 0, sealed.stderr
    reference = json.loads(sealed.stdout)["reference"]
    assert receipt.stat().st_mode & 0o077 == 0
    assert habeas("verify", receipt, "--offline", "--pin", circle).returncode == 0

    opened = _open(city, reference, tmp_path / "out.jpg")
    assert opened.returncode == 0, opened.stderr
    assert (tmp_path / "out.jpg").read_bytes().startswith(b"\xff\xd8")
    index = json.loads(opened.stdout)["index"]

    def complete():
        live = habeas("verify", receipt, "--pin", circle, "--json")
        assert live.returncode in (0, 3), live.stderr
        return live.returncode == 0 and json.loads(live.stdout)

    report = until(complete, "everybody's word on the photo", pause=0.2)
    asked = [act for act in report["acts"] if act["kind"] == "requested"]
    assert [act["index"] for act in asked] == [index]
    assert report["openings"] == 1
    assert habeas("verify", receipt, "--json").returncode == 3  # no pin, no complete verdict

    withdrawn = habeas("withdraw", receipt, "--json")
    assert withdrawn.returncode == 0, withdrawn.stderr
    assert len(json.loads(withdrawn.stdout)["statements"]) == 4
    again = _open(city, reference, tmp_path / "again.jpg")
    assert again.returncode == 1
    assert "withdrawn" in again.stderr
    assert not (tmp_path / "again.jpg").exists()
    report = until(complete, "everybody's word after the withdrawal", pause=0.2)
    assert not any(each["held"] for each in report["trustees"].values())


def test_refusals_say_cause_and_remedy(city, photo, tmp_path):
    reference = json.loads(_seal(city, photo, tmp_path / "r.json").stdout)["reference"]
    wrong = _open(city, reference, tmp_path / "x", passphrase="not the right one")
    assert wrong.returncode == 1
    assert "passphrase" in wrong.stderr
    nobody = _open(city, reference, tmp_path / "x", officer="nobody")
    assert "knows no officer nobody" in nobody.stderr
    unpromised = _open(city, reference, tmp_path / "x", purpose="appeal")
    assert unpromised.returncode == 1
    assert "was not told" in unpromised.stderr
    recognition = _open(city, reference, tmp_path / "x", purpose="face-recognition")
    assert recognition.returncode == 2  # there is no such word on the command line either
    unknown = _open(city, "HL-0000-0000", tmp_path / "x")
    assert "no such case" in unknown.stderr
    another = _open(city, reference, tmp_path / "x", office="interior-ministry")
    assert "no such case" in another.stderr
    taken = _seal(city, photo, tmp_path / "r.json")
    assert "exists already" in taken.stderr
    text = tmp_path / "text.txt"
    text.write_text("not a picture")
    assert "is not a photo that we can read" in _seal(city, text, tmp_path / "n.json").stderr
    assert not (tmp_path / "x").exists()
    assert not (tmp_path / "n.json").exists()


def test_a_receipt_under_another_circle_is_kept_and_not_believed(city, photo, tmp_path):
    fields = [part for name, value in FIELDS.items() for part in ("-f", f"{name}={value}")]
    done = habeas(
        "seal", photo, *fields, "--receipt", tmp_path / "r.json", "--pin", "00" * 32,
        "--portal", city.place.portal_url,
    )  # fmt: skip
    assert done.returncode == 1
    assert "do not vouch for" in done.stderr
    assert (tmp_path / "r.json").exists()


def test_the_log_is_watched_with_the_circle(city, tmp_path):
    """What institutions did is told; there is nothing to find fault with beside it."""
    arguments = ["log", "monitor", city.place.log_url, "--circle", city.place.circle_file]
    done = habeas(*arguments, "--state", tmp_path / "state.sqlite3", "--json")
    assert done.returncode == 2, done.stderr
    told = json.loads(done.stdout)
    assert told["failure"] is None
    assert {each["code"] for each in told["findings"]} <= {
        "roster-changed",
        "key-announced",
        "app-released",
        "app-not-rebuilt",
    }


@pytest.fixture(scope="module")
def receipts(city):
    return [city.apply()[1] for _ in range(2)]


def _write(tmp_path, fields):
    file = tmp_path / "receipt.json"
    file.write_bytes(canonical.encode(fields))
    return file


def _change(fields, change, other):
    if change == "opens-later":
        fields["promise"]["opens_until"] = "2030-01-31"
        for key in fields["promise"]["trustees"]["keys"]:
            key["month"] = "2030-01"
    elif change == "another-photo":
        fields["promise"] = other["promise"]
    elif change == "another-proof":
        fields["proof"] = other["proof"]
    elif change == "another-track-key":
        fields["track_key"] = other["track_key"]
    elif change == "one-acknowledgement-less":
        fields["acknowledgements"].pop()
    elif change == "anothers-acknowledgement":
        fields["acknowledgements"][0] = other["acknowledgements"][0]
    elif change == "no-cosignatures":
        head, _, rest = fields["proof"].rpartition("\n\n")
        logs = len(circle_of(fields["circle"]).log.vkeys)
        fields["proof"] = head + "\n\n" + "\n".join(rest.splitlines()[:logs]) + "\n"
    return fields


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("opens-later", "other details"),
        ("another-photo", "another photo"),
        ("another-proof", "root"),
        ("another-track-key", "another photo"),
        ("one-acknowledgement-less", "not those of the circle"),
        ("anothers-acknowledgement", "does not hold"),
        ("no-cosignatures", "quorum"),
    ],
)
def test_a_tampered_receipt_is_told_why(receipts, tmp_path, change, code):
    fields, other = receipts[0].fields(), receipts[1].fields()
    file = _write(tmp_path, _change(fields, change, other))
    done = habeas("verify", file, "--offline")
    assert done.returncode == 1
    assert code in done.stderr
    assert len(done.stderr.strip().splitlines()) == 2  # a cause and a remedy


def test_what_is_no_receipt_is_said(tmp_path):
    missing = habeas("verify", tmp_path / "none.json")
    assert "cannot be read" in missing.stderr
    file = tmp_path / "pretty.json"
    file.write_text('{"v": 1}')
    assert "is not valid" in habeas("verify", file).stderr
