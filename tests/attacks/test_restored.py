"""Attacks 9, 11 and 13: lost seats, restored copies, and what the order of entries tells."""

import shutil

import pytest

from habeas.protocol import sealing, stream
from habeas.trustee import Trustee, photos
from habeas.trustee.errors import Refusal, SetupError
from habeas.trustee.replacement import Replacement
from tests.attacks.forger import Old, share_of
from tests.service.trustee.test_recovery import LOST, fetch, given_by, offers_of, runs
from tests.waiting import until
from tests.world.successors import lose
from tests.world.world import Server, listening


def test_two_runs_with_different_helpers(new_world):
    """9. At k = 3 a dishonest helper asks for a second run: honest helpers give once."""
    world = new_world(n=5, k=3, q=4, r=4)
    world.seal()
    world.followed()
    lose(world, LOST)
    first = runs(world, (0, 2, 4))
    given_by(world, first, offers_of(world, first))
    for helpers in ((0, 2, 3), (0, 2, 3, 4), (0, 3, 4)):
        again = runs(world, helpers)
        for name, (side, run) in again.items():
            if name in (world.names[LOST], world.names[3]):
                continue  # who is honest and took part before
            with pytest.raises(SetupError):
                side.offer(run, fetch)
            with pytest.raises(SetupError):
                side.give(run, [], fetch)


def test_why_a_second_run_would_give_shares_away(new_world):
    """9. With one mask for both runs, two parts of a helper differ by its share's multiple."""
    world = new_world(n=5, k=3, q=4, r=4)
    held = world.seal()
    world.followed()
    share = share_of(world, held, 0).share
    one = sealing.contribution(share, [1, 3, 5], LOST + 1)
    two = sealing.contribution(share, [1, 3, 4], LOST + 1)
    assert one != two
    # So masks are bound to the run: whoever sees both learns nothing of the difference.
    lose(world, LOST)
    runs_of = [runs(world, helpers)[world.names[0]] for helpers in ((0, 2, 4), (0, 2, 3))]
    assert len({run.binding for _, run in runs_of}) == 2
    side = runs_of[0][0]
    masks = {
        side._store.run(lambda c, run=run: side._secret(c, run, world.names[2]))
        for _, run in runs_of
    }
    assert len(masks) == 2


def test_a_newcomer_that_k_trustees_have_not_signed_for(new_world):
    """9. The operator names a newcomer of its own: it stands in no circle."""
    world = new_world()
    world.seal()
    world.followed()
    side = world.trustees[world.names[0]].recovery
    with pytest.raises(SetupError):
        side.replacement("newcomer.test", world.names[:2])
    with pytest.raises(SetupError):
        side.replacement(world.names[LOST], [world.names[0]])
    assert Replacement.of(world.circle, world.names[LOST], world.names[2:])


def test_the_order_of_erasures_tells_nothing(new_world):
    """11. At expiry the j-th `erased` of a trustee is not the j-th `sealed`."""
    world = new_world()
    photos = [world.seal(opens_until=world.clock().date()) for _ in range(12)]
    world.settled()
    world.followed()
    world.clock.move(days=2)
    world.publish_roster()
    for trustee in world.trustees.values():
        trustee.follower.tail()
        trustee.sweep()
    places = {entry.tag: place for place, entry in enumerate(world.settled())}
    orders = []
    for writer in range(1, 5):
        ended = [places[stream.tag(held.stream_key(writer), 0)] for held in photos]
        orders.append(tuple(sorted(range(12), key=ended.__getitem__)))
    # By chance alone, two of these are the same once in a hundred million runs.
    assert len({*orders, tuple(range(12))}) == 5


def restored(world, index, act):
    """Stop a trustee, do *act* between copy and restore, and start it from the copy."""
    name = world.names[index]
    folder = world.folder / name
    world.stop(name)
    copy = world.folder / f"copy of {name}"
    copy.mkdir()
    for file in folder.glob("trustee.db*"):
        shutil.copy(file, copy)
    world.start(name)
    until(lambda: world.trustees[name].follower.caught_up, "it follows")
    act()
    world.settled()
    world.followed()
    world.stop(name)
    for file in folder.glob("trustee.db*"):
        file.unlink()
    for file in copy.iterdir():
        shutil.copy(file, folder)
    world.start(name)
    return world.trustees[name]


def state_of(trustee):
    return trustee.health()["state"]


def test_a_restored_trustee_does_not_give_what_it_has_erased(new_world, refused):
    """13. Its own `erased` stands on the log, and its database has the share: it says so."""
    world = new_world()
    held = world.seal()
    world.settled()
    world.followed()
    trustee = restored(world, 0, lambda: world.withdraw(held))
    until(lambda: state_of(trustee) == "rolled-back", "it has found its own entry")
    assert trustee.health()["ok"] is False
    shown = world.request(held)
    assert refused(world.show, held, shown) == "rolled-back"
    other = world.seal(only=(1, 2, 3))
    assert refused(world.show, other, world.request(other)) == "rolled-back"


