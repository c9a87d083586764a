"""A clock that jumped deletes no recording."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from habeas.cameras.declaration import Camera
from habeas.cameras.deletes import Deletes, DeletesHaltedError
from habeas.cameras.house import keep_house
from habeas.cameras.recordings import Recordings
from habeas.foundation.caution import Mark
from habeas.tlog.errors import LogUnavailableError
from tests.media.video.segments import CAMERA, RECORDER, add_segment

START = datetime(2026, 11, 23, 20, 0, 6, tzinfo=UTC)


class Machine:
    def __init__(self, boot="one"):
        self.now, self.passed, self.boot = START, timedelta(), boot

    def later(self, **passed):
        self.now += timedelta(**passed)
        self.passed += timedelta(**passed)

    def __call__(self):
        return Mark(wall=self.now.timestamp(), steady=self.passed.total_seconds(), boot=self.boot)


@pytest.fixture
def machine():
    return Machine()


@pytest.fixture
def recordings(tmp_path):
    made = Recordings(tmp_path / "recordings")
    file = tmp_path / "north-gate.toml"
    file.write_text(CAMERA)
    made.write_camera(Camera.load(file).public(), date(2026, 11, 23), RECORDER)
    add_segment(made, "north-gate", START)
    return made


def keep(recordings, clock, /, **options):
    said = []
    deletes = Deletes(recordings.folder, look=clock, **options)
    keep_house(recordings, RECORDER, None, clock.now, said.append, deletes)
    return said, bool(list(recordings.folder.rglob("*.mp4")))


def test_a_clock_that_jumps_ahead_deletes_nothing_until_a_person_has_looked(recordings, machine):
    assert keep(recordings, machine) == ([], True)
    machine.now += timedelta(days=800)
    (said,), kept = keep(recordings, machine)
    assert kept
    assert "ahead by 800 days" in said
    assert "habeas record --resume" in said
    machine.now -= timedelta(days=800)
    machine.later(hours=1)
    (said,), kept = keep(recordings, machine)
    assert "ahead by 800 days" in said
    Deletes(recordings.folder, look=machine).resume()
    assert keep(recordings, machine) == ([], True)
    machine.later(days=15)
    (said,), kept = keep(recordings, machine)
    assert not kept
    assert said.startswith("deleted north-gate 2026-11-23T20Z")


def test_what_has_had_its_days_goes_by_the_witnessed_time(recordings, machine):
    seen = START
    machine.later(days=15)
    assert keep(recordings, machine, witnessed=seen.timestamp) == ([], True)
    assert not keep(recordings, machine, witnessed=machine.now.timestamp)[1]


def test_a_state_that_cannot_be_read_deletes_nothing(recordings, machine):
    keep(recordings, machine)
    (file,) = recordings.folder.glob("deletes-*.json")
    file.write_text("{")
    machine.later(days=15)
    (said,), kept = keep(recordings, machine)
    assert kept
    assert "cannot be read" in said
    with pytest.raises(DeletesHaltedError):
        Deletes(recordings.folder, look=machine).until(machine.now)
    Deletes(recordings.folder, look=machine).resume()
    assert json.loads(file.read_text())["halted"] == ""
    assert not keep(recordings, machine)[1]


def test_machines_that_share_a_folder_hold_each_clock_against_its_own_past(recordings):
    one, other = Machine("one"), Machine("other")
    for each in (one, other, one, other):
        assert keep(recordings, each, machine=each.boot) == ([], True)
        each.later(minutes=20)
    other.now += timedelta(days=800)
    (said,), kept = keep(recordings, other, machine="other")
    assert kept
    assert "ahead by 800 days" in said
    one.later(days=13)
    assert keep(recordings, one, machine="one") == ([], True), "its clock is as it was"
    one.later(days=2)
    assert not keep(recordings, one, machine="one")[1]
    with pytest.raises(DeletesHaltedError):
        Deletes(recordings.folder, look=other, machine="other").until(other.now)


def test_what_cannot_be_deleted_makes_no_round_a_good_one(recordings, machine):
    """Said alone, it would be found when the disk is full, or somebody asks for what is gone."""

    def silent():
        raise LogUnavailableError("The log does not answer.")

    def round_(**options):
        deletes = Deletes(recordings.folder, look=machine, **options)
        said = []
        kept = keep_house(recordings, RECORDER, None, machine.now, said.append, deletes)
        assert set(kept.faults) <= set(said)
        return kept

    assert round_().faults == ()
    (fault,) = round_(witnessed=silent).faults
    assert "The log does not answer." in fault
    camera = recordings.place("north-gate") / "camera.json"
    entry = camera.read_bytes()
    camera.write_text("{")
    assert any("register entry" in each for each in round_().faults)
    camera.write_bytes(entry)
    assert round_().faults == ()
    # A clock that jumped is told by itself, with the way out (`Deletes.halted`).
    machine.now += timedelta(days=800)
    assert round_().faults == ()
