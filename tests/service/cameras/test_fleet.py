"""Many recorders in one process: what becomes of one is nothing to the others."""

import contextlib
import threading
from datetime import UTC, datetime

from habeas.cameras import health
from habeas.cameras.fleet import Fleet, Unreached
from tests.waiting import until


class One:
    """A recording that runs until it is stopped, or fails."""

    def __init__(self, fails=False):
        self.fails, self.stopped, self.runs = fails, threading.Event(), threading.Event()

    def run(self):
        self.runs.set()
        if self.fails:
            raise RuntimeError("no more")
        self.stopped.wait()

    def stop(self):
        self.stopped.set()


@contextlib.contextmanager
def running(one):
    """*one* runs in a thread, and has ended afterwards, whatever failed."""
    thread = threading.Thread(target=one.run)
    thread.start()
    try:
        yield
    finally:
        one.stop()
        thread.join()


def test_one_that_fails_is_started_again_and_said_and_the_others_run_on():
    made, said, well = [], [], One()

    def failing():
        made.append(One(fails=len(made) < 3))
        return made[-1]

    fleet = Fleet({"bad": failing, "good": lambda: well}, said.append, again=0.0)
    with running(fleet):
        until(lambda: len(made) == 4 and made[3].runs.is_set(), "the fourth start")
        until(well.runs.is_set, "the other one")
        assert not well.stopped.is_set()
    assert made[3].stopped.is_set()
    assert well.stopped.is_set()
    assert [each for each in said if "bad" in each and "no more" in each] == said
    assert len(said) == 3


def test_a_recorder_that_cannot_be_made_is_tried_again():
    tries, one = [], One()

    def late():
        tries.append(1)
        if len(tries) < 3:
            raise OSError("not yet")
        return one

    fleet = Fleet({"late": late}, lambda _: None, again=0.0)
    with running(fleet):
        until(one.runs.is_set, "the third start")
    assert len(tries) == 3


def test_a_fleet_that_is_stopped_before_it_runs_ends():
    fleet = Fleet({"a": One, "b": One}, lambda _: None)
    fleet.stop()
    fleet.run()


def test_a_camera_without_an_address_says_so_as_long_as_it_runs(tmp_path):
    one = Unreached(tmp_path / "a", "Its address cannot be read.")

    def report():
        return health.read(tmp_path / "a", datetime.now(UTC))

    with running(one):
        found = until(report, "a report")
        assert (found.state, found.because) == ("lost", "Its address cannot be read.")
    assert report().state == "stopped"
