"""Docs/protocol section 4, *Late deposits*: how early an entry of the log can be, at the earliest.

An entry says its own day, which its writer may have written as it likes. A tree that a quorum had
seen on a day, and that did not have the entry yet, says more: the entry is not from before that
day. Of each day the first tree that this trustee has followed is kept, a row a day.
"""

from __future__ import annotations

import sqlite3
from datetime import date

from habeas.protocol import CUSTODIAN, Chain, Kind, Promise, stream
from habeas.trustee import photos


def reached(connection: sqlite3.Connection, day: date, size: int) -> None:
    """A quorum has seen the log on *day* (UTC), with *size* entries, and this trustee too."""
    connection.execute("INSERT OR IGNORE INTO log_days VALUES (?, ?)", (day.isoformat(), size))


def sealed_on(
    connection: sqlite3.Connection, promise: Promise, track_key: bytes, chain: Chain
) -> date | None:
    """The day on which a promise's `sealed` entry came onto the log, at the earliest.

    Args:
        connection: of the store.
        promise: which.
        track_key: its track key, which the deposit holds; under another one no entry is found.
        chain: the circles that say who may write the entry.

    Returns:
        UTC; None where this trustee has not read such an entry.
    """
    tag = stream.tag(stream.stream_key(track_key, CUSTODIAN), 0)
    found = photos.first_by_writer(connection, bytes.fromhex(tag), chain, promise, CUSTODIAN)
    if found is None or found.kind != Kind.SEALED:
        return None
    (without,) = connection.execute(
        "SELECT max(day) FROM log_days WHERE size <= ?", (found.position,)
    ).fetchone()
    return date.fromisoformat(max(found.day, without or ""))
