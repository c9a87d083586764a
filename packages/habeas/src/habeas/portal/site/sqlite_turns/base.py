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

    def set_autocommit(
        self, autocommit: bool, force_begin_transaction_with_broken_autocommit: bool = False
    ) -> None:
        """Begin a transaction when it is this thread's turn; or end with them."""
        begins = force_begin_transaction_with_broken_autocommit and not autocommit
        if begins:
            self._take_turn()
        elif autocommit:
            self._give_turn()
        try:
            super().set_autocommit(autocommit, force_begin_transaction_with_broken_autocommit)
        except BaseException:
            self._give_turn()
            raise

    def commit(self) -> None:
        """Commit, and let the next one begin; where it fails, a rollback follows."""
        super().commit()
        self._give_turn()

    def rollback(self) -> None:
        """Roll back, and let the next one begin."""
        try:
            super().rollback()
        finally:
            self._give_turn()

    def close(self) -> None:
        """Close the connection, with whatever it had begun."""
        try:
            super().close()
        finally:
            self._give_turn()

    def _take_turn(self) -> None:
        with _MAKING:
            turn = _TURNS[str(self.settings_dict["NAME"])]
        if not turn.acquire(timeout=self.settings_dict["OPTIONS"].get("timeout", 5)):
            raise OperationalError("database is locked")
        self._held = turn

    def _give_turn(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            held.release()
