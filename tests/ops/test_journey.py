"""A city on machines of its own: the whole journey, and what happens on an ordinary day."""

import concurrent.futures

import pytest

from tests.ops.acts import PORTRAIT, complete, opened, withdraw
from tests.ops.city import NODES

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


def test_the_whole_journey(place):
    reference, receipt = place.apply(PORTRAIT)
    assert opened(place, reference)
    found = complete(place, receipt)
    assert found.openings == 1
    with place.officer() as officer:
        officer.decide(reference, "approved")
    withdraw(place, receipt)
    assert all(each.held is False for each in complete(place, receipt).verdicts.values())


def test_applicants_at_both_nodes_at_once(place):
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: place.apply(PORTRAIT), range(8)))
    assert len({reference for reference, _ in done}) == 8
    assert opened(place, done[0][0])


def test_one_node_of_two_is_killed_and_the_other_goes_on(place):
    before = place.apply(PORTRAIT)
    for name in NODES:
        place.machines[name].kill("web", "worker")
        place.red(name)
        after = place.apply(PORTRAIT)
        assert opened(place, after[0])
        place.machines[name].again()
        place.green()
    assert opened(place, before[0])


def test_a_trustee_away_is_not_noticed_and_gets_its_part_when_it_is_back(place):
    with place.machines["trustee-2"].unplugged():
        place.red("trustee-2")
        held = [place.apply(PORTRAIT) for _ in range(3)]
        assert all(opened(place, reference) for reference, _ in held)
    place.green()
    for _, receipt in held:
        assert len(receipt.pending) == 1
        assert complete(place, receipt)
