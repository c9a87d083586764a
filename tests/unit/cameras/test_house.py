"""What a recorder owes goes to the log that it belongs on, and is owed until that is proven."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from habeas.cameras.house import keep_house
from habeas.cameras.logged import ProvenLog
from habeas.cameras.recordings import Recordings
from habeas.protocol import Chain
from tests.media.video.segments import add_segment
from tests.unit.parties import MemoryLog
from tests.unit.protocol import world
from tests.unit.protocol.vectors.acts import CAMERA

START = datetime(2027, 1, 14, 20, 10, tzinfo=UTC)
HOUR, NORTH = "2027-01-14T20Z", "bridge-north"
CIRCLE = Chain.start(world.circle_note(hours=world.HOURS_LOG), 0).newest.circle


@dataclass
class Recorder:
    recordings: Recordings
    log: MemoryLog = field(default_factory=MemoryLog)
    hours: MemoryLog = field(default_factory=lambda: MemoryLog(world.Log(key=world.HOURS_KEY)))
    said: list = field(default_factory=list)

    def round(self, hours=None):
        policy = CIRCLE.acting_policy(CIRCLE.hours)
        return keep_house(
            self.recordings, world.RECORDER_KEY,
            ProvenLog(self.log, CIRCLE.acting_policy(), world.ORIGIN),
            START + timedelta(hours=3), self.said.append,
            hours=ProvenLog(hours or self.hours, policy, world.HOURS),
        )  # fmt: skip

    def owed(self):
        return [each.hour for each in self.recordings.owed()]


@pytest.fixture
def recorder(tmp_path):
    place = Recordings(tmp_path / "recordings")
    public = CAMERA.model_copy(update={"id": NORTH})
    place.write_camera(public, START.date(), world.RECORDER_KEY)
    add_segment(place, NORTH, START)
    return Recorder(place)


def test_hours_go_to_their_log_and_the_camera_to_the_other(recorder):
    assert recorder.round().told
    assert recorder.log.kinds() == ["camera"]
    assert recorder.hours.kinds() == ["footage"]
    hour = recorder.recordings.hour(NORTH, HOUR)
    assert (hour.index, hour.log) == (0, world.HOURS)
    assert recorder.owed() == []


def test_a_log_of_hours_that_is_away_keeps_nothing_else_back(recorder):
    recorder.hours.down = True
    assert not recorder.round().told, "which makes the recorder's health red"
    assert recorder.log.kinds() == ["camera"]
    assert recorder.owed() == [HOUR]
    recorder.hours.down = False
    assert recorder.round().told


def test_a_log_that_is_away_keeps_no_hour_back(recorder):
    recorder.log.down = True
    assert not recorder.round().told
    assert recorder.hours.kinds() == ["footage"]
    assert recorder.owed() == [None]


class Leaving:
    """A log of hours that says where an entry stands, and leaves it out."""

    def __init__(self):
        self.real = MemoryLog(world.Log(key=world.HOURS_KEY))

    def append(self, _):
        return self.real.append(b"what the operator would rather have there")


def test_an_hour_that_is_left_out_stays_owed(recorder):
    """The operator's log answers as if it had the hour, with a true proof of something else."""
    kept = recorder.round(Leaving())
    assert not kept.told
    assert recorder.owed() == [HOUR]
    assert recorder.recordings.hour(NORTH, HOUR).index is None
    assert recorder.round().told
    assert recorder.owed() == []


def test_an_hour_that_too_few_witnesses_have_seen_stays_owed(recorder):
    class Alone(Leaving):
        def append(self, entry):
            placed = self.real.append(entry)
            note = placed.proof.rpartition("\n\n")[0]
            lines = placed.proof[len(note) + 2 :].splitlines(keepends=True)
            return type(placed)(placed.index, f"{note}\n\n{''.join(lines[:2])}")

    assert not recorder.round(Alone()).told
    assert recorder.owed() == [HOUR]
