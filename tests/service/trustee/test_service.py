"""The journey of one photo at real trustees, over HTTP."""

import secrets

import pytest

from habeas.protocol import Entry, Kind, stream
from habeas.protocol.client import TrusteeRefusedError
from habeas.protocol.details import ErasedDetails, KeyDetails
from habeas.protocol.statements import KeyDestroyedStatement, read_statement
from tests.waiting import until
from tests.world import PHOTO


def told(world, held, index=0):
    """What a trustee tells the holder of the receipt."""
    key = held.stream_key(index + 1)
    return world.client(index).stream_end(held.digest, key, secrets.token_bytes(32))


def kinds(end):
    return [Entry.decode(own.entry.encode()).kind for own in end.answer.own]


def code(act, *arguments, **options):
    with pytest.raises(TrusteeRefusedError) as refused:
        act(*arguments, **options)
    return refused.value.code


def test_a_photo_is_sealed_opened_and_withdrawn(world):
    held = world.seal()
    assert world.open(held) == PHOTO
    assert world.open(held, indexes=(3, 1)) == PHOTO
    world.withdraw(held)
    asked = world.request(held)
    for index in range(4):
        with pytest.raises(TrusteeRefusedError) as refused:
            world.show(held, asked, index)
        assert (refused.value.code, refused.value.status) == ("withdrawn", 410)


def test_every_release_is_on_the_log_with_its_request(world):
    held = world.seal()
    world.open(held)
    tags = {stream.tag(held.stream_key(writer), 0) for writer in (1, 2)}
    released = [e for e in world.settled() if e.kind is Kind.RELEASED and e.tag in tags]
    writers = {world.chain.writers[entry.writer].name for entry in released}
    assert writers == set(world.names[:2])
    for entry in released:
        assert (entry.office, entry.purpose) == ("licensing-office", "decide-application")


def test_the_holder_reads_what_was_done(world):
    held = world.seal()
    shown = world.request(held)
    world.show(held, shown)
    world.settled()
    world.followed()
    end = told(world, held)
    assert kinds(end) == [Kind.RELEASED]
    assert (end.statement.next, end.statement.owed, end.statement.held) == (1, 0, True)
    (own,) = end.answer.own
    assert own.index is not None
    assert shown.index in end.answer.custodian
    other = stream.stream_key(held.track_key, 2)
    assert code(world.client().stream_end, held.digest, other, bytes(32)) == "not-the-holder"


def test_acts_repeat_without_harm(world):
    held = world.seal()
    name = world.names[0]
    first = held.acknowledgements[name]
    assert world.deposit(held, 0) == first
    shown = world.request(held)
    world.show(held, shown)
    world.show(held, shown)
    world.withdraw(held, 0)
    world.withdraw(held, 0)
    world.settled()
    assert kinds(told(world, held)) == [Kind.RELEASED, Kind.ERASED]


def test_a_seal_id_belongs_to_one_photo(world):
    held = world.seal()
    other = world.prepare(seal_id=held.promise.seal_id)
    assert code(world.deposit, other, 0) == "seal-id-reused"


def test_months_out_of_range_have_no_key(world):
    for month in ("2020-01", "2099-12"):
        assert code(world.client().key, month) == "month-out-of-range"


def test_a_wrong_secret_withdraws_nothing(world):
    held = world.seal()
    assert code(world.client().withdraw, held.digest, bytes(32)) == "not-the-holder"
    assert world.open(held) == PHOTO


def test_a_withdrawal_that_overtakes_its_deposit_counts(world):
    held = world.prepare()
    secret = held.secrets.withdraw_secret
    assert code(world.client().withdraw, held.digest, secret) == "unknown-photo"
    assert code(world.deposit, held, 0) == "erased"


def test_a_wrong_secret_does_not_overtake_a_deposit(world):
    held = world.prepare()
    assert code(world.client().withdraw, held.digest, bytes(32)) == "unknown-photo"
    assert world.deposit(held, 0)


