"""What whoever runs a log does once in years: freeze it, move it, give it new keys."""

import pytest

from habeas import tlog
from habeas.foundation import durable
from habeas.foundation.errors import HabeasError
from habeas.tlog.client import LogClient
from habeas.tlog.command import run
from habeas.tlog.errors import PlaceError, TlogError
from habeas.tlog.server import init_log, make_app, read_signer
from habeas.tlog.server.freezing import MovedError
from habeas.tlog.verifying import Folder, verify_log
from tests.service.tlog.running import served

ORIGIN = "log.example/operating"


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "log"
    init_log(folder, ORIGIN, anybody=True)
    return folder


def policy(folder):
    return tlog.Policy.parse((folder / "policy.txt").read_text())


def fill(folder, count, first=0):
    with served(make_app(folder, interval=0.01)) as url, LogClient(url) as client:
        for number in range(first, first + count):
            client.append(b"entry %d" % number)
        return client.checkpoint()


def test_a_frozen_log_takes_nothing_new_and_answers_for_what_it_has(folder, capsys):
    with served(make_app(folder, interval=0.01)) as url, LogClient(url) as client:
        client.append(b"before")
        run(["freeze", "--data", str(folder), "--why", "it is full"])
        with pytest.raises(TlogError) as refused:
            client.append(b"after")
        assert "frozen" in refused.value.cause
        assert "it is full" in refused.value.cause
        assert client.append(b"before").index == 0
        run(["freeze", "--data", str(folder), "--thaw"])
        assert client.append(b"after").index == 1
    run(["freeze", "--data", str(folder), "--thaw"])
    assert "was not frozen" in capsys.readouterr().out


def test_a_frozen_log_says_so_in_its_health_and_is_frozen_after_a_start(folder):
    import httpx

    run(["freeze", "--data", str(folder)])
    with served(make_app(folder, interval=0.01)) as url:
        answer = httpx.get(f"{url}/readyz", trust_env=False)
        assert answer.status_code == 503
        assert "log-frozen" in answer.json()["problems"]
        with LogClient(url) as client, pytest.raises(TlogError, match="frozen"):
            client.append(b"x")


def test_a_damaged_mark_freezes_all_the_same(folder):
    (folder / "frozen.json").write_bytes(b"\xff")
    with served(make_app(folder, interval=0.01)) as url, LogClient(url) as client:
        with pytest.raises(TlogError) as refused:
            client.append(b"x")
        assert "frozen" in refused.value.cause


def test_a_moved_log_goes_on_where_it_lives_now_and_is_never_served_from_before(folder, tmp_path):
    before = fill(folder, 300)
    run(["move", "--data", str(folder), "--to", str(tmp_path / "new")])
    with pytest.raises(MovedError) as refused:
        make_app(folder)
    assert str(tmp_path / "new") in refused.value.cause
    verify_log(Folder(tmp_path / "new" / "public"), policy(tmp_path / "new"))
    assert (tmp_path / "new" / "log.key").stat().st_mode & 0o077 == 0
    after = fill(tmp_path / "new", 1, first=300)
    assert before.splitlines()[:2] == [ORIGIN, "300"]
    assert after.splitlines()[:2] == [ORIGIN, "301"]


def test_a_move_that_was_interrupted_goes_on_and_nowhere_else(folder, tmp_path, monkeypatch):
    fill(folder, 10)
    from habeas.tlog.server import moving

    def fail(*_, **__):
        raise OSError(28, "No space left on device", str(tmp_path))

    with monkeypatch.context() as broken:
        broken.setattr(moving, "rebuild", fail)
        with pytest.raises(HabeasError):
            run(["move", "--data", str(folder), "--to", str(tmp_path / "new")])
    with pytest.raises(MovedError):
        make_app(folder)
    with pytest.raises(HabeasError, match="on its way"):
        run(["move", "--data", str(folder), "--to", str(tmp_path / "other")])
    run(["move", "--data", str(folder), "--to", str(tmp_path / "new")])
    assert fill(tmp_path / "new", 1, first=10).splitlines()[1] == "11"


