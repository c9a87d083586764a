"""The log over PostgreSQL and S3, and over a disk that fails while callers wait."""

import asyncio
import errno
import gzip
import secrets
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest
from obstore.store import S3Store

from habeas import tlog
from habeas.tlog.admission import AdmitAnything
from habeas.tlog.server import (
    FileStorage,
    LogLockedError,
    Sequencer,
    Storage,
)
from habeas.tlog.server.objects import FolderObjects
from habeas.tlog.server.postgres import PostgresState
from habeas.tlog.server.s3 import BucketObjects
from habeas.tlog.server.sqlite import SqliteState
from habeas.tlog.tiles import Tile, decode_bundle
from habeas.tlog.verifying import Folder, verify_log
from tests.service.tlog import servers
from tests.unit.tlog.server.test_storage import (
    POLICY,
    SIGNER,
    Failing,
    publish,
    test_a_log_grows_and_is_found_again,
    test_an_index_that_was_damaged_acknowledges_nothing,
    test_equal_entries_of_one_batch_stand_once,
    test_there_is_one_writer,
    test_what_was_committed_but_not_laid_out_is_laid_out_later,
)
from tests.waiting import PATIENCE_SECONDS

#: True of every storage; here they are asked of PostgreSQL and S3.
__all__ = [
    "test_a_log_grows_and_is_found_again",
    "test_an_index_that_was_damaged_acknowledges_nothing",
    "test_equal_entries_of_one_batch_stand_once",
    "test_there_is_one_writer",
    "test_what_was_committed_but_not_laid_out_is_laid_out_later",
]


@pytest.fixture
def reopen(database, s3):
    """Opens the same log each time."""
    name = secrets.token_hex(8)

    def open_it():
        store = S3Store(
            s3["bucket"], endpoint=s3["endpoint"], region=s3["region"],
            prefix=name, skip_signature=True, client_options={"allow_http": True},
        )  # fmt: skip
        return Storage(PostgresState(database.dsn, f"log.example/{name}"), BucketObjects(store))

    return open_it


