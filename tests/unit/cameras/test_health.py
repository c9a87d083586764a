"""Health tells the truth: of a recorder that works, that lost its camera, and that is gone."""

from datetime import UTC, datetime, timedelta

import pytest

from habeas.cameras import health
from habeas.cameras.reporting import Figures, Reporter

START = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)


class World:
    def __init__(self, place):
        self.place, self.seconds, self.figures = place, 0.0, Figures()
        self.reporter = Reporter(
            place, lambda: self.figures, self.clock, lambda: self.seconds, every=5.0
        )

    def clock(self):
        return START + timedelta(seconds=self.seconds)

    def pass_(self, seconds, **figures):
        self.seconds += seconds
        self.figures = Figures(**figures)

    @property
    def read(self):
        self.reporter.write()
        return health.read(self.place, self.clock())


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def test_where_no_recorder_reported_nothing_is_known(tmp_path):
    assert health.read(tmp_path, START) is None
    (tmp_path / "health.json").write_text("{")
    assert health.read(tmp_path, START) is None


def test_figures_and_rates_are_told(world):
    world.reporter.wrote(world.clock())
    world.read  # noqa: B018 - the first report
    world.pass_(10, frames=100, lost=7, whole=2, looks=50, behind=0.4, one_of=3, jumps=1,
                clock="it jumped", offset=-3600.04, left_out=("sound",))  # fmt: skip
    world.reporter.wrote(world.clock())
    said = world.read
    assert (said.state, said.frames, said.lost, said.whole) == ("recording", 100, 7, 2)
    assert (said.rate, said.looks, said.behind, said.one_of) == (10.0, 5.0, 0.4, 3)
    assert (said.jumps, said.clock, said.left_out) == (1, "it jumped", ("sound",))
    assert said.offset == -3600.0
    assert said.picture == "2026-11-23T20:00:10.000+00:00"


def test_a_lost_camera_is_told_at_once_and_why(world):
    world.reporter.wrote(world.clock())
    world.reporter.lost("The camera has ended the connection.")
    said = health.read(world.place, world.clock())
    assert (said.state, said.because) == ("lost", "The camera has ended the connection.")
    world.reporter.connected()
    assert health.read(world.place, world.clock()).state == "waiting"
    world.reporter.wrote(world.clock())
    said = health.read(world.place, world.clock())
    assert (said.state, said.because) == ("recording", "")


def test_a_connection_without_pictures_is_no_recording(world):
    world.reporter.wrote(world.clock())
    world.pass_(9)
    assert world.read.state == "recording"
    world.pass_(2)
    assert world.read.state == "waiting"


def test_a_recorder_that_was_killed_is_silent(world):
    world.reporter.wrote(world.clock())
    world.reporter.write()
    late = world.clock() + health.STALE + timedelta(seconds=1)
    assert health.read(world.place, world.clock() + health.STALE).state == "recording"
    said = health.read(world.place, late)
    assert (said.state, said.rate) == ("silent", 0.0)


def test_a_recorder_that_was_stopped_says_so_for_ever(world):
    with world.reporter:
        world.reporter.wrote(world.clock())
    assert health.read(world.place, world.clock() + timedelta(days=9)).state == "stopped"
