"""What is asked of a copy of the log: entries by tag, slot, kind, camera and place.

Only entries that `habeas.register.copy` has verified are there; nothing here follows or writes.
Indexes count from 0, as in the log.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from habeas.protocol import Entry, Kind
from habeas.protocol.details import AnchoredDetails, WithdrawnDetails
from habeas.register import figures, looks
from habeas.register.camera_months import RecordedMonths
from habeas.register.figures import Figure

#: Entries about the app. SQLite takes their index where a question has it word for word.
_OF_APP = "kind IN ('app', 'app-seen', 'app-differs')"
#: Beyond every index: SQLite's largest integer.
_END = 2**63 - 1


class Reads(RecordedMonths):
    """Questions to the table `copied` of a database.

    Args:
        database: that a `LogCopy` fills.
    """

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
                "SELECT position, content FROM (SELECT position, content, nth FROM ("  # noqa: S608
                "  SELECT position, content, row_number() OVER (PARTITION BY"
                "   json_extract(CAST(content AS TEXT), '$.details.trustee')"
                f"   ORDER BY position DESC) AS nth FROM copied WHERE {_OF_APP}"
                "   AND kind = 'app-differs')"
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
                (figures.FOREIGN, begin, count),
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
                (_END if before is None else before, count),
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
                (camera, _END if before is None else before, count),
            ).fetchall()

    def anchored(self) -> AnchoredDetails | None:
        """What the newest entry says that ties the log of hours to this one."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT content FROM copied WHERE kind = 'anchored' ORDER BY position DESC LIMIT 1"
            ).fetchone()
        return AnchoredDetails.read(Entry.decode(row[0]).details) if row else None

    def looks(self, camera: str = "") -> list[looks.Looks]:
        """What offices did with cameras, or with one, by month; reads counters, and no entries."""
        with self._database.reading() as connection:
            return looks.read(connection, camera)

    def figures(self) -> list[Figure]:
        """Counts by kind, office and purpose. A withdrawal counts once, whoever tells of it."""
        with self._database.reading() as connection:
            return figures.read(connection)
