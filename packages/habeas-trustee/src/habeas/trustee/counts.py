"""How many photos a trustee keeps, counted as it changes.

Health, and the rule that stops a mass ending, ask for it in each round: a count over all photos
would take longer each year. Triggers (SQLite, *CREATE TRIGGER*) count within the transaction of
the act that changes a photo, whichever it is.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

#: The tables of `habeas.trustee.store` must be there.
SCHEMA = """
CREATE TABLE IF NOT EXISTS counts (
  one INTEGER PRIMARY KEY CHECK (one = 1), live INTEGER NOT NULL, pending INTEGER NOT NULL
) STRICT;
INSERT INTO counts
  SELECT 1, count(*), coalesce(sum(sealed IS NULL), 0) FROM photos
  WHERE because IS NULL AND NOT EXISTS (SELECT 1 FROM counts)
  HAVING NOT EXISTS (SELECT 1 FROM counts);
CREATE TRIGGER IF NOT EXISTS counted_new AFTER INSERT ON photos BEGIN
  UPDATE counts SET live = live + (NEW.because IS NULL),
    pending = pending + (NEW.because IS NULL AND NEW.sealed IS NULL);
END;
CREATE TRIGGER IF NOT EXISTS counted_change AFTER UPDATE OF because, sealed ON photos BEGIN
  UPDATE counts SET live = live + (NEW.because IS NULL) - (OLD.because IS NULL),
    pending = pending + (NEW.because IS NULL AND NEW.sealed IS NULL)
      - (OLD.because IS NULL AND OLD.sealed IS NULL);
END;
CREATE TRIGGER IF NOT EXISTS counted_end AFTER DELETE ON photos BEGIN
  UPDATE counts SET live = live - (OLD.because IS NULL),
    pending = pending - (OLD.because IS NULL AND OLD.sealed IS NULL);
END;
"""


@dataclass(frozen=True)
class KeptPhotos:
    """Photos whose shares are here.

    Attributes:
        live: all of them.
        pending: those whose `sealed` entry the log has not shown yet.
    """

    live: int
    pending: int


def kept(connection: sqlite3.Connection) -> KeptPhotos:
    """What is kept now, in the transaction of *connection*."""
    row = connection.execute("SELECT live, pending FROM counts").fetchone()
    return KeptPhotos(*row)
