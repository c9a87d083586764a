"""House is kept round by round, whatever happens in one of them."""

import threading

import pytest

from habeas.cameras.house import HouseKept
from habeas.cameras.keeping import HouseKeeping
from habeas.foundation.errors import HabeasError


class Machine:
    """What a round does, and the clock."""

    def __init__(self):
        self.now, self.rounds, self.error, self.said = 100.0, 0, None, []
        self.kept = HouseKept(told=True)
        self.begun = threading.Event()

    def act(self):
        self.rounds += 1
        self.begun.set()
        if self.error is not None:
            raise self.error
        return self.kept

    def keeping(self, *, log=True):
        return HouseKeeping(self.act, self.said.append, log=log, clock=lambda: self.now)


@pytest.fixture
def machine():
    return Machine()


@pytest.mark.parametrize(
    "error", [OSError("disk"), ValueError(), KeyError("hour"), HabeasError("c", "r")]
)
def test_whatever_fails_in_a_round_is_said_and_the_next_one_comes(machine, error):
    keeping, machine.error = machine.keeping(), error
    machine.now += 50
    keeping.round()
    assert "hours could not be closed: " in machine.said[0]
    assert machine.said[0] != "hours could not be closed: "
    assert keeping.ages() == {"house": 50.0, "log": 50.0}
    machine.error = None
    keeping.round()
    assert keeping.ages() == {"house": 0.0, "log": 0.0}


def test_a_log_that_is_owed_something_is_not_well_although_hours_are(machine):
    keeping, machine.kept = machine.keeping(), HouseKept(told=False)
    machine.now += 50
    keeping.round()
    assert keeping.ages() == {"house": 0.0, "log": 50.0}


def test_what_could_not_be_done_is_not_well_although_the_log_was_told(machine):
    keeping, machine.kept = (
        machine.keeping(),
        HouseKept(told=True, faults=("Not all was deleted.",)),
    )
    machine.now += 50
    keeping.round()
    assert keeping.ages() == {"house": 50.0, "log": 0.0}


def test_where_there_is_no_log_none_is_told(machine):
    assert list(machine.keeping(log=False).ages()) == ["house"]


def test_the_thread_keeps_house_at_once_and_once_more_at_the_end(machine):
    with machine.keeping():
        assert machine.begun.wait(60)
    assert machine.rounds == 2
