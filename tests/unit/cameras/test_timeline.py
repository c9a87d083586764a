"""The time line: what was recorded, lost, covered whole, and in how many frames what moved."""

from datetime import UTC, date, datetime, timedelta

import pytest

from habeas.cameras import hours
from habeas.cameras.counts import Counts
from habeas.cameras.hours import SegmentRecord
from habeas.cameras.recordings import Recordings
from habeas.cameras.timeline import Piece, gaps, stretches
from tests.media.video.segments import RECORDER, add_segment

HOUR = datetime(2026, 11, 23, 20, tzinfo=UTC)
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


def _piece(second, length=6.0, **counted):
    return Piece(HOUR + second * SECOND, length * SECOND, **counted)


def test_a_stretch_adds_up_the_segments_that_begin_in_it():
    pieces = [
        _piece(50, frames=60, lost=2, whole=1, moving=30),
        _piece(56, frames=60, moving=60),
        _piece(66, frames=60),
    ]
    first, second = stretches(HOUR, MINUTE, 2, pieces)
    assert (first.frames, first.lost, first.whole, first.moving) == (120, 2, 1, 90)
    assert first.motion == 0.75
    # The segment that begins at 56 s goes on for two seconds of the next minute.
    assert (first.recorded, second.recorded) == (10 * SECOND, 8 * SECOND)
    assert (second.frames, second.motion) == (60, 0.0)
    assert second.start == HOUR + MINUTE


def test_time_that_two_segments_have_counts_once():
    (stretch,) = stretches(HOUR, MINUTE, 1, [_piece(0, 10), _piece(5, 10), _piece(6, 2)])
    assert stretch.recorded == 15 * SECOND
    assert stretch.missing == 45 * SECOND


def test_a_seam_is_no_gap_and_silence_is_one():
    pieces = [_piece(0), _piece(6.4), _piece(20)]
    (stretch,) = stretches(HOUR, 26 * SECOND, 1, pieces)
    assert stretch.missing == timedelta(seconds=8)
    assert gaps(HOUR, HOUR + 30 * SECOND, pieces) == [
        (HOUR + 12.4 * SECOND, HOUR + 20 * SECOND),
        (HOUR + 26 * SECOND, HOUR + 30 * SECOND),
    ]
    assert gaps(HOUR, HOUR + 4 * SECOND, pieces) == []
    assert gaps(HOUR, HOUR + MINUTE, []) == [(HOUR, HOUR + MINUTE)]


def test_nothing_at_all_is_a_stretch_of_nothing():
    found = stretches(HOUR, MINUTE, 60, [])
    assert len(found) == 60
    assert {(each.recorded, each.frames, each.motion) for each in found} == {(timedelta(), 0, 0.0)}


def test_a_whole_hour_of_segments_can_be_closed(tmp_path):
    records = tuple(
        SegmentRecord(
            name=f"20{second // 60:02d}{second % 60:02d}.000Z.mp4", sha256="ab" * 32,
            milliseconds=1000, frames=25, lost=0, whole=0, moving=0,
        )
        for second in range(3600)
    )  # fmt: skip
    hour = hours.Hour(
        camera="north-gate", hour="2026-11-23T20Z", segments=records, root=hours.root_of(records)
    )
    place = tmp_path / "2026-11-23" / "20"
    place.mkdir(parents=True)
    hours.write_hour(place, hour)
    assert hours.read_hour(place) == hour


@pytest.fixture
def recordings(tmp_path):
    place = Recordings(tmp_path / "recordings")
    for number, counted in enumerate([Counts(3, 1, 9), None, Counts(0, 0, 20)]):
        add_segment(place, "north-gate", HOUR + 2 * number * SECOND, counted, shade=60 + number)
    return place


def test_an_hour_says_the_same_open_and_closed(recordings):
    open_ = recordings.pieces("north-gate", "2026-11-23T20Z")
    assert [(each.start, each.frames, each.lost, each.whole, each.moving) for each in open_] == [
        (HOUR, 20, 3, 1, 9), (HOUR + 2 * SECOND, 20, 0, 0, 0), (HOUR + 4 * SECOND, 20, 0, 0, 20),
    ]  # fmt: skip
    assert {each.length for each in open_} == {2 * SECOND}
    recordings.close_hour("north-gate", "2026-11-23T20Z", date(2026, 11, 23), RECORDER)
    assert recordings.pieces("north-gate", "2026-11-23T20Z") == open_


def test_no_video_is_read_for_the_time_line(recordings, monkeypatch):
    def never(path):
        raise AssertionError(path)

    monkeypatch.setattr("habeas.cameras.archive.length_of", never)
    assert len(recordings.pieces("north-gate", "2026-11-23T20Z")) == 3


def test_deleted_hours_and_hours_without_anything_have_no_pieces(recordings):
    assert recordings.pieces("north-gate", "2026-11-23T21Z") == ()
    closed = recordings.close_hour("north-gate", "2026-11-23T20Z", date(2026, 11, 23), RECORDER)
    place = recordings.hour_place("north-gate", "2026-11-23T20Z")
    hours.write_hour(place, closed.model_copy(update={"deleted": "2026-12-08"}))
    assert recordings.pieces("north-gate", "2026-11-23T20Z") == ()


def test_the_span_is_that_of_the_first_and_last_segment(recordings):
    add_segment(recordings, "north-gate", HOUR + timedelta(days=2))
    (recordings.place("north-gate") / "2026-11-24" / "10").mkdir(parents=True)
    assert recordings.span("north-gate") == (HOUR, HOUR + timedelta(days=2))
    assert Recordings(recordings.folder / "none").span("north-gate") is None
