"""The storages of the log, one suite over all: files and SQLite, PostgreSQL and S3."""

import asyncio
import errno
import gzip
import hashlib
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
    QueueFullError,
    RolledBackError,
    Sequencer,
    Storage,
)
from habeas.tlog.server.objects import FolderObjects
from habeas.tlog.server.postgres import PostgresState
from habeas.tlog.server.s3 import BucketObjects
from habeas.tlog.server.state import SqliteState
from habeas.tlog.tiles import Tile, decode_bundle
from habeas.tlog.verifying import Folder, verify_log
from tests.service.tlog import servers
from tests.waiting import PATIENCE_SECONDS

SIGNER = tlog.LogSigner(tlog.NoteSigner.generate("log.example/storage"))
POLICY = tlog.Policy.parse(f"log {SIGNER.vkey}\nquorum none\n")


@pytest.fixture(params=["files", "postgres"])
def reopen(request, tmp_path):
    """Opens the same log each time."""
    if request.param == "files":
        return lambda: FileStorage(tmp_path / "log")
    server = request.getfixturevalue("database")
    options = request.getfixturevalue("s3")
    name = secrets.token_hex(8)

    def open_it():
        store = S3Store(
            options["bucket"], endpoint=options["endpoint"], region=options["region"],
            prefix=name, skip_signature=True, client_options={"allow_http": True},
        )  # fmt: skip
        return Storage(PostgresState(server.dsn, f"log.example/{name}"), BucketObjects(store))

    return open_it


class Objects:
    """The public files of a storage, as a verifier reads them."""

    def __init__(self, storage):
        self._objects = storage._objects

    def read(self, path):
        try:
            return self._objects.read(path)
        except FileNotFoundError:
            return None

    def widths(self, _):
        return []


