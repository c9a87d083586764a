"""Bounds that an attacker meets: pending deposits, refusals, kept details."""

import secrets

import pytest

from habeas import protocol
from habeas.protocol import Kind, Promise, stream
from habeas.protocol.client import TrusteeRefusedError, TrusteeUnreachableError
from tests.service.trustee.test_service import code, told
from tests.world import PHOTO
from tests.world.world import OneTimeKey, Server, listening


def test_deposits_that_wait_for_the_log_are_bounded(new_world):
    world = new_world(max_pending=3)
    for _ in range(3):
        world.deposit(world.prepare(), 0)
    with pytest.raises(TrusteeUnreachableError) as busy:
        world.deposit(world.prepare(), 0)
    assert "Too many deposits" in busy.value.cause


def test_a_refusal_is_logged_once_for_each_request(world):
    held = world.seal()
    before = sum(entry.kind is Kind.REFUSED for entry in world.settled())
    for _ in range(2):
        shown = world.request(held, purpose="appeal")
        for _ in range(3):
            assert code(world.show, held, shown) == "purpose"
    after = sum(entry.kind is Kind.REFUSED for entry in world.settled())
    assert after == before + 2, "in public, and once for each"


def test_details_end_some_time_after_the_photo(new_world):
    world = new_world()
    held = world.seal()
    world.open(held)
    world.withdraw(held, 0)
    world.settled()
    trustee = world.trustees[world.names[0]]
    world.later(days=29)
    trustee.sweep()
    assert len(told(world, held).answer.own) == 2
    world.later(days=2)
    # What is forgotten goes by the quorum's time: a new checkpoint tells it.
    world.publish_roster()
    trustee.follower.tail()
    trustee.sweep()
    end = told(world, held)
    assert (end.answer.own, end.statement.next, end.statement.held) == ((), 2, False)
    rows = trustee._store.run(
        lambda c: c.execute(
            "SELECT count(*) FROM entries WHERE digest = ? AND details IS NOT NULL", (held.digest,)
        ).fetchone()
    )
    assert rows == (0,)
    # The tombstone stays: the withdrawal can still be confirmed.
    assert world.client().withdraw(held.digest, held.secrets.withdraw_secret)


def test_a_promise_for_somebody_else(world):
    held = world.prepare()
    fields = held.promise.fields()
    keys = fields["trustees"]["keys"]

    def refused(changed):
        promise = Promise.read(changed)
        with pytest.raises(TrusteeRefusedError) as refusal:
            world.deposit(held, 0, promise=promise, order=world.order(promise))
        return refusal.value.code

    others = [keys[1], keys[0], *keys[2:]]
    assert refused({**fields, "trustees": {"k": 2, "keys": others}}) == "malformed"
    assert refused({**fields, "origin": "other.test"}) == "malformed"
    assert refused({**fields, "circle": "00" * 32}) == "circle-not-in-force"
    past = [{**key, "month": "2020-01"} for key in keys]
    over = {**fields, "opens_until": "2020-01-31", "trustees": {"k": 2, "keys": past}}
    assert refused(over) == "erased"
    assert code(world.client(1).deposit, held.promise, 0, held.sealed.deposits[0],
                world.order(held.promise)) == "deposit"  # fmt: skip


def test_one_share_of_a_photo_for_each_trustee(world):
    """A promise that names a trustee twice is none."""
    fields = world.prepare().promise.fields()
    keys = fields["trustees"]["keys"]
    with pytest.raises(protocol.MalformedError):
        Promise.read({**fields, "trustees": {"k": 2, "keys": [keys[0], keys[0], *keys[2:]]}})


def test_entries_of_one_photo_arrive_in_order(new_world):
    """A number never stands on the log before the one below it."""
    world = new_world()
    held = world.seal(openings_a_day=12)
    asked = [world.request(held, key=OneTimeKey()) for _ in range(12)]
    for shown in asked:
        world.show(held, shown)
    places = {entry.tag: place for place, entry in enumerate(world.settled())}
    key = held.stream_key(1)
    mine = [places[stream.tag(key, number)] for number in range(12)]
    assert mine == sorted(mine)


def test_a_log_that_is_down_is_caught_up_with(new_world):
    """Acts go on being owed while the log is away, and arrive when it is back."""
    world = new_world()
    held = world.seal()
    world.followed()
    port = int(world.log_url.rpartition(":")[2])
    world.log_server.stop()
    try:
        assert world.client().withdraw(held.digest, held.secrets.withdraw_secret) is None
        assert world.trustees[world.names[0]].health()["owed"] > 0
    finally:
        world.log_server = Server(world.log_app(), listening(port))
    world.withdraw(held)
    kinds = [entry.kind for entry in world.settled()]
    assert kinds.count(Kind.ERASED) == 4


def test_a_long_outage_of_the_log_does_not_keep_it_from_starting_again(new_world):
    """All trustees owe an entry for too long: they cosign the tree that has it, and no other."""
    world = new_world()
    held = world.seal()
    world.open(held)
    world.settled()
    port = int(world.log_url.rpartition(":")[2])
    world.log_server.stop()
    try:
        for index in range(4):
            assert world.client(index).withdraw(held.digest, held.secrets.withdraw_secret) is None
        world.clock.move(hours=3)
        for trustee in world.trustees.values():
            assert trustee.health()["state"] == "owes-the-log"
    finally:
        world.log_server = Server(world.log_app(), listening(port))
    world.withdraw(held)
    kinds = [entry.kind for entry in world.settled()]
    assert kinds.count(Kind.ERASED) == 4
    other = world.seal()
    assert world.open(other) == PHOTO


def test_a_stranger_learns_nothing_of_a_photo(world):
    held = world.seal()
    guess = secrets.token_bytes(32)
    assert code(world.client().stream_end, held.digest, guess, bytes(32)) == "not-the-holder"
    assert code(world.client().stream_end, bytes(32), guess, bytes(32)) == "unknown-photo"


def test_after_a_failure_of_power_all_go_on(new_world):
    """Log and trustees start together; some had cosigned what was not published any more."""
    world = new_world()
    held = world.seal()
    world.open(held)
    world.settled()
    longer = world.log.checkpoint()
    port = int(world.log_url.rpartition(":")[2])
    world.log_server.stop()
    for name in list(world.servers):
        world.stop(name)
    world.log_server = Server(world.log_app(), listening(port))
    for name in world.names:
        world.start(name)
    other = world.seal()
    world.followed()
    assert world.open(other) == PHOTO
    assert world.log.checkpoint() != longer
