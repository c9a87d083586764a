"""The `habeas` command as users run it: in a process of its own, and for its own end."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping

from tests.waiting import PATIENCE_SECONDS


def habeas(
    *arguments: object,
    check: bool = False,
    env: Mapping[str, str] | None = None,
    **variables: str,
) -> subprocess.CompletedProcess[str]:
    """Run `habeas` with *arguments* and wait for its end.

    Args:
        arguments: each as `str` shows it.
        check: whether it has to succeed.
        env: the environment; None for this process's.
        variables: of the environment, beside those.

    Raises:
        subprocess.CalledProcessError: *check*, and it did not succeed.
        subprocess.TimeoutExpired: it did not end.
    """
    return subprocess.run(
        [sys.executable, "-m", "habeas.cli", *map(str, arguments)], text=True,
        env={**(os.environ if env is None else env), **variables}, stdin=subprocess.DEVNULL,
        capture_output=True, timeout=PATIENCE_SECONDS, check=check,
    )  # fmt: skip
