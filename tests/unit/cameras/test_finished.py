"""Sweeps go past the days that need nothing any more, and miss none that does."""

import pytest

from habeas.cameras import finished


@pytest.fixture
def place(tmp_path):
    return tmp_path / "north-gate"


def hour(place, day, number="10", *names):
    folder = place / day / number
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).write_bytes(b"")
    return folder


def days(place):
    return [each.name for each in finished.days(place)]


def test_days_whose_hours_are_closed_told_and_deleted_are_gone_through_no_more(place):
    assert days(place) == []
    for day in ("2027-01-01", "2027-01-02", "2027-01-04"):
        hour(place, day, "10", "hour.json")
    hour(place, "2027-01-03", "11", "hour.json", "owed.json")
    finished.advance(place, "2027-01-05")
    assert days(place) == ["2027-01-03"]
    (place / "2027-01-03" / "11" / "owed.json").unlink()
    segment = hour(place, "2027-01-04", "12", "120000.000Z.mp4") / "120000.000Z.mp4"
    finished.reopen(place, "2027-01-04")
    finished.advance(place, "2027-01-05")
    assert days(place) == ["2027-01-04"]
    segment.unlink()
    finished.advance(place, "2027-01-05")
    assert days(place) == []


def test_today_is_never_finished(place):
    hour(place, "2027-01-01", "10", "hour.json")
    finished.advance(place, "2027-01-01")
    assert days(place) == ["2027-01-01"]


def test_a_segment_of_a_finished_day_opens_it_again(place):
    for day in ("2027-01-01", "2027-01-02"):
        hour(place, day, "10", "hour.json")
    finished.advance(place, "2027-01-03")
    finished.reopen(place, "2027-01-02")
    assert days(place) == ["2027-01-02"]


def test_a_new_day_is_not_finished(place):
    hour(place, "2027-01-01", "10", "hour.json")
    finished.advance(place, "2027-01-03")
    hour(place, "2027-01-03")
    finished.reopen(place, "2027-01-03")
    finished.reopen(place, "2027-01-04")  # its folder comes in a moment
    assert days(place) == ["2027-01-03"]
    finished.advance(place, "2027-01-04")
    assert days(place) == []


def test_a_day_that_is_held_keeps_no_later_one_from_being_finished(place):
    hour(place, "2024-01-01", "10", "hour.json", "100000.000Z.mp4")
    for day in ("2024-01-02", "2025-01-02"):
        hour(place, day, "10", "hour.json")
    finished.advance(place, "2027-01-01")
    assert days(place) == ["2024-01-01"]


def test_finished_days_are_not_even_listed(place, monkeypatch):
    hour(place, "2027-01-01", "10", "hour.json")
    hour(place, "2027-01-02", "10", "hour.json", "owed.json")
    finished.advance(place, "2027-01-05")
    looked = []
    listed = type(place).iterdir
    monkeypatch.setattr(
        type(place), "iterdir", lambda path: (looked.append(path.name), listed(path))[1]
    )
    finished.advance(place, "2027-01-05")
    assert days(place) == ["2027-01-02"]
    assert looked == ["2027-01-02", "10"]


def test_a_release_before_this_one_finds_no_mark_that_is_out_of_date(place):
    hour(place, "2027-01-01", "10", "hour.json")
    (place / "finished-before").write_text("2027-01-01\n")
    finished.advance(place, "2027-01-05")
    assert not (place / "finished-before").exists()


@pytest.mark.parametrize(
    "said", ["", "tomorrow", '{"v": 2, "days": ["2027-01-01 or so"]}', '{"v": 1, "days": []}', "[]"]
)
def test_a_mark_that_cannot_be_read_skips_nothing(place, said):
    hour(place, "2026-01-01", "10", "hour.json")
    (place / "unfinished-days.json").write_text(said)
    assert days(place) == ["2026-01-01"]
