"""What happens to machines over the years: nothing acknowledged is lost, and health is true.

Each test begins and ends with a city that is green. What was acknowledged before and during a fault
is opened, and its history is complete, after it. Not a part of `make test`: `make test-ops`.
"""

import contextlib
import time

import pytest

from tests.ops.acts import PORTRAIT, complete, opened, withdraw
from tests.ops.applicants import Crowd, NotTakenError
from tests.ops.city import NODES
from tests.waiting import until

pytestmark = [
    pytest.mark.slow, pytest.mark.ops, pytest.mark.timeout(3600), pytest.mark.usefixtures("green")
]  # fmt: skip


@pytest.fixture
def crowd(place):
    with Crowd(place) as made:
        made.goes_on()
        yield made
    made.verify(openings=10)


def test_every_process_is_killed_under_load(place, crowd):
    for name, machine in place.machines.items():
        if name == "store":
            continue
        machine.kill()
        machine.again()
        crowd.goes_on()
    place.green()


def test_postgresql_is_started_again_and_then_fails_over(place, crowd):
    place.database.stop()
    place.red(*NODES)
    place.database.start()
    place.green()
    crowd.goes_on()
    place.database.fail_over()
    place.green()
    crowd.goes_on()


@pytest.mark.parametrize("way", ["503", "hang", "lost"])
def test_the_object_store_refuses_or_is_slow_or_gives_no_answers(place, held, way):
    place.relay.way = way
    place.red(*NODES, code="blob-store")
    with pytest.raises(NotTakenError, match="not-sealed"):
        place.apply(PORTRAIT)
    place.relay.way = "pass"
    place.green()
    assert opened(place, held[0])
    assert complete(place, place.apply(PORTRAIT)[1])


def test_the_object_store_half_works(place, crowd):
    place.relay.way, place.relay.every = "503", 3
    crowd.goes_on(3)
    place.relay.way, place.relay.every = "pass", 1


def test_the_object_store_is_cut_off(place, held):
    """Not killed: once, after the store's own death, a tile of the log was missing from it.

    Whether the store had lost what it acknowledged is not known. The log said so, and signed
    nothing more: `habeas log rebuild` is for that.
    """
    with place.machines["store"].unplugged():
        place.red(*NODES, code="blob-store")
        # The log's tiles lie there too: nothing can be told, and nothing is said to have been.
        path = f"/api/photos/{held[1].promise.seal_id}/withdrawal"
        answer = place.http.post(path, json={"secret": held[1].withdraw_secret})
        assert not answer.json().get("complete"), answer.text
    place.green()
    withdraw(place, held[1])
    assert complete(place, held[1])


@pytest.mark.parametrize("days", [800, -1])
def test_a_clock_that_is_wrong_destroys_nothing(place, held, days):
    trustee, node = place.machines["trustee-1"], place.machines["node-1"]
    if not trustee.can_be_wrong:
        pytest.skip("faketime is not installed: apt-get install faketime")
    for machine, services in ((trustee, ["trustee"]), (node, ["worker"])):
        machine.clock = days * 86_400
        machine.kill(*services)
        machine.again(*services)
    # The worker that was elected may be the other node's, whose clock is right.
    place.machines["node-2"].kill("worker")
    place.red("trustee-1", code="clock-jumped")
    place.red("node-1", code="clock-jumped")
    for machine, services in ((trustee, ["trustee"]), (node, ["worker"])):
        machine.clock = 0
        machine.kill(*services)
        machine.again(*services)
    place.machines["node-2"].again("worker")
    trustee.run(*place.command("trustee", "resume", "trustee-1"))
    node.run(*place.command("portal", "resume", "node-1"), **place.portal_environment)
    place.green()
    assert opened(place, held[0])
    assert complete(place, held[1])


def test_a_log_that_stands_still(place, held):
    log = place.machines["log"]
    log.pause("log", off=True)
    place.red(*NODES)
    log.pause("log", off=False)
    place.green()
    assert opened(place, held[0])
    assert complete(place, place.apply(PORTRAIT)[1])


