"""A verified copy of the log's entries in SQLite, searchable by tag.

Every entry was hashed into the signed root before it counts (`habeas.tlog.view`). The
portal's public register, the applicant's history and `habeas verify` all read from one.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from habeas.foundation.database import Database
from habeas.foundation.errors import HabeasError
from habeas.foundation.schema import Schema
from habeas.protocol import Chain, Entry, Foreign, Kind, read_entry, writer_id
from habeas.protocol.credential import Roster
from habeas.protocol.details import CircleDetails, WithdrawnDetails
from habeas.protocol.reading import details_of
from habeas.register import looks, months
from habeas.tlog import NoteVerifier, Policy, verify_recent
from habeas.tlog.view import LogView, Source

#: The kind under which foreign entries are counted.
FOREIGN = "foreign"

#: Entries about the app. SQLite takes their index where a question has it word for word.
_OF_APP = "kind IN ('app', 'app-seen', 'app-differs')"

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
CREATE TABLE IF NOT EXISTS figures (
  kind TEXT NOT NULL, office TEXT NOT NULL, purpose TEXT NOT NULL, count INTEGER NOT NULL,
  PRIMARY KEY (kind, office, purpose)
) STRICT, WITHOUT ROWID;
INSERT INTO figures
  SELECT kind, coalesce(office, ''), coalesce(purpose, ''),
    count(DISTINCT iif(kind = 'withdrawn',
      json_extract(CAST(content AS TEXT), '$.details.promise'), position)) FROM copied
  WHERE NOT EXISTS (SELECT 1 FROM figures) GROUP BY 1, 2, 3;
CREATE TABLE IF NOT EXISTS copied_by (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS copied_camera ON copied (
  json_extract(CAST(content AS TEXT), '$.details.camera'), position
) WHERE kind IN ('camera', 'footage');
CREATE INDEX IF NOT EXISTS copied_registered ON copied (
  json_extract(CAST(content AS TEXT), '$.details.camera'), position
) WHERE kind = 'camera';
"""
#: Version of the tables; `opened_from` is the oldest whose code still works over them.
_SCHEMA = Schema(
    "register", version=2, opened_from=0, statements=_TABLES + months.SCHEMA + looks.SCHEMA
)


@dataclass(frozen=True)
class Figure:
    """How often something stands on the log."""

    kind: str
    office: str
    purpose: str
    count: int


