"""The scripts and styles in the tree are those of their sources, whatever folder builds them."""

import os
import shutil
import subprocess

import pytest

from tests import places
from tests.browser.conftest import DESK, STATIC

ROOT = places.ROOT


@pytest.mark.slow
def test_another_folder_builds_the_bytes_that_are_committed(tmp_path):
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed; only building the front end needs it")
    work, out = tmp_path / "another folder" / "web", tmp_path / "built"
    shutil.copytree(ROOT / "web", work, ignore=shutil.ignore_patterns("node_modules"))
    # Scripts of packages are not run: esbuild's program comes inside its package.
    install = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]
    done = subprocess.run(
        install, cwd=work, capture_output=True, text=True, timeout=600, check=False
    )
    if done.returncode:
        pytest.skip(f"npm cannot install the front end's packages: {done.stderr.strip()[-200:]}")
    environment = {**os.environ, "HABEAS_BUILT": str(out)}
    subprocess.run(["npm", "run", "build"], cwd=work, env=environment, timeout=600, check=True)
    for made, kept in ((out / "portal" / "static", STATIC), (out / "office" / "desk", DESK)):
        names = {str(path.relative_to(made)) for path in made.rglob("*") if path.is_file()}
        assert names == {str(path.relative_to(kept)) for path in kept.rglob("*") if path.is_file()}
        for name in names:
            same = (made / name).read_bytes() == (kept / name).read_bytes()
            assert same, f"{name} differs: make web"