async def _appended(log, entry):
    """The entry's index, once the log takes entries again."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            try:
                return await log.append(entry)
            except tlog.LogUnavailableError:
                await asyncio.sleep(0.05)


def test_a_writer_that_lost_its_lock_cannot_fork(database, tmp_path):
    origin = f"log.example/{secrets.token_hex(8)}"
    state = PostgresState(database.dsn, origin)
    first = Storage(state, FolderObjects(tmp_path / "a"))
    first.append([b"before"])
    state._connection.execute("SELECT pg_advisory_unlock_all()")
    second = Storage(PostgresState(database.dsn, origin), FolderObjects(tmp_path / "b"))
    second.append([b"by the second"])
    with pytest.raises(LogLockedError):
        first.append([b"by the first"])
    second.close()
    first.close()


def test_a_database_that_goes_away_and_comes_back(tmp_path):
    async def journey(server):
        state = PostgresState(server.dsn, "log.example/away")
        storage = Storage(state, FolderObjects(tmp_path / "public"))
        log = Sequencer(storage, SIGNER, POLICY, AdmitAnything(), interval=0.01, patience=5)
        await log.start()
        assert await _appended(log, b"before") == 0
        await asyncio.to_thread(server.stop)
        with pytest.raises(tlog.LogUnavailableError, match="storage"):
            await log.append(b"while it is away")
        await asyncio.to_thread(server.start)
        assert await _appended(log, b"while it is away") == 1
        await log.stop()

    with servers.postgres() as server:
        asyncio.run(journey(server))
    assert verify_log(Folder(tmp_path / "public"), POLICY).checkpoint.size == 2


def test_how_many_are_remembered_can_be_bounded_in_postgres(database, tmp_path):
    state = PostgresState(database.dsn, "log.example/bounded", remember=100)
    with Storage(state, FolderObjects(tmp_path / "public")) as storage:
        storage.append([b"%d" % n for n in range(1000)])
        publish(storage)
        assert storage.append([b"999"]) == [999]
        assert storage.append([b"899"]) == [1000]


class Bucket(BaseHTTPRequestHandler):
    """As much of S3 as a log needs; what is absent is forbidden, as where listing is."""

    held: ClassVar[dict]
    closed: ClassVar[bool]

    def do_PUT(self):
        self.held[self.path] = (
            self.rfile.read(int(self.headers["content-length"])),
            dict(self.headers),
        )
        self.send_response(200)
        self.send_header("ETag", '"x"')
        self.end_headers()

    def do_GET(self):
        content, _ = (None, None) if self.closed else self.held.get(self.path, (None, None))
        self.send_response(403 if content is None else 200)
        self.send_header("ETag", '"x"')
        self.send_header("Last-Modified", "Fri, 15 Jan 2027 08:00:00 GMT")
        self.send_header("Content-Length", str(len(content or b"")))
        self.end_headers()
        self.wfile.write(content or b"")

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def forbidding():
    """A bucket that answers 403 for what is absent: its handler, and objects in it."""
    handler = type("Handler", (Bucket,), {"held": {}, "closed": False})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    store = S3Store(
        "log", endpoint=f"http://127.0.0.1:{server.server_port}", region="us-east-1",
        skip_signature=True, client_options={"allow_http": True}, retry_config={"max_retries": 0},
    )  # fmt: skip
    yield handler, BucketObjects(store)
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_bucket_that_answers_403_for_what_is_absent(forbidding, tmp_path):
    handler, objects = forbidding
    with pytest.raises(FileNotFoundError):
        objects.read("checkpoint")
    for _ in range(2):
        with Storage(SqliteState(tmp_path), objects) as storage:
            storage.append([secrets.token_bytes(8) for _ in range(300)])
            publish(storage)
            with pytest.raises(FileNotFoundError):
                storage.read(Tile(0, 5))
    assert storage.tree.size == 600
    handler.closed = True
    with pytest.raises(OSError, match="credentials"):
        objects.read("checkpoint")
    with pytest.raises(tlog.LogUnavailableError, match="credentials"):
        Storage(SqliteState(tmp_path), objects)


def test_readers_of_a_bucket_get_what_caches_need(forbidding, tmp_path):
    handler, objects = forbidding
    with Storage(SqliteState(tmp_path), objects) as storage:
        storage.append([b"entry %d" % n for n in range(256)])
        publish(storage)
        bundle, headers = handler.held["/log/tile/entries/000"]
        assert headers["content-encoding"] == "gzip"
        assert "immutable" in headers["cache-control"]
        assert decode_bundle(gzip.decompress(bundle)) == [b"entry %d" % n for n in range(256)]
        _, headers = handler.held["/log/tile/0/000"]
        assert "content-encoding" not in headers
        _, headers = handler.held["/log/checkpoint"]
        assert headers["content-type"] == "text/plain; charset=utf-8"
        assert headers["cache-control"] == "public, max-age=1"
        for path in ("/log/tile/entries/000", "/log/tile/0/000"):
            content, headers = handler.held[path]
            for damaged in (content[:-9], b"", content[:100]):
                handler.held[path] = damaged, headers
                with pytest.raises(tlog.CorruptLogError):
                    storage.read(Tile.parse(path.removeprefix("/log/")))
            handler.held[path] = content, headers


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EROFS, errno.EIO])
@pytest.mark.parametrize("steps", [("write",), ("fsync",), ("rename",), ("transaction",)])
def test_a_disk_that_fails_and_recovers(tmp_path, error, steps):
    failing = Failing()

    async def journey():
        log = Sequencer(
            FileStorage(tmp_path, failing),
            SIGNER,
            POLICY,
            AdmitAnything(),
            interval=0.01,
            patience=0.4,
        )
        await log.start()
        assert await _appended(log, b"before") == 0
        failing.error, failing.steps = error, steps
        with pytest.raises(tlog.LogUnavailableError) as caught:
            await log.append(b"during")
        assert "again" in str(caught.value)
        failing.error = None
        assert await _appended(log, b"during") == 1
        assert await _appended(log, b"after") == 2
        await log.stop()

    asyncio.run(journey())
    assert verify_log(Folder(tmp_path / "public"), POLICY).checkpoint.size == 3
