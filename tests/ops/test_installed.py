"""The Debian packages, installed in a booted system: units under systemd, hardened as they are.

mmdebstrap makes a Debian 12, systemd-nspawn boots it, dpkg installs both packages, and
`tests/ops/installed.sh` does the rest inside: each party as its own user, the whole journey, and
all of them once more after SIGKILL. HABEAS_PACKAGES names a folder of packages that were built.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from habeas.faces import assets
from tests.places import ROOT
from tests.waiting import PATIENCE_SECONDS, until

pytestmark = [pytest.mark.slow, pytest.mark.ops, pytest.mark.timeout(3600)]
PROGRAMS = ("mmdebstrap", "systemd-nspawn", "nsenter", "dpkg-deb", "pgrep")
INCLUDED = (
    "systemd", "systemd-sysv", "dbus", "python3", "python3-venv", "ca-certificates", "curl",
    "openssl", "procps", "util-linux",
)  # fmt: skip


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    said = os.environ.get("HABEAS_PACKAGES")
    if said:
        return Path(said)
    into = tmp_path_factory.mktemp("packages")
    command = [sys.executable, ROOT / "bin" / "packages", "--into", into]
    subprocess.run(command, check=True)
    return into


@pytest.fixture(scope="module")
def system(tmp_path_factory):
    """A Debian that has booted: its folder, and a way to run commands in it."""
    if os.getuid() or not all(map(shutil.which, PROGRAMS)):
        pytest.skip(f"needs root and {', '.join(PROGRAMS)} (Debian: systemd-container)")
    folder = tmp_path_factory.mktemp("system") / "root"
    include = f"--include={','.join(INCLUDED)}"
    done = subprocess.run(
        ["mmdebstrap", "--quiet", "--variant=minbase", include, "bookworm", folder],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        pytest.skip(f"no Debian to be had here: {done.stderr[-500:]}")
    (folder / "etc" / "machine-id").write_text("")
    said = folder.with_name("boot.log").open("wb")
    container = subprocess.Popen(
        ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--private-network",
         "--console=pipe", f"--machine=habeas-{os.getpid()}", "-D", folder, "--boot"],
        stdin=subprocess.DEVNULL, stdout=said, stderr=said,
    )  # fmt: skip

    def init():
        if container.poll() is not None:
            pytest.skip(f"does not boot here: {folder.with_name('boot.log').read_text()[-500:]}")
        found = subprocess.run(
            ["pgrep", "-P", str(container.pid)], capture_output=True, text=True, check=False
        )
        return found.stdout.split()[0] if found.stdout else None

    leader = until(init, "the container's init", pause=0.5)

    def run(*command, **options):
        return subprocess.run(
            ["nsenter", "--target", leader, "--all", *command],
            capture_output=True, text=True, check=False, **options,
        )  # fmt: skip

    booted = {"running", "degraded"}
    until(
        lambda: run("/bin/systemctl", "is-system-running").stdout.strip() in booted,
        "the system has booted", pause=1.0,
    )  # fmt: skip
    yield folder, run
    container.terminate()  # asks its init to end
    try:
        container.wait(timeout=PATIENCE_SECONDS)
    finally:
        container.kill()
    said.close()


def test_the_packages_work_in_a_booted_system(packages, system):
    folder, run = system
    place = folder / "srv" / "place"
    place.mkdir()
    for each in packages.glob("*.deb"):
        shutil.copy(each, place)
    shutil.copy(assets.path("astronaut.png"), place / "photo.png")
    shutil.copy(ROOT / "tests" / "ops" / "installed.sh", place)
    path = "PATH=/usr/sbin:/usr/bin:/sbin:/bin"
    done = run("/usr/bin/env", "-i", path, "LANG=C.UTF-8", "HOME=/root", "PLACE=/srv/place",
               "/bin/bash", "/srv/place/installed.sh")  # fmt: skip
    reached = [line for line in done.stdout.splitlines() if line.startswith("::")]
    journal = "" if done.returncode == 0 else run(
        "/bin/journalctl", "--no-pager", "--lines=60", "--unit=habeas*"
    ).stdout  # fmt: skip
    assert done.returncode == 0, (
        f"{reached[-1:]}\n{done.stdout[-3000:]}{done.stderr[-3000:]}{journal}"
    )
    assert reached[-1] == "::end"
