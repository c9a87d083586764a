"""100 applicants and 10 officers at one portal, for five minutes: what fails, how long pages take.

Every party is a process of its own, as `habeas run` starts them: a log, four trustees, the portal
with its worker. Applicants apply with a photo that their own device seals, as browsers do, and
think for some seconds at each page; officers open photos and decide. The same with the portal's
tables in SQLite and in PostgreSQL, and with many applications stored before.

    python -m bench load
    HABEAS_BENCH_SECONDS=20 HABEAS_BENCH_PEOPLE=10,2 python -m bench load      a short look
    HABEAS_BENCH_STORED=100000 python -m bench load                            after some years
"""

from __future__ import annotations

import os
import statistics
import tempfile
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.load.people import Applicant, Officer
from bench.load.place import Place, postgresql

#: How long, how many applicants and officers, and how many applications were stored before.
SECONDS = float(os.environ.get("HABEAS_BENCH_SECONDS", "300"))
APPLICANTS, OFFICERS = map(int, os.environ.get("HABEAS_BENCH_PEOPLE", "100,10").split(","))
STORED = int(os.environ.get("HABEAS_BENCH_STORED", "0"))
#: Memory is flat where the last look finds at most so much more than the one after a fifth.
FLAT = 1.1
_OUT = Console()


@dataclass
class Book:
    """What all of them have seen. For many threads."""

    took: dict[str, list[float]] = field(default_factory=dict)
    failed: dict[str, int] = field(default_factory=dict)
    sealed: int = 0
    opened: int = 0
    _waiting: deque[str] = field(default_factory=deque)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, page: str, seconds: float) -> None:
        """A page was answered."""
        with self._lock:
            self.took.setdefault(page, []).append(seconds)

    def fail(self, what: str) -> None:
        """Something was not as it must be."""
        with self._lock:
            self.failed[what] = self.failed.get(what, 0) + 1

    def sent(self, reference: str) -> None:
        """An application was sent, with a sealed photo."""
        with self._lock:
            self.sealed += 1
            self._waiting.append(reference)

    def take(self) -> str | None:
        """The reference of a case that nobody has taken yet, as officers share out their list."""
        with self._lock:
            return self._waiting.popleft() if self._waiting else None

    def done(self) -> None:
        """A photo was opened."""
        with self._lock:
            self.opened += 1


def run() -> None:
    """Print p95 by page, what was sealed in a minute, memory, and every failure."""
    _under_load("SQLite", "")
    with postgresql() as dsn:
        if dsn:
            _under_load("PostgreSQL", dsn)
        else:
            _OUT.print("PostgreSQL is not installed: not measured")


def _under_load(name: str, database: str) -> None:
    with tempfile.TemporaryDirectory() as folder, Place(Path(folder), database, OFFICERS) as place:
        place.fill(STORED)
        book, enough = Book(), threading.Event()
        people: list[Applicant | Officer] = [Applicant(place, book) for _ in range(APPLICANTS)]
        people += [Officer(place, book, each) for each in range(OFFICERS)]
        threads = [threading.Thread(target=each.work, args=(enough,)) for each in people]
        for each in threads:
            each.start()
        memory = []
        for _ in range(5):
            enough.wait(SECONDS / 5)
            memory.append(place.memory())
        enough.set()
        for each in threads:
            each.join()
        until = time.monotonic() + 120
        while place.owes() and time.monotonic() < until:
            time.sleep(1)
        if place.owes():
            book.fail("entries are still owed two minutes later")
        _print(name, book, memory)


def _print(name: str, book: Book, memory: list[int]) -> None:
    table = Table("page", "times", "median", "p95", title=f"{name}, {STORED:,} stored before")
    for page, took in sorted(book.took.items()):
        cuts = statistics.quantiles(took, n=20) if len(took) > 1 else took * 20
        table.add_row(
            page, str(len(took)), f"{statistics.median(took) * 1000:.0f} ms",
            f"{cuts[-1] * 1000:.0f} ms",
        )  # fmt: skip
    _OUT.print(table)
    minutes = SECONDS / 60
    growth = memory[-1] / memory[0]
    flat = "flat" if growth <= FLAT else "not flat"
    _OUT.print(
        f"{APPLICANTS} applicants, {OFFICERS} officers, {SECONDS:.0f} s: "
        f"{book.sealed / minutes:.0f} sealed a minute, {book.opened / minutes:.0f} opened; "
        f"memory {memory[-1] / 1e6:.0f} MB, {growth:.2f} times that after a fifth ({flat})",
        soft_wrap=True,
    )
    if book.failed:
        for what, count in sorted(book.failed.items()):
            _OUT.print(f"FAILED {count} times: {what}", soft_wrap=True)
    else:
        _OUT.print("no error")
