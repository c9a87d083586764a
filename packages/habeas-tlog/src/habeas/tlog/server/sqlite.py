"""The state of a log's writer in SQLite, beside the log's files."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from habeas.foundation.schema import Schema, adopt
from habeas.tlog.errors import DamagedError, PlaceError, TlogError
from habeas.tlog.server.objects import Step, no_step
from habeas.tlog.server.state import (
    Batch,
    LogLockedError,
    StateError,
    Stored,
    after_position,
    unpack,
)
from habeas.tlog.tiles import decode_bundle, encode_bundle

#: What SQLite answers for a file that was changed by others. Its statements are right, so an
#: "error" in them or a constraint that fails is the file's fault too.
_DAMAGED = (
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_ERROR,
    sqlite3.SQLITE_CONSTRAINT,
    sqlite3.SQLITE_MISMATCH,
    sqlite3.SQLITE_TOOBIG,
    sqlite3.SQLITE_RANGE,
)

_TABLES = """
CREATE TABLE IF NOT EXISTS tree (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  size INTEGER NOT NULL, hashes BLOB NOT NULL, settled INTEGER NOT NULL
) STRICT;
INSERT OR IGNORE INTO tree VALUES (1, 0, x'', 0);
CREATE TABLE IF NOT EXISTS position (
  entry BLOB PRIMARY KEY, position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pending (
  first INTEGER PRIMARY KEY, count INTEGER NOT NULL, entries BLOB NOT NULL
) STRICT;
"""
#: Version of the tables; `opened_from` is the oldest whose code still works over them.
_SCHEMA = Schema("tlog-log", version=1, opened_from=0, statements=_TABLES)


def take_lock(folder: Path) -> IO[str]:
    """The lock of the one writer of the log in *folder*, held until it is closed.

    The kernel gives it back when the process ends, however it ends.

    Raises:
        LogLockedError: another process holds it.
        OSError: there is no such folder, or it cannot be written to.
    """
    lock = (folder / "lock").open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise LogLockedError(f"The log in {folder} is being written by another process.") from error
    return lock


class SqliteState:
    """SQLite beside the files. Opening it takes the writer's lock.

    Args:
        folder: the log's.
        step: called before each transaction and commit.
        remember: how many of the newest entries `find` knows; None for all, at some 50 bytes
            of the disk for each.

    Raises:
        LogLockedError: another process holds it.
        PlaceError: the folder cannot be written to.
        DamagedError: the database is damaged.
        NewerStoreError: a newer release has written it.
    """

    def __init__(self, folder: Path, step: Step = no_step, *, remember: int | None = None) -> None:
        self._step = step
        self._remember = remember
        self._file = folder / "log.sqlite3"
        self._lock = take_lock(folder)
        # Entry hashes are random, so each touches a page of its own. They are put into their
        # table many at a time, in order; until then `pending` has them, and this copy.
        self._recent: dict[bytes, int] = {}
        self._indexed = 0
        try:
            self._database = self._connect()
        except BaseException:
            self._lock.close()
            raise

    def _connect(self) -> sqlite3.Connection:
        database = sqlite3.connect(self._file, isolation_level=None, check_same_thread=False)
        try:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = FULL")
            # Moving pages from the write-ahead log into the file is left to `tidy`.
            database.execute("PRAGMA cache_size = -16384")
            database.execute("PRAGMA wal_autocheckpoint = 65536")
            adopt(database, _SCHEMA, str(self._file))
            if self._remember is not None:
                database.execute("CREATE INDEX IF NOT EXISTS by_position ON position (position)")
        except sqlite3.Error as error:
            database.close()
            raise self._failure(error) from error
        except BaseException:
            database.close()
            raise
        return database

    def _failure(self, error: sqlite3.Error) -> Exception:
        """What a failure of SQLite means for the log."""
        extended = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
        code = extended & 0xFF
        if code in _DAMAGED or extended == sqlite3.SQLITE_IOERR_SHORT_READ:
            return DamagedError(f"{self._file} is damaged: {error}.")
        if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
            return PlaceError(f"{self._file} cannot be written: {error}.")
        return StateError(str(error))

    def load(self) -> Stored:
        """What is committed."""
        self._indexed = 0
        with self._reading():
            size, hashes, settled = self._database.execute(
                "SELECT size, hashes, settled FROM tree"
            ).fetchone()
            rows = self._database.execute("SELECT first, count, entries FROM pending").fetchall()
            self._recent = {
                hashlib.sha256(entry).digest(): position
                for first, count, content in rows
                for position, entry in enumerate(decode_bundle(content, count), start=first)
            }
            if not 0 <= settled <= size:
                raise ValueError("more is settled than is logged")
            return Stored(unpack(size, hashes), settled)

    @contextlib.contextmanager
    def _reading(self) -> Iterator[None]:
        """What is read may be of any type and value, where the file was damaged."""
        try:
            yield
        except sqlite3.Error as error:
            raise self._failure(error) from error
        except (TypeError, ValueError, OverflowError, TlogError) as error:
            raise DamagedError(f"{self._file} is damaged: {error}.") from error

    def find(self, digests: Sequence[bytes]) -> dict[bytes, int]:
        """Positions of entries (by SHA-256) that are in the log."""
        recent = self._recent
        found = {digest: recent[digest] for digest in digests if digest in recent}
        rest = [digest for digest in digests if digest not in recent] if found else digests
        with self._reading():
            for at in range(0, len(rest), 500):
                some = rest[at : at + 500]
                marks = ",".join("?" * len(some))
                found |= {
                    entry: position
                    for entry, position in self._database.execute(
                        f"SELECT entry, position FROM position WHERE entry IN ({marks})",  # noqa: S608
                        some,
                    )
                    if type(position) is int and position >= 0
                }
        return found

    def commit(self, batch: Batch, settled: int) -> None:
        """Add a batch durably, and forget the entries below *settled*."""
        after = batch.after
        rows = list(zip(batch.digests, range(batch.before, after.size), strict=True))
        content = encode_bundle(batch.entries)
        self._step("transaction")
        try:
            with self._database:
                run = self._database.execute
                run("BEGIN IMMEDIATE")
                run("INSERT INTO pending VALUES (?, ?, ?)", (batch.before, len(rows), content))
                moved = run(
                    "UPDATE tree SET size = ?, hashes = ?, settled = max(settled, ?)"
                    " WHERE size = ?",
                    (after.size, b"".join(after.hashes), settled, batch.before),
                )
                if moved.rowcount != 1:
                    raise LogLockedError("Another writer has extended this log.")
                indexed = self._index(settled)
                self._step("commit")
        except BaseException as error:
            self._indexed = 0
            if isinstance(error, sqlite3.Error):
                raise self._failure(error) from error
            raise
        for digest in indexed:
            del self._recent[digest]
        self._recent.update(rows)

    def _index(self, settled: int) -> list[bytes]:
        """Within a transaction: put hashes of settled entries where they stay."""
        if settled <= self._indexed:
            return []
        rows = sorted(item for item in self._recent.items() if item[1] < settled)
        self._indexed = settled
        if rows:
            self._database.executemany("INSERT OR REPLACE INTO position VALUES (?, ?)", rows)
            self._database.execute("DELETE FROM pending WHERE first + count <= ?", (settled,))
            if self._remember is not None:
                forgotten = (settled - self._remember,)
                self._database.execute("DELETE FROM position WHERE position < ?", forgotten)
        return [digest for digest, _ in rows]

    def pending(self, begin: int) -> list[bytes]:
        """All entries from *begin* on, which is not below the settled size."""
        with self._reading():
            rows = self._database.execute(
                "SELECT first, count, entries FROM pending WHERE first + count > ? ORDER BY first",
                (begin,),
            ).fetchall()
            return after_position(rows, begin)

    def settle(self, size: int) -> None:
        """Tiles are durable up to *size*: forget the entries below it."""
        try:
            with self._database:
                self._database.execute("BEGIN IMMEDIATE")
                self._database.execute("UPDATE tree SET settled = max(settled, ?)", (size,))
                indexed = self._index(size)
        except sqlite3.Error as error:
            raise self._failure(error) from error
        for digest in indexed:
            del self._recent[digest]

    def tidy(self) -> None:
        """Move pages from the write-ahead log into the database file."""
        with contextlib.suppress(sqlite3.Error):
            other = sqlite3.connect(self._file, isolation_level=None, timeout=0.0)
            try:
                other.execute("PRAGMA wal_checkpoint(PASSIVE)")
            finally:
                other.close()

    def close(self) -> None:
        """Close the database and give up the lock."""
        self._database.close()
        self._lock.close()
