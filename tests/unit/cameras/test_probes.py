"""Each part of a recorder breaks, and its probe says which; then all is well again."""

from datetime import UTC, datetime, timedelta

import pytest

from habeas.cameras import health
from habeas.cameras.deletes import Deletes
from habeas.cameras.probes import LATE, Judged, judge, judge_all
from habeas.cameras.reporting import Figures, Reporter
from habeas.foundation.caution import Mark

START = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)


class World:
    def __init__(self, place):
        self.place, self.seconds, self.halted = place, 0.0, ""
        self.kept = {"house": 0.0, "log": 0.0}
        self.reporter = Reporter(place, Figures, self.clock, lambda: self.seconds)
        self.reporter.wrote(START)

    def clock(self):
        return START + timedelta(seconds=self.seconds)

    def ready(self):
        return judge(self.place, self.clock(), self.kept, self.halted)[0]


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def test_a_recorder_at_work_is_well(world):
    found = world.ready()
    assert (found.status, found.state) == (200, "ok")
    assert found.fields()["ages"] == {"report": 0.0, "picture": 0.0, "house": 0.0, "log": 0.0}


def test_its_figures_are_those_of_the_report(world):
    world.reporter.write()
    figures = judge(world.place, world.clock(), world.kept, "")[1]
    assert set(figures) >= {"frames", "lost", "whole", "looks", "behind"}
    assert all(isinstance(each, int | float) for each in figures.values())
    assert "clock_offset_seconds" not in figures  # the camera says no time


def test_how_far_the_camera_s_time_is_off_is_a_figure_where_it_says_one(tmp_path):
    Reporter(tmp_path, lambda: Figures(offset=-7200.0), lambda: START, lambda: 0.0).write()
    found, figures = judge(tmp_path, START, {}, "")
    assert figures["clock_offset_seconds"] == -7200.0
    metrics = Judged(found, figures).metrics()
    assert "\nhabeas_recorder_clock_offset_seconds -7200" in metrics


def test_outside_of_its_hours_no_picture_is_due(world):
    world.reporter.resting()
    for _ in range(3):
        world.seconds += LATE["picture"]
        world.reporter.write()
        assert world.ready().ok
    world.reporter.connected()
    world.seconds += LATE["picture"] + 1
    world.reporter.write()
    assert set(world.ready().problems) == {"picture"}


def test_a_folder_without_a_report(tmp_path):
    assert judge(tmp_path, START, {}, "")[0].state == "report"


def test_a_report_that_nobody_writes_any_more(world):
    world.seconds = health.STALE.total_seconds()
    assert world.ready().ok
    world.seconds += 1
    assert world.ready().problems == {"report": "No success for 31 s."}
    world.reporter.wrote(world.clock())
    world.reporter.write()
    assert world.ready().ok


def test_a_camera_that_is_lost(world):
    world.reporter.lost("The camera has ended the connection.")
    assert world.ready().problems == {"lost": "The camera has ended the connection."}
    world.reporter.connected()
    assert world.ready().ok


def test_a_camera_that_sends_nothing(world):
    world.seconds = LATE["picture"] + 1
    world.reporter.write()
    assert world.ready().state == "picture"
    world.reporter.wrote(world.clock())
    world.reporter.write()
    assert world.ready().ok


@pytest.mark.parametrize("what", ["house", "log"])
def test_hours_that_nobody_closes_and_a_log_that_is_not_told(world, what):
    world.kept[what] = LATE[what]
    assert world.ready().ok
    world.kept[what] += 1
    assert world.ready().state == what


def test_deleting_that_has_halted(world, tmp_path):
    moments = iter((Mark(wall=0, steady=0, boot="one"), Mark(wall=9e9, steady=1, boot="one")))
    deletes = Deletes(tmp_path, look=lambda: next(moments))
    deletes.until(START)
    assert deletes.halted() == ""
    with pytest.raises(Exception, match="No recording is deleted"):
        deletes.until(START)
    world.halted = deletes.halted()
    assert world.ready().state == "clock-jumped"
    assert "habeas record --resume" in world.ready().problems["clock-jumped"]


def test_of_several_cameras_each_is_judged_and_one_that_fails_is_named(tmp_path):
    worlds = {name: World(tmp_path / name) for name in ("a", "b", "c")}
    for each in worlds.values():
        each.place.mkdir()
        each.reporter.write()
    places = {name: each.place for name, each in worlds.items()}
    kept = {"house": 0.0, "log": 0.0}
    found = judge_all(places, START, kept, "")
    assert found.health.ok
    assert {name: each["ok"] for name, each in found.fields()["cameras"].items()} == {
        "a": True, "b": True, "c": True,
    }  # fmt: skip
    worlds["b"].reporter.lost("It does not answer.")
    found = judge_all(places, START, kept, "")
    assert found.health.status == 503
    assert set(found.health.problems) == {"cameras"}
    assert "1 of 3" in found.health.problems["cameras"]
    assert found.health.problems["cameras"].endswith(": b")
    assert found.fields()["cameras"]["b"]["problems"] == {"lost": "It does not answer."}
    figures = found.metrics()
    assert "habeas_recorder_ready 0\n" in figures
    assert 'habeas_recorder_ready{camera="a"} 1\n' in figures
    assert 'habeas_recorder_problem{camera="b",code="lost"} 1\n' in figures
    assert 'habeas_recorder_success_age_seconds{camera="c",of="picture"} 0' in figures
    assert 'habeas_recorder_success_age_seconds{of="log"} 0' in figures
    assert 'habeas_recorder_one_of{camera="a"} 1\n' in figures
    names = [each.split()[2] for each in figures.splitlines() if each.startswith("# TYPE")]
    assert len(names) == len(set(names)), "a family stands there twice"


def test_what_a_process_keeps_is_judged_once_for_all_its_cameras(tmp_path):
    found = judge_all({}, START, {"house": 1000.0, "log": 0.0}, "The clock jumped.")
    assert set(found.health.problems) == {"house", "clock-jumped"}
