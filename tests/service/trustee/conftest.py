import contextlib
import itertools
from collections.abc import Iterator

import pytest

from tests.world import World


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> Iterator[World]:
    """A log and four trustees, shared by the tests of one module."""
    made = World(tmp_path_factory.mktemp("world"))
    yield made
    made.close()


@pytest.fixture
def new_world(tmp_path):
    """Makes worlds of one's own: to move the clock, to break things."""
    number = itertools.count()
    with contextlib.ExitStack() as made:

        def make(**options) -> World:
            folder = tmp_path / f"world-{next(number)}"
            folder.mkdir()
            return made.enter_context(contextlib.closing(World(folder, **options)))

        yield make
