"""The custodian's key on a PKCS #11 token: real commands, SoftHSM's token."""

import json

import pytest

from habeas.tlog import NoteVerifier, open_note
from tests.tokens import PIN, SoftToken, needs_softhsm

pytestmark = needs_softhsm
_SIGN = """
import sys
from pathlib import Path
from habeas.configuration import SigningKey
from habeas.portal.site.folder import custodian_key
elsewhere = SigningKey(token=sys.argv[2]) if sys.argv[2:] else None
print(custodian_key(Path(sys.argv[1]), elsewhere).sign("text\\n"), end="")
"""
URL = "https://photos.example"


@pytest.fixture
def token(tmp_path):
    return SoftToken.create(tmp_path / "token")


def test_the_custodian_signs_on_the_token(token, tmp_path):
    data = tmp_path / "portal"
    done = token.habeas("portal", "init", "--data", data, "--url", URL, "--token", token.address())
    vkey = json.loads(done.stdout)["vkey"]
    kept = (data / "custodian.key").read_text()
    assert kept.startswith(f"{vkey} pkcs11:token=Party;object=photos.example/custodian?")
    assert "PRIVATE" not in kept
    signed = token.python(_SIGN, data).stdout
    assert open_note(signed, [NoteVerifier.parse(vkey)]).text == "text\n"
    file = tmp_path / "habeas.toml"
    said = f'party = "portal"\ndata = "{data}"\n[keys]\ncustodian = {{ token = "%s" }}\n'
    file.write_text(said % token.address())
    token.habeas("config", "check", file)
    # What keeps it from serving is the circle alone: its key was found.
    checked = token.habeas("portal", "check", "--config", file, ok=False).stdout
    assert "circle.txt" in checked
    for wrong, cause in (
        (token.address().replace("Party", "Nobody"), "No token fits. There: Party."),
        (token.address(";object=nothing"), "no key that fits"),
        ("pkcs11:token=Party", "names no pin-source"),
    ):
        file.write_text(said % wrong)
        told = " ".join(token.habeas("config", "check", file, ok=False).stdout.split())
        assert "habeas.toml:4: keys.custodian" in told
        assert cause in told
    moved = tmp_path / "pin-elsewhere"
    (token.folder / "pin").rename(moved)
    assert "pin" in token.python(_SIGN, data, ok=False).stderr
    there = token.address().replace(str(token.folder / "pin"), str(moved))
    assert token.python(_SIGN, data, there).stdout.startswith("text\n\n— photos.example/custodian ")


def test_a_missing_token_makes_nothing(token, tmp_path):
    data = tmp_path / "portal"
    token.write_pin("999999")
    init = ("portal", "init", "--data", data, "--url", URL, "--token", token.address())
    assert "not the token's PIN" in token.habeas(*init, ok=False).stderr
    assert not data.exists()
    token.write_pin(PIN)
    token.sign_in()
    token.habeas(*init)
    kept = (data / "custodian.key").read_bytes()
    empty = SoftToken.create(tmp_path / "empty")
    assert "does not have the key" in empty.python(_SIGN, data, ok=False).stderr
    assert (data / "custodian.key").read_bytes() == kept


def test_a_key_in_the_folder_is_not_taken_for_one_on_a_token(token, tmp_path):
    data = tmp_path / "portal"
    token.habeas("portal", "init", "--data", data, "--url", URL)
    told = token.python(_SIGN, data, token.address(), ok=False).stderr
    assert "lies in the portal's folder, and habeas.toml names a token" in told
