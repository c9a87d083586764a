"""A verified copy of the log's entries in SQLite, searchable by tag.

Every entry was hashed into the signed root before it counts (`habeas.tlog.view`). The
portal's public register, the applicant's history and `habeas verify` all read from one.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable

from habeas.foundation.database import Database
from habeas.foundation.errors import HabeasError
from habeas.foundation.schema import Schema
from habeas.protocol import Chain, Entry, Foreign, Kind, read_entry, writer_id
from habeas.protocol.credential import Roster
from habeas.protocol.details import CircleDetails
from habeas.protocol.footage import RecordedDetails
from habeas.protocol.reading import details_of
from habeas.register import camera_months, figures, looks, months
from habeas.register.reads import Reads
from habeas.tlog import NoteVerifier, Policy, verify_recent
from habeas.tlog.spans import Source
from habeas.tlog.view import LogView

_TABLES = """
CREATE TABLE IF NOT EXISTS copied (
  position INTEGER PRIMARY KEY, content BLOB NOT NULL, kind TEXT NOT NULL, tag TEXT,
  office TEXT, purpose TEXT, day TEXT, slot TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS copied_slot ON copied (slot) WHERE slot IS NOT NULL;
CREATE INDEX IF NOT EXISTS copied_rosters ON copied (office, position) WHERE kind = 'roster';
DROP INDEX IF EXISTS copied_roster;
CREATE INDEX IF NOT EXISTS copied_app ON copied (kind, position)
  WHERE kind IN ('app', 'app-seen', 'app-differs');
CREATE INDEX IF NOT EXISTS copied_withdrawn ON copied (position) WHERE kind = 'withdrawn';
CREATE INDEX IF NOT EXISTS copied_act ON copied (
  json_extract(CAST(content AS TEXT), '$.details.promise'), position
) WHERE kind = 'withdrawn';
CREATE INDEX IF NOT EXISTS copied_tag ON copied (tag) WHERE tag IS NOT NULL;
CREATE TABLE IF NOT EXISTS circles (position INTEGER PRIMARY KEY, seen INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS copied_by (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS copied_camera ON copied (
  json_extract(CAST(content AS TEXT), '$.details.camera'), position
) WHERE kind IN ('camera', 'footage');
CREATE INDEX IF NOT EXISTS copied_anchored ON copied (position) WHERE kind = 'anchored';
CREATE INDEX IF NOT EXISTS copied_registered ON copied (
  json_extract(CAST(content AS TEXT), '$.details.camera'), position
) WHERE kind = 'camera';
"""
#: Hours of an older release's copy, before any was counted. Where hours go to a log of their own
#: there are none, and nothing is to be looked for again.
_RECORDED = (
    "kind = 'footage' AND json_extract(CAST(content AS TEXT), '$.details.act') = 'recorded'"
    " AND NOT EXISTS (SELECT 1 FROM copied_by WHERE name = 'recorded')"
)
_COUNTED = "INSERT OR IGNORE INTO copied_by VALUES ('recorded', 'counted');"
#: Version of the tables; `opened_from` is the oldest whose code still works over them.
_SCHEMA = Schema(
    "register", version=4, opened_from=0,
    statements=_TABLES + figures.SCHEMA + months.SCHEMA + looks.SCHEMA + camera_months.SCHEMA
    + camera_months.count_again("copied", _RECORDED) + _COUNTED,
)  # fmt: skip


class LogCopy(Reads):
    """A copy that follows one log. Several processes may follow into one database.

    Args:
        database: for the copy alone.
        source: the log.
        policy: what makes its checkpoints count; by default the acting policy of the circle
            in force.
        chain: the circles that it begins with; it grows with those on the log.
        now: the clock, POSIX seconds.
    """

    def __init__(
        self,
        database: Database,
        source: Source,
        policy: Policy | None,
        chain: Chain,
        now: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(database)
        self._source, self._policy = source, policy
        self._chain, self._now = chain, now
        #: Index of the newest `circle` entry that the chain has taken in.
        self._grown = -1
        #: Index of the entry after the last that this process has taken in.
        self._next = 0
        self._lock = threading.RLock()
        database.prepare(_SCHEMA)
        self._made_for = ""
        self._witnessed = 0
        self._view = self._view_now()

    @property
    def chain(self) -> Chain:
        """The circles, as far as the log was followed, by this process or another."""
        with self._database.reading() as connection:
            found = self._circles(connection)
        # Not within the database's own lock, under which `_add` takes this one.
        with self._lock:
            for each in found:
                self._grow(*each)
            return self._chain

    def _circles(self, connection: sqlite3.Connection) -> list[tuple[int, bytes, int]]:
        """The `circle` entries that the chain has not taken in: where, what, and when seen."""
        return connection.execute(
            "SELECT position, content, seen FROM circles JOIN copied USING (position) "
            "WHERE position > ? ORDER BY position",
            (self._grown,),
        ).fetchall()

    def _grow(self, position: int, content: bytes, seen: int) -> None:
        if position <= self._grown:
            return
        self._grown = position
        details = details_of(Entry.decode(content))
        if isinstance(details, CircleDetails):
            try:
                self._chain = self._chain.extend(details.circle, seen)
            except HabeasError:
                return  # it does not follow: what it lets in stays foreign

    def _view_now(self) -> LogView:
        """The view under the policy that counts now; the database is the same."""
        chain = self.chain
        link = chain.in_force(int(self._now())) or chain.links[0]
        with self._lock:
            if link.digest != self._made_for and (self._policy is None or not self._made_for):
                policy = self._policy or link.circle.acting_policy()
                self._view = LogView(self._database, self._source, policy, self._add)
                self._made_for = link.digest
            return self._view

    def _add(self, position: int, content: bytes) -> None:
        """Take an entry in, within the view's transaction."""
        connection = self._database.connection
        with self._lock:
            if position != self._next:
                # Another process has followed meanwhile, and may have seen circles.
                for each in self._circles(connection):
                    self._grow(*each)
            self._next = position + 1
            entry = read_entry(content, self._chain)
        row: tuple[str | None, ...]
        if isinstance(entry, Foreign):
            # Anybody's bytes may stand on a log: they are kept, counted, and never obeyed.
            row = (figures.FOREIGN, None, None, None, None, None)
        else:
            row = (entry.kind, entry.tag, entry.office, entry.purpose, entry.day, entry.slot)
        connection.execute(
            "INSERT INTO copied VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (position, content, *row)
        )
        if isinstance(entry, Foreign):
            figures.add(connection, None, figures.FOREIGN)
            return
        if figures.add(connection, entry, entry.kind, entry.office, entry.purpose):
            months.add(connection, entry)
            looks.add(connection, entry)
            if entry.kind is Kind.FOOTAGE:
                said = details_of(entry)
                if isinstance(said, RecordedDetails):
                    camera_months.add(connection, said)
        if entry.kind is Kind.CIRCLE:
            # A circle waits from when it was first seen, whoever reads it later.
            seen = int(self._now())
            connection.execute("INSERT INTO circles VALUES (?, ?)", (position, seen))
            with self._lock:
                self._grow(position, content, seen)

    def acts(self) -> months.Register:
        """Acts by month, office and purpose; reads counters, and no entries."""
        with self._database.reading() as connection:
            counters = months.read(connection)
        return months.register(counters, self.chain.newest.circle.k)

    def catch_up(self) -> int:
        """Follow the log to its newest checkpoint; gives the number of entries followed.

        Raises:
            TlogError: the log does not answer, or what it answers does not verify.
        """
        view = self._view_now()
        verified = view.catch_up()
        self._witnessed = max(self._witnessed, verified.quorum_time)
        self._keep("followed-at", str(int(self._now())))
        self._keep("seen-at", str(verified.quorum_time))
        return view.size

    @property
    def witnessed(self) -> float:
        """The time up to which a quorum has seen what this process followed; 0 before that."""
        return self._witnessed

    @property
    def followed_at(self) -> int:
        """When any process last reached the log's end, POSIX seconds; 0 for never."""
        return int(self._kept("followed-at") or 0)

    def verify_recent(self) -> None:
        """Raise unless a quorum has seen lately what any process last followed to.

        Raises:
            OldViewError, ReaderClockError: it has not: what came since is not in this copy.
        """
        verify_recent(int(self._kept("seen-at") or 0), self._now())

    def installation(self) -> str | None:
        """Whose copy this is, as `belong` has said."""
        return self._kept("installation")

    def belong(self, installation: str) -> None:
        """Say whose copy this is."""
        self._keep("installation", installation)

    def _kept(self, name: str) -> str | None:
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT value FROM copied_by WHERE name = ?", (name,)
            ).fetchone()
        return row[0] if row else None

    def _keep(self, name: str, value: str) -> None:
        with self._database.transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO copied_by VALUES (?, ?)", (name, value))

    @property
    def size(self) -> int:
        """How many entries were followed."""
        return self._view.size

    def checkpoint(self) -> str | None:
        """The note of the newest checkpoint that was followed to."""
        return self._view.checkpoint()

    def rosters(self, office: str) -> list[Roster]:
        """All rosters of an office that the log has shown, by its newest root key."""
        found = self.chain.newest.circle.office(office)
        if found is None:
            return []
        root = writer_id(NoteVerifier.parse(found.root_vkey).public_key)
        with self._database.reading() as connection:
            rows = connection.execute(
                # The kind is written out, as the index has it: SQLite then knows that it fits.
                "SELECT content FROM copied WHERE kind = 'roster' AND office = ? ORDER BY position",
                (office,),
            ).fetchall()
        entries = [Entry.decode(content) for (content,) in rows]
        return [Roster.read(entry.details) for entry in entries if entry.writer == root]
