"""The writer is killed; what it has acknowledged stays. See `tests.service.tlog.crash`."""

import subprocess
import sys

import pytest


def crash(runs):
    done = subprocess.run(
        [sys.executable, "-m", "tests.service.tlog.crash", "--runs", str(runs)],
        capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return done.stdout


@pytest.mark.slow
def test_killed_hundreds_of_times():
    """Often enough for every step; `python -m tests.service.tlog.crash` kills a thousand."""
    told = crash(400)
    assert "none lost" in told
    for step in ("write", "fsync", "rename", "transaction", "commit", "outside"):
        assert f"died at {step}" in told
