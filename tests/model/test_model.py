"""The models of the protocol hold their claims, and each rule left out breaks one (Spin)."""

import shutil
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "docs" / "protocol" / "model"
#: Seconds; a search takes some, and this bounds one that would never end.
PATIENCE = 900

CRASHES = {
    "UNLOGGED": "logged_first",
    "FORGETFUL": "recorded_first",
    "HASTY": "kept",
    "DEAF": "gone",
    "VOLATILE": "nothing_hidden",
}

#: Quorums of n witnesses by which a photo can be opened unseen, or not.
SAFE_QUORUMS = [(4, 2, 3, 3), (3, 2, 2, 3), (3, 2, 3, 2), (5, 3, 4, 4)]
UNSAFE_QUORUMS = [(4, 2, 2, 3), (3, 2, 2, 2), (5, 3, 3, 4)]

ONCE = "-DREQUESTS=1"
NOBODY_ASKS = "-DNOREADER"
RESTORED = ("-DROLLBACK", ONCE, NOBODY_ASKS)

HOLD = [
    ("reading", ONCE),
    # This rule alone is caught by another: the reader has more than one net.
    ("reading", "-DR=2"),
    ("debt", "-DREQUESTS=2", NOBODY_ASKS),
    ("willed", NOBODY_ASKS),
    ("gone", "-DOWNSTREAM", "-DANCHOR", *RESTORED),
    ("closes", "-DREQUESTS=0", NOBODY_ASKS),
    ("late", "-DLATE", "-DREQUESTS=0", NOBODY_ASKS),
]
BREAK = [
    ("reading", "-DUNSIGNED"),
    ("reading", "-DNOENDS"),
    ("reading", "-DNOENDS", "-DSTALE"),
    ("reading", "-DNOENDS", "-DR=2"),
    ("debt", "-DNODEBT", "-DREQUESTS=2", NOBODY_ASKS),
    ("willed", "-DLOGKILLS", NOBODY_ASKS),
    ("willed", "-DCLOSEKILLS", NOBODY_ASKS),
    ("gone", *RESTORED),
    ("gone", "-DOWNSTREAM", *RESTORED),
    ("closes", "-DNOFORWARD", "-DREQUESTS=0", NOBODY_ASKS),
    ("late", "-DAMNESIA", "-DLATE", "-DREQUESTS=0", NOBODY_ASKS),
]
#: Claims that something happens in the end suppose that nobody is passed over for ever.
FAIR = {"closes", "told"}


def errors(folder: Path, model: str, claim: str, *flags: str) -> int:
    """How many errors Spin finds when it searches all states for a break of *claim*."""
    for needed in ("spin", "cc"):
        if shutil.which(needed) is None:
            pytest.skip(f"{needed} is not installed: bin/install-test-packages")

    def run(*command: str) -> str:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, check=False, timeout=PATIENCE
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    fair = claim in FAIR
    run("spin", *flags, "-a", str(FOLDER / model))
    run("cc", "-O2", "-w", "-DVECTORSZ=2048", "-DCOLLAPSE", *(["-DNFAIR=8"] if fair else []),
        "-o", "pan", "pan.c")  # fmt: skip
    said = run("./pan", "-a", "-m2000000", "-N", claim, *(["-f"] if fair else []))
    assert "max search depth too small" not in said
    (line,) = (line for line in said.splitlines() if "errors:" in line)
    return int(line.rpartition("errors:")[2])


@pytest.mark.slow
@pytest.mark.parametrize("claim", ["safe", "enough"])
def test_whatever_crashes_the_claim_holds(tmp_path, claim):
    assert errors(tmp_path, "custody.pml", claim) == 0


def test_an_erasure_is_told_in_the_end(tmp_path):
    assert errors(tmp_path, "custody.pml", "told", "-DALONE") == 0


@pytest.mark.parametrize(("fault", "claim"), CRASHES.items())
def test_a_careless_trustee_is_found(tmp_path, fault, claim):
    assert errors(tmp_path, "custody.pml", claim, f"-D{fault}") > 0


def test_an_erasure_that_is_forgotten_is_found(tmp_path):
    assert errors(tmp_path, "custody.pml", "told", "-DALONE", "-DVOLATILE") > 0


def _quorums(n, k, q, r):
    return f"-DN={n}", f"-DK={k}", f"-DQ={q}", f"-DR={r}"


@pytest.mark.parametrize("numbers", SAFE_QUORUMS)
def test_no_photo_is_opened_in_a_view_that_its_holder_cannot_see(tmp_path, numbers):
    assert errors(tmp_path, "views.pml", "seen", *_quorums(*numbers)) == 0


@pytest.mark.parametrize("numbers", UNSAFE_QUORUMS)
def test_smaller_quorums_fork(tmp_path, numbers):
    assert errors(tmp_path, "views.pml", "seen", *_quorums(*numbers)) > 0


def test_a_witness_that_forgets_forks(tmp_path):
    assert errors(tmp_path, "views.pml", "seen", "-DFORGETFUL") > 0


@pytest.mark.slow
@pytest.mark.parametrize(("claim", "flags"), [(claim, flags) for claim, *flags in HOLD])
def test_whoever_lies_the_claim_holds(tmp_path, claim, flags):
    assert errors(tmp_path, "parties.pml", claim, *flags) == 0


@pytest.mark.slow
@pytest.mark.parametrize(("claim", "flags"), [(claim, flags) for claim, *flags in BREAK])
def test_each_rule_left_out_is_found(tmp_path, claim, flags):
    assert errors(tmp_path, "parties.pml", claim, *flags) > 0
