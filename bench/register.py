"""What the register's pages cost with 100 and with 10^5 entries on the log (`HABEAS_BENCH_ROWS`).

One process, a portal's copy of a log in memory: only what the register does is timed, the least of
several times, as this thread's own time, so that a busy machine disturbs it little. A page may
take 1.5 times as long with 10^5 entries as with 100. Both logs tell of the same months, offices,
purposes and outcomes, so that the tables have as many lines.
"""

from __future__ import annotations

import os
import secrets
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from rich.table import Table

from habeas.protocol import Kind, sign_entry
from habeas.protocol.details import SealedDetails
from habeas.tlog import NoteSigner

#: Entries on the log.
SIZES = (100, int(os.environ.get("HABEAS_BENCH_ROWS", "100000")))
GOAL = 1.5
_TIMES = 40
_MONTHS = ("2026-11", "2026-12", "2027-01")
#: Every address of the register; N is an entry in the middle of the log.
PAGES = (
    "/register/", "/register/entries/", "/register/entries/?before=N", "/register/entries/N/",
    "/register/months/2026-11/", "/register/offices/licensing-office/", "/register/trustees/",
    "/register/acts.csv", "/register/acts.json", "/register/news.atom", "/register/check/",
    "/register/code/", "/register/code/manifest.json", "/cameras/",
)  # fmt: skip
#: One span of entries is verified at once: the log in memory has no tiles to prove a part with.
_SPAN = 1 << 20


def run() -> None:
    """Print each page's milliseconds at both sizes, and the ratio; say which are over the goal."""
    # They start Django, which only this bench needs.
    from django.test import Client  # noqa: PLC0415
    from django.test.utils import setup_databases, setup_test_environment  # noqa: PLC0415

    from tests.unit.portal import conftest as portal  # noqa: PLC0415

    setup_test_environment()
    setup_databases(verbosity=0, interactive=False)
    found: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr("habeas.tlog.spans.SPAN", _SPAN)
        city = portal.found_city(portal.found_folder(Path(folder), patch), patch)
        city.release()
        leaves, made = city.log.log.leaves, _entries()
        for size in SIZES:
            leaves.extend(islice(made, size - len(leaves)))
            city.copy.catch_up()
            for name in PAGES:
                look = partial(_look, Client(), name.replace("N", str(len(leaves) // 2)))
                look()  # what is loaded once is loaded
                found.setdefault(name, []).append(_least(look))
    table = Table("page", *(f"{size:,} entries" for size in SIZES), "ratio", "")
    over = [path for path, (small, large) in found.items() if large / small > GOAL]
    for path, (small, large) in found.items():
        table.add_row(
            path, f"{small * 1000:.2f} ms", f"{large * 1000:.2f} ms", f"{large / small:.2f}",
            "over" if path in over else "",
        )  # fmt: skip
    Console().print(table)
    said = f"over {GOAL}: {', '.join(over)}" if over else f"none is over {GOAL}"
    Console().print(f"{len(found)} pages; {said}", soft_wrap=True)


def _entries() -> Iterator[bytes]:
    """Acts without end: sealed, asked for, released or refused, withdrawn; strangers' bytes."""
    from tests.unit.protocol import world  # noqa: PLC0415 - the city's keys

    about = {"service": world.SERVICE}
    asked = {**about, "office": world.OFFICE, "purpose": "decide-application"}
    trustees = [party.statement for party in world.TRUSTEES]
    custodian = world.CUSTODIAN_KEY

    def said(signer: NoteSigner, kind: Kind, day: str, **shown: Any) -> bytes:
        details = SealedDetails(promise=secrets.token_hex(32))  # its digest alone stands there
        return sign_entry(signer, kind, day, details, secrets.token_bytes(32), **shown).encode()

    def tag() -> str:
        return secrets.token_hex(16)

    for number, month in enumerate(cycle(_MONTHS)):
        day = f"{month}-{number % 28 + 1:02d}"
        yield said(custodian, Kind.SEALED, day, **about, tag=tag())
        yield said(custodian, Kind.REQUESTED, day, **asked, tag=tag(), slot=tag())
        for signer in trustees[:2]:
            if number % 4:
                yield said(signer, Kind.RELEASED, day, **asked, tag=tag())
            else:
                yield said(signer, Kind.REFUSED, day, **asked, code="withdrawn")
        yield said(custodian, Kind.CLOSED, day, **about, tag=tag())
        yield b"somebody's bytes " + tag().encode()


def _look(browser: Any, path: str) -> None:
    answer = browser.get(path)
    assert answer.status_code == 200, (path, answer.status_code)


def _least(act: Callable[[], object]) -> float:
    """Seconds of this thread in the fastest of several tries."""
    least = float("inf")
    for _ in range(_TIMES):
        begun = time.thread_time()
        act()
        least = min(least, time.thread_time() - begun)
    return least
