"""Circles that somebody shows too early, or two of one number: whose members vouch for the log."""

import pytest

from habeas.protocol.panel import Panel
from habeas.register import successors
from habeas.trustee import Settings, keyring
from tests.waiting import until
from tests.world.successors import publish, successor

DAY = 86_400


@pytest.fixture
def announced(new_world):
    """A world whose circles take effect after a day, and a photo under the first."""
    world = new_world(circle={"delays": {"circle_seconds": DAY, "roster_seconds": 0}})
    held = world.seal()
    world.settled()
    world.followed()
    return world, held


def with_other_witnesses(world, folder, *, number=0):
    """A next circle, signed by all, in which three trustees cosign with other keys."""
    seats = [each.fields() for each in world.circle.trustees]
    for at in (1, 2, 3):
        settings = Settings.load(world.folder / world.names[at])
        other = folder / f"{number}-{at}"
        other.mkdir()
        seats[at]["witness_vkey"] = keyring.create(other, settings).witness.vkey
    return successor(world, trustees=seats)


def lies(world, index, note):
    """A trustee that shows a circle as if it were in force."""
    trustee = world.trustees[world.names[index]]
    trustee.circle_numbered = lambda _: note


def test_a_circle_that_is_only_announced_judges_nothing(announced, tmp_path, verify):
    """One trustee shows it before its day, while all may still object to its members.

    Under its policy a log that nobody but its members have cosigned would be the log, and the
    one that the holder's trustees have cosigned would be none.
    """
    world, held = announced
    circle = with_other_witnesses(world, tmp_path)
    note = publish(world, circle)
    lies(world, 0, note)
    found = verify(world, held)
    assert (found.outcome, found.never_opened) == ("complete", True)
    assert found.unread is None


def test_a_circle_in_force_judges_and_those_that_it_left_vouch_for_nothing(
    announced, tmp_path, verify
):
    world, held = announced
    circle = with_other_witnesses(world, tmp_path)
    publish(world, circle)
    world.clock.move(seconds=DAY + 1)
    shown = world.circle.number + 1
    until(
        lambda: all(
            each.circle_numbered(shown) for each in world.trustees.values()
        ),
        "it takes effect",
    )  # fmt: skip
    found = verify(world, held)
    assert found.unread is not None
    assert found.unread.code == "tlog-quorum", "the log has cosignatures of the old keys only"


def test_of_two_circles_of_one_number_the_one_on_the_log_is_followed(new_world, tmp_path, verify):
    """Both are signed as they must be; one trustee shows the one that came too late."""
    world = new_world()
    held = world.seal()
    world.settled()
    world.followed()
    late = with_other_witnesses(world, tmp_path)
    first = successor(world, delays={"circle_seconds": 1, "roster_seconds": 0})
    note = publish(world, first)
    lies(world, 0, world.sign_circle(late))
    world.clock.move(seconds=5)
    with successors.newest_trustees(world.receipt(held), Panel.of) as (chain, panel):
        assert chain.newest.note == note
        assert successors.in_force(chain, panel).digest() == first.digest()
    assert verify(world, held).never_opened
