"""A city for the tests of one file, which begin and end with one that is green."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ops.acts import PORTRAIT
from tests.ops.city import city
from tests.places import ROOT


@pytest.fixture(scope="session")
def packages(tmp_path_factory):
    """A folder of the Debian packages of this tree, or of those that HABEAS_PACKAGES names."""
    if said := os.environ.get("HABEAS_PACKAGES"):
        return Path(said)
    into = tmp_path_factory.mktemp("packages")
    command = [sys.executable, ROOT / "bin" / "packages", "--into", into, "--compression", "none"]
    subprocess.run(command, check=True)
    return into


@pytest.fixture(scope="module")
def place():
    with city() as made:
        yield made


@pytest.fixture
def green(place):
    """All is well before the fault, and after it."""
    place.green()
    yield
    place.green()


@pytest.fixture
def held(place):
    """An application from before the fault."""
    return place.apply(PORTRAIT)
