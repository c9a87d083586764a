"""The writer's state in PostgreSQL.

A session-level advisory lock makes one writer. Should the connection break, the lock goes
with it and another writer may take over; the transaction of a batch names the size that
it extends, so the old writer's next batch fails instead of forking the log.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Sequence
from typing import TypeVar

import psycopg

from habeas.foundation.schema import Schema
from habeas.tlog.server.state import (
    Batch,
    LogLockedError,
    StateError,
    Stored,
    after_position,
    unpack,
)
from habeas.tlog.tiles import encode_bundle

_Result = TypeVar("_Result")

_SCHEMA = """
CREATE TABLE IF NOT EXISTS habeas_schema (
  part text PRIMARY KEY, version bigint NOT NULL, opened_from bigint NOT NULL
);
CREATE TABLE IF NOT EXISTS habeas_log_tree (
  origin text PRIMARY KEY, size bigint NOT NULL, hashes bytea NOT NULL, settled bigint NOT NULL
);
CREATE TABLE IF NOT EXISTS habeas_log_position (
  origin text NOT NULL, entry bytea NOT NULL, position bigint NOT NULL,
  PRIMARY KEY (origin, entry)
);
CREATE TABLE IF NOT EXISTS habeas_log_pending (
  origin text NOT NULL, first bigint NOT NULL, count integer NOT NULL, entries bytea NOT NULL,
  PRIMARY KEY (origin, first)
);
"""
_VERSION = Schema("tlog-log", version=1, opened_from=0)


class PostgresState:
    """PostgreSQL, with one row of tables for each log.

    Args:
        database: connection string. ``synchronous_commit`` is switched on for it.
        origin: which log.
        remember: how many of the newest entries `find` knows; None for all.

    Raises:
        LogLockedError: another process writes this log.
        StateError: the database does not answer.
        NewerStoreError: a newer release has written it.
    """

    def __init__(self, database: str, origin: str, *, remember: int | None = None) -> None:
        self._remember = remember
        self._database = database
        self._origin = origin
        digest = hashlib.sha256(b"habeas log\n" + origin.encode()).digest()
        self._lock = int.from_bytes(digest[:8], "big", signed=True)
        self._connection: psycopg.Connection | None = None
        self._run(lambda connection: connection.execute("SELECT 1"))

    def _connect(self) -> psycopg.Connection:
        connection = psycopg.connect(self._database, connect_timeout=5, autocommit=True)
        try:
            connection.execute("SET synchronous_commit = on")
            connection.execute("SET lock_timeout = '5s'")
            connection.execute("SET statement_timeout = '60s'")
            row = connection.execute("SELECT pg_try_advisory_lock(%s)", (self._lock,)).fetchone()
            if row is None or not row[0]:
                raise LogLockedError(f"The log {self._origin} is being written by another process.")
            _adopt(connection)
            if self._remember is not None:
                connection.execute(
                    "CREATE INDEX IF NOT EXISTS habeas_log_by_position"
                    " ON habeas_log_position (origin, position)"
                )
            connection.execute(
                "INSERT INTO habeas_log_tree VALUES (%s, 0, '', 0) ON CONFLICT DO NOTHING",
                (self._origin,),
            )
        except BaseException:
            connection.close()
            raise
        return connection

    def _run(self, work: Callable[[psycopg.Connection], _Result]) -> _Result:
        """Do *work* in one transaction, on a connection that holds the lock."""
        try:
            if self._connection is None:
                self._connection = self._connect()
            with self._connection.transaction():
                return work(self._connection)
        except psycopg.Error as error:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
            raise StateError(str(error).strip().splitlines()[0] if str(error) else "?") from error

    def load(self) -> Stored:
        """What is committed."""
        row = self._run(
            lambda connection: connection.execute(
                "SELECT size, hashes, settled FROM habeas_log_tree WHERE origin = %s",
                (self._origin,),
            ).fetchone()
        )
        if row is None:
            raise StateError("the log's row is gone")
        return Stored(unpack(row[0], bytes(row[1])), row[2])

    def find(self, digests: Sequence[bytes]) -> dict[bytes, int]:
        """Positions of entries (by SHA-256) that are in the log."""
        rows = self._run(
            lambda connection: connection.execute(
                "SELECT entry, position FROM habeas_log_position"
                " WHERE origin = %s AND entry = ANY(%s)",
                (self._origin, list(digests)),
            ).fetchall()
        )
        return {bytes(entry): position for entry, position in rows}

    def commit(self, batch: Batch, settled: int) -> None:
        """Add a batch durably, and forget the entries below *settled*.

        Raises:
            LogLockedError: another writer has extended the log.
        """
        self._run(lambda connection: self._commit(connection, batch, settled))

    def _commit(self, connection: psycopg.Connection, batch: Batch, settled: int) -> None:
        after = batch.after
        moved = connection.execute(
            "UPDATE habeas_log_tree SET size = %s, hashes = %s, settled = greatest(settled, %s)"
            " WHERE origin = %s AND size = %s",
            (after.size, b"".join(after.hashes), settled, self._origin, batch.before),
        )
        if moved.rowcount != 1:
            raise LogLockedError("Another writer has extended this log.")
        positions = list(range(batch.before, after.size))
        connection.execute(
            "INSERT INTO habeas_log_position SELECT %s, * FROM unnest(%s::bytea[], %s::bigint[])"
            " ON CONFLICT (origin, entry) DO UPDATE SET position = excluded.position",
            (self._origin, list(batch.digests), positions),
        )
        if self._remember is not None:
            connection.execute(
                "DELETE FROM habeas_log_position WHERE origin = %s AND position < %s",
                (self._origin, after.size - self._remember),
            )
        connection.execute(
            "INSERT INTO habeas_log_pending VALUES (%s, %s, %s, %s)",
            (self._origin, batch.before, len(positions), encode_bundle(batch.entries)),
        )
        self._forget(connection, settled)

    def _forget(self, connection: psycopg.Connection, settled: int) -> None:
        connection.execute(
            "DELETE FROM habeas_log_pending WHERE origin = %s AND first + count <= %s",
            (self._origin, settled),
        )

    def pending(self, begin: int) -> list[bytes]:
        """All entries from *begin* on, which is not below the settled size."""
        rows = self._run(
            lambda connection: connection.execute(
                "SELECT first, count, entries FROM habeas_log_pending"
                " WHERE origin = %s AND first + count > %s ORDER BY first",
                (self._origin, begin),
            ).fetchall()
        )
        return after_position(rows, begin)

    def settle(self, size: int) -> None:
        """Tiles are durable up to *size*: forget the entries below it."""

        def work(connection: psycopg.Connection) -> None:
            connection.execute(
                "UPDATE habeas_log_tree SET settled = greatest(settled, %s) WHERE origin = %s",
                (size, self._origin),
            )
            self._forget(connection, size)

        self._run(work)

    def take_the_place_of(self, origin: str, kept: str) -> bool:
        """Become the log *origin*, which is kept under the name *kept*; in one transaction.

        Its own name has no log afterwards. This object is good for nothing more than `close`.

        Returns:
            Whether it was done: not where something has the name *kept* already.
        """

        def work(connection: psycopg.Connection) -> bool:
            taken = "SELECT 1 FROM habeas_log_tree WHERE origin = %s"
            if connection.execute(taken, (kept,)).fetchone():
                return False
            for before, after in ((origin, kept), (self._origin, origin)):
                connection.execute(
                    "UPDATE habeas_log_tree SET origin = %s WHERE origin = %s", (after, before)
                )
                connection.execute(
                    "UPDATE habeas_log_position SET origin = %s WHERE origin = %s", (after, before)
                )
                connection.execute(
                    "UPDATE habeas_log_pending SET origin = %s WHERE origin = %s", (after, before)
                )
            return True

        return self._run(work)

    def tidy(self) -> None:
        """Nothing: PostgreSQL looks after itself."""

    def close(self) -> None:
        """Give up the lock, and close the connection."""
        if self._connection is not None:
            # The server would do it too, but some time after this process believes so.
            with contextlib.suppress(psycopg.Error):
                self._connection.execute("SELECT pg_advisory_unlock(%s)", (self._lock,))
            self._connection.close()
            self._connection = None


def _adopt(connection: psycopg.Connection) -> None:
    """`habeas.foundation.schema.adopt`, for PostgreSQL.

    Raises:
        NewerStoreError: the tables are too new; nothing was changed.
    """
    found = None
    there = connection.execute("SELECT to_regclass('habeas_schema')").fetchone()
    if there is not None and there[0] is not None:
        found = connection.execute(
            "SELECT version, opened_from FROM habeas_schema WHERE part = %s", (_VERSION.part,)
        ).fetchone()
    if found is not None:
        _VERSION.verify("The log's database", *found)
        if found[0] > _VERSION.version:
            return
    connection.execute(_SCHEMA)
    connection.execute(
        "INSERT INTO habeas_schema VALUES (%s, %s, %s) ON CONFLICT (part) DO UPDATE"
        " SET version = excluded.version, opened_from = excluded.opened_from"
        " WHERE habeas_schema.version < excluded.version",
        (_VERSION.part, _VERSION.version, _VERSION.opened_from),
    )
