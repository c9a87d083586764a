"""The operator keeps an opening off the public log, or shows trustees another log."""

import dataclasses
from datetime import timedelta

import pytest

from habeas import tlog
from habeas.protocol import Kind, sign_entry, stream
from habeas.protocol.client import TrusteeRefusedError, TrusteeUnreachableError
from habeas.protocol.details import WithdrawnDetails
from habeas.tlog.server import read_signer
from tests.attacks.forger import entries_of, forge, logged, unlogged, with_
from tests.world import PHOTO
from tests.world.world import OneTimeKey, Server, listening


def test_replayed_proof_with_another_key(world, refused):
    held = world.seal()
    shown = world.request(held)
    world.show(held, shown)
    other = {**shown.body["request"], "one_time_key": OneTimeKey().text()}
    assert refused(world.show, held, with_(shown, request=other)) == "commitment"


def test_request_not_on_the_log(world, refused):
    held = world.seal()
    shown = unlogged(world, held)
    borrowed = world.request(held).body["proof"]
    assert refused(world.show, held, with_(shown, proof=borrowed)) == "not-on-the-log"


def test_proof_from_a_fork(new_world, refused):
    """The log's key and every witness sign a tree that the public never sees."""
    world = new_world()
    held = world.seal()
    shown = unlogged(world, held)
    real = entries_of(world)
    longer = [*real, shown.entry]
    proof = forge(world, longer, len(real), world.clock())
    # Beyond the public log: its entries cannot be had.
    assert refused(world.show, held, with_(shown, proof=proof)) in ("view-stale", "view-forked")
    # In place of the public log: two trees of one size, and the trustee closes for good.
    world.request(held)
    world.followed()
    proof = forge(world, longer, len(real), world.clock())
    assert refused(world.show, held, with_(shown, proof=proof)) == "view-forked"
    assert refused(world.open, held) == "view-forked"
    trustee = world.trustees[world.names[0]]
    assert trustee.health()["forked"] is True
    trustee.follower.reopen()
    assert world.open(held) == PHOTO


def test_proof_of_an_entry_in_another_place(world, refused):
    """A fork that holds a public entry where the public log has another."""
    held = world.seal()
    shown = world.request(held)
    real = entries_of(world)
    moved = [shown.entry if place == 0 else entry for place, entry in enumerate(real)]
    proof = forge(world, moved, 0, world.clock())
    with pytest.raises(TrusteeRefusedError) as closed:
        world.show(held, with_(shown, proof=proof), 2)
    assert closed.value.code == "view-forked"
    world.trustees[world.names[2]].follower.reopen()


def test_stale_checkpoint(new_world, refused):
    world = new_world()
    held = world.seal()
    shown = world.request(held)
    world.later(minutes=11)
    assert refused(world.show, held, shown) == "stale-checkpoint"


def test_checkpoint_from_the_future(world, refused):
    held = world.seal()
    shown = world.request(held)
    later = world.clock() + timedelta(minutes=10)
    proof = forge(world, entries_of(world), shown.index, later)
    assert refused(world.show, held, with_(shown, proof=proof)) == "clock-skew"


def test_request_kept_for_later(new_world, refused):
    """A request that was logged in quiet times, with a fresh proof long afterwards."""
    world = new_world()
    held = world.seal()
    shown = world.request(held)
    world.later(hours=3)
    proof = forge(world, entries_of(world), shown.index, world.clock())
    assert refused(world.show, held, with_(shown, proof=proof)) == "request-time"


def test_missing_witness_quorum(world, refused):
    """One cosignature less than the acting quorum."""
    held = world.seal()
    shown = world.request(held)
    proof = forge(world, entries_of(world), shown.index, world.clock(), witnesses=2)
    assert refused(world.show, held, with_(shown, proof=proof)) == "no-quorum"


def test_checkpoint_without_the_logs_signature(world, refused):
    held = world.seal()
    shown = world.request(held)
    parsed = tlog.TlogProof.parse(shown.body["proof"])
    lines = parsed.checkpoint.splitlines(keepends=True)
    origin = read_signer(world.folder / "log").name
    without = "".join(line for line in lines if not line.startswith(f"— {origin} "))
    proof = dataclasses.replace(parsed, checkpoint=without).format()
    assert refused(world.show, held, with_(shown, proof=proof)) == "log-signature"


def test_operator_hides_an_opening_from_the_applicant(world, refused):
    """A request whose tag the holder of the receipt could not find opens nothing."""
    held = world.seal()
    key = OneTimeKey()
    request = world.ask(held, key)
    foreign = stream.tag(held.stream_key(), 1 << 40)
    hidden = logged(world, held, request, key, tag=foreign)
    assert refused(world.show, held, hidden) == "tag-foreign"
    beyond = world.request(held, number=held.number + 1)
    assert refused(world.show, held, beyond) == "tag-gap"


