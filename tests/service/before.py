"""The code of the release before this one, from the repository's history.

No release has a tag yet; a commit stands for the last one (`habeas.portal.site.releases`). It runs
on the libraries of this one.
"""

import os
import subprocess
import sys
import tarfile

import pytest

from habeas.portal.site.releases import COMMIT
from tests.places import ROOT


@pytest.fixture(scope="session")
def before(tmp_path_factory):
    """What stands in PYTHONPATH for the release before."""
    folder = tmp_path_factory.mktemp("before")
    archive = folder / "packages.tar"
    command = ["git", "-C", ROOT, "archive", "--output", archive, COMMIT, "packages"]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip(f"the repository has no commit {COMMIT[:7]} here (a shallow clone?)")
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    return os.pathsep.join(map(str, sorted((folder / "packages").glob("*/src"))))


def run(path: str, script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run Python with the release that *path* leads to; the empty one is this release."""
    environment = {**os.environ, **({"PYTHONPATH": path} if path else {})}
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.run(command, env=environment, check=False, text=True, capture_output=True)
