"""A trustee's keys on a PKCS #11 token, or unlocked by one: real commands, SoftHSM's token."""

import json

import pytest

from habeas.tlog import CosignatureVerifier, NoteVerifier, open_note
from tests.tokens import PIN, SoftToken, needs_softhsm

pytestmark = needs_softhsm
_SIGN = """
import json, sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from habeas.trustee import Settings, keyring
folder = Path(sys.argv[1])
keys = keyring.load(folder, Settings.load(folder))
with ThreadPoolExecutor(8) as threads:
    notes = list(threads.map(lambda each: keys.statement.sign(f"{each}\\n"), range(40)))
text = "log.test\\n0\\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\\n"
print(json.dumps({
    "notes": notes, "cosigned": text + "\\n" + keys.witness.cosign(text, 7).line(),
    "statement": keys.statement.vkey, "witness": keys.witness.vkey,
    "locked": keys.locker.lock(b"x", b"content").hex(),
}))
"""
_UNLOCK = """
import sys
from pathlib import Path
from habeas.trustee import Settings, keyring
folder = Path(sys.argv[1])
print(keyring.load(folder, Settings.load(folder)).locker.unlock(b"x", bytes.fromhex(sys.argv[2])))
"""
_COPY = """
import sys
import pkcs11
from pkcs11 import Attribute, ObjectClass
token = pkcs11.lib(sys.argv[1]).get_token(token_label="Party")
with token.open(user_pin=sys.argv[2]) as session:
    for key in session.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY}):
        assert key[Attribute.SENSITIVE] and not key[Attribute.EXTRACTABLE]
        print(key[Attribute.LABEL])
"""


@pytest.fixture
def token(tmp_path):
    return SoftToken.create(tmp_path / "token")


def set_up(token, data, *more, ok=True):
    return token.habeas(
        "trustee", "setup", "--name", "t.example", "--url", "https://t.example", "--data", data,
        "--port", "8102", "--token", token.address(), *more, ok=ok,
    )  # fmt: skip


def signs(token, data):
    """All that the trustee in *data* signs counts for the identity that it has given away."""
    said = json.loads(token.python(_SIGN, data).stdout)
    identity = json.loads((data / "identity.json").read_text())
    assert said["statement"] == identity["statement_vkey"]
    assert said["witness"] == identity["witness_vkey"]
    known = NoteVerifier.parse(said["statement"])
    assert [open_note(each, [known]).text for each in said["notes"]] == [
        f"{each}\n" for each in range(40)
    ]
    open_note(said["cosigned"], [CosignatureVerifier.parse(said["witness"])])
    assert token.python(_UNLOCK, data, said["locked"]).stdout == "b'content'\n"


def test_a_trustee_on_a_token_signs_and_unlocks(token, tmp_path):
    from tests.tokens import MODULE

    data = tmp_path / "trustee"
    done = set_up(token, data)
    assert "passphrase" not in done.stdout
    signs(token, data)
    assert not (data / "master.key").exists()
    there = token.python(_COPY, MODULE, PIN).stdout.split()
    assert sorted(there) == ["t.example/statements", "t.example/unlocks", "t.example/witness"]
    token.habeas("config", "check", data / "habeas.toml")
    token.habeas("trustee", "check", data / "habeas.toml")


def test_signing_keys_in_the_file_are_unlocked_by_the_token(token, tmp_path):
    from tests.tokens import MODULE

    data = tmp_path / "trustee"
    set_up(token, data, "--signing-in-file")
    signs(token, data)
    assert token.python(_COPY, MODULE, PIN).stdout == "t.example/unlocks\n"


def test_without_the_token_nothing_opens_and_nothing_is_made(token, tmp_path):
    data = tmp_path / "trustee"
    set_up(token, data)
    before = {each.name: each.read_bytes() for each in data.iterdir()}
    other = SoftToken.create(tmp_path / "other", "Other")
    told = other.python(_SIGN, data, ok=False).stderr
    assert "No token fits. There: Other." in told
    # A token of that label with none of the keys is not given any.
    empty = SoftToken.create(tmp_path / "empty")
    told = empty.python(_SIGN, data, ok=False).stderr
    assert "does not have the key that is asked for" in told
    token.write_pin("999999")
    assert "not the token's PIN" in token.python(_SIGN, data, ok=False).stderr
    token.sign_in()
    token.write_pin(PIN, 0o644)
    assert "open to other users" in token.python(_SIGN, data, ok=False).stderr
    token.write_pin("")
    assert "is empty" in token.python(_SIGN, data, ok=False).stderr
    token.write_pin(PIN)
    signs(token, data)
    assert {each.name: each.read_bytes() for each in data.iterdir()} == before


