"""A worker that checks photos, and the portrait that most tests begin with."""

import pytest
from PIL import Image

from habeas import portrait
from habeas.faces import assets


@pytest.fixture(scope="module")
def pool():
    with portrait.CheckPool(1) as workers:
        yield workers


@pytest.fixture(scope="module")
def face():
    return Image.open(assets.path("astronaut.png")).convert("RGB")
