"""Mirrors, and logs that are made whole, whose state lies in PostgreSQL and files in S3."""

import hashlib
import secrets
import shutil

import httpx
import pytest
from obstore.store import S3Store

from habeas import tlog
from habeas.tlog.client import LogClient
from habeas.tlog.pushing import Pusher
from habeas.tlog.server import FileStorage, Storage, init_log, make_app, read_signer
from habeas.tlog.server.mirror import Mirror
from habeas.tlog.server.mirror_app import mirror_app
from habeas.tlog.server.objects import FolderObjects
from habeas.tlog.server.postgres import PostgresState
from habeas.tlog.server.rebuild import rebuild
from habeas.tlog.server.s3 import BucketObjects
from habeas.tlog.server.sqlite import SqliteState
from habeas.tlog.verifying import Folder, verify_log
from tests.service.tlog.running import policy_of, served

KEY = tlog.MldsaCosignatureSigner.generate("mirror.example/m")
SIZE = 5000


class Elsewhere:
    """A log of its own name; its parts lie in its folder, in PostgreSQL or in S3."""

    def __init__(self, folder, database, s3):
        self.folder, self.dsn = folder, database and database.dsn
        self.origin = f"log.example/{secrets.token_hex(8)}"
        init_log(folder, self.origin, anybody=True)
        self.policy = policy_of(folder)
        self.objects = None
        if s3:
            self.s3 = s3
            self.store, self.objects = self.bucket(folder.name)

    def bucket(self, prefix):
        store = S3Store(
            self.s3["bucket"], endpoint=self.s3["endpoint"], region=self.s3["region"],
            prefix=prefix, skip_signature=True, client_options={"allow_http": True},
        )  # fmt: skip
        return store, BucketObjects(store)

    def state(self):
        return PostgresState(self.dsn, self.origin) if self.dsn else SqliteState(self.folder)

    def open(self):
        return Storage(self.state(), self.objects or FolderObjects(self.folder / "public"))

    def grow(self, count, first=0):
        with self.open() as storage:
            storage.append([b"entry %d" % n for n in range(first, first + count)])
            storage.lay_out()
            tree = storage.tree
            checkpoint = tlog.Checkpoint(self.origin, tree.size, tree.root())
            storage.publish(read_signer(self.folder).sign(checkpoint.text()))

    def rebuild(self, source):
        return rebuild(
            self.folder, source, self.policy, database=self.dsn or "", objects=self.objects
        )


@pytest.fixture(params=["postgres and s3", "postgres", "s3"])
def log(request, tmp_path):
    database = request.getfixturevalue("database") if "postgres" in request.param else None
    s3 = request.getfixturevalue("s3") if "s3" in request.param else None
    folder = tmp_path / secrets.token_hex(8)
    made = Elsewhere(folder, database, s3)
    made.grow(SIZE)
    return made


@pytest.fixture
def copy(log, tmp_path):
    """A mirror's copy of the log, which was pushed to it."""
    mirror = Mirror(tmp_path / "mirror", None, log.policy, KEY)
    with (
        served(make_app(log.folder, storage=log.open(), interval=0.01)) as url,
        LogClient(url) as source,
        served(mirror_app(mirror)) as to,
        Pusher(source, to, KEY.verifier) as pusher,
    ):
        pusher.push()
    return Folder(tmp_path / "mirror" / "public")


def whole(log, size):
    with served(make_app(log.folder, storage=log.open(), interval=0.01)) as url:
        with LogClient(url) as client:
            assert client.append(b"entry 7").index == 7, "it knows what it has"
            assert client.append(b"new").index == size
            assert verify_log(client, log.policy).checkpoint.size == size + 1
        assert httpx.get(f"{url}/readyz").json()["ok"]


