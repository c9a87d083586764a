"""The commands against a running city, as people type them, with what can go wrong."""

import json
import subprocess
import sys

import pytest

from habeas.deploy import installation
from habeas.protocol import Receipt, canonical
from tests.journey.conftest import FIELDS, portrait

pytestmark = pytest.mark.slow


def habeas(*arguments, **environment):
    import os

    return subprocess.run(
        [sys.executable, "-m", "habeas.cli", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
        env={**os.environ, **environment},
    )


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
    user, password = installation.sign_ins(city.place)["licensing-office"]
    ask = {"purpose": "decide-application", "reason": "To decide", **options}
    return habeas(
        "open", reference, "--purpose", ask["purpose"], "--reason", ask["reason"], "--out", out,
        "--user", user, "--portal", city.place.portal_url, "--json",
        HABEAS_PASSWORD=ask.get("password", password),
    )  # fmt: skip


def test_the_whole_way_in_a_terminal(city, photo, tmp_path):
    receipt = tmp_path / "receipt.json"
    sealed = _seal(city, photo, receipt)
    assert sealed.returncode == 0, sealed.stderr
    reference = json.loads(sealed.stdout)["reference"]
    assert receipt.stat().st_mode & 0o077 == 0

    opened = _open(city, reference, tmp_path / "out.jpg")
    assert opened.returncode == 0, opened.stderr
    assert (tmp_path / "out.jpg").read_bytes().startswith(b"\xff\xd8")

    policy = city.place.policy_file
    offline = habeas("verify", receipt, "--offline", "--policy", policy)
    assert offline.returncode == 0, offline.stderr
    live = habeas("verify", receipt, "--policy", policy, "--json")
    assert live.returncode == 0, live.stderr
    report = json.loads(live.stdout)
    index = json.loads(opened.stdout)["index"]
    assert any(line.startswith(f"{index} ") and "requested" in line for line in report["events"])

    withdrawn = habeas("withdraw", receipt, "--direct", "--json")
    assert withdrawn.returncode == 0, withdrawn.stderr
    assert len(json.loads(withdrawn.stdout)["statements"]) == 3
    again = _open(city, reference, tmp_path / "again.jpg")
    assert again.returncode == 1
    assert not (tmp_path / "again.jpg").exists()


def test_refusals_say_cause_and_remedy(city, photo, tmp_path):
    reference = json.loads(_seal(city, photo, tmp_path / "r.json").stdout)["reference"]
    wrong = _open(city, reference, tmp_path / "x", password="wrong")
    assert wrong.returncode == 1
    assert "sign-in is not right" in wrong.stderr
    unpromised = _open(city, reference, tmp_path / "x", purpose="appeal")
    assert unpromised.returncode == 1
    assert "was not told" in unpromised.stderr
    unknown = _open(city, "HL-0000-0000", tmp_path / "x")
    assert "no such case" in unknown.stderr
    taken = _seal(city, photo, tmp_path / "r.json")
    assert "exists already" in taken.stderr
    text = tmp_path / "text.txt"
    text.write_text("not a picture")
    assert "is not a photo that we can read" in _seal(city, text, tmp_path / "n.json").stderr
    assert not (tmp_path / "x").exists()
    assert not (tmp_path / "n.json").exists()


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
        fields["proof"] = head + "\n\n" + rest.splitlines()[0] + "\n"
    return fields


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("opens-later", "other details"),
        ("another-photo", "other details"),
        ("another-proof", "leads to another root"),
        ("another-track-key", "another photo"),
        ("one-acknowledgement-less", "lacks an acknowledgement"),
        ("anothers-acknowledgement", "something else"),
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
    assert "canonical" in habeas("verify", file).stderr


def test_a_wrong_policy_is_noticed(receipts, tmp_path):
    from habeas import tlog

    other = tlog.NoteSigner.generate("habeas.example/log")
    policy = tmp_path / "policy.txt"
    policy.write_text(f"log {other.vkey}\nquorum none\n")
    file = _write(tmp_path, receipts[0].fields())
    done = habeas("verify", file, "--offline", "--policy", policy)
    assert done.returncode == 1
    assert isinstance(Receipt.decode(file.read_bytes()), Receipt)
