"""Docs/protocol section 8: whether this trustee may act at all: debts, rollback, a fresh start."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from habeas.trustee import index, records
from habeas.trustee.errors import Refusal
from habeas.trustee.settings import Settings
from habeas.trustee.store import Store

_PAUSED = "paused"


class Standing:
    """Judges whether this trustee may release and cosign.

    Args:
        settings: how long it may owe.
        store: its database.
        caught_up: whether it has followed the log to its end since its process started.
        seconds: the clock, POSIX seconds.
    """

    def __init__(
        self,
        settings: Settings,
        store: Store,
        caught_up: Callable[[], bool],
        seconds: Callable[[], int],
    ) -> None:
        self._settings = settings
        self._store = store
        self._caught_up = caught_up
        self._seconds = seconds

    def verify(self) -> None:
        """Raise unless this trustee may act now.

        Raises:
            Refusal: ``paused``, ``rolled-back``, ``behind`` or ``owes-the-log``.
        """
        with self._store.database.reading() as connection:
            self.verify_within(connection)

    def verify_but_for_debts(self) -> None:
        """The same, whatever it owes: for a log that it writes nothing to.

        Raises:
            Refusal: ``paused``, ``rolled-back`` or ``behind``.
        """
        with self._store.database.reading() as connection:
            noted = _noted(connection)
        _verify_unpaused(noted)
        self._verify_memory(noted)

    def verify_within(self, connection: sqlite3.Connection) -> None:
        """The same, inside a transaction of the store."""
        noted = _noted(connection)
        _verify_unpaused(noted)
        self._verify_memory(noted)
        if records.in_debt(connection, self._seconds(), self._settings.debt_seconds):
            raise Refusal(
                "owes-the-log",
                "The log does not show what this trustee has to tell.",
                "Ask again when the log shows it.",
            )

    def verify_memory(self, connection: sqlite3.Connection) -> None:
        """Raise unless this trustee knows, as far as the log can tell, all that it ever said.

        Only then is the end of its stream one: a restored database ends early.

        Raises:
            Refusal: ``rolled-back`` or ``behind``.
        """
        self._verify_memory(_noted(connection))

    def _verify_memory(self, noted: set[str]) -> None:
        if index.ROLLED_BACK in noted:
            raise Refusal(
                "rolled-back",
                "The log holds entries of this trustee that its database does not know.",
                "A restored trustee takes its seat anew: habeas trustee recover.",
            )
        if not self._caught_up():
            raise Refusal(
                "behind",
                "This trustee has not followed the log to its end since it started.",
                "Ask again in a moment.",
            )


def _verify_unpaused(noted: set[str]) -> None:
    if _PAUSED in noted:
        raise Refusal(
            "paused",
            "This trustee answers no requests: its administrator has paused it.",
            "Ask the trustee why, and when it goes on.",
        )


def _noted(connection: sqlite3.Connection) -> set[str]:
    """Those of the reasons not to act that stand in the database: asked for with each act."""
    rows = connection.execute(
        "SELECT name FROM notes WHERE name IN (?, ?)", (_PAUSED, index.ROLLED_BACK)
    )
    return {name for (name,) in rows}


def pause(connection: sqlite3.Connection, *, resume: bool = False) -> bool:
    """Refuse every request from now on, or go on; tells whether that changes anything."""
    if resume:
        done = connection.execute("DELETE FROM notes WHERE name = ?", (_PAUSED,))
    else:
        done = connection.execute("INSERT OR IGNORE INTO notes VALUES (?, '')", (_PAUSED,))
    return bool(done.rowcount)


def is_paused(connection: sqlite3.Connection) -> bool:
    """Whether its administrator has paused it."""
    return _PAUSED in _noted(connection)
