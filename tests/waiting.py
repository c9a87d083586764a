"""Waiting for what other threads and processes do: for the condition, never for a time."""

import subprocess
import time
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")

#: Far beyond what a loaded machine needs, so that a test fails here only when it hangs.
PATIENCE_SECONDS = 600.0


def until(condition: Callable[[], T], what: str, *, pause: float = 0.02) -> T:
    """What *condition* gives, as soon as that is true.

    Args:
        condition: called again and again.
        what: is waited for, in the words of the failure.
        pause: seconds between two looks.

    Raises:
        AssertionError: it did not become true.
    """
    give_up = time.monotonic() + PATIENCE_SECONDS  # noqa: TID251 - the one place
    while not (found := condition()):
        assert time.monotonic() < give_up, f"waited in vain for: {what}"  # noqa: TID251 - the one place
        time.sleep(pause)  # noqa: TID251 - the one place
    return found


def ready(
    process: subprocess.Popen[Any], condition: Callable[[], T], what: str, *, pause: float = 0.02
) -> T:
    """As `until`, for a process that was started for it: it is ended where it does not come so far.

    Whoever has started it has nothing to end yet.
    """

    def alive() -> T:
        assert process.poll() is None, f"{what} has ended"
        return condition()

    try:
        return until(alive, what, pause=pause)
    except BaseException:
        process.kill()
        process.wait()
        raise
