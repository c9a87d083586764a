"""The operator keeps an opening off the public log, or shows trustees another log."""

import dataclasses
from datetime import timedelta

import pytest
from habeas.custody.reader import OneTimeKey

from habeas import protocol, tlog
from habeas.protocol import Kind
from habeas.protocol.client import TrusteeRefusedError
from habeas.tlog.server import read_signer
from tests.attacks.forger import entries_of, forge
from tests.service.trustee.world import PHOTO, Ask


def unlogged(world, held, **fields):
    """A request whose entry is on no log."""
    key = OneTimeKey()
    details = world.details(held, key)
    options = {
        "service": "hunting-licence",
        "office": "licensing-office",
        "purpose": "decide-application",
        **fields,
    }
    entry, salt = world.entry(held, Kind.REQUESTED, details, **options)
    return Ask(key, entry, details, salt, "", -1)


def test_replayed_proof_with_another_key(world, refused):
    held = world.seal()
    ask = world.request(held)
    world.ask(held, ask)
    other = world.details(held, OneTimeKey(), at=ask.details["at"])
    replayed = dataclasses.replace(ask, details=other)
    assert refused(world.ask, held, replayed) == "commitment"


def test_request_not_on_the_log(world, refused):
    held = world.seal()
    ask = unlogged(world, held)
    assert refused(world.ask, held, ask) == "not-on-the-log"
    borrowed = dataclasses.replace(ask, proof=world.request(held).proof)
    assert refused(world.ask, held, borrowed) == "not-on-the-log"


def test_proof_from_a_fork(new_world, refused):
    """The log's key and every witness sign a tree that the public never sees."""
    world = new_world()
    held = world.seal()
    ask = unlogged(world, held)
    real = entries_of(world)
    longer = [*real, ask.entry]
    ask = dataclasses.replace(ask, proof=forge(world, longer, len(real), world.clock()))
    # Beyond the public log: its entries cannot be had.
    assert refused(world.ask, held, ask) in ("view-stale", "view-forked")
    # In place of the public log: two trees of one size, and the trustee closes for good.
    world.request(held)
    world.followed()
    ask = dataclasses.replace(ask, proof=forge(world, longer, len(real), world.clock()))
    assert refused(world.ask, held, ask) == "view-forked"
    assert refused(world.open, held) == "view-forked"
    trustee = world.trustees[world.names[0]]
    assert trustee.health()["forked"] is True
    trustee.follower.reopen()
    assert world.open(held) == PHOTO


def test_proof_of_an_entry_in_another_place(world, refused):
    """A fork that holds a public entry where the public log has another."""
    held = world.seal()
    ask = world.request(held)
    real = entries_of(world)
    moved = [ask.entry if place == 0 else entry for place, entry in enumerate(real)]
    ask = dataclasses.replace(ask, proof=forge(world, moved, 0, world.clock()))
    with pytest.raises(TrusteeRefusedError) as closed:
        world.ask(held, ask, 2)
    assert closed.value.code == "view-forked"
    world.trustees[world.names[2]].follower.reopen()


def test_stale_checkpoint(new_world, refused):
    world = new_world()
    held = world.seal()
    ask = world.request(held)
    world.clock.move(minutes=11)
    assert refused(world.ask, held, ask) == "stale-checkpoint"


def test_checkpoint_from_the_future(world, refused):
    held = world.seal()
    ask = world.request(held)
    real = entries_of(world)
    later = world.clock() + timedelta(minutes=10)
    ask = dataclasses.replace(ask, proof=forge(world, real, ask.index, later))
    assert refused(world.ask, held, ask) == "clock-skew"


def test_request_kept_for_later(new_world, refused):
    """A request that was logged in quiet times, with a fresh proof long afterwards."""
    world = new_world()
    held = world.seal()
    ask = world.request(held)
    world.clock.move(hours=3)
    ask = dataclasses.replace(ask, proof=forge(world, entries_of(world), ask.index, world.clock()))
    assert refused(world.ask, held, ask) == "request-time"


def test_missing_witness_quorum(world, refused):
    held = world.seal()
    ask = world.request(held)
    proof = forge(world, entries_of(world), ask.index, world.clock(), witnesses=1)
    assert refused(world.ask, held, dataclasses.replace(ask, proof=proof)) == "no-quorum"


def test_checkpoint_without_the_logs_signature(world, refused):
    held = world.seal()
    ask = world.request(held)
    parsed = tlog.TlogProof.parse(ask.proof)
    lines = parsed.checkpoint.splitlines(keepends=True)
    origin = read_signer(world.folder / "log").name
    without = "".join(line for line in lines if not line.startswith(f"— {origin} "))
    proof = dataclasses.replace(parsed, checkpoint=without).format()
    assert refused(world.ask, held, dataclasses.replace(ask, proof=proof)) == "log-signature"


