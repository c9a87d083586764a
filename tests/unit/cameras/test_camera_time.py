"""What time a camera says it is, as FFmpeg hands it on: microseconds since 1970, and flags."""

import struct
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.cameras.camera_time import CameraTime

NOW = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)


@pytest.fixture
def told():
    return CameraTime(lambda: NOW)


def at(moment):
    return struct.pack("=qi4x", round(moment.timestamp() * 1e6), 24)


def test_who_says_nothing_is_off_by_nothing(told):
    assert told.offset is None
    told.tell(b"")
    assert told.offset is None


@pytest.mark.parametrize(
    ("said", "offset"),
    [
        (datetime(2026, 11, 23, 20, 0, 1, 500_000, tzinfo=UTC), 1.5),
        (datetime(2026, 11, 23, 19, 0, tzinfo=UTC), -3600.0),
        # Its battery is empty: that is told as it is.
        (datetime(1970, 1, 1, tzinfo=UTC), -NOW.timestamp()),
    ],
)
def test_it_is_as_far_off_as_it_says(told, said, offset):
    told.tell(at(said))
    assert told.offset == pytest.approx(offset)


def test_who_counts_from_their_own_start_knows_no_time_of_day(told):
    told.tell(at(NOW))
    told.tell(at(datetime(1900, 1, 1, 0, 5, tzinfo=UTC)))
    assert told.offset is None


@given(reference=st.binary(max_size=24))
def test_whatever_comes_is_a_number_or_nothing(reference):
    told = CameraTime(lambda: NOW)
    told.tell(reference)
    assert told.offset is None or abs(told.offset) < 1e13
