"""Entries that this trustee owes to the log, delivered until the log has them.

An entry's bytes are fixed in the transaction of the act, so that sending them twice is
harmless. The entries of one photo go in order: a number never stands on the log without
the one before it.
"""

from __future__ import annotations

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from habeas.errors import HabeasError
from habeas.trustee.store import Store

_BATCH = 512
_AT_ONCE = 32
_RETRY_SECONDS = 2.0


class Appended(Protocol):
    """What the log answers."""

    @property
    def index(self) -> int:
        """Where the entry stands."""


class Log(Protocol):
    """The log, for writing."""

    def append(self, entry: bytes) -> Appended:
        """Append; returns when the entry stands under a durable checkpoint."""


class Outbox:
    """Delivers what is owed.

    Args:
        store: the trustee's database.
        log: where to.
    """

    def __init__(self, store: Store, log: Log) -> None:
        self._store = store
        self._log = log
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="trustee-outbox")
        self._wake = threading.Event()
        self.problem: HabeasError | None = None
        """Why the log did not take the last entry, if it did not."""

    def close(self) -> None:
        """Let calls under way end."""
        self._pool.shutdown(wait=True)

    def wake(self) -> None:
        """There is something to deliver."""
        self._wake.set()

    def deliver(self) -> int:
        """Deliver one round; returns how many entries arrived."""
        rows = self._store.run(_owed)
        first: dict[bytes | int, tuple[int, bytes]] = {}
        for number, digest, entry in rows:
            first.setdefault(number if digest is None else digest, (number, entry))
        return sum(self._pool.map(self._send, first.values()))

    def _send(self, item: tuple[int, bytes]) -> bool:
        number, entry = item
        try:
            position = self._log.append(entry).index
        except HabeasError as error:
            self.problem = error
            return False
        self._store.run(
            lambda connection: connection.execute(
                "UPDATE entries SET position = ? WHERE number = ?", (position, number)
            )
        )
        self.problem = None
        return True

    def run(self, stop: threading.Event) -> None:
        """Deliver until *stop* is set; the body of a thread."""
        while not stop.is_set():
            self._wake.clear()
            try:
                delivered = self.deliver()
            except HabeasError as error:  # the database, which may recover
                self.problem, delivered = error, 0
            if delivered == 0:
                self._wake.wait(_RETRY_SECONDS)


def _owed(connection: sqlite3.Connection) -> list[tuple[int, bytes | None, bytes]]:
    return connection.execute(
        "SELECT number, digest, entry FROM entries WHERE position IS NULL ORDER BY number LIMIT ?",
        (_BATCH,),
    ).fetchall()