class LogCopy:
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
        self._database, self._source, self._policy = database, source, policy
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
            row = (FOREIGN, None, None, None, None, None)
        else:
            row = (entry.kind, entry.tag, entry.office, entry.purpose, entry.day, entry.slot)
        connection.execute(
            "INSERT INTO copied VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (position, content, *row)
        )
        self._count(connection, content, row)
        if row[0] == Kind.CIRCLE:
            # A circle waits from when it was first seen, whoever reads it later.
            seen = int(self._now())
            connection.execute("INSERT INTO circles VALUES (?, ?)", (position, seen))
            with self._lock:
                self._grow(position, content, seen)

    def _count(
        self, connection: sqlite3.Connection, content: bytes, row: tuple[str | None, ...]
    ) -> None:
        """Count an entry that was just added: a page does not count all that ever was."""
        kind, _, office, purpose, _, _ = row
        if kind == Kind.WITHDRAWN:
            promise = Entry.decode(content).details
            told = connection.execute(
                "SELECT 1 FROM copied WHERE kind = 'withdrawn' AND "
                "json_extract(CAST(content AS TEXT), '$.details.promise') = ? LIMIT 2",
                (promise["promise"] if promise else "",),
            ).fetchall()
            if len(told) > 1:
                return  # another has told of it before
        connection.execute(
            "INSERT INTO figures VALUES (?, coalesce(?, ''), coalesce(?, ''), 1) "
            "ON CONFLICT DO UPDATE SET count = count + 1",
            (kind, office, purpose),
        )
        if kind != FOREIGN:
            entry = Entry.decode(content)
            months.add(connection, entry)
            looks.add(connection, entry)

    def acts(self) -> months.Register:
        """Acts by month, office and purpose; reads counters, and no entries."""
        with self._database.reading() as connection:
            counters = months.read(connection)
        return months.register(counters, self.chain.newest.circle.k)

    def looks(self, camera: str = "") -> list[looks.Looks]:
        """What offices did with cameras, or with one, by month; reads counters, and no entries."""
        with self._database.reading() as connection:
            return looks.read(connection, camera)

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

    def find(self, tags: Iterable[str]) -> Mapping[str, tuple[int, bytes]]:
        """For each tag that is on the log: index and bytes of its first entry."""
        wanted = list(tags)
        marks = ",".join("?" * len(wanted))
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT tag, position, content FROM copied WHERE tag IN ({marks}) "  # noqa: S608
                "ORDER BY position DESC",
                wanted,
            ).fetchall()
        return {tag: (position, content) for tag, position, content in rows}

    def of_kind(self, kind: Kind) -> list[tuple[int, bytes]]:
        """Index and bytes of the app's entries of *kind*, oldest first."""
        with self._database.reading() as connection:
            return connection.execute(
                f"SELECT position, content FROM copied WHERE {_OF_APP} AND kind = ? "  # noqa: S608
                "ORDER BY position",
                (kind.value,),
            ).fetchall()

    def differences(self, most: int) -> list[tuple[int, bytes]]:
        """*most* of the `app-differs` entries, newest first: of each trustee its newest ones."""
        with self._database.reading() as connection:
            return connection.execute(
                "SELECT position, content FROM (SELECT position, content, nth FROM ("
                "  SELECT position, content, row_number() OVER (PARTITION BY"
                "   json_extract(CAST(content AS TEXT), '$.details.trustee')"
                "   ORDER BY position DESC) AS nth FROM copied WHERE kind = 'app-differs')"
                " ORDER BY nth, position DESC LIMIT ?) ORDER BY position DESC",
                (most,),
            ).fetchall()

    def positions_of(self, kind: Kind) -> tuple[int, ...]:
        """Indexes of the app's entries of *kind*, oldest first: what `of_kind` gives, unread."""
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT position FROM copied WHERE {_OF_APP} AND kind = ? "  # noqa: S608
                "ORDER BY position",
                (kind.value,),
            ).fetchall()
        return tuple(position for (position,) in rows)

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

    def slots(self, wanted: Iterable[str]) -> set[str]:
        """Those of the slots that stand on the log."""
        marked = list(wanted)
        marks = ",".join("?" * len(marked))
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT slot FROM copied WHERE slot IN ({marks})",  # noqa: S608 - marks only
                marked,
            ).fetchall()
        return {slot for (slot,) in rows}

    def of_slots(self, wanted: Iterable[str]) -> list[tuple[int, Entry]]:
        """The entries under these slots, newest first, with where they stand."""
        marked = list(wanted)
        marks = ",".join("?" * len(marked))
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT position, content FROM copied WHERE slot IN ({marks})"  # noqa: S608 - marks only
                " ORDER BY position DESC",
                marked,
            ).fetchall()
        return [(position, Entry.decode(content)) for position, content in rows]

    def withdrawals(self, begin: int, count: int) -> list[tuple[int, WithdrawnDetails]]:
        """At most *count* `withdrawn` entries from index *begin* on: where, and what they say."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT position, content FROM copied WHERE kind = 'withdrawn' AND position >= ? "
                "ORDER BY position LIMIT ?",
                (begin, count),
            ).fetchall()
        return [
            (position, WithdrawnDetails.read(Entry.decode(content).details))
            for position, content in rows
        ]

    def counted(self, begin: int, count: int) -> list[tuple[int, bytes]]:
        """At most *count* entries from index *begin* on that are not foreign."""
        with self._database.reading() as connection:
            return connection.execute(
                "SELECT position, content FROM copied WHERE kind != ? AND position >= ? "
                "ORDER BY position LIMIT ?",
                (FOREIGN, begin, count),
            ).fetchall()

    def told(self, promise: str) -> list[tuple[int, Entry]]:
        """All `withdrawn` entries of one photo, oldest first: several tell of one act."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT position, content FROM copied WHERE kind = 'withdrawn' AND "
                "json_extract(CAST(content AS TEXT), '$.details.promise') = ? ORDER BY position",
                (promise,),
            ).fetchall()
        return [(position, Entry.decode(content)) for position, content in rows]

    def entry(self, position: int) -> bytes | None:
        """The entry at *position*, or None beyond the copy."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT content FROM copied WHERE position = ?", (position,)
            ).fetchone()
        return row[0] if row else None

    def newest(self, count: int, before: int | None = None) -> Iterator[tuple[int, bytes]]:
        """The *count* newest entries below index *before*, newest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT position, content FROM copied WHERE position < ? "
                "ORDER BY position DESC LIMIT ?",
                (self._view.size if before is None else before, count),
            ).fetchall()
        yield from rows

    def of_camera(
        self, camera: str, count: int, before: int | None = None
    ) -> list[tuple[int, bytes]]:
        """The *count* newest entries about a camera below index *before*, newest first."""
        return self._of_camera("kind IN ('camera', 'footage')", camera, count, before)

    def newest_looks(self, count: int) -> list[tuple[int, bytes]]:
        """The *count* newest entries about cameras, but for closed hours; newest first."""
        with self._database.reading() as connection:
            return connection.execute(
                f"SELECT position, content FROM copied WHERE {looks.OF_OFFICES} "  # noqa: S608
                "ORDER BY position DESC LIMIT ?",
                (count,),
            ).fetchall()

    def registered(self, camera: str) -> tuple[int, bytes] | None:
        """The newest entry that registers a camera; hours of footage stand between them."""
        found = self.versions(camera, 1)
        return found[0] if found else None

    def versions(self, camera: str, count: int) -> list[tuple[int, bytes]]:
        """The *count* newest entries that register or change a camera, newest first."""
        return self._of_camera("kind = 'camera'", camera, count, None)

    def _of_camera(
        self, kinds: str, camera: str, count: int, before: int | None
    ) -> list[tuple[int, bytes]]:
        with self._database.reading() as connection:
            return connection.execute(
                f"SELECT position, content FROM copied WHERE {kinds} AND "  # noqa: S608 - constants
                "json_extract(CAST(content AS TEXT), '$.details.camera') = ? AND position < ? "
                "ORDER BY position DESC LIMIT ?",
                (camera, self._view.size if before is None else before, count),
            ).fetchall()

    def figures(self) -> list[Figure]:
        """Counts by kind, office and purpose. A withdrawal counts once, whoever tells of it."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT kind, office, purpose, count FROM figures ORDER BY 1, 2, 3"
            ).fetchall()
        return [Figure(*row) for row in rows]
