"""A disk without room, of each party and of what a city's IT runs for it.

Nothing acknowledged is lost, health is red as soon as something is not done, nothing is stuck once
there is room again, and nobody is told that the photo was at fault.
"""

import pytest

from tests.ops.acts import withdraw
from tests.ops.applicants import Applicants
from tests.ops.city import NODES
from tests.waiting import until

pytestmark = [
    pytest.mark.slow, pytest.mark.ops, pytest.mark.timeout(3600), pytest.mark.usefixtures("green")
]  # fmt: skip


@pytest.fixture
def applicants(place):
    made = Applicants(place)
    made.goes_on()
    yield made
    place.green()
    made.goes_on()
    made.verify(openings=3)
    withdraw(place, made.held[0][1])


def until_red(place, applicants, *names, also=lambda: None):
    """Have people apply until one of the machines with these names says that something is wrong."""

    def said():
        also()
        applicants.apply()
        states = place.states()
        return any(states[name][0] != 200 for name in names)

    until(said, f"one of {names} is red")


@pytest.mark.parametrize("name", ["trustee-1", "node-1", "node-2"])
def test_of_a_party(place, applicants, name):
    with place.machines[name].full():
        until_red(place, applicants, name)


def test_of_the_log_whose_state_is_elsewhere(place, applicants):
    """All that it writes lies in PostgreSQL and in the object store: nothing happens."""
    before = len(applicants.held)
    with place.machines["log"].full():
        for _ in range(3):
            applicants.apply()
        place.green()
    assert len(applicants.held) == before + 3


def test_of_postgresql(place, applicants):
    with place.database.full():
        until_red(place, applicants, *NODES, "log", also=place.database.begin_a_file)
    if not place.database.runs:  # it has given up, and whoever runs it starts it again
        place.database.start()


def test_of_postgresql_that_refuses_new_pages_and_changes_old_ones(place, applicants):
    """It does not give up, and each loop's success is noted: health is red before anybody asks."""
    with place.database.without_checkpoints(), place.database.full():
        place.red(*NODES, code="tables")


def test_of_the_object_store(place, applicants):
    with place.machines["store"].full() as fill:
        until_red(place, applicants, *NODES, "log", also=fill)
    # One that has lost faith in its disk is started again by whoever runs it.
    place.store.stop()
    place.store.start()
