"""From the release before to this one, with data, and back: nothing acknowledged is lost.

No release has a tag yet; a commit stands for the last one (`habeas.portal.site.releases`). Its code
runs from the repository's history, on the libraries of this one.
"""

import json
import os
import sqlite3
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from habeas.faces import assets
from habeas.portal.site.releases import COMMIT
from habeas.protocol import Purpose
from tests.places import ROOT
from tests.service.portal.test_backup import portal
from tests.service.portal.test_restored import ready
from tests.world.city import City

pytestmark = pytest.mark.slow
PORTRAIT = assets.path("astronaut.png").read_bytes()


@pytest.fixture(scope="module")
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


def sample(path):
    """The catalogue for trying out of the release that *path* leads to."""
    (packages,) = (Path(each) for each in path.split(os.pathsep) if each.endswith("/habeas/src"))
    return packages / "habeas" / "portal" / "catalogue" / "sample"


class Releases(City):
    """Its portal is of one release or of the other."""

    path = ""

    @property
    def environment(self):
        more = {"PYTHONPATH": self.path} if self.path else {}
        return {**os.environ, "HABEAS_DATA": str(self.data), **more}

    def manage(self, code, *arguments):
        # The folder was made by this release's code, with settings that the other has not.
        file = self.data / "site.json"
        said = json.loads(file.read_text())
        if said.pop("trying_out", None) is not None:
            file.write_text(json.dumps(said))
            for declared in sample(self.path).rglob("*.toml"):
                (there,) = self.data.rglob(declared.name)
                there.write_bytes(declared.read_bytes())
        return super().manage(code, *arguments)

    def install(self, path):
        """Stop the portal, and start it as another release."""
        self.path = path
        self.start_portal()
        ready(self, "ok")


@pytest.fixture
def city(tmp_path, before):
    Releases.path = before
    made = Releases(tmp_path / "city")
    yield made
    made.close()


def _opened(city, *held):
    with city.officer_client() as officer:
        for reference, _ in held:
            assert officer.open(reference, Purpose.DECIDE_APPLICATION, "To decide.").photo


def test_a_portal_goes_forward_and_back_with_its_data(city, before):
    ready(city, "ok")
    first = city.apply(PORTRAIT)
    city.stop_portal()
    city.path = ""
    checked = portal(city, "check")
    assert checked.returncode == 1
    assert "not those of this release" in checked.stdout
    done = portal(city, "migrate")
    assert done.returncode == 0, done.stderr
    city.install("")
    second = city.apply(PORTRAIT)
    _opened(city, first, second)
    city.stop_portal()
    back = portal(city, "migrate", "--back")
    assert back.returncode == 0, back.stderr
    city.install(before)
    third = city.apply(PORTRAIT)
    _opened(city, second, third)
    city.stop_portal()
    city.path = ""
    assert portal(city, "migrate").returncode == 0
    city.install("")
    _opened(city, first, third)


_STORE = """
import sys
from pathlib import Path
from habeas.trustee.store import Store
store = Store(Path(sys.argv[1]))
for number in map(int, sys.argv[2:]):
    store.run(lambda connection: connection.execute(
        "INSERT INTO photos (digest, seal_id, share, key_id, opens_until, closed_days,"
        " withdraw_hash, reader_hash, received, acknowledged)"
        " VALUES (?, ?, 0, x'00', '2027-01-01', 30, '', x'00', 0, '2027-01-01')",
        (bytes([number]), str(number)),
    ))
store.close()
"""


def test_a_trustees_database_is_opened_by_either(before, tmp_path):
    file = tmp_path / "trustee.db"

    def opened(path, *numbers):
        environment = {**os.environ, **({"PYTHONPATH": path} if path else {})}
        command = [sys.executable, "-c", _STORE, file, *map(str, numbers)]
        subprocess.run(command, env=environment, check=True)

    opened(before, 1, 2)
    opened("", 3)
    opened(before, 4)
    opened("")
    with sqlite3.connect(file) as connection:
        counted = connection.execute("SELECT live, pending FROM counts").fetchone()
    connection.close()
    assert counted == (4, 4), "the release before counts along, by the database's own triggers"
