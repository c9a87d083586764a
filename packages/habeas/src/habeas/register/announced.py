"""Docs/protocol section 12: what offices and trustees announce about no photo, and how it follows.

Rosters and months' keys, each held against those before it. `habeas.register.monitor` asks.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from habeas.protocol import Entry, Kind
from habeas.protocol.credential import Roster
from habeas.protocol.details import KeyDetails
from habeas.tlog.monitor import Finding

SCHEMA = """
CREATE TABLE IF NOT EXISTS watched_roster (office TEXT, writer TEXT, version INTEGER,
  digest TEXT, PRIMARY KEY (office, writer, version, digest)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS watched_key (trustee TEXT, month TEXT, key TEXT, destroyed INTEGER,
  PRIMARY KEY (trustee, month, key)) WITHOUT ROWID;
"""


def roster(
    connection: sqlite3.Connection, index: int, entry: Entry, listed: Roster
) -> Iterator[Finding]:
    """An office's rosters follow each other, one of each version; each is said."""
    place = (listed.office, entry.writer, listed.version)
    known = connection.execute(
        "SELECT digest FROM watched_roster WHERE (office, writer, version) = (?, ?, ?)", place
    ).fetchall()
    digest = listed.digest().hex()
    if (digest,) in known:
        return
    connection.execute("INSERT INTO watched_roster VALUES (?, ?, ?, ?)", (*place, digest))
    if known:
        words = (
            f"Entry {index}: {listed.office} has signed two rosters of version {listed.version}."
        )
        yield Finding("office-forked", words, index)
        return
    before = connection.execute(
        "SELECT digest FROM watched_roster WHERE (office, writer, version) = (?, ?, ?)",
        (listed.office, entry.writer, listed.version - 1),
    ).fetchone()
    if listed.version > 1 and (before is None or before[0] != listed.previous):
        words = f"Entry {index}: the roster of {listed.office} does not follow the one before."
        yield Finding("roster-gap", words, index)
    count = "1 credential" if listed.size == 1 else f"{listed.size} credentials"
    words = f"Entry {index}: {listed.office} has {count} now."
    yield Finding("roster-changed", words, index)


def key(
    connection: sqlite3.Connection, index: int, entry: Entry, details: KeyDetails
) -> Iterator[Finding]:
    """A trustee has one key for a month, and destroys it when the month is over."""
    rows = connection.execute(
        "SELECT key, destroyed FROM watched_key WHERE (trustee, month) = (?, ?)",
        (details.trustee, details.month),
    ).fetchall()
    known = dict(rows)
    if entry.kind is Kind.KEY:
        if known and details.key not in known:
            words = f"Entry {index}: {details.trustee} has another key for {details.month} now."
            yield Finding("key-replaced", words, index)
        connection.execute(
            "INSERT OR IGNORE INTO watched_key VALUES (?, ?, ?, 0)",
            (details.trustee, details.month, details.key),
        )
        return
    if details.key not in known:
        words = f"Entry {index}: {details.trustee} destroyed a key that it never announced."
        yield Finding("key-unknown", words, index)
    if entry.day[:7] <= details.month:
        words = (
            f"Entry {index}: {details.trustee} destroyed its key before {details.month} was over."
        )
        yield Finding("key-destroyed-early", words, index)
    connection.execute(
        "INSERT OR REPLACE INTO watched_key VALUES (?, ?, ?, 1)",
        (details.trustee, details.month, details.key),
    )
