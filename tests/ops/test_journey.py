"""A city on machines of its own: the whole journey, and what happens on an ordinary day."""

import concurrent.futures
import contextlib
import secrets
from datetime import UTC, datetime

import pytest

from habeas.protocol.footage import RecordedDetails, entry_of, hour_name
from habeas.tlog import NoteSigner, TlogError, TlogProof
from habeas.tlog.client import LogClient
from tests.ops.acts import PORTRAIT, complete, opened, withdraw
from tests.ops.city import NODES
from tests.waiting import until

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


def test_an_hour_of_a_camera_is_cosigned_on_its_own_log_and_shown_by_the_portal(place):
    """While that log is away nobody is kept from applying: people's entries stand on the other."""
    key = NoteSigner.parse((place.place.folder / "recorder" / "recorder.key").read_text().strip())
    now = datetime.now(UTC)
    said = RecordedDetails(
        camera="north-gate", hour=hour_name(now), segments=1, seconds=6, frames=60, lost=0,
        whole=0, root="0" * 64,
    )  # fmt: skip
    entry = entry_of(said, now.date(), key, secrets.token_bytes(32)).encode()
    hours = place.machines["hours-log"]
    hours.kill("log")
    place.red("hours-log")
    reference, receipt = place.apply(PORTRAIT)
    assert opened(place, reference)
    hours.again("log")
    circle = place.place.circle
    with LogClient(circle.hours.url) as log:
        proof = until(lambda: _appended(log, entry), "the log of hours is cosigned again")
    TlogProof.parse(proof).verify(entry, circle.acting_policy(circle.hours))
    line = f"{now:%Y-%m},north-gate,1,6,60,0,0,"
    until(lambda: line in place.http.get("/cameras/hours.csv").text, "the portal follows it")
    place.green()
    assert complete(place, receipt)
    withdraw(place, receipt)


def _appended(log, entry):
    """The proof that *log* gives of *entry*; None while it does not answer."""
    with contextlib.suppress(TlogError):
        return log.append(entry).proof
    return None
