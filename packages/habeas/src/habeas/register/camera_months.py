"""What cameras recorded, by month: counted as closed hours are taken in, on whichever log they are.

Nothing here reads entries: the counters grow with months and cameras. An hour counts in the month
in which it was recorded, whenever it was closed. Who closes one twice counts twice, and is found
by every monitor.
"""

from __future__ import annotations

import sqlite3
from dataclasses import astuple, dataclass

from habeas.foundation.database import Database
from habeas.protocol.footage import RecordedDetails

#: What counts of one hour at most. Recorders of before counted seconds at the seams of segments
#: twice; and what one says beyond all measure would only break the sums of all.
_MOST = {"seconds": 3600, "frames": 10**9, "lost": 10**9, "whole": 10**9}

SCHEMA = """
CREATE TABLE IF NOT EXISTS recorded (
  month TEXT NOT NULL, camera TEXT NOT NULL, hours INTEGER NOT NULL, seconds INTEGER NOT NULL,
  frames INTEGER NOT NULL, lost INTEGER NOT NULL, whole INTEGER NOT NULL,
  PRIMARY KEY (month, camera)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS recorded_camera ON recorded (camera, month);
"""


def count_again(table: str, where: str) -> str:
    """SQL that counts what *table* of an older release has, once: where nothing is counted yet.

    Args:
        table: with a column `content`, an entry's bytes.
        where: which of its rows are closed hours.
    """
    said = "json_extract(CAST(content AS TEXT), '$.details.{}')".format
    sums = ", ".join(f"sum(min({said(name)}, {most}))" for name, most in _MOST.items())
    return (
        f"INSERT INTO recorded SELECT substr({said('hour')}, 1, 7), {said('camera')}, count(*), "  # noqa: S608
        f"{sums} FROM {table} WHERE {where} AND NOT EXISTS (SELECT 1 FROM recorded) "
        "GROUP BY 1, 2;\n"
    )


@dataclass(frozen=True)
class CameraMonth:
    """What one camera recorded in one month.

    Attributes:
        month: such as ``2026-11``.
        camera: its id.
        hours: that were closed.
        seconds: recorded in them.
        frames: recorded.
        lost: that the camera sent, and that were not recorded.
        whole: recorded, and covered as a whole.
    """

    month: str
    camera: str
    hours: int
    seconds: int
    frames: int
    lost: int
    whole: int

    def __add__(self, other: CameraMonth) -> CameraMonth:
        """Both together, of one camera and month: its hours stand on two logs."""
        sums = (a + b for a, b in zip(astuple(self)[2:], astuple(other)[2:], strict=True))
        return CameraMonth(self.month, self.camera, *sums)


def add(connection: sqlite3.Connection, said: RecordedDetails) -> None:
    """Count an hour."""
    counts = [min(getattr(said, name), most) for name, most in _MOST.items()]
    connection.execute(
        "INSERT INTO recorded VALUES (?, ?, 1, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
        " hours = hours + 1, seconds = seconds + excluded.seconds,"
        " frames = frames + excluded.frames, lost = lost + excluded.lost,"
        " whole = whole + excluded.whole",
        (said.hour[:7], said.camera, *counts),
    )


class RecordedMonths:
    """What is asked of the counters in a copy of a log.

    Args:
        database: of the copy.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def months_recorded(self) -> list[str]:
        """Months of which this log has closed hours, newest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT DISTINCT month FROM recorded ORDER BY month DESC"
            ).fetchall()
        return [month for (month,) in rows]

    def of_month(self, month: str, count: int, after: str = "") -> list[CameraMonth]:
        """At most *count* cameras of *month* in order of their ids, from behind *after* on."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT * FROM recorded WHERE month = ? AND camera > ? ORDER BY camera LIMIT ?",
                (month, after, count),
            ).fetchall()
        return [CameraMonth(*row) for row in rows]

    def camera_months(self, camera: str) -> list[CameraMonth]:
        """All months of a camera of which this log has closed hours, newest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT * FROM recorded WHERE camera = ? ORDER BY month DESC", (camera,)
            ).fetchall()
        return [CameraMonth(*row) for row in rows]
