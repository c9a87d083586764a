"""One SQLite database, one writer: acts happen one after the other, and are durable or undone.

Requests arrive in parallel and queue here. The writer takes what waits, runs each act
in a savepoint of one transaction, commits once (write-ahead log, synchronous=FULL), and
only then answers: the order of a withdrawal and a release is the order of this queue,
and one fsync serves many acts.
"""

from __future__ import annotations

import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

from habeas.foundation.database import Database, savepoint
from habeas.foundation.errors import HabeasError
from habeas.foundation.schema import Schema
from habeas.trustee import counts
from habeas.trustee.errors import StorageError
from habeas.trustee.notices import values

T = TypeVar("T")
_BATCH = 128

TABLES = """
CREATE TABLE IF NOT EXISTS month_keys (
  key_id BLOB PRIMARY KEY, month TEXT NOT NULL, public BLOB NOT NULL, seed BLOB,
  made TEXT NOT NULL, current INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS one_current ON month_keys (month) WHERE current = 1;
CREATE TABLE IF NOT EXISTS photos (
  digest BLOB PRIMARY KEY, seal_id TEXT NOT NULL UNIQUE, share INTEGER NOT NULL,
  key_id BLOB NOT NULL, opens_until TEXT NOT NULL, closed_days INTEGER NOT NULL,
  withdraw_hash TEXT NOT NULL, reader_hash BLOB NOT NULL, received INTEGER NOT NULL,
  acknowledged TEXT NOT NULL, next_number INTEGER NOT NULL DEFAULT 0,
  sealed INTEGER, closed INTEGER, closed_day TEXT,
  document BLOB, deposit BLOB, track_key BLOB, because TEXT, erased_on TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS photos_live ON photos (opens_until) WHERE because IS NULL;
CREATE INDEX IF NOT EXISTS photos_closing ON photos (
  date(closed_day, '+' || closed_days || ' days')
) WHERE because IS NULL AND closed_day IS NOT NULL;
CREATE INDEX IF NOT EXISTS photos_pending ON photos (received)
  WHERE because IS NULL AND sealed IS NULL;
CREATE INDEX IF NOT EXISTS photos_erased ON photos (erased_on) WHERE because IS NOT NULL;
CREATE TABLE IF NOT EXISTS awaited (
  tag BLOB PRIMARY KEY, digest BLOB NOT NULL, stream INTEGER NOT NULL, number INTEGER NOT NULL,
  UNIQUE (digest, stream)
) STRICT;
CREATE TABLE IF NOT EXISTS custodian_entries (
  digest BLOB NOT NULL, number INTEGER NOT NULL, position INTEGER NOT NULL, day TEXT NOT NULL,
  PRIMARY KEY (digest, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS log_tags (
  tag BLOB NOT NULL, writer BLOB NOT NULL, position INTEGER NOT NULL, leaf BLOB NOT NULL,
  kind TEXT NOT NULL, day TEXT NOT NULL, seen INTEGER NOT NULL, PRIMARY KEY (tag, writer)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS log_days (
  day TEXT PRIMARY KEY, size INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS log_slots (
  slot BLOB PRIMARY KEY, position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS log_requests (
  position INTEGER PRIMARY KEY, day TEXT NOT NULL, office TEXT NOT NULL, purpose TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS requests_of_office ON log_requests (day, office, position);
CREATE INDEX IF NOT EXISTS requests_of_purpose ON log_requests (day, purpose, position);
CREATE TABLE IF NOT EXISTS circles (
  number INTEGER PRIMARY KEY, note TEXT NOT NULL, seen INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS rosters (
  office TEXT NOT NULL, root_key TEXT NOT NULL, version INTEGER NOT NULL, digest BLOB NOT NULL,
  document BLOB NOT NULL, seen INTEGER NOT NULL, PRIMARY KEY (office, root_key, version, digest)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS suspensions (
  office TEXT NOT NULL, root_key TEXT NOT NULL, trustee TEXT NOT NULL, lifted INTEGER NOT NULL,
  PRIMARY KEY (office, root_key, trustee)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS releases (
  request BLOB PRIMARY KEY, digest BLOB NOT NULL, key_hash BLOB NOT NULL UNIQUE, day TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS refusals (
  request BLOB PRIMARY KEY, code TEXT NOT NULL, day TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS entries (
  number INTEGER PRIMARY KEY, leaf BLOB NOT NULL UNIQUE, digest BLOB, kind TEXT NOT NULL,
  entry BLOB, details BLOB, salt BLOB, made INTEGER NOT NULL, sequenced INTEGER, position INTEGER
) STRICT;
CREATE INDEX IF NOT EXISTS entries_owed ON entries (number) WHERE position IS NULL;
CREATE INDEX IF NOT EXISTS entries_of ON entries (digest, number);
CREATE TABLE IF NOT EXISTS told (
  digest BLOB NOT NULL, secret_hash TEXT NOT NULL, until INTEGER,
  PRIMARY KEY (digest, secret_hash)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS claims (
  digest BLOB NOT NULL, trustee TEXT NOT NULL, seen INTEGER NOT NULL,
  PRIMARY KEY (digest, trustee)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS forwards (
  digest BLOB NOT NULL, trustee TEXT NOT NULL, secret BLOB NOT NULL,
  PRIMARY KEY (digest, trustee)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS app_releases (
  position INTEGER PRIMARY KEY, details BLOB NOT NULL, day TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS app_looks (
  origin TEXT NOT NULL, manifest TEXT NOT NULL, count INTEGER NOT NULL, said TEXT NOT NULL,
  PRIMARY KEY (origin, manifest)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS app_found (
  origin TEXT NOT NULL, day TEXT NOT NULL, details BLOB NOT NULL,
  PRIMARY KEY (origin, day, details)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS app_differences (
  position INTEGER PRIMARY KEY, manifest BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS app_differences_of ON app_differences (manifest, position);
CREATE TABLE IF NOT EXISTS app_differers (
  position INTEGER PRIMARY KEY, trustee TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS notes (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
DROP INDEX IF EXISTS photos_closed;
CREATE INDEX IF NOT EXISTS refusals_of_day ON refusals (day);
CREATE INDEX IF NOT EXISTS told_waiting ON told (until) WHERE until IS NOT NULL;
"""
#: Version of the tables; `opened_from` is the oldest whose code still works over them.
SCHEMA = Schema(
    "trustee", version=4, opened_from=0, statements=TABLES + counts.SCHEMA + values.SCHEMA
)


