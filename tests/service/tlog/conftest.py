"""Real servers that the tests of this folder share; skipped where they are not installed."""

import pytest

from tests.service.tlog import servers


@pytest.fixture(scope="package")
def database():
    with servers.postgres() as server:
        yield server


@pytest.fixture(scope="package")
def s3(tmp_path_factory):
    with servers.bucket(tmp_path_factory.mktemp("weed")) as options:
        yield options
