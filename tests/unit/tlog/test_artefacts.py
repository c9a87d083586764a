"""One bad proof for each way to fail; the file's name begins with the code of the error.

The keys that signed them were made for this and are in no other use.
"""

from pathlib import Path

import pytest

from habeas import tlog

PLACE = Path(__file__).with_name("artefacts")
ENTRY = (PLACE / "entry").read_bytes()


def verify(text):
    policy = tlog.Policy.parse((PLACE / "policy.txt").read_text())
    return tlog.TlogProof.parse(text).verify(ENTRY, policy)


def test_the_good_one():
    verified = verify((PLACE / "good.proof").read_text())
    assert verified.checkpoint.size == 11
    assert len(verified.cosignatures) == 2


@pytest.mark.parametrize("file", sorted((PLACE / "bad").iterdir()), ids=lambda file: file.stem)
def test_a_bad_one(file):
    with pytest.raises(tlog.TlogError) as caught:
        verify(file.read_bytes().decode())
    assert caught.value.code == file.name.split(".")[0]
    assert caught.value.cause
    assert caught.value.remedy


def test_the_good_one_for_another_entry():
    proof = tlog.TlogProof.parse((PLACE / "good.proof").read_text())
    policy = tlog.Policy.parse((PLACE / "policy.txt").read_text())
    with pytest.raises(tlog.RootMismatchError):
        proof.verify(ENTRY + b" ", policy)
