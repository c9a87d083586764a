"""What all tests share: how thoroughly Hypothesis searches, and how long answers may take.

`HYPOTHESIS_PROFILE` chooses; no profile has a deadline, because no test may need a fast
machine.
"""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from httpx._config import DEFAULT_TIMEOUT_CONFIG
from hypothesis import HealthCheck, Phase, settings

from habeas.deploy import addresses
from tests import listeners, scratch, spread, starts
from tests.waiting import PATIENCE_SECONDS

#: Chosen before anything asks where such files are; workers find it in their environment.
_scratch = scratch.choose()
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

#: Ports that were chosen in this process, each once: who was stopped may start at its own again.
_given: set[int] = set()


def pytest_configure(config: pytest.Config) -> None:
    """Give each worker ports of its own: those of its stopped services are nobody else's."""
    starts.install()
    said = getattr(config, "workerinput", {"workerid": "gw0", "workercount": 1})
    number, workers = int(said["workerid"].removeprefix("gw")), int(said["workercount"])
    width = (addresses._LENT - addresses._LEAST) // workers
    addresses._LEAST += number * width
    addresses._LENT = addresses._LEAST + width
    addresses.free_ports = _once


@pytest.fixture(scope="module", autouse=True)
def _nobody_listens_any_more() -> Iterator[None]:
    """Made before all else of a module, and so ended after it."""
    yield
    listeners.verify_none_left()


def pytest_unconfigure() -> None:
    """End what forked processes for the tests of this worker, and give back their memory."""
    starts.remove()
    if _scratch is not None:
        scratch.end(_scratch)


def _once(count: int) -> list[int]:
    ports: list[int] = []
    while len(ports) < count:
        (port,) = _chosen(1)
        if port not in _given:
            _given.add(port)
            ports.append(port)
    return ports


_chosen = addresses.free_ports


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Order the modules (`tests.spread`); those of one place stay in their random order."""
    alone = int(getattr(config, "workerinput", {"workercount": 1})["workercount"]) == 1
    items.sort(key=lambda item: spread.place(item.nodeid.partition("::")[0], alone=alone))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object:
    """Spread modules as `tests.spread` says, where they are spread by module at all."""
    return spread.Spread(config, log) if config.getvalue("dist") == "loadscope" else None
