"""A Debian package, built in the tree: what is in it, and that it works where it is installed."""

import re
import shutil
import subprocess
import sys
from collections import Counter
from importlib.machinery import SourceFileLoader
from importlib.metadata import PathDistribution
from importlib.util import module_from_spec, spec_from_loader

import pytest

from tests.places import ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="dpkg-deb is not installed"),
]
HOME = "usr/lib/habeas-trustee"
#: Licences of what a trustee's package carries: all of them let it be passed on with Habeas.
ALLOWED = {
    "0BSD", "Apache Software License", "Apache-2.0", "BSD License", "BSD-2-Clause", "BSD-3-Clause",
    "ISC License (ISCL)", "MIT", "MIT License", "MIT-0", "MPL-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)", "PSF-2.0",
}  # fmt: skip


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    into = tmp_path_factory.mktemp("packages")
    done = subprocess.run(
        # Packing costs more than all the rest, and what is packed is what is looked at.
        [sys.executable, ROOT / "bin" / "packages", "habeas-trustee", "--into", into,
         "--compression", "none"],
        capture_output=True, text=True, check=False, timeout=1200,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    (file,) = into.glob("*.deb")
    return file


@pytest.fixture(scope="module")
def installed(package, tmp_path_factory):
    """As dpkg unpacks it, elsewhere."""
    root = tmp_path_factory.mktemp("root")
    subprocess.run(["dpkg-deb", "-x", package, root], check=True)
    subprocess.run(["dpkg-deb", "-e", package, root / "DEBIAN"], check=True)
    return root


def distributions(root):
    found = {}
    for place in root.glob(f"{HOME}/lib/python3*/site-packages/*.dist-info"):
        each = PathDistribution(place)
        found[re.sub(r"[-_.]+", "-", each.metadata["Name"]).lower()] = each
    return found


def test_it_holds_what_the_lock_names_and_the_trustees_rooms_alone(installed):
    found = distributions(installed)
    own = {name for name in found if name.startswith("habeas")}
    assert own == {"habeas-tlog", "habeas-protocol", "habeas-trustee"}
    lock = (ROOT / "requirements" / "run.lock").read_text()
    for name in found.keys() - own:
        assert re.search(
            rf"^{re.escape(name)}=={found[name].version}[ \\;]", lock, re.MULTILINE | re.IGNORECASE
        )
    assert not {"av", "django", "onnxruntime", "pip", "setuptools"} & found.keys()


def licences(each):
    """What a distribution says of itself: SPDX, or the classifiers of before."""
    said = each.metadata.get("License-Expression")
    if said:
        return set(re.split(r" (?:OR|AND) ", said))
    listed = each.metadata.get_all("Classifier") or []
    return {line.rpartition(" :: ")[2] for line in listed if line.startswith("License ::")}


def test_every_licence_lets_it_be_passed_on(installed):
    for name, each in distributions(installed).items():
        assert licences(each), name
        assert licences(each) <= ALLOWED, name


def test_it_works_where_it_is_installed_and_names_no_place_of_its_making(installed):
    python = installed / HOME / "bin" / "python"
    done = subprocess.run(
        [python, "-I", "-m", "habeas.trustee", "--help"], capture_output=True, text=True,
        check=False, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Hold shares of photos" in done.stdout
    command = (installed / HOME / "bin" / "habeas-trustee").read_text()
    assert command.startswith(f"#!/{HOME}/bin/python")
    assert (installed / "usr/bin/habeas-trustee").readlink().parts[-1] == "habeas-trustee"
    made = b"habeas-deb-"
    for each in installed.rglob("*"):
        if each.is_file() and not each.is_symlink():
            assert made not in each.read_bytes(), each


def test_its_files_belong_to_root_and_nobody_else_may_write(package):
    listed = subprocess.run(
        ["dpkg-deb", "-c", package], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert len(listed) > 100
    for line in listed:
        rights, owner = line.split()[:2]
        assert owner == "root/root", line
        assert rights[0] == "l" or rights[5] == rights[8] == "-", line


def test_it_makes_its_user_and_starts_nothing(installed):
    users = (installed / "usr/lib/sysusers.d/habeas-trustee.conf").read_text()
    assert users == 'u habeas-trustee - "Habeas" /var/lib/habeas-trustee\n'
    script = (installed / "DEBIAN" / "postinst").read_text()
    assert "try-restart habeas-trustee.service" in script
    assert not re.search(r"systemctl (--now )?(enable|start|restart)", script)
    for each in ("postinst", "prerm"):
        assert (
            subprocess.run(["sh", "-n", installed / "DEBIAN" / each], check=False).returncode == 0
        )
    control = (installed / "DEBIAN" / "control").read_text()
    assert "python3 (<< 3." in control


def test_both_packages_fit_on_one_machine():
    """dpkg refuses a file that another package has brought."""
    loader = SourceFileLoader("packages", str(ROOT / "bin" / "packages"))
    packages = module_from_spec(spec_from_loader("packages", loader))
    sys.modules["packages"] = packages  # dataclasses look their module up
    loader.exec_module(packages)
    brought = Counter(
        each
        for one in packages.PACKAGES.values()
        for each in (*one.commands, *(f"{unit}.service" for unit in one.units))
    )
    assert len(brought) == 10
    assert max(brought.values()) == 1, brought
