"""A verified copy of the log of hours: what cameras recorded, and what ties it to the other log.

    copy.catch_up(circle)
    copy.of_camera("north-gate", 50)

Every entry was hashed into the signed root before it counts (`habeas.tlog.view`). Nothing but
closed hours belongs there; what does not is kept, counted, and never obeyed.
"""

from __future__ import annotations

from habeas.foundation.database import Database
from habeas.foundation.schema import Schema
from habeas.protocol import Chain, Circle, Entry, Foreign, read_entry
from habeas.protocol.footage import RecordedDetails, read_footage
from habeas.protocol.reading import log_for
from habeas.register import camera_months
from habeas.register.anchoring import HoursTree
from habeas.register.camera_months import RecordedMonths
from habeas.tlog.spans import Source
from habeas.tlog.view import LogView

_TABLES = """
CREATE TABLE IF NOT EXISTS hours (
  position INTEGER PRIMARY KEY, camera TEXT, content BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS hours_camera ON hours (camera, position) WHERE camera IS NOT NULL;
"""
#: Version of the tables; `opened_from` is the oldest whose code still works over them.
_SCHEMA = Schema(
    "hours", version=2, opened_from=0,
    statements=_TABLES
    + camera_months.SCHEMA
    + camera_months.count_again("hours", "camera IS NOT NULL"),
)  # fmt: skip
#: Beyond every index: SQLite's largest integer.
_END = 2**63 - 1


def recorded(content: bytes, chain: Chain) -> RecordedDetails | None:
    """The hour that an entry of the log of hours tells of; None where it is foreign there.

    It takes any bytes, and never raises.
    """
    entry = read_entry(content, chain)
    circle = chain.newest.circle
    if isinstance(entry, Foreign) or log_for(entry, circle) != circle.hours:
        return None
    details = read_footage(entry.details or {})
    return details if isinstance(details, RecordedDetails) else None


class HoursCopy(RecordedMonths):
    """A copy that follows one log of hours. Several processes may follow into one database.

    Args:
        database: for the copy alone.
        source: the log.
    """

    def __init__(self, database: Database, source: Source) -> None:
        super().__init__(database)
        self._source = source
        database.prepare(_SCHEMA)

    def catch_up(self, chain: Chain, circle: Circle) -> HoursTree:
        """Follow the log to its newest checkpoint; gives its tree.

        Args:
            chain: whose recorders may write.
            circle: in force; it has a log of hours, and its acting policy counts.

        Raises:
            TlogError: the log does not answer, or what it answers does not verify.
        """

        def add(position: int, content: bytes) -> None:
            found = recorded(content, chain)
            self._database.connection.execute(
                "INSERT INTO hours VALUES (?, ?, ?)",
                (position, None if found is None else found.camera, content),
            )
            if found is not None:
                camera_months.add(self._database.connection, found)

        log = circle.hours_log
        view = LogView(self._database, self._source, circle.acting_policy(log), add)
        view.catch_up()
        edge = view.frontier()
        return HoursTree(log.origin, edge.size, edge.root())

    def of_camera(
        self, camera: str, count: int, before: int | None = None
    ) -> list[tuple[int, Entry]]:
        """The *count* newest hours of a camera below index *before*, newest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT position, content FROM hours WHERE camera = ? AND position < ? "
                "ORDER BY position DESC LIMIT ?",
                (camera, _END if before is None else before, count),
            ).fetchall()
        return [(position, Entry.decode(content)) for position, content in rows]