async def _appended(log, entry):
    """The entry's index, once the log takes entries again."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            try:
                return await log.append(entry)
            except tlog.LogUnavailableError:
                await asyncio.sleep(0.05)


def publish(storage):
    storage.lay_out()
    tree = storage.tree
    note = SIGNER.sign(tlog.Checkpoint(SIGNER.name, tree.size, tree.root()).text())
    storage.publish(note)
    return note


def test_a_log_grows_and_is_found_again(reopen):
    entries = [secrets.token_bytes(n % 50) + b"%d" % n for n in range(700)]
    leaves = [tlog.leaf_hash(each) for each in entries]
    at = 0
    for size in (1, 5, 250, 44, 400):
        with reopen() as storage:
            assert storage.append(entries[at : at + size]) == list(range(at, at + size))
            at += size
            publish(storage)
            assert storage.append([entries[0], entries[at - 1]]) == [0, at - 1]
            assert verify_log(Objects(storage), POLICY).checkpoint.size == at
            assert storage.tree == tlog.Frontier().extend(leaves[:at])
            for index in (0, at // 2, at - 1):
                path = tlog.inclusion_path(index, at, storage.node_of(at))
                tlog.verify_inclusion(index, at, leaves[index], path, storage.tree.root())
    with reopen() as storage:
        # Every size that was ever published can still be read.
        assert len(storage.read(Tile(0, 0, 6))) == 6 * 32


def test_equal_entries_of_one_batch_stand_once(reopen):
    with reopen() as storage:
        assert storage.append([b"a", b"b", b"a", b"", b"b"]) == [0, 1, 0, 2, 1]
        assert storage.tree.size == 3


def test_there_is_one_writer(reopen):
    with reopen() as storage:
        storage.append([b"one"])
        with pytest.raises(LogLockedError):
            reopen()
        storage.append([b"two"])
    with reopen() as storage:
        assert storage.append([b"two"]) == [1]


def test_what_was_committed_but_not_laid_out_is_laid_out_later(reopen):
    storage = reopen()
    storage.append([b"%d" % n for n in range(300)])
    storage._state.close()  # the process is gone: nothing else was written
    storage._syncer.shutdown()
    with reopen() as storage:
        publish(storage)
        assert verify_log(Objects(storage), POLICY).checkpoint.size == 300


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
        assert await log.append(b"before") == 0
        await asyncio.to_thread(server.stop)
        with pytest.raises(tlog.LogUnavailableError, match="storage"):
            await log.append(b"while it is away")
        await asyncio.to_thread(server.start)
        assert await _appended(log, b"while it is away") == 1
        await log.stop()

    with servers.postgres() as server:
        asyncio.run(journey(server))
    assert verify_log(Folder(tmp_path / "public"), POLICY).checkpoint.size == 2


class Failing:
    """Raises at the steps that change the disk, while it is told to."""

    def __init__(self):
        self.error = None
        self.steps = ()

    def __call__(self, step):
        if self.error is not None and step in self.steps:
            raise OSError(self.error, "as told")


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
        assert await log.append(b"before") == 0
        failing.error, failing.steps = error, steps
        with pytest.raises(tlog.LogUnavailableError) as caught:
            await log.append(b"during")
        assert "again" in str(caught.value)
        failing.error = None
        assert await _appended(log, b"during") == 1
        assert await log.append(b"after") == 2
        await log.stop()

    asyncio.run(journey())
    assert verify_log(Folder(tmp_path / "public"), POLICY).checkpoint.size == 3


def test_a_full_queue_is_said_at_once(tmp_path):
    async def journey():
        log = Sequencer(
            FileStorage(tmp_path), SIGNER, POLICY, AdmitAnything(), interval=0.01, queue=2
        )
        first, second = log.append(b"1"), log.append(b"2")
        with pytest.raises(QueueFullError):
            log.append(b"3")
        await log.start()
        assert [await first, await second] == [0, 1]
        assert await log.append(b"3") == 2
        await log.stop()

    asyncio.run(journey())


def test_tiles_that_a_power_cut_took_are_made_again(tmp_path):
    """A file that was renamed but not synced may be empty or gone afterwards."""
    storage = FileStorage(tmp_path)
    storage.append([b"%d" % n for n in range(200)])
    publish(storage)
    storage._syncer.submit(storage._objects.sync, []).result()
    storage._settled = 200
    storage.append([b"%d" % n for n in range(200, 600)])
    note = publish(storage)
    storage._state.close()
    storage._syncer.shutdown()
    for number, file in enumerate(sorted((tmp_path / "public").rglob("*"))):
        kept = (str(Tile(0, 0, 200).path()), str(Tile(-1, 0, 200).path()), "checkpoint")
        if file.is_file() and not str(file).endswith(kept):
            file.unlink() if number % 2 else file.write_bytes(b"")
    with FileStorage(tmp_path) as storage:
        assert storage.published() == note
        assert verify_log(Folder(tmp_path / "public"), POLICY).checkpoint.size == 600


def test_a_database_from_a_backup_is_refused(tmp_path):
    with FileStorage(tmp_path) as storage:
        storage.append([b"1"])
        publish(storage)
    backup = (tmp_path / "log.sqlite3").read_bytes()
    with FileStorage(tmp_path) as storage:
        storage.append([b"2"])
        publish(storage)
    (tmp_path / "log.sqlite3").write_bytes(backup)
    for leftover in tmp_path.glob("log.sqlite3-*"):
        leftover.unlink()
    with pytest.raises(RolledBackError):
        FileStorage(tmp_path)


def test_files_of_another_log_are_refused(tmp_path):
    for name in ("a", "b"):
        with FileStorage(tmp_path / name) as storage:
            storage.append([name.encode(), b"2"])
            publish(storage)
    (tmp_path / "a/public").rename(tmp_path / "a/old")
    (tmp_path / "b/public").rename(tmp_path / "a/public")
    with pytest.raises(RolledBackError):
        FileStorage(tmp_path / "a")


def test_partial_files_go_once_the_full_one_is_durable(tmp_path):
    objects = FolderObjects(tmp_path / "public")
    with Storage(SqliteState(tmp_path), objects) as storage:
        for n in range(260):
            storage.append([b"%d" % n])
            storage.lay_out()
        storage._synced_at = float("-inf")
        storage._settle_now_and_then()
        storage._sync.result()
        storage._settle_now_and_then()
        publish(storage)
    assert not list((tmp_path / "public/tile/0/000.p").glob("*"))
    assert verify_log(Folder(tmp_path / "public"), POLICY).checkpoint.size == 260


def crashed(storage):
    """The process is gone: nothing else was written."""
    storage._state.close()
    storage._syncer.shutdown()


def test_an_index_that_was_damaged_acknowledges_nothing(reopen, request):
    """Its row names another entry's place, or one that there is not: the entry is logged again."""
    entries = [b"%d" % n for n in range(300)]
    with reopen() as storage:
        storage.append(entries)
        publish(storage)
        state = storage._state
        found = state.find([hashlib.sha256(each).digest() for each in entries])
        assert sorted(found.values()) == list(range(300))
    with reopen() as storage:
        real = storage._state.find

        def damaged(digests):
            return {digest: (at + 1 if at < 299 else 999) for digest, at in real(digests).items()}

        storage._state.find = damaged
        assert storage.append([entries[7], entries[299]]) == [300, 301]
        publish(storage)
        del storage._state.find
        assert storage.append([entries[7], entries[8]]) == [300, 8]
        assert verify_log(Objects(storage), POLICY).checkpoint.size == 302


