"""Mirrors, and logs that are made whole from copies of their public tiles."""

import hashlib
import shutil

import httpx
import pytest

from habeas import tlog
from habeas.tlog.client import LogClient
from habeas.tlog.server import FileStorage, init_log, make_app, read_signer
from habeas.tlog.server.mirror import Mirror
from habeas.tlog.server.mirror_app import mirror_app
from habeas.tlog.server.rebuild import rebuild
from habeas.tlog.verifying import Folder, verify_log
from tests.service.tlog.flaky import Flaky
from tests.service.tlog.running import policy_of, served
from tests.waiting import until

ORIGIN = "log.example/copied"
SIZE = 5000


def grow(folder, count, first=0):
    signer = read_signer(folder)
    with FileStorage(folder) as storage:
        storage.append([b"entry %d" % n for n in range(first, first + count)])
        storage.lay_out()
        tree = storage.tree
        storage.publish(signer.sign(tlog.Checkpoint(ORIGIN, tree.size, tree.root()).text()))


@pytest.fixture
def folder(tmp_path):
    init_log(tmp_path / "log", ORIGIN, anybody=True)
    grow(tmp_path / "log", SIZE)
    return tmp_path / "log"


def lose(folder, *names):
    for name in names:
        path = folder / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


DATABASE = ("log.sqlite3", "log.sqlite3-wal", "log.sqlite3-shm")


@pytest.mark.parametrize("over_http", [False, True])
def test_a_log_that_lost_its_database_and_files_is_made_whole(folder, tmp_path, over_http):
    copy = tmp_path / "copy"
    shutil.copytree(folder / "public", copy)
    note = (copy / "checkpoint").read_text()
    if over_http:
        shutil.copytree(folder, tmp_path / "other")
        app = Flaky(make_app(tmp_path / "other", interval=0.01), 5)
        with served(app) as url, LogClient(url, sleep=lambda _: None) as client:
            lose(folder, "public", *DATABASE)
            rebuild(folder, client, policy_of(folder))
    else:
        lose(folder, "public", *DATABASE)
        rebuild(folder, Folder(copy), policy_of(folder))
    assert (folder / "public/checkpoint").read_text().startswith(note.split("\n\n")[0])
    assert verify_log(Folder(folder / "public"), policy_of(folder)).checkpoint.size == SIZE
    with served(make_app(folder, interval=0.01)) as url, LogClient(url) as log:
        assert log.append(b"entry 7").index == 7, "it knows what it has"
        assert log.append(b"new").index == SIZE


def test_an_old_folder_becomes_the_newest_again(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "backup")
    grow(folder, 300, SIZE)
    newest = tmp_path / "newest"
    shutil.copytree(folder / "public", newest)
    shutil.rmtree(folder)
    shutil.copytree(tmp_path / "backup", folder)
    assert rebuild(folder, Folder(newest), policy_of(folder)).checkpoint.size == SIZE + 300
    assert (folder / "before-rebuild" / "public").exists(), "nothing is thrown away"
    grow(folder, 10, SIZE + 300)
    assert verify_log(Folder(folder / "public"), policy_of(folder)).checkpoint.size == SIZE + 310
    with pytest.raises(tlog.PlaceError, match="before-rebuild"):
        rebuild(folder, Folder(newest), policy_of(folder))


def test_a_copy_that_is_older_or_wrong_replaces_nothing(folder, tmp_path):
    older = tmp_path / "older"
    shutil.copytree(folder / "public", older)
    grow(folder, 300, SIZE)
    before = (folder / "public/checkpoint").read_bytes()
    with pytest.raises(tlog.RolledBackError, match="published"):
        rebuild(folder, Folder(older), policy_of(folder))
    wrong = tmp_path / "wrong"
    shutil.copytree(folder / "public", wrong)
    bundle = wrong / tlog.Tile(-1, 3).path()
    bundle.write_bytes(bundle.read_bytes().replace(b"entry 8", b"entry 9", 1))
    with pytest.raises(tlog.ForkedViewError):
        rebuild(folder, Folder(wrong), policy_of(folder))
    missing = tmp_path / "missing"
    shutil.copytree(folder / "public", missing)
    (missing / tlog.Tile(-1, 3).path()).unlink()
    with pytest.raises(tlog.CorruptLogError, match="entries/003"):
        rebuild(folder, Folder(missing), policy_of(folder))
    assert (folder / "public/checkpoint").read_bytes() == before
    # What was made of the good beginning is not lost: the next try goes on from there.
    rebuild(folder, Folder(folder / "public"), policy_of(folder))


def test_a_log_that_runs_is_not_rebuilt(folder):
    with FileStorage(folder), pytest.raises(tlog.TlogError) as caught:
        rebuild(folder, Folder(folder / "public"), policy_of(folder))
    assert caught.value.code == "log-locked"


KEY = tlog.MldsaCosignatureSigner.generate("mirror.example/m")


def test_a_mirror_keeps_and_serves_a_verified_copy(folder, tmp_path):
    place = tmp_path / "mirror"
    prefix = hashlib.sha256(ORIGIN.encode()).hexdigest()
    policy = policy_of(folder)
    with served(make_app(folder, interval=0.01)) as url, LogClient(url) as log:
        app = mirror_app(Mirror(place, log, policy, KEY), every=0.05)
        with served(app) as copy, LogClient(f"{copy}/{prefix}") as mirror:
            until(lambda: httpx.get(f"{copy}/health").json()["size"] == SIZE, "the copy")
            log.append(b"one more")
            until(lambda: httpx.get(f"{copy}/health").json()["size"] == SIZE + 1, "the new entry")
            verified = verify_log(mirror, policy)
            assert verified.checkpoint.size == SIZE + 1
            opened = tlog.open_note(mirror.checkpoint(), [KEY.verifier])
            assert len(opened.verified) == 1
            answer = httpx.get(f"{copy}/{prefix}/tile/0/000")
            assert answer.headers["access-control-allow-origin"] == "*"
            assert "immutable" in answer.headers["cache-control"]
            assert httpx.get(f"{copy}/checkpoint").status_code == 404
    # What the log itself loses, its mirror gives back.
    lose(folder, "public", *DATABASE)
    rebuild(folder, Folder(place / "public"), policy)
    assert verify_log(Folder(folder / "public"), policy).checkpoint.size == SIZE + 1


def test_a_mirror_of_a_log_that_fails_now_and_then_arrives(folder, tmp_path):
    app = Flaky(make_app(folder, interval=0.01), 5)
    with served(app) as url, LogClient(url, sleep=lambda _: None) as client:
        mirror = Mirror(tmp_path / "mirror", client, policy_of(folder), KEY)
        assert mirror.catch_up().checkpoint.size == SIZE
        mirror.close()
    assert app.failed


def test_a_mirror_stays_on_its_branch(folder, tmp_path):
    place, policy = tmp_path / "mirror", policy_of(folder)
    mirror = Mirror(place, Folder(folder / "public"), policy, KEY)
    mirror.catch_up()
    before = mirror.note
    mirror.close()
    fork = tmp_path / "fork"
    fork.mkdir()
    for name in ("log.key", "log-mldsa44.key", "policy.txt"):
        shutil.copy(folder / name, fork / name)
    grow(fork, SIZE + 100, first=1)
    mirror = Mirror(place, Folder(fork / "public"), policy, KEY)
    assert mirror.note == before, "it is found again after a restart"
    with pytest.raises(tlog.ForkedViewError):
        mirror.catch_up()
    assert (mirror.note, mirror.size) == (before, SIZE)
    mirror.close()