def test_a_token_takes_over_and_gives_back(token, tmp_path):
    data, word = tmp_path / "trustee", tmp_path / "word"
    token.habeas(
        "trustee", "setup", "--name", "t.example", "--url", "https://t.example", "--data", data,
        "--port", "8102", "--passphrase", word,
    )  # fmt: skip
    config = ("--config", data / "habeas.toml")
    token.habeas("trustee", "rotate", *config, "--token", token.address())
    signs(token, data)
    assert json.loads((data / "keys.json").read_text())["protection"] == "token"
    twice = token.habeas("trustee", "rotate", *config, "--token", token.address(), ok=False)
    assert "has a key t.example/unlocks already" in " ".join(twice.stderr.split())
    token.habeas("trustee", "rotate", "--data", data, "--token",
                 token.address(";object=t.example/unlocks"))  # fmt: skip
    signs(token, data)
    token.habeas("trustee", "rotate", "--data", data, "--protection", "passphrase",
                 "--passphrase-file", word)  # fmt: skip
    assert "wrapping" not in json.loads((data / "keys.json").read_text())


def test_what_is_wrong_with_the_address_is_said_by_line(token, tmp_path):
    data = tmp_path / "trustee"
    set_up(token, data)
    file = data / "habeas.toml"
    text = file.read_text()
    line = text.splitlines().index(f"token = {json.dumps(token.address())}") + 1
    for wrong, cause in (
        (token.address().replace("Party", "Nobody"), "No token fits. There: Party."),
        (token.address(";object=nothing"), "no key that fits"),
        (token.address(module="/nowhere.so"), "cannot be loaded"),
        ("pkcs11:token=Party", "names no pin-source"),
        ("Party", "is no address of a token"),
        (token.address() + "&pin-value=1", "PIN must not stand"),
    ):
        file.write_text(text.replace(token.address(), wrong))
        told = " ".join(token.habeas("config", "check", file, ok=False).stdout.split())
        assert f"habeas.toml:{line}: keys.token: " in told
        assert cause in told
    assert not (tmp_path / "another").exists()
    refused = token.habeas(
        "trustee", "setup", "--name", "t.example", "--url", "https://t.example", "--data",
        tmp_path / "another", "--port", "8102", "--token", "pkcs11:token=Party", ok=False,
    )  # fmt: skip
    assert "pin-source" in refused.stderr
    assert not (tmp_path / "another").exists()


def test_this_machine_may_know_the_token_by_another_address(token, tmp_path):
    data = tmp_path / "trustee"
    set_up(token, data)
    elsewhere = tmp_path / "moved"
    (token.folder / "pin").rename(elsewhere)
    assert "pin" in token.python(_SIGN, data, ok=False).stderr
    moved = token.address().replace(str(token.folder / "pin"), str(elsewhere))
    done = token.python(_SIGN, data, HABEAS_TRUSTEE_TOKEN=moved)
    assert json.loads(done.stdout)["notes"]
    # Another key of the same token is none of this trustee's, whatever the address says.
    other = moved.replace("token=Party", "token=Party;object=t.example/witness")
    told = token.python(_SIGN, data, ok=False, HABEAS_TRUSTEE_TOKEN=other).stderr
    assert "does not have the key that is asked for" in told


@pytest.mark.parametrize(
    ("uses", "mixed", "cause"),
    [
        ("SIGN", False, "The key on the token may not agree on a key."),
        ("DERIVE", True, "The token agrees on another key than it should."),
    ],
)
def test_nothing_rests_on_a_key_that_cannot_unlock(token, tmp_path, uses, mixed, cause):
    data, word = tmp_path / "trustee", tmp_path / "word"
    token.habeas(
        "trustee", "setup", "--name", "t.example", "--url", "https://t.example", "--data", data,
        "--port", "8102", "--passphrase", word,
    )  # fmt: skip
    kept = (data / "keys.json").read_bytes()
    token.make_pair("P256", "unfit", uses, mixed=mixed)
    config = ("--config", data / "habeas.toml")
    told = token.habeas("trustee", "rotate", *config, "--token",
                        token.address(";object=unfit"), ok=False).stderr  # fmt: skip
    assert cause in " ".join(told.split())
    assert (data / "keys.json").read_bytes() == kept
    token.habeas("trustee", "rotate", *config, "--token", token.address())
    signs(token, data)
