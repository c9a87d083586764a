"""`habeas trustee setup`: six answers make a trustee; what it makes is kept to its user."""

import json
import tomllib

import pytest
from typer.testing import CliRunner

from habeas.foundation.errors import HabeasError
from habeas.trustee import Settings, keyring
from habeas.trustee.ceremony import fingerprint
from habeas.trustee.command import app


@pytest.fixture
def answers(tmp_path):
    data, word = tmp_path / "trustee", tmp_path / "secret" / "word"
    return data, word, f"t.example\nhttps://t.example\n{data}\n8102\n{word}\n\n"


def test_six_answers_make_a_trustee(answers, monkeypatch):
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


def configured(data):
    return tomllib.loads((data / "habeas.toml").read_text()).get("mail")


def test_a_mail_server_is_asked_for_and_written_down(answers, tmp_path):
    data, _, said = answers
    password = tmp_path / "mail-password"
    password.write_text("secret\n")
    password.chmod(0o600)
    mail = f"mail.t.example\n\nnotices\n{password}\n"
    done = CliRunner().invoke(app, ["setup"], input=said.removesuffix("\n") + mail)
    assert done.exit_code == 0, done.output
    assert configured(data) == {
        "host": "mail.t.example", "sender": "notices@t.example", "user": "notices",
        "password": {"file": str(password)},
    }  # fmt: skip
    checked = CliRunner().invoke(app, ["check", str(data / "habeas.toml")])
    assert checked.exit_code == 0, checked.output


def named(data, word, *mail):
    return CliRunner().invoke(app, [
        "setup", "--name", "t.example", "--url", "https://t.example", "--data", str(data),
        "--port", "8102", "--passphrase", str(word), *mail,
    ])  # fmt: skip


def test_who_names_all_by_options_is_asked_nothing(answers):
    data, word, _ = answers
    done = named(data, word, "--mail", "mail.t.example", "--mail-sender", "photos@t.example")
    assert done.exit_code == 0, done.output
    assert configured(data) == {"host": "mail.t.example", "sender": "photos@t.example"}


def test_without_a_mail_server_none_is_written(answers):
    data, word, _ = answers
    assert named(data, word).exit_code == 0
    assert configured(data) is None


@pytest.mark.parametrize(
    "mail",
    [
        ("--mail", "mail server"),
        ("--mail", "mail.t.example", "--mail-sender", "nobody"),
        ("--mail", "mail.t.example", "--mail-user", "notices"),
    ],
)
def test_a_mail_server_that_cannot_be_is_refused_before_anything_is_made(answers, mail):
    data, word, _ = answers
    done = named(data, word, *mail)
    assert isinstance(done.exception, HabeasError)
    assert "Mails cannot be sent" in done.exception.cause
    assert not data.exists()
    assert not word.exists()


def test_fingerprints_differ_with_the_key():
    assert fingerprint("a") != fingerprint("b")
    assert len(fingerprint("a").split()) == 8
