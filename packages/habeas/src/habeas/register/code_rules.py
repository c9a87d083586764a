"""Docs/protocol, *Code custody*: what a monitor says of the app's releases, and of differences."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from habeas.protocol import Chain, Entry
from habeas.protocol.app import AppDetails, AppDiffersDetails, AppError, AppReleases
from habeas.tlog.monitor import Finding

SCHEMA = """
CREATE TABLE IF NOT EXISTS watched_app (position INTEGER PRIMARY KEY, details BLOB NOT NULL,
  day TEXT NOT NULL);
"""


def differs(index: int, details: AppDiffersDetails) -> Finding:
    """A trustee was served something else."""
    which = f" ({details.header})" if details.header else ""
    words = (
        f"Entry {index}: {details.trustee} was served something else than the release at "
        f"{details.origin}{details.path}{which}."
    )
    return Finding("app-differs", words, index)


def release(
    connection: sqlite3.Connection, index: int, entry: Entry, details: AppDetails, chain: Chain
) -> Iterator[Finding]:
    """Each release is said once, and whether k trustees have rebuilt it.

    Args:
        connection: of the monitor, with `SCHEMA`.
        index: of the entry.
        entry: read, and its release verified.
        details: its own.
        chain: the circles so far.
    """
    found = known(connection, chain)
    before = found.newest
    try:
        found = found.extend(details, chain, index, entry.day)
    except AppError as error:
        yield Finding(error.code, f"Entry {index}: {error.cause}", index)
        return
    connection.execute(
        "INSERT OR IGNORE INTO watched_app VALUES (?, ?, ?)", (index, details.encode(), entry.day)
    )
    newest = found.newest
    if newest is None or (before is not None and before.digest == newest.digest):
        return
    number, names = newest.manifest.number, ", ".join(word.trustee for word in newest.words)
    words = (
        f"Entry {index}: release {number} of the app, manifest {newest.digest[:16]}; vouched for"
    )
    yield Finding("app-released", f"{words} by {names}.", index)
    rebuilt, k = newest.rebuilt, chain.circle(newest.manifest.circle).k
    if rebuilt < k:
        words = f"Entry {index}: {rebuilt} trustees have rebuilt release {number} from its source"
        yield Finding("app-not-rebuilt", f"{words}; {k} should have.", index)


def known(connection: sqlite3.Connection, chain: Chain) -> AppReleases:
    """The releases that were seen so far."""
    found = AppReleases()
    rows = connection.execute("SELECT position, details, day FROM watched_app ORDER BY position")
    for position, details, day in rows.fetchall():
        try:
            found = found.extend(AppDetails.decode(details), chain, position, day)
        except AppError:
            continue  # the watcher began with a later circle this time
    return found
