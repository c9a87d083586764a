"""Watching one photo with its receipt: no number is skipped, and no act is out of order."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator

from habeas.protocol import CUSTODIAN, Chain, Entry, Foreign, Kind, Receipt, read_entry, stream
from habeas.tlog.monitor import Finding

#: How many numbers of a stream are looked out for beyond the last one seen.
_AHEAD = 16

_SCHEMA = """
CREATE TABLE IF NOT EXISTS photo_tag (tag TEXT PRIMARY KEY, seal_id TEXT,
  stream INTEGER, number INTEGER);
CREATE TABLE IF NOT EXISTS photo_act (seal_id TEXT, stream INTEGER,
  number INTEGER, kind TEXT, position INTEGER, PRIMARY KEY (seal_id, stream, number));
"""


class OnePhoto:
    """Everything about the photo of one receipt.

    Args:
        chain: the circles; a tag counts only in an entry of its stream's own writer.
        receipt: its track key leads to the photo's entries.
    """

    def __init__(self, chain: Chain, receipt: Receipt) -> None:
        self._chain = chain
        self._receipt = receipt
        self._id = receipt.promise.seal_id
        names = [key.trustee for key in receipt.promise.trustees.keys]
        self._names = ["the custodian", *names]

    def prepare(self, connection: sqlite3.Connection) -> None:
        """Tags to look out for, and what has happened to the photo."""
        connection.executescript(_SCHEMA)
        for number_of_stream in range(CUSTODIAN, len(self._names)):
            self._look_out(connection, number_of_stream, range(_AHEAD))

    def _look_out(
        self, connection: sqlite3.Connection, number_of_stream: int, numbers: Iterable[int]
    ) -> None:
        key = self._receipt.stream_key(number_of_stream)
        connection.executemany(
            "INSERT OR IGNORE INTO photo_tag VALUES (?, ?, ?, ?)",
            [(stream.tag(key, each), self._id, number_of_stream, each) for each in numbers],
        )

    def see(self, connection: sqlite3.Connection, index: int, entry: bytes) -> Iterable[Finding]:
        """Find out whether it is about the photo, and whether it may be."""
        read = read_entry(entry, self._chain)
        if isinstance(read, Foreign) or read.tag is None:
            return
        row = connection.execute(
            "SELECT stream, number FROM photo_tag WHERE tag = ? AND seal_id = ?",
            (read.tag, self._id),
        ).fetchone()
        if row is None or not self._chain.writes(read.writer, self._receipt.promise, row[0]):
            return
        yield from self._act(connection, index, read, *row)

    def _act(
        self,
        connection: sqlite3.Connection,
        index: int,
        entry: Entry,
        number_of_stream: int,
        number: int,
    ) -> Iterator[Finding]:
        yield from self._numbers(connection, index, number_of_stream, number)
        yield from self._order(connection, index, number_of_stream, entry.kind)
        connection.execute(
            "INSERT OR IGNORE INTO photo_act VALUES (?, ?, ?, ?, ?)",
            (self._id, number_of_stream, number, entry.kind, index),
        )
        self._look_out(connection, number_of_stream, range(number + 1, number + 1 + _AHEAD))

    def _numbers(
        self, connection: sqlite3.Connection, index: int, number_of_stream: int, number: int
    ) -> Iterator[Finding]:
        known = {
            row[0]
            for row in connection.execute(
                "SELECT number FROM photo_act WHERE seal_id = ? AND stream = ?",
                (self._id, number_of_stream),
            )
        }
        missing = sorted(set(range(max(known, default=-1) + 1, number)))
        if missing:
            numbers = ", ".join(map(str, missing))
            words = f"Before entry {index}, {self._names[number_of_stream]} has skipped number "
            yield Finding("number-gap", f"{words}{numbers} of photo {self._id}.", index)

    def _order(
        self, connection: sqlite3.Connection, index: int, number_of_stream: int, kind: str
    ) -> Iterator[Finding]:
        acts = connection.execute(
            "SELECT stream, kind FROM photo_act WHERE seal_id = ?", (self._id,)
        ).fetchall()
        name = self._names[number_of_stream]
        if kind == Kind.REQUESTED and any(done == Kind.ERASED for _, done in acts):
            words = f"Entry {index} asks for photo {self._id} after a share of it was erased."
            yield Finding("request-after-erasure", words, index)
        if kind != Kind.RELEASED:
            return
        if (number_of_stream, Kind.ERASED.value) in acts:
            words = f"Entry {index}: {name} releases a share that it has erased."
            yield Finding("release-after-erasure", words, index)
        asked = sum(done == Kind.REQUESTED for _, done in acts)
        released = sum(by == number_of_stream and done == Kind.RELEASED for by, done in acts)
        if released >= asked:
            words = f"Entry {index}: {name} releases a share of photo {self._id} that nobody"
            yield Finding("release-without-request", f"{words} asked for.", index)
        yield Finding("opened", f"Entry {index}: {name} released its share of {self._id}.", index)
