"""C2SP tlog-mirror (draft), *pending checkpoints*: up to which a mirror may be sent entries.

A pending checkpoint is taken as a witness takes one (C2SP tlog-witness): signed by the log, and
proven to extend all before it. The newest few are remembered, so that an upload under way is not
lost when the log pushes the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from habeas.foundation.database import Database
from habeas.foundation.schema import Schema
from habeas.tlog.checkpoint import Checkpoint
from habeas.tlog.cosignature import LogKey
from habeas.tlog.note import split
from habeas.tlog.tree import Frontier
from habeas.tlog.witness import Witness
from habeas.tlog.witness_bodies import WitnessAnswer

#: How many of the newest are remembered.
_REMEMBERED = 16

_TABLES = """
CREATE TABLE IF NOT EXISTS tlog_pending (size INTEGER PRIMARY KEY, note TEXT NOT NULL) STRICT;
"""
#: Version of the tables; `opened_from` is the oldest whose code still works over them.
_SCHEMA = Schema("tlog-mirror", version=1, opened_from=0, statements=_TABLES)


class PendingCheckpoints:
    """Those of one log. Adding is for one thread at a time; the rest for any.

    Args:
        file: the database that remembers them; made where it is missing.
        logs: the log's keys; their name is its origin.
    """

    def __init__(self, file: Path, logs: Sequence[LogKey]) -> None:
        self._origin = logs[0].name
        self._database = Database(file, _SCHEMA)
        self._witness = Witness(self._database, (), logs)

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def adopt(self, note: str) -> None:
        """Begin with a checkpoint that the mirror has shown already; see `Witness.adopt`."""
        self._witness.adopt(note)

    def add(self, body: bytes, now: int) -> WitnessAnswer:
        """Take in an add-checkpoint request, as a witness does, with nothing signed.

        Args:
            body: of the request.
            now: POSIX seconds.
        """
        answer = self._witness.add_checkpoint(body, now)
        if answer.status == 200:
            self._remember()
        return answer

    def _remember(self) -> None:
        note = self._witness.latest(self._origin)
        if note is None:
            return
        size = Checkpoint.parse(split(note)[0]).size
        with self._database.transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO tlog_pending VALUES (?, ?)", (size, note))
            connection.execute(
                "DELETE FROM tlog_pending WHERE size NOT IN"
                " (SELECT size FROM tlog_pending ORDER BY size DESC LIMIT ?)",
                (_REMEMBERED,),
            )

    def newest(self) -> Checkpoint:
        """The newest; that of the empty tree before the first."""
        note = self._witness.latest(self._origin)
        if note is None:
            return Checkpoint(self._origin, 0, Frontier().root())
        return Checkpoint.parse(split(note)[0])

    def note(self, size: int) -> str | None:
        """The note of the one of this size, if it is remembered."""
        newest = self._witness.latest(self._origin)
        if newest is not None and Checkpoint.parse(split(newest)[0]).size == size:
            return newest
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT note FROM tlog_pending WHERE size = ?", (size,)
            ).fetchone()
        return row[0] if row else None
