"""`habeas trustee setup`: five answers make a trustee; what it makes is kept to its user."""

import json

import pytest
from typer.testing import CliRunner

from habeas.foundation.errors import HabeasError
from habeas.trustee import Settings, keyring
from habeas.trustee.ceremony import fingerprint
from habeas.trustee.command import app


@pytest.fixture
def answers(tmp_path):
    data, word = tmp_path / "trustee", tmp_path / "secret" / "word"
    return data, word, f"t.example\nhttps://t.example\n{data}\n8102\n{word}\n"


def test_five_answers_make_a_trustee(answers, monkeypatch):
    data, word, said = answers
    done = CliRunner().invoke(app, ["setup"], input=said)
    assert done.exit_code == 0, done.output
    identity = json.loads((data / "identity.json").read_text())
    assert fingerprint(identity["statement_vkey"]) in done.output
    assert word.stat().st_mode & 0o777 == 0o600
    assert len(word.read_text().strip()) == 26
    monkeypatch.setenv(keyring.PASSPHRASE_VARIABLE, word.read_text().strip())
    keys = keyring.load(data, Settings.load(data))
    assert keys.statement.vkey == identity["statement_vkey"]
    assert word.read_text().strip() not in done.output
    checked = CliRunner().invoke(app, ["check", str(data / "habeas.toml")])
    assert checked.exit_code == 0, checked.output
    again = CliRunner().invoke(app, ["setup"], input=said)
    assert isinstance(again.exception, HabeasError)
    assert "exists already" in again.exception.cause


@pytest.mark.parametrize(
    ("old", "new", "cause"),
    [
        ("https://t.example", "http://t.example", "not https"),
        ("https://t.example", "t.example", "address"),
        ("t.example\nhttps", "a+b\nhttps", "name"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_made(answers, old, new, cause):
    data, word, said = answers
    done = CliRunner().invoke(app, ["setup"], input=said.replace(old, new, 1))
    assert isinstance(done.exception, HabeasError)
    assert cause in done.exception.cause
    assert not data.exists()
    assert not word.exists()


def test_fingerprints_differ_with_the_key():
    assert fingerprint("a") != fingerprint("b")
    assert len(fingerprint("a").split()) == 8
