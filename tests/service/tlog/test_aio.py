"""The client for asyncio does what the one that waits does."""

import asyncio

import pytest

from habeas import tlog
from habeas.tlog.aio import AsyncLogClient
from habeas.tlog.client import LogClient
from habeas.tlog.server import init_log, make_app
from tests.service.tlog.flaky import Flaky
from tests.service.tlog.running import policy_of, served


@pytest.fixture
def folder(tmp_path):
    init_log(tmp_path / "log", "log.example/aio", anybody=True)
    return tmp_path / "log"


async def no_pause(_):
    """Tests do not wait."""


def test_a_log_is_written_and_read(folder):
    policy = policy_of(folder)
    entries = [b"%d" % n for n in range(300)]

    async def journey(url):
        async with AsyncLogClient(url) as log:
            assert await log.append_many(entries[:256]) == list(range(256))
            appended = await asyncio.gather(*(log.append(each) for each in entries[256:]))
            for entry, each in zip(entries[256:], appended, strict=True):
                tlog.TlogProof.parse(each.proof).verify(entry, policy)
            read = [entry async for entry in log.entries(250, 300)]
            assert read[:6] == entries[250:256]
            for index in (0, 255, 299):
                proof = tlog.TlogProof.parse(await log.proof(index))
                with LogClient(url) as waiting:
                    assert proof.path == tlog.TlogProof.parse(waiting.proof(index)).path
            with pytest.raises(tlog.ProofError):
                await log.proof(300)
            with pytest.raises(tlog.FormatError):
                await log.append(b"")

    with served(make_app(folder, interval=0.01)) as url:
        asyncio.run(journey(url))


def test_what_fails_in_passing_is_read_again(folder):
    async def journey(url):
        async with AsyncLogClient(url, sleep=no_pause) as log:
            for _ in range(40):
                await log.checkpoint()
                await log.tile(tlog.Tile(-1, 0, 1))

    with served(make_app(folder, interval=0.01)) as url, LogClient(url) as log:
        log.append(b"entry")
    app = Flaky(make_app(folder, interval=0.01), 5)
    with served(app) as url:
        asyncio.run(journey(url))
    assert app.failed > 10


def test_a_log_that_is_not_there():
    async def journey():
        async with AsyncLogClient("http://127.0.0.1:9", sleep=no_pause) as log:
            with pytest.raises(tlog.LogUnavailableError):
                await log.checkpoint()

    asyncio.run(journey())
