"""What the desk's pages cost with 100 and with 10,000 open cases before the office.

One process, a portal over SQLite on a disk, its log and trustees in memory: only what the
portal does is timed, the least of several times. A page may take 1.5 times as long with 10,000
cases as with 100.
"""

from __future__ import annotations

import secrets
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pytest
from rich.console import Console
from rich.table import Table

#: Open cases before the office.
SIZES = (100, 10_000)
GOAL = 1.5
_TIMES = 60
_SERVICE = "hunting-licence"


def run() -> None:
    """Print each page's milliseconds at both sizes, and the ratio."""
    # They start Django, which only this bench needs.
    from django.test import Client  # noqa: PLC0415
    from django.test.utils import setup_databases, setup_test_environment  # noqa: PLC0415

    from tests.unit.portal import conftest as portal  # noqa: PLC0415

    setup_test_environment()
    setup_databases(verbosity=0, interactive=False)
    found: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        city = portal.found_city(portal.found_folder(Path(folder), patch), patch)
        terminal = portal.Terminal.on_roster(city, Client()).sign_in()
        for size in SIZES:
            references = _fill(size)
            for name, path in _pages(references).items():
                found.setdefault(name, []).append(_least(partial(terminal.get, path)))
    table = Table("page", *(f"{size:,} cases" for size in SIZES), "ratio", "")
    for name, (small, large) in found.items():
        over = "over" if large / small > GOAL else ""
        table.add_row(
            name, f"{small * 1000:.2f} ms", f"{large * 1000:.2f} ms", f"{large / small:.2f}", over
        )
    Console().print(table)


def _fill(size: int) -> list[str]:
    """Cases up to *size* in all; the references of all, oldest first."""
    from habeas.portal.cases.models import Case  # noqa: PLC0415 - needs Django started

    today = date(2027, 1, 15)
    have = Case.objects.count()
    Case.objects.bulk_create(
        (
            Case(
                reference=f"HL-{secrets.token_hex(5).upper()}", service=_SERVICE,
                office="licensing-office", answers=bytes(2048), pointer=bytes(1500),
                day=today - timedelta(days=number % 300),
            )
            for number in range(have, size)
        ),
        batch_size=1000,
    )  # fmt: skip
    ordered = Case.objects.order_by("day", "reference")
    return list(ordered.values_list("reference", flat=True))


def _pages(references: list[str]) -> dict[str, str]:
    middle = references[len(references) // 2]
    return {
        "first page": "cases",
        "page in the middle": f"cases?after={middle}",
        "one's own": "cases?holder=me",
        "of one service": f"cases?service={_SERVICE}",
        "waiting for a second officer": "cases?state=proposed",
        "found by reference": f"cases?state=all&reference={middle}",
        "one case": f"cases/{middle}",
    }


def _least(act: Callable[[], object]) -> float:
    """Seconds of the fastest of several tries."""
    least = float("inf")
    for _ in range(_TIMES):
        begun = time.perf_counter()
        act()
        least = min(least, time.perf_counter() - begun)
    return least
