"""A trustee whose clock jumped, or whose shares would end at once, waits for a person."""

from datetime import timedelta

import pytest

from habeas.foundation import caution
from habeas.foundation.caution import CAUTION, Mark
from habeas.trustee.halts import HaltedError
from habeas.trustee.trustee import Trustee

MANY = CAUTION.least + 1


class Machine:
    """A machine whose wall clock can be set, beside the time that really passes."""

    def __init__(self, clock):
        self.clock, self.ahead = clock, timedelta()

    def now(self):
        return self.clock() + self.ahead

    def look(self):
        at = self.clock().timestamp()
        return Mark(wall=self.now().timestamp(), steady=at, boot="one")


def test_the_clock_jumps_and_nothing_is_destroyed(new_world):
    """Also where every other machine believes the same wrong time."""
    world = new_world(poll_seconds=600.0)
    held = world.seal()
    world.followed()
    name = world.names[0]
    world.stop(name)
    machine = Machine(world.clock)
    with_clock = {"now": machine.now, "look": machine.look}
    trustee = Trustee(world.folder / name, **with_clock)
    trustee.follower.tail()
    assert trustee.sweep() == 0
    machine.ahead = timedelta(days=800)
    trustee.follower.followed_at = machine.now().timestamp()
    with pytest.raises(HaltedError, match="ahead by 800 days") as halted:
        trustee.sweep()
    assert halted.value.code == "clock-jumped"
    assert "habeas trustee resume" in halted.value.remedy
    # It waits also when the clock is right again, and in the next process.
    machine.ahead = timedelta()
    trustee.close()
    trustee = Trustee(world.folder / name, **with_clock)
    trustee.follower.tail()
    with pytest.raises(HaltedError):
        trustee.sweep()
    health = trustee.health()
    assert (health["ok"], health["state"], health["photos"]) == (False, "clock-jumped", 1)
    trustee.pause(resume=True)
    assert trustee.sweep() == 0
    assert trustee.health()["state"] == "ok"
    trustee.close()
    assert world.open(held, indexes=(1, 2)) is not None


def test_too_many_photos_are_due_at_once(new_world):
    world = new_world(poll_seconds=600.0)
    for _ in range(MANY):
        world.seal(opens_until=world.clock().date())
    world.followed()
    world.clock.move(days=2)
    world.publish_roster()
    trustee = world.trustees[world.names[0]]
    trustee.follower.tail()
    with pytest.raises(HaltedError, match=f"{MANY} of {MANY}") as halted:
        trustee.sweep()
    assert halted.value.code == "too-many-ends"
    assert trustee.health()["photos"] == MANY
    trustee.pause(resume=True)
    assert trustee.sweep() == MANY


def test_what_was_done_is_forgotten_by_the_quorum_s_time(new_world):
    """One clock that is ahead does not forget what the applicant may still read."""
    world = new_world(details_days=1)
    held = world.seal()
    world.open(held)
    world.withdraw(held)
    world.settled()
    world.followed()
    trustee = world.trustees[world.names[0]]

    def told() -> int:
        asked = "SELECT count(*) FROM entries WHERE details IS NOT NULL AND digest = ?"
        return trustee._store.run(lambda c: c.execute(asked, (held.digest,)).fetchone()[0])

    before = told()
    assert before > 0
    world.clock.move(days=90)
    trustee.sweep()
    assert told() == before
    world.publish_roster()
    trustee.follower.tail()
    trustee.sweep()
    assert told() == 0


def test_another_clock_than_the_machine_s_tells_by_itself_how_time_goes(new_world):
    world = new_world(poll_seconds=600.0)
    look = caution.given(world.clock)
    first = look()
    world.clock.move(days=900)
    caution.verify_clock(first, look())