def test_operator_hides_an_opening_behind_another_entry(world, refused):
    """Two entries with one tag: the holder would find the first, and only that one counts."""
    held = world.seal()
    key = OneTimeKey()
    number = held.number
    world.request(held)
    second = logged(world, held, world.ask(held, key, number=number), key)
    assert refused(world.show, held, second) == "tag-reused"


def test_operator_drops_a_withdrawal(new_world, refused):
    """The portal swallows the withdrawal: one trustee hears of it, and the others through it."""
    world = new_world()
    held = world.seal()
    assert world.open(held) == PHOTO
    world.withdraw(held, 2)
    world.settled()
    world.followed()
    shown = world.request(held)
    for index in range(4):
        assert refused(world.show, held, shown, index) == "withdrawn"


@pytest.mark.parametrize(
    "fields",
    [{"office": "another-office"}, {"purpose": "applicant-copy"}, {"service": "dog-licence"}],
)
def test_an_entry_that_says_something_else(world, refused, fields):
    """The public reads of another office than the one that asks."""
    held = world.seal()
    key = OneTimeKey()
    shown = logged(world, held, world.ask(held, key), key, **fields)
    assert refused(world.show, held, shown) == "entry-differs"


def test_an_entry_that_is_no_request(world, refused):
    held = world.seal()
    shown = world.request(held)
    sealed = with_(
        shown, entry=held.entry.decode(), salt=held.salt.hex(), proof=held.appended.proof
    )
    assert refused(world.show, held, sealed) == "not-a-request"


def test_log_that_does_not_answer(new_world, refused):
    """Without its own view of the log a trustee stays closed."""
    world = new_world(poll_seconds=600.0)
    held = world.seal()
    world.open(held)  # all have followed it once
    shown = world.request(held)
    world.log_server.stop()
    try:
        assert refused(world.show, held, shown) == "view-stale"
    finally:
        port = int(world.log_url.rpartition(":")[2])
        world.log_server = Server(world.log_app(), listening(port))
    assert world.open(held, shown) == PHOTO


def test_refusals_are_on_the_log_once(world, refused):
    held = world.seal()
    world.open(held)
    again = world.request(held, number=1)
    for _ in range(3):
        assert refused(world.show, held, again) == "tag-reused"
    tags = [stream.tag(held.stream_key(1), number) for number in range(4)]
    mine = [entry for entry in world.settled() if entry.tag in tags]
    assert [(entry.kind, entry.code) for entry in mine] == [
        (Kind.RELEASED, None), (Kind.REFUSED, "tag-reused"),
    ]  # fmt: skip


def test_withdrawal_hidden_behind_a_gap(world, refused):
    """The secret counts wherever on the log it stands: it has no number."""
    held = world.seal()
    shown = world.request(held)
    assert world.open(held, shown) == PHOTO
    secret = held.secrets.withdraw_secret.hex()
    details = WithdrawnDetails(promise=held.digest.hex(), secret=secret)
    entry = sign_entry(world.custodian, Kind.WITHDRAWN, world.clock.today(), details, bytes(32))
    world.log.append(entry.encode())
    world.followed()
    for index in range(4):
        assert refused(world.show, held, shown, index) == "withdrawn"


def test_entry_that_only_some_would_read(world, refused):
    """A number of the stream in a form that is no entry: nobody counts it, so a gap stays."""
    held = world.seal()
    _, entry = world.body(held, world.ask(held, OneTimeKey()))
    world.log.append(entry.encode().replace(b'"kind":', b'"kind": '))
    held.number += 1
    assert refused(world.open, held) == "tag-gap"


def test_withdrawal_that_only_some_would_read(world):
    held = world.seal()
    details = WithdrawnDetails(promise=held.digest.hex(), secret=held.secrets.withdraw_secret.hex())
    entry = sign_entry(
        world.custodian, Kind.WITHDRAWN, world.clock.today(), details, bytes(32)
    ).encode()
    world.log.append(entry[:-1] + b',"x":1}')
    assert world.open(held) == PHOTO


def test_a_trustee_that_is_away_stops_nothing(new_world):
    """Neither openings nor sealing; its deposit waits, and withdrawal reaches it late too."""
    world = new_world()
    away = world.names[3]
    prepared = world.prepare()  # the custodian has its month key from before
    world.stop(away)
    held = world.seal(only=(0, 1, 2), prepared=prepared)
    assert world.open(held) == PHOTO
    assert world.receipt(held).pending == (away,)
    world.withdraw(held, 0, 1, 2)
    with pytest.raises(TrusteeUnreachableError):
        world.client(3).withdraw(held.digest, held.secrets.withdraw_secret)
    world.start(away)
    world.followed()
    with pytest.raises(TrusteeRefusedError) as late:
        world.deposit(held, 3)
    assert late.value.code == "erased"
