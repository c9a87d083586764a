"""Finding 7 with the portal's tables in PostgreSQL: its whole cluster is stolen, log and all."""

from __future__ import annotations

import os

import pytest

from habeas.faces import assets
from habeas.protocol import Purpose
from tests.attacks.test_stolen_portal import read, secrets_of, written
from tests.service.tlog.servers import postgres
from tests.world.city import ANSWERS, City

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server():
    with postgres() as running:
        yield running


@pytest.fixture(scope="module")
def city(tmp_path_factory, server):
    class OnPostgres(City):
        @property
        def environment(self):
            return {
                **os.environ, "HABEAS_DATA": str(self.data), "PGHOST": str(server.folder),
                "HABEAS_DATABASE": "postgresql://habeas@/postgres",
            }  # fmt: skip

    made = OnPostgres(tmp_path_factory.mktemp("city"))
    yield made
    made.close()


def test_no_secret_is_in_any_file_of_the_cluster_nor_in_its_write_ahead_log(city, server):
    """Those that lead from an application to its photo apart: sealed, and tied by order alone."""
    reference, receipt = city.apply(assets.path("astronaut.png").read_bytes())
    with city.officer_client() as officer:
        officer.open(reference, Purpose.DECIDE_APPLICATION, "Is this Anna?")
        officer.decide(reference, "approved")
    files = read(server.folder)
    log = b"".join(content for path, content in files.items() if "pg_wal" in path.parts)
    assert reference.encode() in log, "this is where PostgreSQL has written"
    for name, secret in secrets_of(receipt).items():
        for form in written(secret):
            assert not [path for path, content in files.items() if form in content], name
    for plain in (*ANSWERS.values(), "Is this Anna?"):
        assert not [path for path, content in files.items() if plain.encode() in content], plain
