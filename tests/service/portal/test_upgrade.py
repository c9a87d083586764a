"""From the release before to this one, with data, and back: nothing acknowledged is lost.

Other parties' stores are in `tests/service/deploy/test_stores.py`.
"""

import json
import os
from pathlib import Path

import pytest

from habeas.faces import assets
from habeas.protocol import Purpose
from tests.service.before import before  # noqa: F401 - a fixture
from tests.service.portal.test_backup import portal
from tests.service.portal.test_restored import ready
from tests.world.city import City

pytestmark = pytest.mark.slow
PORTRAIT = assets.path("astronaut.png").read_bytes()


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
def city(tmp_path, before):  # noqa: F811
    Releases.path = before
    made = Releases(tmp_path / "city")
    yield made
    made.close()


def _opened(city, *held):
    with city.officer_client() as officer:
        for reference, _ in held:
            assert officer.open(reference, Purpose.DECIDE_APPLICATION, "To decide.").photo


def test_a_portal_goes_forward_and_back_with_its_data(city, before):  # noqa: F811
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
