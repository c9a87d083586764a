"""What a receipt's holder is told, against real trustees and a real log."""

import secrets

import pytest

from habeas.protocol import Pins
from habeas.register.verifying import verify_photo
from tests.world import World


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    world = World(tmp_path_factory.mktemp("world"))
    yield world
    world.close()


def verify(world, held, pins=None):
    pinned = Pins(circles=frozenset({world.circle.digest().hex()}))
    return verify_photo(
        world.receipt(held), pinned if pins is None else pins, world.log, world.clock(),
        secrets.token_bytes,
    )  # fmt: skip


def test_never_opened_is_said_when_all_trustees_show_all(world):
    held = world.seal()
    world.followed()
    found = verify(world, held)
    assert found.outcome == "complete", found
    assert found.never_opened


def test_an_opening_is_seen_with_its_purpose(world):
    held = world.seal()
    world.open(held)
    world.settled()
    world.followed()
    found = verify(world, held)
    assert found.outcome == "complete", found
    assert found.openings == 1
    assert not found.never_opened
    kinds = [act.entry.kind for act in found.acts]
    assert kinds.count("released") == 2
    assert kinds.count("requested") == 1


def test_without_a_pin_nothing_is_complete(world):
    held = world.seal()
    world.followed()
    found = verify(world, held, Pins())
    assert not found.pinned
    assert found.outcome == "incomplete"
    assert not found.never_opened


def test_withdrawn_is_said_when_all_have_confirmed(world):
    held = world.seal()
    world.withdraw(held, 0)
    world.withdraw(held)
    world.followed()
    found = verify(world, held)
    assert found.outcome == "complete", found
    assert all(verdict.held is False for verdict in found.verdicts.values())
