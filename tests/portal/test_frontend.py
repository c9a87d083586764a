"""The built scripts and styles in the tree are those of their sources."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "packages" / "habeas" / "src" / "habeas" / "portal" / "static"
BUILT = ["page.css", "page.js", "photo.js", "desk.js", "formats.js", "viewing.js"]


@pytest.mark.slow
def test_building_again_gives_what_is_committed(tmp_path):
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed; only building the front end needs it")
    work, out = tmp_path / "frontend", tmp_path / "static"
    ignore = shutil.ignore_patterns("node_modules")
    shutil.copytree(ROOT / "frontend", work, ignore=ignore)
    out.mkdir()
    # Scripts of packages are not run: esbuild's program comes inside its package.
    install = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(
        install, cwd=work, capture_output=True, text=True, timeout=240, check=False
    )
    if done.returncode:
        pytest.skip(f"npm cannot install the front end's packages: {done.stderr.strip()[-200:]}")
    subprocess.run(
        ["node", "build.mjs"],
        cwd=work, env={**os.environ, "HABEAS_STATIC": str(out)}, timeout=120, check=True,
    )  # fmt: skip
    for name in BUILT:
        assert (out / name).read_bytes() == (STATIC / name).read_bytes(), f"{name}: build again"
