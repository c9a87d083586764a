"""The Debian packages, installed in a booted system: units under systemd, hardened as they are.

mmdebstrap makes a Debian 12, systemd-nspawn boots it, dpkg installs both packages, and
`tests/ops/installed.sh` does the rest inside: each party as its own user, the log and both nodes of
the portal on Debian's PostgreSQL and on SeaweedFS, TLS by an authority of the city's own; the whole
journey, and faults. HABEAS_PACKAGES names a folder of packages that were built.
"""

import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from habeas.faces import assets
from tests.ops.authority import Authority
from tests.places import ROOT
from tests.waiting import PATIENCE_SECONDS, until

pytestmark = [pytest.mark.slow, pytest.mark.ops, pytest.mark.timeout(3600)]
PROGRAMS = ("mmdebstrap", "systemd-nspawn", "nsenter", "dpkg-deb", "pgrep")
INCLUDED = (
    "systemd", "systemd-sysv", "dbus", "python3", "python3-venv", "ca-certificates", "curl",
    "openssl", "procps", "util-linux", "postgresql", "caddy", "systemd-journal-remote",
)  # fmt: skip
_LANDLOCK = "landlock_create_ruleset landlock_add_rule landlock_restrict_self"
#: What systemd says of a system that has booted.
_BOOTED = {"running", "degraded"}
#: All of them lead to the one machine, by certificates of their own.
NAMES = (
    "photos", "log", "hours", "journal", "store", "db",
    "trustee-1", "trustee-2", "trustee-3", "trustee-4",
)  # fmt: skip


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
    with booted(folder) as run:
        yield folder, run


@contextlib.contextmanager
def booted(folder):
    """The system of that folder, at work: a way to run commands in it. It ends whatever happens."""
    boot = folder.with_name("boot.log")
    with boot.open("wb") as said, contextlib.ExitStack() as ends:
        container = subprocess.Popen(
            # As on a machine of its own: the container keeps Landlock from nobody.
            ["systemd-nspawn", "--quiet", f"--system-call-filter={_LANDLOCK}", "--register=no",
             "--keep-unit", "--private-network", "--console=pipe",
             f"--machine=habeas-{os.getpid()}", "-D", folder, "--boot"],
            stdin=subprocess.DEVNULL, stdout=said, stderr=said,
        )  # fmt: skip
        ends.callback(container.wait)
        ends.callback(container.kill)
        ends.callback(container.wait, timeout=PATIENCE_SECONDS)
        ends.callback(container.terminate)  # asks its init to end

        def init():
            if container.poll() is not None:
                pytest.skip(f"does not boot here: {boot.read_text()[-500:]}")
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

        until(
            lambda: run("/bin/systemctl", "is-system-running").stdout.strip() in _BOOTED,
            "the system has booted", pause=1.0,
        )  # fmt: skip
        yield run


def test_the_packages_work_in_a_booted_system(packages, system):
    folder, run = system
    place = folder / "srv" / "place"
    place.mkdir()
    for each in packages.glob("*.deb"):
        shutil.copy(each, place)
    shutil.copy(assets.path("astronaut.png"), place / "photo.png")
    shutil.copy(ROOT / "tests" / "ops" / "installed.sh", place)
    weed = Path(sys.executable).with_name("weed")
    if not weed.exists():
        pytest.skip("SeaweedFS is not installed (make setup-dev)")
    shutil.copy(weed, place)
    authority = Authority(place)
    for name in NAMES:
        own = place / "tls" / f"{name}.city.example"
        own.mkdir(parents=True)
        authority.certify(own, own.name)
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
