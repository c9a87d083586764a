"""Counts of pictures: kept with their segments, whole lines only."""

from habeas.cameras import counts
from habeas.cameras.counts import Counted, Counts, Length


def test_counts_are_kept_by_segment(tmp_path):
    assert counts.read(tmp_path) == {}
    counts.add(tmp_path, "a.mp4", Counts(3, 1))
    counts.add(tmp_path, "b.mp4", Counts(moving=7), Length(6.02, 60))
    assert counts.read(tmp_path) == {
        "a.mp4": Counted(Counts(3, 1)),
        "b.mp4": Counted(Counts(0, 0, 7), Length(6.02, 60)),
    }
    counts.forget(tmp_path)
    assert counts.read(tmp_path) == {}


def test_a_line_that_a_killed_writer_left_half_spoils_no_other(tmp_path):
    counts.add(tmp_path, "a.mp4", Counts(3, 1))
    with (tmp_path / "counts.jsonl").open("ab") as file:
        file.write(b'\n{"name": "b.mp4", "lo')
    counts.add(tmp_path, "c.mp4", Counts(5, 0))
    assert counts.read(tmp_path) == {"a.mp4": Counted(Counts(3, 1)), "c.mp4": Counted(Counts(5, 0))}


def test_what_was_counted_since():
    assert Counts(9, 4, 8) - Counts(2, 4, 3) == Counts(7, 0, 5)
