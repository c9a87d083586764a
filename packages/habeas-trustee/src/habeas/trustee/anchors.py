"""Formats, *Log entries*: the log of hours, as the log of everything has anchored it.

A trustee cosigns that log without reading it. What its custodian has said of it stands on the log
that each trustee reads, and outlives the witness's own file: a log of hours that falls behind
that, or differs from it, is cosigned no more.
"""

from __future__ import annotations

import sqlite3

from habeas.protocol.details import AnchoredDetails
from habeas.tlog import Checkpoint
from habeas.trustee.errors import Refusal

_ANCHORED = "anchored"


def take(connection: sqlite3.Connection, details: AnchoredDetails) -> None:
    """Keep the newest anchor."""
    connection.execute(
        "INSERT OR REPLACE INTO notes VALUES (?, ?)", (_ANCHORED, details.encode().decode())
    )


def newest(connection: sqlite3.Connection) -> AnchoredDetails | None:
    """The newest anchor, if there is one."""
    row = connection.execute("SELECT value FROM notes WHERE name = ?", (_ANCHORED,)).fetchone()
    return AnchoredDetails.decode(row[0].encode()) if row else None


def verify(anchored: AnchoredDetails | None, checkpoint: Checkpoint) -> None:
    """Raise where *checkpoint*, of the log of hours, contradicts what was anchored.

    Raises:
        Refusal: ``hours-rewound``: it has fewer entries, or another tree of as many.
    """
    if anchored is None or anchored.origin != checkpoint.origin:
        return
    rewound = checkpoint.size < anchored.size
    if rewound or (checkpoint.size == anchored.size and checkpoint.root.hex() != anchored.root):
        raise Refusal(
            "hours-rewound",
            f"The log of hours shows {checkpoint.size} entries; with {anchored.size} it stands "
            "on the log, and this is not its tree.",
            "Bring back the log of hours that was anchored: habeas log rebuild",
        )
