"""The log's storage and its writer, over files and SQLite.

What names the fixture `reopen` is true of every storage: the service tests ask it of
PostgreSQL and S3 too.
"""

import asyncio
import errno
import hashlib
import secrets

import pytest

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
from habeas.tlog.server.sqlite import SqliteState
from habeas.tlog.tiles import Tile
from habeas.tlog.verifying import Folder, verify_log

SIGNER = tlog.LogSigner(tlog.NoteSigner.generate("log.example/storage"))
POLICY = tlog.Policy.parse(f"log {SIGNER.vkey}\nquorum none\n")


@pytest.fixture
def reopen(tmp_path):
    """Opens the same log each time."""
    return lambda: FileStorage(tmp_path / "log")


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
    storage._settling.close()
    with reopen() as storage:
        publish(storage)
        assert verify_log(Objects(storage), POLICY).checkpoint.size == 300


class Failing:
    """Raises at the steps that change the disk, while it is told to."""

    def __init__(self):
        self.error = None
        self.steps = ()

    def __call__(self, step):
        if self.error is not None and step in self.steps:
            raise OSError(self.error, "as told")


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EROFS, errno.EIO])
@pytest.mark.parametrize("step", ["write", "fsync", "rename", "transaction"])
def test_a_disk_that_fails_and_recovers(tmp_path, error, step):
    failing = Failing()
    with FileStorage(tmp_path, failing) as storage:
        storage.append([b"before"])
        publish(storage)
        failing.error, failing.steps = error, (step,)
        with pytest.raises(tlog.LogUnavailableError, match="as told"):  # noqa: PT012 - at either
            storage.append([b"during"])
            publish(storage)
        failing.error = None
        assert storage.append([b"during", b"after"]) == [1, 2]
        publish(storage)
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
    storage._settling.sync()
    storage._settling.settled = 200
    storage.append([b"%d" % n for n in range(200, 600)])
    note = publish(storage)
    storage._state.close()
    storage._settling.close()
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
        for first in range(0, 260, 20):
            storage.append([b"%d" % n for n in range(first, first + 20)])
            storage.lay_out()
        storage._settling._last = float("-inf")
        storage._settling.round(storage._edge.size)
        storage._settling._under_way.result()
        storage._settling.round(storage._edge.size)
        publish(storage)
    assert not list((tmp_path / "public/tile/0/000.p").glob("*"))
    assert verify_log(Folder(tmp_path / "public"), POLICY).checkpoint.size == 260


def crashed(storage):
    """The process is gone: nothing else was written."""
    storage._state.close()
    storage._settling.close()


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
    storage._settling._last = float("inf")  # the crash comes before any round of syncing
    for first in range(0, 600, 20):
        storage.append([b"%d" % n for n in range(first, first + 20)])
        storage.lay_out()
    publish(storage)
    crashed(storage)
    partial = tmp_path / "public" / "tile/0/000.p"
    (partial / "17.part").write_bytes(b"half")
    assert len(list(partial.iterdir())) > 12
    with FileStorage(tmp_path) as storage:
        storage._settling._last = float("-inf")
        storage.lay_out()
        storage._settling._under_way.result()
        for kind in ("0", "entries"):
            tiles = tmp_path / "public" / "tile" / kind
            assert not list(tiles.glob("000.p/*")) + list(tiles.glob("001.p/*"))
            assert list(tiles.glob("002.p/*"))
        assert verify_log(Folder(tmp_path / "public"), POLICY).checkpoint.size == 600
