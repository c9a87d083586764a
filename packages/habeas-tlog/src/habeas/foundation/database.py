"""SQLite: the one way to open a database file, and the one transaction.

The settings follow SQLite's documentation (https://sqlite.org/pragma.html, /wal.html):
write-ahead log, so that readers in other processes do not wait for the writer; synchronous
FULL, so that what was committed survives a power cut; and a busy timeout, so that another
process's transaction is waited for.

The promise of `Database.transaction`: when its block ends, all of it is on the disk; when
the block raises, or the process is killed, nothing of it is kept.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from habeas.foundation.errors import HabeasError
from habeas.foundation.schema import Schema, adopt

#: How long to wait for another process's transaction.
_BUSY_SECONDS = 30.0


class DatabaseError(HabeasError):
    """The database cannot be opened, or did not take or give what was asked."""

    code = "database"
    status = 503
    remedy = "Nothing of this act was kept. Try again; if it lasts, look at the disk."


class Database:
    """One SQLite database with one connection, which threads use one after the other.

    Args:
        path: of the file, made 0600 where it is missing, in a folder that exists; None for a
            database in memory.
        schema: the tables; more parts may be added by `prepare`.
        secure_delete: overwrite what is deleted, not only unlink it. Old pages stay in the
            write-ahead log until `scrub`.

    Attributes:
        connection: for use within `transaction` or `reading` only.

    Raises:
        DatabaseError: the file cannot be opened, or is no database.
        NewerStoreError: a newer release has written it.
    """

    def __init__(
        self, path: Path | None = None, schema: Schema | None = None, *, secure_delete: bool = False
    ) -> None:
        self._name = str(path or "in memory")
        self._path = path
        self._lock = threading.RLock()
        #: Taken after the other one, where both are.
        self._snapshot_lock = threading.RLock()
        self._second: sqlite3.Connection | None = None
        with self._errors():
            self.connection = _connect(path)
            self.connection.execute(f"PRAGMA secure_delete = {int(secure_delete)}")
        if schema is not None:
            try:
                self.prepare(schema)
            except BaseException:
                self.connection.close()
                raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections, after whoever uses them now."""
        with self._lock, self._snapshot_lock:
            if self._second is not None:
                self._second.close()
            self.connection.close()

    def prepare(self, schema: Schema) -> None:
        """Bring one part of the database to the version of this release.

        Raises:
            NewerStoreError: a newer release has written it; nothing was changed.
        """
        with self._lock, self._errors():
            adopt(self.connection, schema, f"The database {self._name}")

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All of the block durably, or nothing of it.

        Raises:
            DatabaseError: the database did not take it; nothing was kept.
            RuntimeError: this thread is in a transaction already.
            Exception: whatever the block raised; nothing was kept.
        """
        with self._lock, self._errors():
            connection = self.connection
            if connection.in_transaction:
                raise RuntimeError("Transactions do not nest: pass the connection on instead.")
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:  # a full disk, say, has ended it already
                    connection.execute("ROLLBACK")
                raise

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Use the connection for single statements that write nothing.

        Within a transaction of the same thread, they see what it wrote.

        Raises:
            DatabaseError: the database does not answer.
        """
        with self._lock, self._errors():
            yield self.connection

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """Read one state of the database: what was committed last, without waiting for a writer.

        In the block nothing else of this database may be used.

        Raises:
            DatabaseError: the database does not answer.
        """
        if self._path is None:  # a database in memory is its connection's own
            with self.reading() as connection:
                yield connection
            return
        with self._snapshot_lock, self._errors():
            if self._second is None:
                self._second = _connect(self._path)
                self._second.execute("PRAGMA query_only = 1")
            self._second.execute("BEGIN")
            try:
                yield self._second
            finally:
                self._second.execute("COMMIT")

    def scrub(self) -> None:
        """Fold the write-ahead log into the file, so that no old copy of a page stays there."""
        # A snapshot that is being read would keep its pages in the write-ahead log.
        with self._lock, self._snapshot_lock, self._errors():
            self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    @contextlib.contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
            raise  # an act that does not fit the tables is not the database's failure
        except sqlite3.Error as error:
            raise DatabaseError(f"The database {self._name} failed: {error}.") from error


@contextlib.contextmanager
def savepoint(connection: sqlite3.Connection) -> Iterator[None]:
    """A part of a transaction: when the block raises, it is undone, and only it.

    Raises:
        sqlite3.OperationalError: the database failed (a full disk, say), and may have undone
            more than this part.
        Exception: whatever else the block raised; what it wrote is undone.
    """
    connection.execute("SAVEPOINT part")
    try:
        yield
    except sqlite3.OperationalError:
        raise
    except BaseException:
        connection.execute("ROLLBACK TO part")
        connection.execute("RELEASE part")
        raise
    connection.execute("RELEASE part")


def _make(path: Path) -> None:
    """Make the file where it is missing; SQLite gives its others (-wal, -shm) its permissions.

    A file that is there is not opened, not even to look: whichever descriptor of it this process
    closes, all of the process's locks on it are gone (POSIX fcntl), and another process that
    ends takes itself for the last one and deletes the write-ahead log that is still in use here
    (https://sqlite.org/howtocorrupt.html, section 2.2).
    """
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    except FileExistsError:
        pass
    except OSError as error:
        raise _unopened(path, error.strerror) from error
    if path.is_dir():
        raise _unopened(path, os.strerror(errno.EISDIR))
    if not os.access(path, os.R_OK | os.W_OK):
        raise _unopened(path, os.strerror(errno.EACCES))


def _unopened(path: Path, why: str | None) -> DatabaseError:
    cause = f"The database {path} cannot be opened: {why}."
    return DatabaseError(cause, "Name a place that this user can write to.")


def _connect(path: Path | None) -> sqlite3.Connection:
    if path is not None:
        _make(path)
    connection = sqlite3.connect(
        path or ":memory:", isolation_level=None, check_same_thread=False, timeout=_BUSY_SECONDS
    )
    try:
        connection.execute("PRAGMA journal_mode = WAL").fetchone()
        connection.execute("PRAGMA synchronous = FULL")
    except BaseException:
        connection.close()
        raise
    return connection
