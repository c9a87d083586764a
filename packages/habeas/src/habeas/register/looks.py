"""What offices did with cameras, by month: counted as entries are taken in, like photos' acts.

A look is an entry of kind `footage` that an office made: each is one act, told once, by the
custodian. Hours that recorders close are none. Nothing here reads entries: the counters grow with
months, cameras, offices and purposes.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from habeas.protocol import Entry, Kind

_FIELDS = """
  substr(day, 1, 7), json_extract(CAST(content AS TEXT), '$.details.camera'),
  json_extract(CAST(content AS TEXT), '$.details.act'),
  coalesce(json_extract(CAST(content AS TEXT), '$.details.office'), ''),
  coalesce(json_extract(CAST(content AS TEXT), '$.details.purpose'),
    json_extract(CAST(content AS TEXT), '$.details.reason'), '')
"""
#: Entries about cameras that are no closed hours. SQLite takes the index where a question has it
#: word for word.
OF_OFFICES = (
    "(kind = 'camera' OR kind = 'footage'"
    " AND json_extract(CAST(content AS TEXT), '$.details.act') != 'recorded')"
)
#: After the table `copied` of `habeas.register.copy`.
SCHEMA = f"""
CREATE TABLE IF NOT EXISTS looks (
  month TEXT NOT NULL, camera TEXT NOT NULL, act TEXT NOT NULL, office TEXT NOT NULL,
  purpose TEXT NOT NULL, count INTEGER NOT NULL,
  PRIMARY KEY (month, camera, act, office, purpose)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS copied_looks ON copied (position) WHERE {OF_OFFICES};
INSERT INTO looks
  SELECT {_FIELDS}, count(*) FROM copied
  WHERE kind = 'footage' AND json_extract(CAST(content AS TEXT), '$.details.act') != 'recorded'
    AND NOT EXISTS (SELECT 1 FROM looks) GROUP BY 1, 2, 3, 4, 5;
"""  # noqa: S608 - constants


@dataclass(frozen=True)
class Looks:
    """How often an office did the same with a camera in a month.

    Attributes:
        act: as in `habeas.protocol.looks`: ``viewed``, ``live``, ``exported``, ``held``, …
        office: empty where the operator obeyed a court.
        purpose: for what; of a hold, its reason; empty for what ends something.
    """

    month: str
    camera: str
    act: str
    office: str
    purpose: str
    count: int


def add(connection: sqlite3.Connection, entry: Entry) -> None:
    """Count an entry that is not foreign."""
    said = entry.details or {}
    if entry.kind is not Kind.FOOTAGE or said.get("act") == "recorded":
        return
    purpose = said.get("purpose") or said.get("reason") or ""
    connection.execute(
        "INSERT INTO looks VALUES (?, ?, ?, ?, ?, 1) ON CONFLICT DO UPDATE SET count = count + 1",
        (entry.day[:7], said["camera"], said["act"], said.get("office") or "", purpose),
    )


def read(connection: sqlite3.Connection, camera: str = "") -> list[Looks]:
    """All counters, or those of one camera, newest month first."""
    rows = connection.execute(
        "SELECT month, camera, act, office, purpose, count FROM looks"
        " WHERE ? IN ('', camera) ORDER BY month DESC, camera, office, act, purpose",
        (camera,),
    )
    return [Looks(*row) for row in rows]