def test_a_withdrawal_is_confirmed_once_it_stands_on_the_log(new_world):
    world = new_world(poll_seconds=600.0)
    held = world.seal()
    world.open(held)  # so that all have followed
    secret = held.secrets.withdraw_secret
    assert world.client().withdraw(held.digest, secret) is None
    trustee = world.trustees[world.names[0]]
    until(lambda: trustee.outbox.deliver() == 0, "its entries are delivered")
    trustee.follower.tail()
    done = world.client().withdraw(held.digest, secret)
    assert done is not None
    assert done.statement.because == "withdrawn"


def test_a_trustee_keeps_what_it_acknowledged_over_a_restart(new_world):
    world = new_world()
    held = world.seal()
    name = world.names[0]
    world.stop(name)
    world.start(name)
    assert world.deposit(held, 0) == world.deposit(held, 0)
    world.followed()
    assert world.open(held) == PHOTO


def test_a_secret_on_the_log_reaches_every_trustee(world):
    held = world.seal()
    world.withdraw(held, 2)
    until(
        lambda: all(not told(world, held, index).statement.held for index in range(4)),
        "all have destroyed their shares",
    )
    withdrawn = [e for e in world.settled() if e.kind is Kind.WITHDRAWN and e.details]
    assert held.digest.hex() in {entry.details["promise"] for entry in withdrawn}


def test_an_expired_photo_is_swept_and_its_month_key_destroyed(new_world):
    world = new_world()
    held = world.seal(opens_until=world.clock().date())
    world.followed()
    world.later(days=32)
    # Only once a quorum has seen the log in that time: one wrong clock destroys nothing.
    for trustee in world.trustees.values():
        assert trustee.sweep() == 0
    world.publish_roster()
    for trustee in world.trustees.values():
        trustee.follower.tail()
        trustee.sweep()
    entries = world.settled()
    assert sum(entry.kind is Kind.ERASED for entry in entries) == 4
    destroyed = [entry for entry in entries if entry.kind is Kind.KEY_DESTROYED]
    keys = {key.key for key in held.promise.trustees.keys}
    assert {entry.details["key"] for entry in destroyed if entry.details} == keys
    for entry in destroyed:
        details = KeyDetails.read(entry.details)
        verifiers = world.chain.verifiers(held.promise.circle, details.trustee)
        said = read_statement(details.statement, details.trustee, verifiers, KeyDestroyedStatement)
        assert (said.key, said.month, said.trustee) == (details.key, details.month, details.trustee)
    for index, name in enumerate(world.names):
        for file in (world.folder / name).glob("trustee.db*"):
            assert held.sealed.deposits[index] not in file.read_bytes()


def test_a_deposit_that_never_reaches_the_log_is_erased(new_world):
    world = new_world(poll_seconds=600.0)
    held = world.prepare()
    world.deposit(held, 0)
    trustee = world.trustees[world.names[0]]
    world.clock.move(hours=25)
    # Without having followed the log until now, nobody knows that it is missing there.
    trustee.sweep()
    assert trustee.health()["photos"] == 1
    world.seal()
    trustee.follower.tail()
    trustee.sweep()  # if the trustee's own round was not quicker
    assert code(world.deposit, held, 0) == "erased"


def test_a_sealed_photo_survives_an_outage_of_the_log(new_world):
    """A trustee that has not seen the `sealed` entry yet does not take the photo for an orphan."""
    world = new_world(poll_seconds=600.0)
    held = world.seal()
    world.later(hours=30)
    for trustee in world.trustees.values():
        assert trustee.sweep() == 0
    for trustee in world.trustees.values():
        trustee.follower.tail()
        assert trustee.sweep() == 0
    assert world.open(held) == PHOTO


def test_an_erasure_says_why(world):
    held = world.seal()
    world.withdraw(held, 0)
    world.settled()
    (own,) = told(world, held).answer.own
    _, details = own.verify()
    assert isinstance(details, ErasedDetails)
    assert details.because == "withdrawn"
