"""What all tests share: how thoroughly Hypothesis searches, and how long answers may take.

`HYPOTHESIS_PROFILE` chooses; no profile has a deadline, because no test may need a fast
machine.
"""

import os
from pathlib import Path

import pytest
from httpx._config import DEFAULT_TIMEOUT_CONFIG
from hypothesis import HealthCheck, Phase, settings

from tests.waiting import PATIENCE_SECONDS

_SLOW_MACHINE = (HealthCheck.too_slow,)

settings.register_profile(
    "quick", deadline=None, max_examples=25, suppress_health_check=_SLOW_MACHINE
)
settings.register_profile(
    "ci", deadline=None, max_examples=100, print_blob=True, suppress_health_check=_SLOW_MACHINE
)
settings.register_profile(
    "thorough", deadline=None, max_examples=2000, suppress_health_check=_SLOW_MACHINE
)
# The same examples each time, and none made smaller: for `make mutants`, which asks only whether
# a test fails.
settings.register_profile(
    "repeatable", settings.get_profile("quick"), derandomize=True,
    phases=(Phase.explicit, Phase.generate),
)  # fmt: skip
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

# A test that asks with httpx itself would give up after five seconds, which a busy machine takes.
# The product's own clients say how long they wait.
for _step in ("connect", "read", "write", "pool"):
    setattr(DEFAULT_TIMEOUT_CONFIG, _step, PATIENCE_SECONDS)

_HERE = Path(__file__).parent
#: Kinds whose tests are long come first, so that with several workers all end together.
_LONG = ("ops", "journey", "browser", "service", "media", "attacks", "model")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the tests by kind; within a kind they stay in their random order."""

    def place(item: pytest.Item) -> int:
        kind = item.path.relative_to(_HERE).parts[0]
        return _LONG.index(kind) if kind in _LONG else len(_LONG)

    items.sort(key=place)
