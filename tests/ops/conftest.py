"""A city for the tests of one file, which begin and end with one that is green."""

import pytest

from tests.ops.acts import PORTRAIT
from tests.ops.city import city


@pytest.fixture(scope="module")
def place():
    with city() as made:
        yield made


@pytest.fixture
def green(place):
    """All is well before the fault, and after it."""
    place.green()
    yield
    place.green()


@pytest.fixture
def held(place):
    """An application from before the fault."""
    return place.apply(PORTRAIT)
