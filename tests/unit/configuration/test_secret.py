"""A secret is read from where the configuration says, and from nowhere else."""

import pytest

from habeas.configuration import Secret, SecretError


def test_from_a_file_without_the_end_of_its_line(tmp_path):
    file = tmp_path / "word"
    file.write_text("two words \r\n")
    file.chmod(0o600)
    assert Secret(file=file).read() == "two words "


def test_from_a_credential_of_systemd(tmp_path, monkeypatch):
    (tmp_path / "portal-database").write_text("word")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert Secret(credential="portal-database").read() == "word"
    monkeypatch.delenv("CREDENTIALS_DIRECTORY")
    with pytest.raises(SecretError, match="LoadCredential=portal-database"):
        Secret(credential="portal-database").read()


@pytest.mark.parametrize("name", ["../shadow", "a/b", ""])
def test_a_credential_is_a_name(name):
    with pytest.raises(ValueError, match="credential"):
        Secret(credential=name)


@pytest.mark.parametrize(
    ("content", "mode", "why"),
    [
        (b"", 0o600, "is empty"),
        (b"\n", 0o600, "is empty"),
        (b"\xff", 0o600, "no text"),
        (b"a" * 70_000, 0o600, "too long"),
        (b"word", 0o640, "open to other users"),
        (b"word", 0o606, "open to other users"),
        (None, 0, "cannot be read"),
    ],
)
def test_what_is_no_secret_is_told(tmp_path, content, mode, why):
    file = tmp_path / "word"
    if content is not None:
        file.write_bytes(content)
        file.chmod(mode)
    with pytest.raises(SecretError, match=why):
        Secret(file=file).read()


def test_it_shows_its_place_and_not_itself(tmp_path):
    file = tmp_path / "place"
    file.write_text("word")
    assert str(Secret(file=file)) == str(file)
    assert "word" not in repr(Secret(file=file))
