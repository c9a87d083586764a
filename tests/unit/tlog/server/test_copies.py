"""Mirrors, and logs that are made whole from copies of their public tiles."""

import hashlib
import shutil

import pytest

from habeas import tlog
from habeas.tlog.server import FileStorage, init_log, read_signer
from habeas.tlog.server.mirror import Mirror
from habeas.tlog.server.mirror_app import mirror_app
from habeas.tlog.server.rebuild import rebuild
from habeas.tlog.verifying import Folder, verify_log
from tests.unit.tlog.serving import answering, app_of, policy_of, served

ORIGIN = "log.example/copied"
SIZE = 5000
KEY = tlog.MldsaCosignatureSigner.generate("mirror.example/m")
DATABASE = ("log.sqlite3", "log.sqlite3-wal", "log.sqlite3-shm")


def grow(folder, count, first=0):
    signer = read_signer(folder)
    with FileStorage(folder) as storage:
        storage.append([b"entry %d" % n for n in range(first, first + count)])
        storage.lay_out()
        tree = storage.tree
        storage.publish(signer.sign(tlog.Checkpoint(ORIGIN, tree.size, tree.root()).text()))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made") / "log"
    init_log(folder, ORIGIN, anybody=True)
    grow(folder, SIZE)
    return folder


@pytest.fixture
def folder(made, tmp_path):
    return shutil.copytree(made, tmp_path / "log")


def lose(folder, *names):
    for name in names:
        path = folder / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def test_a_log_that_lost_its_database_and_files_is_made_whole(folder, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(folder / "public", copy)
    note = (copy / "checkpoint").read_text()
    lose(folder, "public", *DATABASE)
    told = []
    rebuild(folder, Folder(copy), policy_of(folder), lambda *at: told.append(at))
    assert told == [(4096, SIZE), (SIZE, SIZE)]
    assert (folder / "public/checkpoint").read_text() == note
    assert verify_log(Folder(folder / "public"), policy_of(folder)).checkpoint.size == SIZE
    with served(app_of(folder)) as log:
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


def test_a_mirror_serves_its_copy_and_says_how_it_is(folder, tmp_path):
    policy, prefix = policy_of(folder), hashlib.sha256(ORIGIN.encode()).hexdigest()
    mirror = Mirror(tmp_path / "mirror", Folder(folder / "public"), policy, KEY)
    with answering(mirror_app(mirror, every=0.001)) as client:
        while (health := client.get("/readyz").json())["size"] < SIZE:
            pass
        assert health.pop("ages")["follow"] >= 0
        assert health == {"ok": True, "state": "ok", "problems": {}, "size": SIZE}
        note = client.get(f"/{prefix}/checkpoint").text
        assert len(tlog.open_note(note, [KEY.verifier]).verified) == 1
        assert client.get("/checkpoint").status_code == 404
        answer = client.get(f"/{prefix}/tile/0/000")
        assert "immutable" in answer.headers["cache-control"]
        (folder / "public/checkpoint").unlink()
        while (sick := client.get("/readyz")).status_code == 200:
            pass
        assert (sick.json()["ok"], sick.json()["state"]) == (False, tlog.CorruptLogError.code)
        grow(folder, 1, SIZE)
        while (well := client.get("/readyz").json())["size"] != SIZE + 1 or not well["ok"]:
            pass


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
