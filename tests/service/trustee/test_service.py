"""The journey of one photo at real trustees, over HTTP."""

import pytest

from habeas import protocol
from habeas.protocol import Kind
from habeas.protocol.client import TrusteeRefusedError, read_statement
from tests.service.trustee.world import PHOTO, in_days


def test_a_photo_is_sealed_opened_and_withdrawn(world):
    held = world.seal()
    assert world.open(held) == PHOTO
    assert world.open(held, indexes=(2, 0)) == PHOTO
    for client in world.circle.clients:
        client.withdraw(held.digest, held.withdraw_secret)
    ask = world.request(held)
    for index in range(3):
        with pytest.raises(TrusteeRefusedError) as refused:
            world.ask(held, ask, index)
        assert (refused.value.code, refused.value.status) == ("withdrawn", 410)


def test_every_release_is_on_the_log_with_its_request(world):
    held = world.seal()
    ask = world.request(held)
    world.open(held, ask)
    tags = {protocol.tag(held.track_key, stream, 0) for stream in (1, 2)}
    released = [e for e in world.settled() if e.kind is Kind.RELEASED and e.tag in tags]
    assert {entry.trustee for entry in released} == set(world.names[:2])
    for entry in released:
        assert (entry.office, entry.purpose) == ("licensing-office", "decide-application")


def test_the_holder_reads_the_history(world):
    held = world.seal()
    ask = world.request(held)
    world.ask(held, ask)
    world.settled()
    (event,) = world.client().history(held.digest, held.track_key)
    assert protocol.Entry.decode(event.entry).kind is Kind.RELEASED
    assert event.index is not None
    with pytest.raises(TrusteeRefusedError) as refused:
        world.client().history(held.digest, bytes(32))
    assert refused.value.code == "not-the-holder"


def test_acts_repeat_without_harm(world):
    held = world.seal()
    again = world.client().deposit(held.promise, 0, held.deposits[0])
    assert again == held.acknowledgements[0]
    ask = world.request(held)
    world.ask(held, ask)
    world.ask(held, ask)
    first = world.client().withdraw(held.digest, held.withdraw_secret)
    assert world.client().withdraw(held.digest, held.withdraw_secret) == first
    world.settled()
    events = world.client().history(held.digest, held.track_key)
    kinds = [protocol.Entry.decode(event.entry).kind for event in events]
    assert kinds == [Kind.RELEASED, Kind.ERASED]


def test_a_seal_id_belongs_to_one_photo(world):
    held = world.seal()
    other = world.prepare(seal_id=held.promise.seal_id)
    with pytest.raises(TrusteeRefusedError) as refused:
        world.client().deposit(other.promise, 0, other.deposits[0])
    assert refused.value.code == "seal-id-reused"


def test_months_out_of_range_have_no_key(world):
    for month in ("2020-01", "2099-12"):
        with pytest.raises(TrusteeRefusedError) as refused:
            world.client().key(month)
        assert refused.value.code == "month-out-of-range"


def test_a_wrong_secret_withdraws_nothing(world):
    held = world.seal()
    with pytest.raises(TrusteeRefusedError) as refused:
        world.client().withdraw(held.digest, bytes(32))
    assert refused.value.code == "not-the-holder"
    assert world.open(held) == PHOTO


def test_a_withdrawal_that_overtakes_its_deposit_counts(world):
    held = world.prepare()
    with pytest.raises(TrusteeRefusedError) as refused:
        world.client().withdraw(held.digest, held.withdraw_secret)
    assert refused.value.code == "unknown-photo"
    with pytest.raises(TrusteeRefusedError) as refused:
        world.client().deposit(held.promise, 0, held.deposits[0])
    assert refused.value.code == "erased"


def test_a_trustee_keeps_what_it_acknowledged_over_a_restart(new_world):
    world = new_world()
    held = world.seal()
    name = world.names[0]
    world.stop(name)
    world.start(name)
    assert world.client().deposit(held.promise, 0, held.deposits[0]) == held.acknowledgements[0]
    assert world.open(held) == PHOTO


def test_a_withdrawal_on_the_log_reaches_every_trustee(world):
    held = world.seal()
    details = protocol.ErasedDetails(promise=held.digest.hex(), because="withdrawn").fields()
    world.write(held, Kind.WITHDRAWN, details)
    world.followed()
    tags = {protocol.tag(held.track_key, stream, 0) for stream in (1, 2, 3)}
    assert tags <= {entry.tag for entry in world.settled() if entry.kind is Kind.ERASED}
    with pytest.raises(TrusteeRefusedError) as refused:
        world.open(held)
    assert refused.value.code == "withdrawn"


def test_an_expired_photo_is_swept_and_its_month_key_destroyed(new_world):
    world = new_world()
    last_day = in_days(0)
    held = world.seal(opens_until=last_day)
    world.clock.move(days=32)
    for trustee in world.trustees.values():
        trustee.sweep()
    entries = world.settled()
    assert sum(entry.kind is Kind.ERASED for entry in entries) == 3
    destroyed = [entry for entry in entries if entry.kind is Kind.KEY_DESTROYED]
    keys = {key.key for key in held.promise.trustees.keys}
    assert {entry.details["key"] for entry in destroyed if entry.details} == keys
    identities = {each.settings.name: each.identity() for each in world.trustees.values()}
    for entry in destroyed:
        told = protocol.KeyDestroyedDetails.read(entry.details)
        said = read_statement(
            told.statement, identities[told.trustee], protocol.KeyDestroyedStatement
        )
        assert (said.key, said.month, said.trustee) == (told.key, told.month, told.trustee)
    for trustee in world.trustees.values():
        database = (world.folder / trustee.settings.name / "trustee.db").read_bytes()
        assert all(deposit not in database for deposit in held.deposits)


def test_a_deposit_that_never_reaches_the_log_is_erased(new_world):
    world = new_world()
    held = world.prepare()
    world.client().deposit(held.promise, 0, held.deposits[0])
    trustee = world.trustees[world.names[0]]
    world.clock.move(hours=25)
    # Without having followed the log until now, nobody knows that it is missing there.
    assert trustee.follower.followed_at < world.clock().timestamp() - 24 * 3600
    assert trustee.sweep() == 0
    world.seal()
    trustee.follower.tail()
    assert trustee.sweep() == 1
    with pytest.raises(TrusteeRefusedError) as refused:
        world.client().deposit(held.promise, 0, held.deposits[0])
    assert refused.value.code == "erased"


def test_a_sealed_photo_survives_an_outage_of_the_log(new_world):
    """A trustee that has not seen the `sealed` entry yet does not take the photo for an orphan."""
    world = new_world(poll_seconds=600.0)
    held = world.prepare()
    for index in range(3):
        world.client(index).deposit(held.promise, index, held.deposits[index])
    details = protocol.SealedDetails(promise=held.digest.hex()).fields()
    held.sealed = world.write(held, Kind.SEALED, details, service=held.promise.service)
    world.clock.move(hours=30)
    for trustee in world.trustees.values():
        assert trustee.sweep() == 0
    assert world.open(held) == PHOTO
