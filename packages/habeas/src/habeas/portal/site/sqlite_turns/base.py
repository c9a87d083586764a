"""Django's SQLite backend, in which the writers of one process take turns.

SQLite has one writer. Whoever finds the lock taken sleeps and tries again, a little longer each
time (its busy handler, up to 100 ms): with many threads the file stands idle while all of them
sleep. Here a thread waits for the one before it, and begins the moment that one has ended; only
processes still find each other's lock. Django asks for a module of this name (`DATABASES`, ENGINE).
"""

from __future__ import annotations

import threading
from collections import defaultdict
from typing import Any

from django.db.backends.sqlite3 import base
from django.db.utils import OperationalError

#: Whose turn it is, by the name of the file.
_TURNS: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
_MAKING = threading.Lock()


class DatabaseWrapper(base.DatabaseWrapper):
    """One thread's connection; it holds the turn from the beginning of a transaction to its end."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._held: threading.Lock | None = None

    def _start_transaction_under_autocommit(self) -> None:
        with _MAKING:
            turn = _TURNS[str(self.settings_dict["NAME"])]
        if not turn.acquire(timeout=self.settings_dict["OPTIONS"].get("timeout", 5)):
            raise OperationalError("database is locked")
        self._held = turn
        try:
            super()._start_transaction_under_autocommit()
        except BaseException:
            self._give_turn()
            raise

    def _give_turn(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            held.release()

    def _commit(self) -> None:
        super()._commit()
        # A commit that fails is followed by a rollback.
        self._give_turn()

    def _rollback(self) -> None:
        try:
            super()._rollback()
        finally:
            self._give_turn()

    def _close(self) -> None:
        try:
            super()._close()
        finally:
            self._give_turn()
