"""Where one segment ends and the next begins: no moment in both, and none in neither."""

import itertools
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import numpy as np
import pytest

from habeas.cameras.live import TICKS
from habeas.cameras.recordings import Recordings
from habeas.cameras.writing import SegmentWriter
from habeas.cover.live import Covered
from tests.media.video import films
from tests.media.video.small import SETTINGS

BEGIN = datetime(2026, 11, 23, 20, 15, 7, 123456, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def recorded(folder, times, fps, late=lambda _: 0.0):
    """What a writer makes of pictures that come at *times*, in two connections of the same."""
    frames = films.read(films.write(folder / "film.mp4", films.pictures(3, 64, 48, size=20)))
    place, said = Recordings(folder / "recordings"), []
    writer = SegmentWriter(place, "gate", SETTINGS, lost=lambda: 0, say=said.append)
    for again in (0.0, 100.0):
        writer.begin(fps, lambda: None, lambda: 0)
        for number, at in enumerate(times):
            frame = frames[number % 3].reformat(format="yuv420p")
            frame.pts, frame.time_base = round(at * TICKS), Fraction(1, TICKS)
            moment = BEGIN + timedelta(seconds=again + at + late(number))
            writer.write(Covered(frame, ()), at, moment)
        writer.close()
    assert not said
    assert writer.frames == 2 * len(times)
    return place.pieces("gate", "2026-11-23T20Z")


@pytest.mark.parametrize("fps", [1.0, 10.0])
def test_pictures_that_come_irregularly_leave_segments_side_by_side(tmp_path, fps):
    random = np.random.default_rng(3)
    times = np.cumsum(random.uniform(0.3, 1.7, 40)) / fps
    times = times[: np.searchsorted(times, 60)]
    found = recorded(tmp_path, times, fps)
    seams = [after.start - before.end for before, after in itertools.pairwise(found)]
    assert sum(each.frames for each in found) == 2 * len(times)
    (gap,) = [each for each in seams if each > _MILLISECOND]
    assert all(timedelta() <= each for each in seams), "a moment is in two segments"
    # What follows a connection's last picture nobody has seen.
    assert gap >= timedelta(seconds=100 - times[-1] - 0.2)


def test_where_nothing_comes_for_long_nothing_was_recorded(tmp_path):
    times = [0.0, 1.0, 2.0, 8.0, 9.0, 40.0, 41.0]
    found = recorded(tmp_path, times, 1.0)
    ends = [(each.end - BEGIN).total_seconds() for each in found[:3]]
    assert ends == pytest.approx([4.0, 11.0, 41.2], abs=0.002)
    assert sum((each.length for each in found[:3]), timedelta()) < timedelta(seconds=9)


def test_a_clock_that_is_read_late_makes_no_segment_shorter_than_its_pictures(tmp_path):
    """A busy machine: each moment is told some hundredths too late or too early."""
    times = np.arange(0, 20, 0.1)
    found = recorded(tmp_path, times, 10.0, late=lambda number: 0.03 * (number % 7 - 3))
    assert sum(each.frames for each in found) == 2 * len(times)
    assert all(each.length > timedelta(seconds=1.5) for each in found)
