"""Sweeps begin after the days that need nothing any more, and miss none that does."""

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
    assert days(place) == ["2027-01-03", "2027-01-04"]
    (place / "2027-01-03" / "11" / "owed.json").unlink()
    segment = hour(place, "2027-01-04", "12", "120000.000Z.mp4") / "120000.000Z.mp4"
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
    finished.reopen(place, "2027-01-04")
    assert days(place) == ["2027-01-02"]


@pytest.mark.parametrize("said", ["", "tomorrow", "2027-01-01 or so", "9" * 5000])
def test_a_mark_that_cannot_be_read_skips_nothing(place, said):
    hour(place, "2026-01-01", "10", "hour.json")
    (place / "finished-before").write_text(said)
    assert days(place) == ["2026-01-01"]
