"""Docs/protocol, *Nothing leaks by order or by disk*: what a database's files keep beside its rows.

SQLite leaves rows where they were put, and its write-ahead log (WAL) keeps what was replaced and
what was written in one transaction: the order of an application and of its photo would tie the
two. So the file is written anew, in the order of its row numbers, which are drawn at random, and
the write-ahead log is emptied.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

#: Writing anew takes at most this part of the time, however large the file has become.
SHARE = 0.01


class Scrub:
    """Writes the file anew whenever something has changed. For one process, beside the portal."""

    def __init__(self) -> None:
        self._changes: tuple[int, int] | None = None
        self._not_before = 0.0

    @contextmanager
    def unseen(self) -> Iterator[None]:
        """What the block changes here, by this connection, needs no scrubbing: it is no secret."""
        if connection.vendor != "sqlite" or self._changes is None:
            yield
            return
        before = _changes()[1]
        yield
        others, own = self._changes
        self._changes = (others, own + _changes()[1] - before)

    def __call__(self) -> bool:
        """Scrub if there is something to scrub; tells whether all of it is clean now."""
        if connection.vendor != "sqlite":
            return False
        others, own = _changes()
        if (others, own) == self._changes:
            return True
        begun = time.monotonic()
        if begun < self._not_before:
            return False
        clean = _write_anew()
        self._not_before = begun + (time.monotonic() - begun) / SHARE
        # What others wrote meanwhile has raised their number again.
        self._changes = (others, _changes()[1]) if clean else None
        return clean


def _changes() -> tuple[int, int]:
    """Numbers that change with what other connections write, and with what this one does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT data_version, total_changes() FROM pragma_data_version")
        others, own = cursor.fetchone()
    return int(others), int(own)


def _write_anew() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        busy, _, _ = cursor.fetchone()
    return not busy
