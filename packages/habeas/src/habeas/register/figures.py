"""How often each kind of entry stands on the log: counted as entries are taken in.

A page does not count all that ever was: the counters grow with kinds, offices and purposes.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from habeas.protocol import Entry, Kind

#: The kind under which foreign entries are counted.
FOREIGN = "foreign"
#: After the table `copied` of `habeas.register.copy`.
SCHEMA = """
CREATE TABLE IF NOT EXISTS figures (
  kind TEXT NOT NULL, office TEXT NOT NULL, purpose TEXT NOT NULL, count INTEGER NOT NULL,
  PRIMARY KEY (kind, office, purpose)
) STRICT, WITHOUT ROWID;
INSERT INTO figures
  SELECT kind, coalesce(office, ''), coalesce(purpose, ''),
    count(DISTINCT iif(kind = 'withdrawn',
      json_extract(CAST(content AS TEXT), '$.details.promise'), position)) FROM copied
  WHERE NOT EXISTS (SELECT 1 FROM figures) GROUP BY 1, 2, 3;
"""


@dataclass(frozen=True)
class Figure:
    """How often something stands on the log."""

    kind: str
    office: str
    purpose: str
    count: int


def add(
    connection: sqlite3.Connection,
    entry: Entry | None,
    kind: str,
    office: str | None = None,
    purpose: str | None = None,
) -> bool:
    """Count an entry that was just added to `copied`; *entry* is None for a foreign one.

    Returns:
        False where another entry has told of the same act before, which counts once.
    """
    if entry is not None and kind == Kind.WITHDRAWN:
        promise = entry.details
        told = connection.execute(
            "SELECT 1 FROM copied WHERE kind = 'withdrawn' AND "
            "json_extract(CAST(content AS TEXT), '$.details.promise') = ? LIMIT 2",
            (promise["promise"] if promise else "",),
        ).fetchall()
        if len(told) > 1:
            return False
    connection.execute(
        "INSERT INTO figures VALUES (?, coalesce(?, ''), coalesce(?, ''), 1) "
        "ON CONFLICT DO UPDATE SET count = count + 1",
        (kind, office, purpose),
    )
    return True


def read(connection: sqlite3.Connection) -> list[Figure]:
    """All counters. A withdrawal counts once, whoever tells of it."""
    rows = connection.execute("SELECT kind, office, purpose, count FROM figures ORDER BY 1, 2, 3")
    return [Figure(*row) for row in rows]
