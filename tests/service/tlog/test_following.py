"""Followers of a log that answers badly arrive."""

import pytest

from habeas import tlog
from habeas.foundation.database import Database
from habeas.tlog.client import LogClient
from habeas.tlog.monitor import Monitor
from habeas.tlog.server import FileStorage, init_log, make_app, read_signer
from habeas.tlog.verifying import verify_log
from habeas.tlog.view import LogView
from tests.service.tlog.flaky import Flaky
from tests.service.tlog.running import policy_of, served

SIZE = 40_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("following") / "log"
    init_log(folder, "log.example/flaky")
    signer = read_signer(folder)
    with FileStorage(folder) as storage:
        storage.append([b"entry %d" % n for n in range(SIZE)])
        storage.lay_out()
        tree = storage.tree
        storage.publish(signer.sign(tlog.Checkpoint(signer.name, SIZE, tree.root()).text()))
    return folder


@pytest.fixture(params=[100, 5], ids=["one in a hundred", "one in five"])
def flaky(request, folder):
    """A client of a log that fails so often, and the pauses that it made."""
    app = Flaky(make_app(folder), request.param)
    pauses = []
    with served(app) as url, LogClient(url, sleep=pauses.append) as client:
        yield client, pauses
    assert app.failed
    assert pauses


def test_a_view(flaky, folder):
    client, pauses = flaky
    view = LogView(Database(), client, policy_of(folder))
    assert view.catch_up().checkpoint.size == SIZE
    assert len(pauses) < SIZE / 256


def test_a_monitor(flaky, folder):
    client, _ = flaky
    seen = Monitor(Database(), client, policy_of(folder)).look()
    assert (seen.size, seen.findings, seen.failure) == (SIZE, (), None)


def test_verifying_the_whole(flaky, folder):
    client, _ = flaky
    assert verify_log(client, policy_of(folder)).checkpoint.size == SIZE


def test_the_server_says_how_long_to_wait(flaky):
    client, pauses = flaky
    for n in range(0, SIZE, 200):
        list(client.entries(n, n + 1))
    assert 1.0 in pauses, "Retry-After is obeyed"


def test_a_log_that_only_fails_is_given_up(folder):
    pauses = []
    app = Flaky(make_app(folder), 1)
    with served(app) as url, LogClient(url, sleep=pauses.append) as client:
        with pytest.raises(tlog.LogUnavailableError):
            client.tile(tlog.Tile(0, 0))
        assert (app.failed, len(pauses)) == (10, 9)
        with pytest.raises(tlog.LogUnavailableError):
            client.append(b"entry")
        assert app.failed == 11, "whoever appends decides whether to repeat it"


def test_where_nobody_listens_it_ends_soon():
    pauses = []
    with (
        LogClient("http://127.0.0.1:9", sleep=pauses.append) as client,
        pytest.raises(tlog.LogUnavailableError),
    ):
        client.tile(tlog.Tile(0, 0))
    assert len(pauses) == 2
