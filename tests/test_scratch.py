"""Where tests keep their files."""

import tempfile
from pathlib import Path

from tests import scratch


def test_files_of_tests_lie_in_memory_where_there_is_room(tmp_path, monkeypatch):
    monkeypatch.setattr(scratch, "MEMORY", tmp_path)
    monkeypatch.setattr(scratch, "_FORBIDDING", 0)
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setenv("RAY_TMPDIR", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(scratch, "LEAST", 0)
    assert scratch.choose() is None, "another place is named"
    monkeypatch.delenv("TMPDIR")
    monkeypatch.setattr(scratch, "LEAST", 1 << 60)
    assert scratch.choose() is None, "there is no room"
    monkeypatch.setattr(scratch, "LEAST", 0)
    left = tmp_path / "habeas-tests-0"
    left.mkdir()
    chosen = scratch.choose()
    assert chosen == Path(tempfile.gettempdir())
    assert list(tmp_path.iterdir()) == [chosen], "nobody runs any more who has left it"
    scratch.end(chosen)
    assert not chosen.exists()
