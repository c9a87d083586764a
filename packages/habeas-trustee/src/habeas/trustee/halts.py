"""When a trustee stops destroying by date, and waits for its administrator.

A clock that jumped, or a round that would end an unusual share of all photos, halts the rounds
of expiry: health names the state until `habeas trustee resume`. Requests and withdrawals go on:
a withdrawal is the holder's own positive order.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable

from pydantic import TypeAdapter

from habeas.foundation.caution import (
    ClockJumpedError,
    Mark,
    ReadClocks,
    TooManyEndsError,
    verify_clock,
)
from habeas.trustee.errors import Refusal
from habeas.trustee.store import Store

_HALT, _CLOCK, _ALLOWED = "halt", "clock", "ends-allowed"
_MARK = TypeAdapter(Mark)
_REMEDY = "Look at what happened, then let it go on: habeas trustee resume"


class HaltedError(Refusal):
    """Expiry waits for a person."""


class Halts:
    """Keeps the halt, and the newest look at the clock, in the trustee's database.

    Args:
        store: its database.
        look: reads the clocks.
        today: the day, UTC, for which `resume` allows many ends.
    """

    def __init__(self, store: Store, look: ReadClocks, today: Callable[[], str]) -> None:
        self._store = store
        self._look = look
        self._today = today

    def verify(self, ends: Callable[[sqlite3.Connection], None]) -> None:
        """Raise unless a round of expiry may go ahead; a reason to halt is kept.

        Args:
            ends: raises `TooManyEndsError` where too many would end.

        Raises:
            HaltedError: it may not, until `resume`.
        """
        now = self._look()
        error = self._store.run(lambda connection: self._judge(connection, now, ends))
        if error is not None:
            raise error

    def _judge(
        self,
        connection: sqlite3.Connection,
        now: Mark,
        ends: Callable[[sqlite3.Connection], None],
    ) -> HaltedError | None:
        found = standing(connection)
        if found is not None:
            return found
        before = _note(connection, _CLOCK)
        try:
            verify_clock(_MARK.validate_json(before) if before else None, now)
            if _note(connection, _ALLOWED) != self._today():
                ends(connection)
        except (ClockJumpedError, TooManyEndsError) as error:
            _keep(connection, _HALT, json.dumps({"code": error.code, "cause": error.cause}))
            return standing(connection)
        _keep(connection, _CLOCK, _MARK.dump_json(now).decode())
        return None

    def resume(self) -> None:
        """Go on: the clock is right, and what is due today may end."""
        self._store.run(self._resume)

    def _resume(self, connection: sqlite3.Connection) -> None:
        halted = standing(connection)
        connection.execute("DELETE FROM notes WHERE name IN (?, ?)", (_HALT, _CLOCK))
        if halted is not None and halted.code == TooManyEndsError.code:
            _keep(connection, _ALLOWED, self._today())


def standing(connection: sqlite3.Connection) -> HaltedError | None:
    """The halt that stands, if there is one."""
    found = _note(connection, _HALT)
    if found is None:
        return None
    said = json.loads(found)
    return HaltedError(said["code"], f"Nothing is destroyed by date: {said['cause']}", _REMEDY)


def _note(connection: sqlite3.Connection, name: str) -> str | None:
    row = connection.execute("SELECT value FROM notes WHERE name = ?", (name,)).fetchone()
    return row[0] if row else None


def _keep(connection: sqlite3.Connection, name: str, value: str) -> None:
    connection.execute("INSERT OR REPLACE INTO notes VALUES (?, ?)", (name, value))
