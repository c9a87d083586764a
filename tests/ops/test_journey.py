"""A city on machines of its own: the whole journey, and what happens on an ordinary day."""

import concurrent.futures

import pytest

from habeas.cli.verify import verify_live
from habeas.faces import assets
from habeas.protocol import Purpose
from tests.ops.city import NODES, city
from tests.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
PORTRAIT = assets.path("astronaut.png").read_bytes()


@pytest.fixture(scope="module")
def place():
    with city() as made:
        yield made


def opened(place, reference):
    with place.officer() as officer:
        return officer.open(reference, Purpose.DECIDE_APPLICATION, "To decide.").photo


def complete(place, receipt):
    """Its history, once all that was just done stands on the log."""
    return until(
        lambda: (found := verify_live(receipt, place.pins)).outcome == "complete" and found,
        "the history is complete", pause=0.5,
    )  # fmt: skip


def withdraw(place, receipt):
    path = f"/api/photos/{receipt.promise.seal_id}/withdrawal"

    def confirmed():
        answer = place.http.post(path, json={"secret": receipt.withdraw_secret})
        assert answer.status_code == 200, answer.text
        return answer.json()["complete"]

    until(confirmed, "all trustees confirm", pause=0.3)


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
