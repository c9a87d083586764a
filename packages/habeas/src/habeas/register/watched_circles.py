"""Circles that a monitor has seen on the log, and since when: that says when each takes effect."""

from __future__ import annotations

import sqlite3
from datetime import UTC, date, datetime, timedelta

from habeas.foundation.errors import HabeasError
from habeas.protocol import Chain, Entry

SCHEMA = """
CREATE TABLE IF NOT EXISTS watched_circle (number INTEGER PRIMARY KEY, note TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS circle_seen (number INTEGER PRIMARY KEY, seen INTEGER NOT NULL);
"""


def known(connection: sqlite3.Connection, chain: Chain) -> Chain:
    """*chain* with those that were seen before."""
    rows = connection.execute(
        "SELECT note, coalesce(seen, 0) FROM watched_circle LEFT JOIN circle_seen USING (number)"
        " ORDER BY number"
    ).fetchall()
    for note, seen in rows:
        try:
            chain = chain.extend(note, seen)
        except HabeasError:
            continue  # the watcher began with a later circle this time
    return chain


def take(
    connection: sqlite3.Connection, chain: Chain, note: str, entry: Entry, now: float
) -> Chain:
    """*chain* with the circle of *note*, which *entry* tells of; it is remembered.

    Args:
        connection: within the view's transaction.
        chain: the circles by now. One that has it already is returned as it is.
        note: of the circle.
        entry: that was read at *now*, and may be old.
        now: POSIX seconds.

    Raises:
        CircleError: it does not follow.
    """
    seen = int(min(now, _midnight_after(date.fromisoformat(entry.day))))
    longer = chain.extend(note, seen)
    if longer is not chain:
        number = longer.newest.circle.number
        connection.execute("INSERT OR IGNORE INTO watched_circle VALUES (?, ?)", (number, note))
        connection.execute("INSERT OR IGNORE INTO circle_seen VALUES (?, ?)", (number, seen))
    return longer


def _midnight_after(day: date) -> float:
    """The last moment of *day*, POSIX seconds."""
    begun = datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()
    return begun + timedelta(days=1).total_seconds()
