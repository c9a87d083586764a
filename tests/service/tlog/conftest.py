"""Real servers that the tests of one process share; skipped where they are not installed."""

import pytest

from tests.service.tlog import servers


@pytest.fixture(scope="session")
def database():
    with servers.postgres() as server:
        yield server


@pytest.fixture(scope="session")
def s3(tmp_path_factory):
    with servers.bucket(tmp_path_factory.mktemp("weed")) as options:
        yield options