def test_yesterdays_backup_of_the_portal_writes_nothing_until_somebody_looks(place, held):
    node = place.machines["node-1"]
    environment = place.portal_environment
    place.database.dump("portal", place.folder / "yesterday")
    lost = place.apply(PORTRAIT)
    for name in NODES:
        place.machines[name].kill("web", "worker")
    place.database.restore("portal", place.folder / "yesterday")
    for name in NODES:
        place.machines[name].again()
    place.red(*NODES, code="rolled-back")
    with pytest.raises(NotTakenError, match="read-only"):
        place.apply(PORTRAIT)
    for name in NODES:
        place.machines[name].kill("worker")
    said = node.run(*place.command("portal", "reconcile", "node-1"), **environment)
    assert "1" in said
    for name in NODES:
        place.machines[name].again()
    place.green()
    assert opened(place, held[0])
    assert complete(place, lost[1]), "its holder has the receipt, and can withdraw"
    withdraw_directly(lost[1], place)


def withdraw_directly(receipt, place):
    """At the trustees: the portal has forgotten the photo."""
    from habeas.custody import withdraw_directly as ask
    from habeas.protocol import Chain
    from habeas.protocol.panel import Panel

    chain = Chain.start(receipt.circle, 0)
    secret = bytes.fromhex(receipt.withdraw_secret)
    with contextlib.closing(Panel.of(chain, receipt.promise.circle)) as panel:
        until(lambda: ask(panel, receipt.promise, secret).complete, "withdrawn", pause=0.5)


def test_yesterdays_backup_of_the_log_signs_nothing_and_is_made_whole(place, held):
    """Signing on would fork it: its bucket holds a checkpoint that this database does not know."""
    log = place.machines["log"]
    assert complete(place, held[1])
    place.database.dump("log", place.folder / "yesterday")
    later = place.apply(PORTRAIT)
    assert complete(place, later[1]), "it stands on the log of which yesterday knows nothing"
    log.kill("log")
    place.database.restore("log", place.folder / "yesterday")
    log.again("log")
    place.red("log", *NODES)
    log.kill("log")
    # From its own public files, each entry verified into the root that it has signed.
    command = place.command("log", "rebuild", "log")
    log.run(*command, f"{place.store.endpoint}/log/tiles", **place.log_environment)
    log.again("log")
    place.green()
    assert opened(place, held[0])
    assert opened(place, later[0])
    withdraw(place, later[1])


def test_yesterdays_backup_of_a_trustee_acts_no_more(place, held):
    trustee = place.machines["trustee-4"]
    trustee.kill("trustee")
    trustee.run("cp", "-a", "data", "yesterday")
    trustee.again("trustee")
    place.green()
    # Of a photo that yesterday's copy does not know: it would destroy any other once more, by the
    # secret on the log, and put an entry there that today's database does not know.
    withdraw(place, place.apply(PORTRAIT)[1])
    trustee.kill("trustee")
    trustee.run("sh", "-c", "mv data today && mv yesterday data")
    trustee.again("trustee")
    place.red("trustee-4", code="rolled-back")
    # With one of four silent, all goes on.
    assert opened(place, held[0])
    assert opened(place, place.apply(PORTRAIT)[0])
    # Its administrator finds the newest state after all; else its seat would be taken anew
    # (tests/service/trustee/test_recovery.py).
    trustee.kill("trustee")
    trustee.run("sh", "-c", "rm -r data && mv today data")
    trustee.again("trustee")


def test_how_long_applicants_wait_while_a_trustee_is_away(place, record_property):
    """Said, and not asserted: a machine that is busy with other things waits for other reasons."""

    def wait() -> float:
        begun = time.monotonic()  # noqa: TID251 - a figure for people
        for _ in range(5):
            place.apply(PORTRAIT)
        return (time.monotonic() - begun) / 5  # noqa: TID251 - the same

    took = {"all there": wait()}
    trustee = place.machines["trustee-3"]
    with trustee.unplugged():
        took["one away"] = wait()
    place.green()
    trustee.pause("trustee", off=True)
    try:
        took["one that takes calls and says nothing"] = wait()
        held = place.apply(PORTRAIT)
    finally:
        trustee.pause("trustee", off=False)
    assert len(held[1].pending) == 1
    place.green()
    assert complete(place, held[1])
    record_property("seconds", took)
