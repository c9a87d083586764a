"""Attack 4, kept up: a log that stays as it was, truly cosigned, and hides what came since."""

import shutil

import pytest

from habeas.foundation.database import Database
from habeas.register.copy import LogCopy
from habeas.tlog import OldViewError
from habeas.tlog.monitor import Monitor
from habeas.tlog.server import publisher, sequencer
from tests.attacks.forger import Old
from tests.waiting import until

HIDDEN = "entries since then are not shown"


@pytest.fixture
def photo(new_world):
    """A world that has a photo, and the photo."""
    world = new_world()
    held = world.seal()
    world.settled()
    world.followed()
    return world, held


def goes_on(world, *, without=()):
    """The log grows, and all trustees see it but those that it shows an old tree."""
    world.log.append(world.office.roster(world.clock.today()).encode())
    size = world.size()
    names = [name for name in world.servers if name not in without]
    until(
        lambda: all(world.trustees[name].follower.size >= size for name in names),
        "the others follow",
    )


def causes_of(found, name):
    return [cause.code for cause in found.verdicts[name].causes]


def restored(world, held):
    """Its first trustee has released, was then restored from before that, and is shown that tree.

    The machine was restored with the witness's own file, and minutes after the copy was made:
    to the trustee, the old tree is the end of the log.
    """
    name = world.names[0]
    folder, copy = world.folder / name, world.folder / "copy"
    world.stop(name)
    shutil.copytree(folder, copy)
    old = Old(world.log)
    world.start(name)
    until(lambda: world.trustees[name].follower.caught_up, "it follows")
    world.open(held, indexes=(0, 3))
    world.settled()
    world.stop(name)
    shutil.rmtree(folder)
    copy.rename(folder)
    world.start(name, old)
    trustee = world.trustees[name]
    until(lambda: trustee.follower.caught_up, "it takes the old tree for the log's end")
    return name


def test_a_restored_trustee_is_shown_the_tree_of_its_copy_for_ever(photo, verify):
    """It has forgotten its release, and the log that would remind it stays as it was."""
    world, held = photo
    name = restored(world, held)
    world.later(minutes=61)
    goes_on(world, without=[name])
    trustee = world.trustees[name]
    found = verify(world, held)
    assert found.verdicts[name].held, "it has answered, and says that it gave nothing"
    assert causes_of(found, name) == ["view-old"]
    assert HIDDEN in found.verdicts[name].causes[0]
    assert (found.outcome, found.never_opened) == ("incomplete", False)
    state = trustee.health()
    assert (state["ok"], state["state"]) == (False, "view-old")
    assert HIDDEN in state["problems"]["view-old"]


def test_a_restored_trustee_is_shown_an_older_tree_than_others(photo, verify):
    """Within the hour its age says nothing, and that it is older than others' does."""
    world, held = photo
    name = restored(world, held)
    world.later(minutes=6)
    goes_on(world, without=[name])
    found = verify(world, held)
    assert found.verdicts[name].held
    assert causes_of(found, name) == ["view-behind"]
    assert HIDDEN in found.verdicts[name].causes[0]
    assert (found.outcome, found.never_opened) == ("incomplete", False)
    others = [verdict.outcome for each, verdict in found.verdicts.items() if each != name]
    assert others == ["complete"] * 3


def test_a_log_that_is_frozen_for_everybody(photo, verify):
    """No reader concludes from it that nothing has happened: each one says how old it is."""
    world, held = photo
    old = Old(world.log)
    copy = LogCopy(Database(None), old, None, world.chain, now=lambda: world.clock().timestamp())
    policy = world.circle.reading_policy()
    monitor = Monitor(Database(None), old, policy, clock=lambda: world.clock().timestamp())
    copy.catch_up()
    copy.verify_recent()
    assert monitor.look().findings == ()
    assert verify(world, held, log=old).never_opened
    world.later(minutes=61)
    goes_on(world)
    found = verify(world, held, log=old)
    assert found.unread is not None
    assert found.unread.code == "view-old"
    assert f"61 minutes old: {HIDDEN}" in found.unread
    assert (found.outcome, found.never_opened) == ("incomplete", False)
    copy.catch_up()
    with pytest.raises(OldViewError):
        copy.verify_recent()
    for _ in range(2):
        monitor.look()
    (finding,) = monitor.findings()
    assert finding.code == "checkpoint-stale"
    assert HIDDEN in finding.words
    assert verify(world, held).never_opened


def test_a_log_on_which_nothing_happens_is_not_frozen(new_world, verify, monkeypatch):
    """Its witnesses say so anew, and trustees keep the newest of what they have said."""
    monkeypatch.setattr(publisher, "RESTAMP", 0.5)
    # Where nothing is appended, that is how long the log waits for something.
    monkeypatch.setattr(sequencer, "RESTAMP", 0.5)
    world = new_world()
    held = world.seal()
    world.settled()
    world.followed()
    size = world.size()
    world.later(minutes=61)

    def complete():
        return verify(world, held).never_opened

    until(complete, "all are shown the witnesses' new times", pause=0.5)
    assert world.size() == size
    assert all(world.trustees[name].health()["ok"] for name in world.names)
