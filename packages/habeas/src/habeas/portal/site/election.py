"""One worker of any number: by an advisory lock, which ends with whoever holds it.

PostgreSQL 15 section 13.3.5: a session's advisory lock goes with its connection, so that a
worker that is killed, or cut off, is succeeded at once. With SQLite all workers share a folder,
and `flock` of a file in it does the same.
"""

from __future__ import annotations

import fcntl
import hashlib
from typing import BinaryIO

from django.conf import settings
from django.db import connection

#: The lock's number: drawn from the name, so that other software of the database has another.
_KEY = int.from_bytes(hashlib.sha256(b"habeas/portal/worker").digest()[:8], "big", signed=True)


class Election:
    """Whether this process is the one.

    Attributes:
        won: since the last `win`.
    """

    def __init__(self) -> None:
        self.won = False
        self._file: BinaryIO | None = None
        #: The connection that the lock belongs to.
        self._session: object | None = None

    def close(self) -> None:
        """Let go of the lock."""
        if self._file is not None:
            self._file.close()
            self._file = None
        elif self.won:
            connection.close()
        self.won = False

    def win(self) -> None:
        """Try to become the one, or to stay it."""
        self.won = self._locked() if connection.vendor == "sqlite" else self._advised()

    def _locked(self) -> bool:
        if self._file is None:
            file = settings.DATA / "worker.lock"
            file.touch(mode=0o600)
            self._file = file.open("ab")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _advised(self) -> bool:
        connection.ensure_connection()
        if self.won and self._session is connection.connection:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")  # raises where the session, and the lock, are gone
            return True
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [_KEY])
            won = bool(cursor.fetchone()[0])
        self._session = connection.connection if won else None
        return won
