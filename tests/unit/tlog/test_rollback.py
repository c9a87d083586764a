"""The state in which a log stops, and what ends it."""

import pytest

from habeas import tlog
from habeas.tlog.server import FileStorage
from habeas.tlog.server.rollback import Contradiction, Standstill, held_against


@pytest.fixture
def storage(tmp_path):
    with FileStorage(tmp_path / "log") as storage:
        storage.append([b"1", b"2", b"3"])
        storage.lay_out()
        yield storage


def tree(*entries):
    frontier = tlog.Frontier().extend(tlog.leaf_hash(each) for each in entries)
    return tlog.Checkpoint("log.example", frontier.size, frontier.root())


def test_a_tree_is_held_or_contradicts(storage):
    assert held_against(storage, "w", tree()) is None
    assert held_against(storage, "w", tree(b"1", b"2")) is None
    assert held_against(storage, "w", tree(b"1", b"2", b"3")) is None
    for other in (tree(b"1", b"zwei"), tree(b"1", b"2", b"3", b"4")):
        found = held_against(storage, "w", other)
        assert (found.size, found.root) == (other.size, other.root)


def test_what_stops_a_log_is_remembered_and_said(tmp_path):
    file = tmp_path / "rolled-back.json"
    error = Standstill(file).stop(Contradiction("court", 9), 3)
    assert error.code == "log-rolled-back"
    assert "court" in error.cause
    assert "9 entries" in error.cause
    assert "rebuild" in error.remedy
    again = Standstill(file)
    assert again.remembered == Contradiction("court", 9)
    again.explained()
    assert Standstill(file).remembered is None


def test_a_proof_stops_it_until_the_log_holds_what_was_proven(tmp_path, storage):
    file = tmp_path / "rolled-back.json"
    missing = tree(b"1", b"2", b"3", b"4")
    Standstill(file).stop(Contradiction("w", missing.size, missing.root), 3)
    stopped = Standstill(file)
    stopped.resume(storage)
    assert stopped.error.code == "log-rolled-back"
    storage.append([b"4"])
    storage.lay_out()
    whole = Standstill(file)
    whole.resume(storage)
    assert whole.error is None
    assert not file.exists()


def test_a_file_that_cannot_be_read_stops_it(tmp_path):
    file = tmp_path / "rolled-back.json"
    for content in ("", "{}", '{"who": 1, "size": "x", "root": ""}', '{"size": 1, "root": "!"}'):
        file.write_text(content)
        with pytest.raises(tlog.RolledBackError):
            Standstill(file)
