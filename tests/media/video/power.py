"""Processes of a machine that is one of this one's processes, and their end all at once."""

import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import Any


def command(pid: int | str) -> str:
    """The words of a process; none where it has gone."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text(errors="replace")
    return ""


def below(pid: int) -> list[int]:
    """All processes that descend from *pid*, the nearest first."""
    found: list[int] = []
    with suppress(OSError):
        for threads in Path(f"/proc/{pid}/task").glob("*/children"):
            for child in map(int, threads.read_text().split()):
                found += [child, *below(child)]
    return found


def cut_power(node: Any) -> None:
    """End a machine as a power cut does: nobody on it gets to say or finish anything."""
    raylets = [each.process.pid for each in node.all_processes["raylet"]]
    doomed = [each for raylet in raylets for each in (raylet, *below(raylet))]
    # All stand still before the first one dies, so that none sees another's death.
    for how in (signal.SIGSTOP, signal.SIGKILL):
        for each in doomed:
            with suppress(ProcessLookupError):
                os.kill(each, how)
