"""A world's next circles: another trustee in a lost seat, other keys, other limits."""

from __future__ import annotations

import shutil
from typing import Any

from habeas.protocol import Circle, Kind
from habeas.protocol.details import CircleDetails
from habeas.protocol.panel import Panel
from habeas.trustee import Settings, keyring
from habeas.trustee.store import Store
from tests.waiting import until
from tests.world.world import World, listening


def successor(world: World, **changes: Any) -> Circle:
    """The circle that follows the world's newest, with other fields."""
    newest = world.chain.newest.circle
    fields = {**newest.fields(), "number": newest.number + 1, "previous": newest.digest().hex()}
    return Circle.read({**fields, **changes})


def publish(world: World, circle: Circle, note: str | None = None) -> str:
    """Put a circle on the log in the name of its first trustee; gives its note."""
    note = note or world.sign_circle(circle)
    trustee = world.trustees[circle.trustees[0].name]
    details = CircleDetails(circle=note)
    trustee._store.run(lambda c: trustee._records.write(c, Kind.CIRCLE, details))
    trustee.outbox.wake()
    world.settled()
    world.followed()
    return note


def succeed(world: World, **changes: Any) -> Circle:
    """Let a circle follow at all trustees of the world; photos are then sealed under it."""
    circle = successor(world, **changes)
    note = publish(world, circle)
    world.chain = world.chain.extend(note, 0)
    world.circle, world.circle_note = circle, note
    world.panel.close()
    world.panel = Panel.of(world.chain, circle.digest().hex())
    # The log's operator has its witnesses from the circle too.
    text = circle.policy_text("quorum:acting", circle.q)
    (world.folder / "log" / "policy.txt").write_text(text)
    world.restart_log()
    return circle


def lose(world: World, index: int) -> None:
    """Lose a trustee's machine with all that is on it, and put a newcomer in its seat."""
    name = world.names[index]
    world.stop(name)
    folder = world.folder / name
    settings = Settings.load(folder)
    shutil.rmtree(folder)
    folder.mkdir()
    world.keys[name] = keyring.create(folder, settings)
    settings.save(folder)
    seats = [each.fields() for each in world.circle.trustees]
    seats[index] = world.keys[name].identity(settings).fields()
    first = world.chain.links[0].note
    succeed(world, trustees=seats)
    (folder / "circle.txt").write_text(first)
    # As its administrator adopts the circles, oldest first.
    store = Store(folder / "trustee.db")
    for link in world.chain.links[1:]:
        row = (link.circle.number, link.note, 0)
        store.run(lambda c, row=row: c.execute("INSERT INTO circles VALUES (?, ?, ?)", row))
    store.close()
    world._serve(name, listening(int(settings.url.rpartition(":")[2])))
    until(lambda: world.trustees[name].follower.caught_up, "the newcomer follows the log")
