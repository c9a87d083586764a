"""Every command of the guides runs, in the order in which somebody would read them.

In namespaces of its own, so that paths and ports are those that the guides have: nothing of this
machine is touched. Then the guides are held to the page: each fenced command is one that ran.
"""

import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from habeas.faces import assets
from tests.ops.guides import FOLDER, STORY, script, steps
from tests.places import ROOT

PORTS = {"trustee-1": 8101, "trustee-2": 8102, "trustee-3": 8103, "trustee-4": 8104, "log": 8001,
         "portal": 8000, "recorder": 9120}  # fmt: skip
#: In the namespaces: folders of our own over those that the guides name.
_ENTER = """\
set -eu
ip link set lo up
cp -a /etc "$PLACE/etc" 2>/dev/null || true
mkdir -p "$PLACE/etc/habeas" "$PLACE/lib/habeas" "$PLACE/backups"
mount --bind "$PLACE/etc" /etc
mount --bind "$PLACE/lib" /var/lib
mount --bind "$PLACE/backups" /var/backups
(cd "$HABEAS_SOURCE" && exec python -m tests.ops.camera 9554) &
cd "$PLACE/work"
exec bash "$PLACE/story"
"""
_UNSHARE = ["unshare", "--map-root-user", "--net", "--mount", "--pid", "--fork", "--kill-child"]


def allowed():
    """Whether this machine lets us have namespaces of our own."""
    if not all(map(shutil.which, ("unshare", "ip", "curl", "openssl"))):
        return False
    probe = subprocess.run([*_UNSHARE, "true"], capture_output=True, check=False)
    return probe.returncode == 0


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_every_command_of_the_guides_runs(tmp_path):
    if not shutil.which("caddy"):
        pytest.skip("needs caddy (bin/install-test-packages)")
    assert tell(tmp_path, STORY) > 50


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_who_runs_cameras_alone_needs_no_other_guide(tmp_path):
    assert tell(tmp_path, ("cameras",)) > 6


def tell(tmp_path, guides):
    """Run what *guides* tell, in namespaces of its own; how many steps were reached."""
    if not allowed():
        pytest.skip("needs unshare, ip, curl and openssl, and a machine that allows namespaces")
    (tmp_path / "work").mkdir()
    (tmp_path / "story").write_text(script(PORTS, guides))
    shutil.copy(assets.path("astronaut.png"), tmp_path / "work" / "photo.jpg")
    environment = {
        name: value for name, value in os.environ.items()
        if not name.startswith(("HABEAS_", "DJANGO_", "PYTEST"))
    }  # fmt: skip
    environment |= {
        "PATH": f"{Path(sys.executable).parent}:{environment['PATH']}",
        "PLACE": str(tmp_path), "HOME": str(tmp_path / "work"), "HABEAS_SOURCE": str(ROOT),
        "HABEAS_ASSETS": str(assets.folder()),
    }  # fmt: skip
    done = subprocess.run(
        [*_UNSHARE, "bash", "-c", _ENTER], env=environment, text=True, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=3000,
    )  # fmt: skip
    reached = re.findall(r"^::(.*)$", done.stdout, re.MULTILINE)
    services = "".join(
        f"\n--- {each.name}\n{each.read_text(errors='replace')[-1500:]}"
        for each in sorted((tmp_path / "work").glob("output-*"))
        if done.returncode
    )
    assert done.returncode == 0, f"at {reached[-1:]}:\n{done.stdout[-4000:]}{services}"
    assert reached[-1] == "end"
    return len(reached)


def test_each_guide_has_commands_and_stands_in_the_index():
    index = (FOLDER / "README.md").read_text()
    for file in sorted(FOLDER.glob("*.md")):
        if file.name != "README.md":
            assert f"]({file.name})" in index, f"{file.name} is missing in the index"
    for guide in STORY:
        assert list(steps(guide)), guide


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.md")), ids=lambda file: file.name)
def test_no_command_stands_where_nobody_runs_it(file):
    """Fences are of kinds that run; indented blocks hold no command."""
    text = file.read_text()
    fences = re.findall(r"^```(\S*)", text, re.MULTILINE)
    assert set(fences[::2]) <= {"sh", "yaml", "ini", "toml"}
    if "sh" in fences:
        assert file.stem in STORY, "its commands are not part of the story"
    indented = re.findall(
        r"^ {4}\S.*$",
        re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE),
        re.MULTILINE,
    )
    assert not [line for line in indented if textwrap.dedent(line).startswith(("habeas", "sudo"))]
