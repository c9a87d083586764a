"""The published test vectors are what this code makes, and what it accepts."""

import base64
import json

import pytest

from habeas import protocol, tlog
from habeas.custody.reader import OneTimeKey, WrappedShare
from habeas.protocol import Receipt, sealing
from habeas.register import audit
from tests.unit.protocol import vectors


def load(name):
    return json.loads((vectors.FOLDER / f"{name}.json").read_text())


def test_the_files_are_what_the_generator_makes():
    made = vectors.Vectors(vectors.known).files
    assert {path.stem for path in vectors.FOLDER.glob("*.json")} == set(made)
    for name, value in made.items():
        standing = (vectors.FOLDER / f"{name}.json").read_text()
        assert standing == vectors.written(value), name


def test_shares():
    for case in load("shares"):
        shares = [bytes.fromhex(share) for share in case["shares"]]
        for begin in range(case["n"] - case["k"] + 1):
            combined = sealing.combine(shares[begin : begin + case["k"]])
            assert combined.hex() == case["secret"]


def test_deposits_and_releases():
    sealed = load("promise")["promise"]["document"]
    for case, hashed in zip(load("deposits"), sealed["shares"], strict=True):
        opened = sealing.open_deposit(
            bytes.fromhex(case["seed"]), bytes.fromhex(case["info"]),
            base64.b64decode(case["deposit"]), bytes.fromhex(hashed),
        )  # fmt: skip
        assert (opened.share.hex(), opened.track_key.hex()) == (case["share"], case["track_key"])


def test_statements():
    file = load("statements")
    verifier = tlog.NoteVerifier.parse(file["statement_vkey"])
    for case in file["statements"]:
        text = tlog.open_note(case["note"], [verifier]).text
        assert protocol.canonical.decode(text.removesuffix("\n").encode()) == case["fields"]


def test_receipt_and_its_bad_copies():
    fields = load("receipt")
    audit.verify_receipt(Receipt.read(fields))
    other = {"0": "1"}
    for name in ("track_key", "withdraw_secret", "salt"):
        digit = other.get(fields[name][0], "0")
        with pytest.raises(protocol.MalformedError):
            audit.verify_receipt(Receipt.read({**fields, name: digit + fields[name][1:]}))
    wider = {**fields["promise"], "purposes": ["appeal", *fields["promise"]["purposes"]]}
    with pytest.raises(protocol.MalformedError):
        audit.verify_receipt(Receipt.read({**fields, "promise": wider}))


def test_opening():
    case = load("opening")
    key = OneTimeKey(lambda _: bytes.fromhex(case["one_time_seed"]))
    assert base64.b64encode(key.public).decode() == case["one_time_key"]
    shares = [
        WrappedShare(each["trustee"], each["index"], base64.b64decode(each["release"]))
        for each in case["shares"]
    ]
    opened = key.open(
        case["promise"].encode(), case["entry"].encode(), shares[1:],
        base64.b64decode(case["ciphertext"]),
    )  # fmt: skip
    assert opened.photo == base64.b64decode(case["photo"])
