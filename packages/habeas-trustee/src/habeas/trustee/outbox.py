"""Entries that this trustee owes to the log, delivered until the log has them.

An entry's bytes are fixed in the transaction of the act, so that sending them twice is
harmless. They go in order, many in one call: a number never stands on the log without the
one before it.
"""

from __future__ import annotations

import sqlite3
import threading

from habeas.foundation.errors import HabeasError
from habeas.tlog.writing import BundleWriter
from habeas.trustee.store import Store

#: As many as the log takes in one call.
_BATCH = 256
_BYTES = 512 * 1024
_RETRY_SECONDS = 2.0


class Outbox:
    """Delivers what is owed.

    Args:
        store: the trustee's database.
        log: where to.
    """

    def __init__(self, store: Store, log: BundleWriter) -> None:
        self._store = store
        self._log = log
        self._wake = threading.Event()
        self.problem: HabeasError | None = None
        """Why the log did not take the last entry, if it did not."""

    def wake(self) -> None:
        """There is something to deliver."""
        self._wake.set()

    def deliver(self) -> int:
        """Deliver one round; returns how many entries arrived."""
        rows = _together(self._store.run(_owed))
        if not rows:
            return 0
        try:
            positions = self._log.append_many([entry for _, entry in rows])
        except HabeasError as error:
            self.problem = error
            return 0
        pairs = [(at, number) for at, (number, _) in zip(positions, rows, strict=True)]
        self._store.run(
            lambda connection: connection.executemany(
                "UPDATE entries SET position = ? WHERE number = ?", pairs
            )
        )
        self.problem = None
        return len(rows)

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


def _together(rows: list[tuple[int, bytes]]) -> list[tuple[int, bytes]]:
    """As many of *rows*, from the first, as one call may carry."""
    total = 0
    for count, (_, entry) in enumerate(rows):
        total += len(entry)
        if count and total > _BYTES:
            return rows[:count]
    return rows


def _owed(connection: sqlite3.Connection) -> list[tuple[int, bytes]]:
    return connection.execute(
        "SELECT number, entry FROM entries WHERE position IS NULL ORDER BY number LIMIT ?",
        (_BATCH,),
    ).fetchall()
