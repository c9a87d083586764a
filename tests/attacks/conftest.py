import secrets
from collections.abc import Iterator

import pytest

from habeas.protocol import Pins
from habeas.protocol.client import TrusteeRefusedError
from habeas.register.verifying import verify_photo
from tests.service.trustee.conftest import new_world
from tests.world import World

__all__ = ["new_world"]


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> Iterator[World]:
    """A log and four trustees, shared by the attacks of one module."""
    made = World(tmp_path_factory.mktemp("world"))
    yield made
    made.close()


@pytest.fixture
def refused():
    """Runs an attack at one trustee; gives the code of its refusal."""

    def attack(act, *arguments, **options) -> str:
        with pytest.raises(TrusteeRefusedError) as refusal:
            act(*arguments, **options)
        assert refusal.value.cause
        return refusal.value.code

    return attack


@pytest.fixture
def verify():
    """What the holder of a receipt is told, who has pinned the circle."""

    def ask(world, held, *, log=None, now=None):
        pins = Pins(circles=frozenset({held.promise.circle}))
        return verify_photo(
            world.receipt(held), pins, log or world.log, now or world.clock(), secrets.token_bytes
        )

    return ask
