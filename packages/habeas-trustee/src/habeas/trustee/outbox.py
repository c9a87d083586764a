"""Entries that this trustee owes to the log, delivered until its own view shows them.

An entry's bytes are fixed in the transaction of the act, so that sending them twice is
harmless. They go in order, many in one call. Should the log refuse one of them, the others
go on: its number is missing then, and whoever reads is told.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable

from habeas.foundation.errors import HabeasError
from habeas.tlog import NotAdmittedError
from habeas.tlog.writing import BundleWriter
from habeas.trustee import records
from habeas.trustee.store import Store

#: An entry that has its index and is not in the own view after so long is sent again.
_AGAIN_SECONDS = 60


class Outbox:
    """Delivers what is owed.

    Args:
        store: the trustee's database.
        log: where to.
        seconds: the clock, POSIX seconds.
    """

    def __init__(self, store: Store, log: BundleWriter, seconds: Callable[[], int]) -> None:
        self._store = store
        self._log = log
        self._seconds = seconds
        self._wake = threading.Event()
        self.problem: HabeasError | None = None
        """Why the log did not take the last entry, if it did not."""

    def wake(self) -> None:
        """There is something to deliver."""
        self._wake.set()

    def deliver(self) -> int:
        """Deliver one round; returns how many entries arrived."""
        with self._store.database.snapshot() as connection:
            rows = records.batch(self._unsent(connection))
        if not rows:
            self.problem = None
            return 0
        try:
            self._log.append_many([entry for _, entry in rows])
            self.problem = None
        except NotAdmittedError as error:
            self.problem = error
            rows = self._one_by_one(rows) if len(rows) > 1 else []
        except HabeasError as error:
            self.problem = error
            return 0
        now = self._seconds()
        self._store.run(
            lambda connection: connection.executemany(
                "UPDATE entries SET sequenced = ? WHERE number = ?",
                [(now, number) for number, _ in rows],
            )
        )
        return len(rows)

    def _one_by_one(self, rows: list[tuple[int, bytes]]) -> list[tuple[int, bytes]]:
        """Those of *rows* that the log takes: what it refuses holds no withdrawal up."""
        taken = []
        for row in rows:
            try:
                self._log.append_many([row[1]])
            except NotAdmittedError as error:
                self.problem = error
                continue
            except HabeasError as error:
                self.problem = error
                break
            taken.append(row)
        return taken

    def _unsent(self, connection: sqlite3.Connection) -> list[tuple[int, bytes]]:
        return connection.execute(
            "SELECT number, entry FROM entries WHERE position IS NULL"
            " AND (sequenced IS NULL OR sequenced < ?) ORDER BY number LIMIT ?",
            (self._seconds() - _AGAIN_SECONDS, records.BATCH),
        ).fetchall()

    def wait(self, seconds: float) -> None:
        """Until there is something new to deliver, or so long: what failed is tried again."""
        self._wake.wait(seconds)
        self._wake.clear()