class Store:
    """The database. Use `run` for every act; `close` when done.

    Args:
        path: of the database file; made when absent.

    Attributes:
        database: for the view of the log and the witness, whose transactions take turns with
            those of this store.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.database = Database(path, SCHEMA, secure_delete=True)
        self._queue: queue.SimpleQueue[tuple[Callable[..., Any], Future[Any]] | None] = (
            queue.SimpleQueue()
        )
        self._thread = threading.Thread(target=self._write, name="trustee-writer", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Finish what waits, and close."""
        self._queue.put(None)
        self._thread.join()
        self.database.close()

    def run(self, act: Callable[[sqlite3.Connection], T]) -> T:
        """Run *act* in a transaction; returns when it is durable.

        Raises:
            StorageError: the database did not take it; nothing happened.
            Exception: whatever *act* raised; what it wrote is undone.
        """
        future: Future[T] = Future()
        self._queue.put((act, future))
        return future.result()

    def scrub(self) -> None:
        """Fold the write-ahead log into the file, so that no old copy of a page stays there."""
        self.database.scrub()

    def _write(self) -> None:
        while (first := self._queue.get()) is not None:
            batch = [first]
            while len(batch) < _BATCH:
                try:
                    item = self._queue.get_nowait()
                except queue.Empty:
                    break
                if item is None:
                    self._queue.put(None)
                    break
                batch.append(item)
            self._run(batch)

    def _run(self, batch: list[tuple[Callable[..., Any], Future[Any]]]) -> None:
        try:
            with self.database.transaction() as connection:
                outcomes = [(future, *_attempt(connection, act)) for act, future in batch]
        except Exception as error:  # noqa: BLE001
            # Whoever waits must hear of it, or would wait for ever; the writer goes on.
            failure = StorageError(f"The trustee's database failed: {error}")
            failure.__cause__ = error
            for _, future in batch:
                future.set_exception(failure)
            return
        for future, result, problem in outcomes:
            if problem is not None:
                future.set_exception(problem)
            else:
                future.set_result(result)


def _attempt(
    connection: sqlite3.Connection, act: Callable[..., Any]
) -> tuple[Any, BaseException | None]:
    """Run one act of a batch: its result, or the error that undid it and no other."""
    try:
        with savepoint(connection):
            return act(connection), None
    except sqlite3.OperationalError:
        raise  # a full disk or the like may have undone the others' acts too
    except Exception as error:  # noqa: BLE001
        # It is handed to whoever asked; the others of this batch are not undone by it.
        if not isinstance(error, HabeasError):
            error.add_note("while writing to the trustee's database")
        return None, error
