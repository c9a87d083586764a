"""Bounds that an attacker meets: pending deposits, refusals, kept details."""

import pytest
from habeas.custody.reader import OneTimeKey

from habeas import protocol
from habeas.protocol import Kind, Promise
from habeas.protocol.client import TrusteeRefusedError, TrusteeUnreachableError


def test_deposits_that_wait_for_the_log_are_bounded(new_world):
    world = new_world(max_pending=3)
    for _ in range(3):
        held = world.prepare()
        world.client().deposit(held.promise, 0, held.deposits[0])
    held = world.prepare()
    with pytest.raises(TrusteeUnreachableError) as busy:
        world.client().deposit(held.promise, 0, held.deposits[0])
    assert "Too many deposits" in busy.value.cause


def test_refusals_about_one_photo_are_bounded(new_world):
    world = new_world(refusals_per_day=3)
    held = world.seal()
    for _ in range(5):
        ask = world.request(held, purpose="appeal")
        with pytest.raises(TrusteeRefusedError):
            world.ask(held, ask)
    assert sum(entry.kind is Kind.REFUSED for entry in world.settled()) == 3
    world.clock.move(days=1)
    ask = world.request(held, purpose="appeal")
    with pytest.raises(TrusteeRefusedError):
        world.ask(held, ask)
    assert sum(entry.kind is Kind.REFUSED for entry in world.settled()) == 4


def test_details_end_some_time_after_the_photo(new_world):
    world = new_world()
    held = world.seal()
    world.open(held)
    world.client().withdraw(held.digest, held.withdraw_secret)
    world.settled()
    trustee = world.trustees[world.names[0]]
    world.clock.move(days=29)
    trustee.sweep()
    assert len(world.client().history(held.digest, held.track_key)) == 2
    world.clock.move(days=2)
    trustee.sweep()
    with pytest.raises(TrusteeRefusedError) as gone:
        world.client().history(held.digest, held.track_key)
    assert gone.value.code == "not-the-holder"
    rows = trustee._store.run(
        lambda c: c.execute("SELECT count(*) FROM entries WHERE digest = ?", (held.digest,))
        .fetchone()
    )  # fmt: skip
    assert rows == (0,)
    # The tombstone stays: the withdrawal can still be confirmed.
    assert world.client().withdraw(held.digest, held.withdraw_secret)


def test_a_promise_for_somebody_else(world):
    held = world.prepare()
    fields = held.promise.fields()
    keys = fields["trustees"]["keys"]

    def refused(changed):
        with pytest.raises(TrusteeRefusedError) as refusal:
            world.client().deposit(Promise.read(changed), 0, held.deposits[0])
        return refusal.value.cause

    others = [{**keys[0], "trustee": "nobody.test"}, *keys[1:]]
    renamed = {**fields, "trustees": {"k": 2, "keys": others}}
    assert "another trustee" in refused(renamed)
    assert "does not follow" in refused({**fields, "origin": "other.test"})
    past = [{**key, "month": "2020-01"} for key in keys]
    over = {**fields, "opens_until": "2020-01-31", "trustees": {"k": 2, "keys": past}}
    assert "expired" in refused(over)


def test_one_share_of_a_photo_for_each_trustee(world):
    """A promise that names a trustee twice is none."""
    fields = world.prepare().promise.fields()
    keys = fields["trustees"]["keys"]
    with pytest.raises(protocol.MalformedError):
        Promise.read({**fields, "trustees": {"k": 2, "keys": [keys[0], keys[0], keys[2]]}})


def test_entries_of_one_photo_arrive_in_order(new_world):
    """A number never stands on the log before the one below it."""
    world = new_world()
    held = world.seal()
    asks = [world.request(held, key=OneTimeKey()) for _ in range(12)]
    for ask in asks:
        world.ask(held, ask)
    places = {entry.tag: place for place, entry in enumerate(world.settled())}
    mine = [places[protocol.tag(held.track_key, 1, number)] for number in range(12)]
    assert mine == sorted(mine)


def test_a_log_that_is_down_is_caught_up_with(new_world):
    """Acts go on being owed while the log is away, and arrive when it is back."""
    from tests.service.trustee.world import Server, listening

    world = new_world()
    held = world.seal()
    world.log_server.stop()
    world.client().withdraw(held.digest, held.withdraw_secret)
    assert world.trustees[world.names[0]].health()["owed"] > 0
    port = int(world.log_url.rpartition(":")[2])
    world.log_server = Server(world.log_app(), listening(port))
    kinds = [entry.kind for entry in world.settled()]
    assert kinds.count(Kind.ERASED) == 1
