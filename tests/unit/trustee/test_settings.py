"""What is wrong with a trustee's settings is said in words: file, line, and what to write."""

from __future__ import annotations

import pytest

from habeas.foundation.token_uri import NoSuchKindError, TokenError
from habeas.tlog import key_line
from habeas.trustee import keyring
from habeas.trustee.errors import SetupError
from habeas.trustee.settings import Settings

GOOD = 'name = "ombudsman.example"\nurl = "https://ombudsman.example"\n'


@pytest.mark.parametrize(
    ("text", "line", "cause", "remedy"),
    [
        ('name = "a b"\nurl = "https://x.example"\n', 1, "name is not", "host name of its own"),
        (f'{GOOD}\nurls = "x"\n', 4, "urls is no setting", "Did you mean url?"),
        (f"{GOOD}fresh_seconds = 0\n", 3, "fresh_seconds: input should be greater", ""),
        ('name = "x.example"\n', 1, "url is missing", "its address"),
        (f"{GOOD}name = = 1\n", 3, "not TOML", "key = value"),
    ],
)
def test_a_file_that_is_wrong(tmp_path, text, line, cause, remedy):
    (tmp_path / "trustee.toml").write_text(text)
    with pytest.raises(SetupError) as refused:
        Settings.load(tmp_path)
    told = refused.value
    assert told.cause.startswith(f"{tmp_path / 'trustee.toml'}:{line}: ")
    assert cause in told.cause
    assert remedy in told.remedy
    for words in ("pydantic", "validation error", "input_value", "config check"):
        assert words not in f"{told.cause} {told.remedy}"


def test_what_is_saved_is_loaded(tmp_path):
    settings = Settings.make("ombudsman.example", "https://ombudsman.example", ["cat", "file"])
    settings.save(tmp_path)
    assert Settings.load(tmp_path) == settings
    with pytest.raises(SetupError, match="does not exist"):
        Settings.load(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("name", "url", "wrong"),
    [("a b", "https://x.example", "its name"), ("x", "ftp://x", "its address"),
     ("a b", "x", "its address and its name")],
)  # fmt: skip
def test_a_new_trustee_that_cannot_be_called_so(name, url, wrong):
    with pytest.raises(SetupError) as refused:
        Settings.make(name, url)
    assert refused.value.cause == f"This cannot be used as {wrong}."
    assert "begins with https://" in refused.value.remedy


def test_a_token_without_ed25519_is_told_what_it_can_do(tmp_path, monkeypatch):
    def refuses(*_):
        raise NoSuchKindError("The token can make no key of Ed25519.", "Keep the key in a file.")

    monkeypatch.setattr(key_line, "make", refuses)
    settings = Settings.make("ombudsman.example", "https://ombudsman.example")
    with pytest.raises(TokenError) as refused:
        keyring.create(tmp_path, settings, "token", token="pkcs11:token=Party", signing=True)
    assert "--signing-in-file" in refused.value.remedy
    assert not list(tmp_path.iterdir())
