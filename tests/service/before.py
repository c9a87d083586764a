"""The code of the release before this one, from an archive that lies beside this file.

A clone without history has it too. No release has a tag yet; a commit stands for the last one
(`habeas.portal.site.releases`, which also has the id of its tree). It runs on the libraries of this
one. After a release, `python -m tests.service.before TAG` writes the archive anew, and says what is
then true of it.
"""

import lzma
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tests.places import ROOT

ARCHIVE = Path(__file__).with_name("before.tar.xz")


def unpack(folder: Path) -> Path:
    """Unpack it; gives the folder of its packages."""
    with tarfile.open(ARCHIVE) as packed:
        packed.extractall(folder, filter="data")
    return folder / "packages"


@pytest.fixture(scope="session")
def before(tmp_path_factory):
    """What stands in PYTHONPATH for the release before."""
    packages = unpack(tmp_path_factory.mktemp("before"))
    return os.pathsep.join(map(str, sorted(packages.glob("*/src"))))


def run(path: str, script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run Python with the release that *path* leads to; the empty one is this release."""
    environment = {**os.environ, **({"PYTHONPATH": path} if path else {})}
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.run(command, env=environment, check=False, text=True, capture_output=True)


def git(*arguments: object, at: Path = ROOT) -> str:
    """What git says, of this repository or of the one at a folder."""
    command = ["git", "-C", str(at), *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def main(release: str) -> None:
    """Write the archive of *release*, a tag or a commit."""
    archived = ["git", "-C", str(ROOT), "archive", "--format=tar", release, "packages"]
    content = subprocess.run(archived, check=True, capture_output=True).stdout
    ARCHIVE.write_bytes(lzma.compress(content, preset=9 | lzma.PRESET_EXTREME))
    commit, tree = (
        git("rev-parse", f"{release}^{{commit}}"),
        git("rev-parse", f"{release}:packages"),
    )
    sys.stdout.write(f'TREE = "{tree}"\nCOMMIT = "{commit}"\n')


if __name__ == "__main__":
    main(sys.argv[1])