def test_a_restored_trustee_that_has_released(new_world, refused):
    """13. The same for a release that it does not remember: its number would be used twice."""
    world = new_world()
    held = world.seal()
    world.settled()
    world.followed()
    trustee = restored(world, 0, lambda: world.open(held))
    until(lambda: state_of(trustee) == "rolled-back", "it has found its own entry")
    shown = world.request(held)
    assert refused(world.show, held, shown) == "rolled-back"
    # Nor does it cosign: its word on the log would be that of somebody who has forgotten.
    note = world.log.checkpoint()
    assert f"— {world.names[0]}/witness " not in note
    assert note.count("/witness ") == 3


def test_a_restored_trustee_tells_its_holder_no_clean_story(new_world, verify):
    """13. Its stream ends early, for it has forgotten a release that stands on the log."""
    world = new_world()
    held = world.seal()
    world.settled()
    world.followed()
    trustee = restored(world, 0, lambda: world.open(held, indexes=(0, 3)))
    until(lambda: state_of(trustee) == "rolled-back", "it has found its own entry")
    found = verify(world, held)
    verdict = found.verdicts[world.names[0]]
    assert verdict.outcome == "incomplete", verdict
    assert "does not know" in verdict.causes[0]
    assert not found.never_opened


def test_a_restored_trustee_destroys_again_and_is_not_accused_of_it(new_world, verify):
    """13. It reads the withdrawal anew, and writes an `erased` that it has written before.

    A share that a copy has brought back goes at once, before anybody has looked at what else was
    forgotten. The second entry has the number of the first, which counts; readers are told that
    this trustee has forgotten, and nobody takes that for a lie.
    """
    world = new_world()
    held = world.seal()
    world.settled()
    world.followed()
    trustee = restored(world, 0, lambda: world.withdraw(held))
    until(lambda: state_of(trustee) == "rolled-back", "it has found its own entry")

    def gone():
        with trustee.reading() as connection:
            return photos.find(connection, held.digest).because

    assert until(gone, "the share is destroyed again") == "withdrawn"
    world.settled()
    found = verify(world, held)
    verdicts = [found.verdicts[name] for name in world.names]
    assert [each.outcome for each in verdicts] == ["incomplete", *["complete"] * 3], verdicts
    assert "does not know" in verdicts[0].causes[0]
    assert not any(each.evidence for each in verdicts)
    assert not any(each.held for each in verdicts[1:])


def test_a_restored_trustee_acts_on_nothing_before_it_has_looked(new_world, refused):
    """13. Between start and the first look at the log it neither releases nor cosigns."""
    world = new_world(poll_seconds=600.0)
    held = world.seal()
    world.open(held)
    name = world.names[0]
    world.stop(name)
    world.log_server.stop()
    try:
        world.start(name)
        until(lambda: world.trustees[name].follower.problem is not None, "it has looked in vain")
        assert state_of(world.trustees[name]) == "behind"
    finally:
        port = int(world.log_url.rpartition(":")[2])
        world.log_server = Server(world.log_app(), listening(port))
    shown = world.request(held)
    assert refused(world.show, held, shown) == "behind"


def test_a_restored_trustee_is_shown_a_log_that_remembers_no_more(new_world, verify):
    """13. Truly cosigned, and old: after a start only what a quorum has seen lately counts."""
    world = new_world()
    held = world.seal()
    world.settled()
    world.followed()
    name = world.names[0]
    world.stop(name)
    old = Old(world.log)
    world.later(minutes=11)
    world.publish_roster()
    with Trustee(world.folder / name, now=world.clock, log=old) as trustee:
        until(lambda: trustee.follower.followed_at, "it has followed what it was shown")
        assert state_of(trustee) == "behind"
        mac = stream.reader_mac(held.stream_key(1), name)
        with pytest.raises(Refusal) as refusal:
            trustee.stream_end(held.digest, "00" * 32, bytes.fromhex(mac))
        assert refusal.value.code == "behind"
    world.start(name)
    until(lambda: state_of(world.trustees[name]) == "ok", "it is shown the log")


def test_a_witness_keeps_its_place_outside_the_database(new_world):
    """13. A restored database brings no older view back: two trees are still told apart."""
    world = new_world()
    held = world.seal()
    world.settled()
    world.followed()
    trustee = restored(world, 0, lambda: world.open(held))
    before = trustee.witnessed(world.circle.log.origin)
    size = int(before.split("\n")[1])
    assert size >= world.size() - 2
