"""A log within somebody's FastAPI or Django application, as docs/log-embedding.md shows it."""

import re
import subprocess
import sys

import pytest

from tests.places import PACKAGES, ROOT

DOCUMENT = (ROOT / "docs" / "log-embedding.md").read_text()
README = (PACKAGES / "habeas-tlog" / "README.md").read_text()
BLOCK = re.compile(r"```py(?:thon)?\n(.*?)```", re.DOTALL)


def run(code, folder):
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False,
        timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("framework", ["FastAPI", "Django"])
def test_the_example_of(framework, tmp_path):
    (code,) = [each for each in BLOCK.findall(DOCUMENT) if framework.lower() in each.lower()]
    assert run(code, tmp_path).strip().endswith("0")


def test_the_readme_s_log_witness_and_monitor(tmp_path):
    blocks = BLOCK.findall(README)
    log, witness, monitor = (
        next(each for each in blocks if mark in each)
        for mark in ("# A log", "# A witness", "# A monitor")
    )
    lines = {"log": 10, "witness": 5, "monitor": 3}
    for name, block in zip(lines, (log, witness, monitor), strict=True):
        code = [
            line for line in block.splitlines()
            if line and not line.startswith(("#", "import", "from"))
        ]  # fmt: skip
        assert len(code) <= lines[name], f"the {name} has {len(code)} lines"
    (from_asyncio,) = [each for each in blocks if "# The same for asyncio" in each]
    told = run(log + witness + monitor + from_asyncio, tmp_path)
    assert "1 entries followed" in told
    assert "entry 1" in told
