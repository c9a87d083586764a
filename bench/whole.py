"""A whole installation for a bench, whose portal stores plainly too; and its processes."""

from __future__ import annotations

import contextlib
import dataclasses
import tempfile
from collections.abc import Iterator
from pathlib import Path

from habeas.deploy import installation
from habeas.deploy.supervisor import Supervisor

#: Django's settings with which the portal stores plainly, too.
_PLAIN = {"DJANGO_SETTINGS_MODULE": "bench.plain_settings"}


@contextlib.contextmanager
def beside_plain() -> Iterator[tuple[installation.Installation, Supervisor]]:
    """An installation that runs, is healthy and announced, until the block ends."""
    with tempfile.TemporaryDirectory() as folder:
        place = installation.install(Path(folder), free_ports=True)
        processes = [
            dataclasses.replace(each, environment={**each.environment, **_PLAIN})
            if each.name == "portal"
            else each
            for each in place.processes()
        ]
        with Supervisor(processes, place.folder / "output") as supervisor:
            supervisor.wait_until_healthy()
            installation.announce(place)
            yield place, supervisor


def tree(pid: int) -> list[int]:
    """A process and all that it started, whichever of its threads did."""
    told: list[str] = []
    for thread in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            told += thread.read_text().split()
    return [pid, *(each for child in told for each in tree(int(child)))]
