from collections.abc import Iterator

import pytest

from habeas.protocol.client import TrusteeRefusedError
from tests.service.trustee.conftest import new_world
from tests.service.trustee.world import World

__all__ = ["new_world"]


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> Iterator[World]:
    """A log and three trustees, shared by the attacks of one module."""
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