def test_a_log_moves_into_no_folder_that_is_taken_and_not_while_it_runs(folder, tmp_path):
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "file").touch()
    fill(folder, 1)
    with pytest.raises(HabeasError, match="taken"):
        run(["move", "--data", str(folder), "--to", str(tmp_path / "other")])
    with served(make_app(folder, interval=0.01)) as url, LogClient(url) as client:
        client.append(b"x")
        with pytest.raises(HabeasError, match="another process"):
            run(["move", "--data", str(folder), "--to", str(tmp_path / "new")])
    fill(folder, 1)  # and it is served on


def test_new_keys_sign_beside_those_before_until_these_go(folder, capsys):
    known = policy(folder)
    fill(folder, 2)
    run(["rotate-key", "--data", str(folder)])
    new = tlog.Policy.parse(capsys.readouterr().out + "quorum none\n")
    assert {each.vkey for each in new.logs}.isdisjoint({each.vkey for each in known.logs})
    both = fill(folder, 1, first=2)
    for reader in (known, new):
        assert reader.verify(both).checkpoint.size == 3
    with pytest.raises(HabeasError, match="already"):
        run(["rotate-key", "--data", str(folder)])
    run(["rotate-key", "--data", str(folder), "--finish"])
    alone = fill(folder, 1, first=3)
    assert new.verify(alone).checkpoint.size == 4
    assert policy(folder).verify(alone).checkpoint.size == 4
    with pytest.raises(TlogError):
        known.verify(alone)
    with pytest.raises(HabeasError, match="one pair"):
        run(["rotate-key", "--data", str(folder), "--finish"])
    assert not list(folder.glob("before-*"))


def test_a_rotation_that_stopped_half_way_has_changed_nothing(folder, monkeypatch):
    vkey = read_signer(folder).vkey
    from habeas.tlog.server import rotating

    class StoppedError(Exception):
        pass

    def stop(*_):
        raise StoppedError

    with monkeypatch.context() as broken:
        broken.setattr(tlog.NoteSigner, "generate", stop)
        with pytest.raises(StoppedError):
            rotating.rotate(folder)
    assert read_signer(folder).vkey == vkey
    assert read_signer(folder).before is None
    fill(folder, 1)  # its policy still counts what it signs
    assert rotating.rotate(folder).before.vkey == vkey


def test_a_rotation_that_was_cut_off_before_its_last_key_loses_none(folder, monkeypatch):
    known = policy(folder)
    fill(folder, 1)
    from habeas.tlog.server import rotating

    write, cut_off = durable.write, OSError(28, "No space left on device")

    def stop_at(name):
        def write_until(file, *content, **said):
            if file.name == name:
                raise cut_off
            write(file, *content, **said)

        return write_until

    for name in ("before-log-mldsa44.key", "before-log.key", "log-mldsa44.key", "log.key"):
        with monkeypatch.context() as broken:
            broken.setattr(durable, "write", stop_at(name))
            with pytest.raises(OSError, match="No space"):
                rotating.rotate(folder)
        assert read_signer(folder).verifiers == known.logs
    rotated = rotating.rotate(folder)
    assert rotated.before.verifiers == known.logs
    both = fill(folder, 1, first=1)
    assert known.verify(both).checkpoint.size == 2
    assert tlog.Policy.parse(rotated.policy_lines + "quorum none\n").verify(both)


def test_a_log_one_of_whose_keys_is_gone_is_given_no_other(folder):
    from habeas.tlog.server import rotating

    kept = {name: (folder / name).read_bytes() for name in ("log.key", "log-mldsa44.key")}
    (folder / "log-mldsa44.key").unlink()
    with pytest.raises(rotating.RotationError, match="does not lie in its folder"):
        rotating.rotate(folder)
    assert not list(folder.glob("before-*"))
    (folder / "log-mldsa44.key").write_bytes(kept["log-mldsa44.key"])
    (folder / "log.key").unlink()
    with pytest.raises(PlaceError, match="is gone: no other is made"):
        init_log(folder, ORIGIN)
    assert not (folder / "log.key").exists()
    assert (folder / "log-mldsa44.key").read_bytes() == kept["log-mldsa44.key"]
