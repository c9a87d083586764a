"""The kit of good and bad artefacts: each is judged as it must be, and says why."""

import dataclasses

import pytest

from habeas import tlog
from habeas.tlog import conformance
from habeas.tlog.conformance import KIT, Artefact

ALL = list(conformance.artefacts())


def test_there_are_good_and_bad_ones_of_each_kind():
    kinds = {(each.kind, each.good) for each in ALL}
    assert kinds == {(k, g) for k in ("proof", "checkpoint", "policie") for g in (True, False)}
    assert len(ALL) > 60


@pytest.mark.parametrize("artefact", ALL, ids=lambda each: f"{each.kind}-{each.file.stem}")
def test_it_is_judged(artefact):
    if artefact.good:
        conformance.judge(artefact)
        return
    with pytest.raises(tlog.TlogError) as caught:
        conformance.judge(artefact)
    assert caught.value.code == artefact.code
    assert caught.value.cause
    assert caught.value.remedy


def test_another_implementation_that_errs_is_told_where(tmp_path):
    assert list(conformance.differences(conformance.judge)) == []
    wrong = list(conformance.differences(lambda _: None))
    assert len(wrong) == sum(not each.good for each in ALL)
    assert "must be refused" in wrong[0]

    def refuse(artefact):
        raise tlog.FormatError(f"{artefact.kind}")

    assert len(list(conformance.differences(refuse))) == sum(each.good for each in ALL)


def test_the_good_proof_for_another_entry():
    (good,) = (each for each in ALL if each.good and each.kind == "proof")
    proof = tlog.TlogProof.parse(good.file.read_text())
    policy = tlog.Policy.parse((KIT / "policy.txt").read_bytes())
    verified = proof.verify((KIT / "entry").read_bytes(), policy)
    assert (verified.checkpoint.size, len(verified.cosignatures)) == (11, 2)
    with pytest.raises(tlog.RootMismatchError):
        proof.verify((KIT / "entry").read_bytes() + b" ", policy)
    assert dataclasses.replace(good, good=False).code == "both-witnesses"
    assert isinstance(good, Artefact)
