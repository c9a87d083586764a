"""The model of the protocol holds its claims, and each seeded fault breaks one (Spin)."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.places import ROOT

MODEL = ROOT / "docs" / "protocol" / "model" / "custody.pml"

FAULTS = {
    "UNLOGGED": "logged_first",
    "FORGETFUL": "recorded_first",
    "HASTY": "kept",
    "DEAF": "gone",
    "VOLATILE": "nothing_hidden",
}


def check(folder: Path, claim: str, *flags: str, fair: bool = False) -> int:
    """How many errors Spin finds when it searches all states for a break of *claim*."""
    for needed in ("spin", "cc"):
        if shutil.which(needed) is None:
            pytest.skip(f"{needed} is not installed: bin/install-test-packages")

    def run(*command: str) -> str:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, check=False, timeout=240
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    run("spin", *flags, "-a", str(MODEL))
    run("cc", "-O2", "-w", "-DVECTORSZ=2048", "-DCOLLAPSE", *(["-DNFAIR=8"] if fair else []),
        "-o", "pan", "pan.c")  # fmt: skip
    said = run("./pan", "-a", "-m1000000", "-N", claim, *(["-f"] if fair else []))
    assert "max search depth too small" not in said
    (line,) = (line for line in said.splitlines() if "errors:" in line)
    return int(line.rpartition("errors:")[2])


@pytest.mark.slow
@pytest.mark.parametrize("claim", ["safe", "enough"])
def test_claim_holds(tmp_path, claim):
    assert check(tmp_path, claim) == 0


def test_an_erasure_is_told_in_the_end(tmp_path):
    assert check(tmp_path, "told", "-DALONE", fair=True) == 0


@pytest.mark.parametrize(("fault", "claim"), FAULTS.items())
def test_seeded_fault_is_found(tmp_path, fault, claim):
    assert check(tmp_path, claim, f"-D{fault}") > 0


def test_an_erasure_that_is_forgotten_is_found(tmp_path):
    assert check(tmp_path, "told", "-DALONE", "-DVOLATILE", fair=True) > 0