def test_how_many_entries_are_never_logged_twice_can_be_bounded(tmp_path):
    def opened():
        return FileStorage(tmp_path, remember=100)

    with opened() as storage:
        storage.append([b"%d" % n for n in range(1000)])
        publish(storage)
    with opened() as storage:
        assert storage.append([b"999", b"900"]) == [999, 900]
        assert storage.append([b"899"]) == [1000]
        rows = storage._state._database.execute("SELECT count(*) FROM position").fetchone()
        assert rows == (100,)


def test_how_many_are_remembered_can_be_bounded_in_postgres(database, tmp_path):
    state = PostgresState(database.dsn, "log.example/bounded", remember=100)
    with Storage(state, FolderObjects(tmp_path / "public")) as storage:
        storage.append([b"%d" % n for n in range(1000)])
        publish(storage)
        assert storage.append([b"999"]) == [999]
        assert storage.append([b"899"]) == [1000]


def test_a_bundle_that_was_damaged_is_not_built_upon(tmp_path):
    with FileStorage(tmp_path) as storage:
        storage.append([b"%d" % n for n in range(10)])
        publish(storage)
    bundle = tmp_path / "public" / Tile(-1, 0, 10).path()
    bundle.write_bytes(bundle.read_bytes().replace(b"7", b"8", 1))
    with pytest.raises(tlog.DamagedError, match=r"entries/000\.p/10") as caught:
        FileStorage(tmp_path)
    assert "rebuild" in caught.value.remedy


def test_tiles_that_were_lost_are_named(tmp_path):
    with FileStorage(tmp_path) as storage:
        storage.append([b"%d" % n for n in range(300)])
        publish(storage)
    (tmp_path / "public" / Tile(1, 0, 1).path()).unlink()
    with pytest.raises(tlog.DamagedError, match=r"tile/1/000"):
        FileStorage(tmp_path)


@pytest.mark.parametrize("damage", [b"", b"no database at all" * 300, "middle"])
def test_a_database_that_was_damaged_is_named(tmp_path, damage):
    with FileStorage(tmp_path) as storage:
        storage.append([b"%d" % n for n in range(3000)])
        publish(storage)
    file = tmp_path / "log.sqlite3"
    content = file.read_bytes()
    if damage == "middle":
        damage = content[:4096] + b"\xa5" * (len(content) - 4096)
    file.write_bytes(damage)
    with pytest.raises((tlog.DamagedError, tlog.RolledBackError)) as caught:
        FileStorage(tmp_path)
    assert "rebuild" in caught.value.remedy


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    folder = tmp_path / "log"
    folder.write_text("in the way")
    with pytest.raises(tlog.PlaceError, match="log"):
        FileStorage(folder)


def test_partial_files_that_a_crash_left_are_collected(tmp_path):
    storage = FileStorage(tmp_path)
    storage._synced_at = float("inf")  # the crash comes before any round of syncing
    for n in range(600):
        storage.append([b"%d" % n])
        storage.lay_out()
    publish(storage)
    crashed(storage)
    partial = tmp_path / "public" / "tile/0/000.p"
    (partial / "17.part").write_bytes(b"half")
    assert len(list(partial.iterdir())) > 200
    with FileStorage(tmp_path) as storage:
        storage._synced_at = float("-inf")
        storage.lay_out()
        storage._sync.result()
        for kind in ("0", "entries"):
            tiles = tmp_path / "public" / "tile" / kind
            assert not list(tiles.glob("000.p/*")) + list(tiles.glob("001.p/*"))
            assert list(tiles.glob("002.p/*"))
        assert verify_log(Folder(tmp_path / "public"), POLICY).checkpoint.size == 600


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
