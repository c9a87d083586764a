"""A disk without room, of each party and of what a city's IT runs for it.

Nothing acknowledged is lost, health is red as soon as something is not done, nothing is stuck once
there is room again, and nobody is told that the photo was at fault.
"""

import httpx
import pytest

from tests.ops.acts import PORTRAIT, complete, opened, withdraw
from tests.ops.city import NODES, NotTakenError
from tests.waiting import until

pytestmark = [
    pytest.mark.slow, pytest.mark.ops, pytest.mark.timeout(3600), pytest.mark.usefixtures("green")
]  # fmt: skip


class Applicants:
    """Who apply one after the other; what was acknowledged to them is kept."""

    def __init__(self, place):
        self.place, self.held, self.refused = place, [], []

    def apply(self):
        """One more, who may be told to come back."""
        try:
            self.held.append(self.place.apply(PORTRAIT))
        except NotTakenError as answer:
            self.refused.append(answer)
        except httpx.HTTPError:
            pass  # nobody was there: nothing was acknowledged

    def until_red(self, *names, also=lambda: None):
        """Until one of the machines with these names says that something is wrong."""

        def said():
            also()
            self.apply()
            states = self.place.states()
            return any(states[name][0] != 200 for name in names)

        until(said, f"one of {names} is red")


@pytest.fixture
def applicants(place):
    made = Applicants(place)
    made.apply()
    yield made
    place.green()
    made.apply()
    for _, receipt in made.held:
        assert complete(place, receipt)
    # Of before, of meanwhile, and of after: an officer has a number for each day.
    for at in {0, len(made.held) // 2, len(made.held) - 1}:
        assert opened(place, made.held[at][0])
    withdraw(place, made.held[0][1])
    blamed = [str(each) for each in made.refused if each.blames_the_applicant]
    assert not blamed, "a fault of the server is never one of the applicant, or of the photo"


@pytest.mark.parametrize("name", ["trustee-1", "node-1", "node-2"])
def test_of_a_party(place, applicants, name):
    with place.machines[name].full():
        applicants.until_red(name)


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
        applicants.until_red(*NODES, "log", also=place.database.begin_a_file)
    if not place.database.runs:  # it has given up, and whoever runs it starts it again
        place.database.start()


def test_of_the_object_store(place, applicants):
    with place.machines["store"].full() as fill:
        applicants.until_red(*NODES, "log", also=fill)
    # One that has lost faith in its disk is started again by whoever runs it.
    place.store.stop()
    place.store.start()