def test_a_log_that_lost_its_state_is_made_whole(log, copy):
    if log.dsn:
        state = log.state()
        for table in ("tree", "position", "pending"):
            state._connection.execute(
                f"DELETE FROM habeas_log_{table} WHERE origin = %s",  # noqa: S608
                (log.origin,),
            )
        state.close()
    else:
        for left in log.folder.glob("log.sqlite3*"):
            left.unlink()
    with pytest.raises(tlog.RolledBackError):
        log.open()
    assert log.rebuild(copy).checkpoint.size == SIZE
    whole(log, SIZE)


def test_files_that_were_lost_and_damaged_are_made_again(log, copy):
    tile, bundle = tlog.Tile(0, 3).path(), tlog.Tile(-1, 4).path()
    edge = tlog.Tile(0, SIZE // 256, SIZE % 256).path()
    if log.objects:
        log.store.delete(tile)
        log.store.put(bundle, b"no bundle")
        log.store.delete(edge)
    else:
        (log.folder / "public" / tile).unlink()
        (log.folder / "public" / bundle).write_bytes(b"no bundle")
        (log.folder / "public" / edge).unlink()
    with pytest.raises(tlog.DamagedError):
        log.open()
    log.rebuild(copy)
    whole(log, SIZE)


def test_a_copy_that_is_older_replaces_nothing(log, copy):
    log.grow(10, SIZE)
    with pytest.raises(tlog.RolledBackError, match="published"):
        log.rebuild(copy)
    whole(log, SIZE + 10)


def test_a_rebuild_that_broke_off_goes_on(log, copy):
    real, calls = copy.entries, []

    def entries(begin, end):
        calls.append(begin)
        if begin and len(calls) == 2:
            raise tlog.LogUnavailableError("away")
        return real(begin, end)

    copy.entries = entries
    with pytest.raises(tlog.LogUnavailableError):
        log.rebuild(copy)
    log.rebuild(copy)
    assert calls.count(0) == 1, "what was made is not read again"
    whole(log, SIZE)


def test_what_was_there_is_kept_and_not_overwritten(log, copy):
    log.rebuild(copy)
    with pytest.raises(tlog.PlaceError, match="before-rebuild"):
        log.rebuild(copy)
    whole(log, SIZE)


def test_a_log_that_runs_is_not_rebuilt(log, copy):
    with log.open(), pytest.raises(tlog.TlogError) as caught:
        log.rebuild(copy)
    assert caught.value.code == "log-locked"


def test_a_mirror_keeps_its_copy_there(log, tmp_path):
    origin = tmp_path / "origin"
    init_log(origin, log.origin)
    for name in ("log.key", "log-mldsa44.key", "policy.txt"):
        shutil.copy(log.folder / name, origin / name)
    with FileStorage(origin) as storage:
        storage.append([b"entry %d" % n for n in range(SIZE)])
        storage.lay_out()
        checkpoint = tlog.Checkpoint(log.origin, SIZE, storage.tree.root())
        storage.publish(read_signer(origin).sign(checkpoint.text()))
    source = Folder(origin / "public")
    for pushed in (True, False):
        place = tmp_path / f"mirror-{pushed}"
        place.mkdir()
        name = secrets.token_hex(8)
        state = PostgresState(log.dsn, name, remember=0) if log.dsn else SqliteState(place)
        objects = log.bucket(name)[1] if log.objects else FolderObjects(place / "public")
        storage = Storage(state, objects)
        mirror = Mirror(place, None if pushed else source, log.policy, KEY, storage=storage)
        prefix = hashlib.sha256(log.origin.encode()).hexdigest()
        with (
            served(mirror_app(mirror, every=3600.0)) as to,
            LogClient(f"{to}/{prefix}") as client,
            Pusher(source, to, KEY.verifier) as pusher,
        ):
            if pushed:
                pusher.push()
            else:
                mirror.catch_up()
            assert verify_log(client, log.policy).checkpoint.size == SIZE
            assert tlog.open_note(client.checkpoint(), [KEY.verifier]).verified