def test_operator_hides_an_opening_from_the_applicant(world, refused):
    """A request whose tag the holder of the receipt could not find opens nothing."""
    held = world.seal()
    hidden = {"tag-foreign": 1 << 40, "tag-gap": held.counter + 1}
    for code, counter in hidden.items():
        key = OneTimeKey()
        details = world.details(held, key)
        entry, salt = world.entry(
            held, Kind.REQUESTED, details, counter=counter, service="hunting-licence",
            office="licensing-office", purpose="decide-application",
        )  # fmt: skip
        appended = world.log.append(entry)
        ask = Ask(key, entry, details, salt, appended.proof, appended.index)
        assert refused(world.ask, held, ask) == code


def test_operator_hides_an_opening_behind_another_entry(world, refused):
    """Two entries with one tag: the holder would find the first, and only that one counts."""
    held = world.seal()
    first = unlogged(world, held)
    second = unlogged(world, held)
    world.log.append(first.entry)
    appended = world.log.append(second.entry)
    second = dataclasses.replace(second, proof=appended.proof)
    assert refused(world.ask, held, second) == "tag-reused"


def test_operator_drops_a_withdrawal(new_world, refused):
    """The portal swallows the withdrawal: the receipt reaches the trustees without it."""
    world = new_world()
    held = world.seal()
    assert world.open(held) == PHOTO
    # One trustee hears of it directly; the log tells the others.
    world.client(2).withdraw(held.digest, held.withdraw_secret)
    world.settled()
    world.followed()
    for index in range(2):
        ask = world.request(held)
        assert refused(world.ask, held, ask, index) == "erased-elsewhere"


def test_an_entry_that_says_something_else(world, refused):
    """The public reads of another office than the one that asks."""
    held = world.seal()
    key = OneTimeKey()
    details = world.details(held, key)
    for fields in (
        {"office": "another-office", "purpose": "decide-application"},
        {"office": "licensing-office", "purpose": "applicant-copy"},
        {"office": "licensing-office", "purpose": "decide-application", "service": "dog-licence"},
    ):
        said = {"service": "hunting-licence", **fields}
        entry, salt, appended = world.write(held, Kind.REQUESTED, details, **said)
        ask = Ask(key, entry, details, salt, appended.proof, appended.index)
        assert refused(world.ask, held, ask) == "entry-differs"


def test_an_entry_that_is_no_request(world, refused):
    held = world.seal()
    assert held.sealed is not None
    entry, salt, appended = held.sealed
    details = world.details(held, OneTimeKey())
    ask = Ask(OneTimeKey(), entry, details, salt, appended.proof, appended.index)
    assert refused(world.ask, held, ask) == "not-a-request"


def test_log_that_does_not_answer(new_world, refused):
    """Without its own view of the log a trustee stays closed."""
    world = new_world(poll_seconds=600.0)
    held = world.seal()
    ask = world.request(held)
    world.log_server.stop()
    try:
        assert refused(world.ask, held, ask) == "view-stale"
    finally:
        from tests.service.trustee.world import Server, listening

        port = int(world.log_url.rpartition(":")[2])
        world.log_server = Server(world.log_app(), listening(port))
    assert world.open(held, ask) == PHOTO


def test_refusals_are_on_the_log_once(world, refused):
    held = world.seal()
    ask = world.request(held, purpose="appeal")
    for _ in range(3):
        assert refused(world.ask, held, ask) == "purpose"
    tags = [protocol.tag(held.track_key, 1, counter) for counter in range(3)]
    mine = [entry for entry in world.settled() if entry.tag in tags]
    assert [(entry.kind, entry.code) for entry in mine] == [(Kind.REFUSED, "purpose")]


def test_withdrawal_hidden_behind_a_gap(world, refused):
    """The operator logs a withdrawal where a reader that stops at the gap would miss it."""
    held = world.seal()
    ask = world.request(held)
    assert world.open(held, ask) == PHOTO
    details = protocol.ErasedDetails(promise=held.digest.hex(), because="withdrawn").fields()
    entry, _ = world.entry(held, Kind.WITHDRAWN, details, counter=held.counter + 3)
    world.log.append(entry)
    world.followed()
    assert refused(world.ask, held, ask) == "withdrawn"


def test_entry_that_only_some_would_read(world, refused):
    """A number of the stream in a form that is no entry: nobody counts it, so a gap stays."""
    held = world.seal()
    entry, _ = world.entry(held, Kind.REQUESTED, world.details(held, OneTimeKey()))
    world.log.append(entry.replace(b'"kind":', b'"kind": '))
    held.counter += 1
    assert refused(world.open, held) == "tag-gap"


def test_withdrawal_that_only_some_would_read(world):
    held = world.seal()
    details = protocol.ErasedDetails(promise=held.digest.hex(), because="withdrawn").fields()
    entry, _ = world.entry(held, Kind.WITHDRAWN, details)
    world.log.append(entry[:-1] + b',"x":1}')
    assert world.open(held) == PHOTO
