"""A camera's hours, by the clocks of its city."""

from datetime import UTC, datetime, timedelta

import pytest

from habeas.cameras.duty import begins, records
from habeas.protocol.footage import RecordingHours

MOSCOW = "Europe/Moscow"


def hours(begin, end, zone=MOSCOW):
    return RecordingHours(begin=begin, end=end, time_zone=zone)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("begin", "end", "local", "on"),
    [
        ("08:00", "20:00", "07:59:59", False), ("08:00", "20:00", "08:00:00", True),
        ("08:00", "20:00", "19:59:59", True), ("08:00", "20:00", "20:00:00", False),
        ("22:00", "05:30", "21:59:59", False), ("22:00", "05:30", "22:00:00", True),
        ("22:00", "05:30", "00:00:00", True), ("22:00", "05:30", "05:29:59", True),
        ("22:00", "05:30", "05:30:00", False), ("06:00", "06:00", "12:00:00", True),
    ],
)  # fmt: skip
def test_from_the_first_second_to_the_last(begin, end, local, on):
    moment = at(f"2027-01-15T{local}") - timedelta(hours=3)
    assert records(hours(begin, end), moment) is on


def test_without_hours_it_always_records():
    assert records(None, at("2027-01-15T03:00:00"))


def test_hours_follow_the_city_s_clocks():
    """Berlin's are put forward on 28 March 2027: eight there is seven, then six, in UTC."""
    berlin = hours("08:00", "20:00", "Europe/Berlin")
    assert begins(berlin, at("2027-03-26T20:00:00")) == at("2027-03-27T07:00:00")
    assert begins(berlin, at("2027-03-27T20:00:00")) == at("2027-03-28T06:00:00")
    assert records(berlin, at("2027-03-28T06:00:00"))
    assert not records(berlin, at("2027-03-27T06:00:00"))


@pytest.mark.parametrize("hour", range(24))
def test_when_they_begin_next_it_records(hour):
    for given in (hours("08:00", "20:00"), hours("22:00", "05:30"), hours("23:00", "22:00")):
        moment = at(f"2027-01-15T{hour:02}:30:00")
        start = begins(given, moment)
        assert moment < start <= moment + timedelta(days=1)
        assert records(given, start)
        assert not records(given, start - timedelta(seconds=1))
