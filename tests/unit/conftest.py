"""Unit tests reach nothing outside their own process, and wait for nothing.

Python's audit events (PEP 578) tell of every attempt, also from libraries and other threads.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

_HERE = Path(__file__).parent
_FORBIDDEN = {
    "socket.bind": "the network",
    "socket.connect": "the network",
    "socket.getaddrinfo": "the network",
    "socket.sendto": "the network",
    "subprocess.Popen": "a process",
    "os.exec": "a process",
    "os.fork": "a process",
    "os.forkpty": "a process",
    "os.posix_spawn": "a process",
    "os.system": "a process",
    "time.sleep": "sleeping",  # told by no event before Python 3.13, so it is replaced as well
}


class NotAUnitTestError(BaseException):
    """A unit test used what it must not; no handler of exceptions may swallow it."""


class _Watch:
    def __init__(self) -> None:
        self.on = False
        self.seen: list[str] = []

    def __call__(self, event: str, _: tuple[object, ...]) -> None:
        if self.on and event in _FORBIDDEN:
            self.seen.append(event)
            raise NotAUnitTestError(
                f"Unit tests do without {_FORBIDDEN[event]} ({event}): "
                "pass it in, or move the test to the folder of its kind."
            )


_watch = _Watch()
# Hooks cannot be removed, so there is one for the whole process, which the tests switch.
sys.addaudithook(_watch)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Watch a test of this folder, with its set-up and tear-down."""
    # This hook is called for the tests of all folders.
    if not item.path.is_relative_to(_HERE):
        return (yield)
    sleep = time.sleep  # noqa: TID251 - what is forbidden
    time.sleep = lambda _: _watch("time.sleep", ())  # noqa: TID251 - the same
    _watch.on = True
    try:
        return (yield)
    finally:
        _watch.on = False
        time.sleep = sleep  # noqa: TID251 - the same


@pytest.fixture(autouse=True)
def _nothing_outside() -> Iterator[None]:
    """Fail also where another thread was stopped, and its error stayed there."""
    _watch.seen.clear()
    yield
    assert not _watch.seen, f"Unit tests do without {_FORBIDDEN[_watch.seen[0]]}."
