"""Docs/protocol, *A lost receipt*: what trustees do for somebody who has shown who they are.

One trustee's word stops openings for a while; k trustees' words, after a delay in which the
receipt's holder and everybody else can see them on the log, destroy the photo. k trustees
together could open it, so that this gives nobody more than they have.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from habeas.protocol import Kind
from habeas.protocol.details import ClaimedDetails
from habeas.protocol.lost import LostReceipt
from habeas.trustee import photos
from habeas.trustee.errors import NoShareError
from habeas.trustee.records import Records
from habeas.trustee.store import Store

_DAY = 86_400


@dataclass(frozen=True)
class ClaimDelays:
    """How long a claim waits, and how long it counts (ADR 0110); days.

    Attributes:
        destroy: from the k-th trustee's claim until shares are destroyed: whoever still has the
            receipt, or knows better, has these to tell a trustee.
        freeze: for how long one trustee's claim stops openings, if no others join.
    """

    destroy: int = 7
    freeze: int = 30


DELAYS = ClaimDelays()
ClaimAct = Literal["destroy", "copy", "lift"]


class Claims:
    """What this trustee's clerk claims for people, and what it has seen of others."""

    def __init__(self, name: str, store: Store, records: Records, wake: Callable[[], None]) -> None:
        self._name = name
        self._store = store
        self._records = records
        self._wake = wake

    def claim(self, lost: LostReceipt, act: ClaimAct) -> None:
        """Put on the log that somebody has shown that the photo of a case is theirs.

        Args:
            lost: what the office of the case has given.
            act: what they want.

        Raises:
            NoShareError: no share of such a photo is here, or it is destroyed already.
            OtherPhotoError: the photo is not that of the case.
        """
        digest = bytes.fromhex(lost.promise)

        def claim(connection: sqlite3.Connection) -> None:
            photo = photos.find(connection, digest)
            if photo is None or photo.because is not None:
                raise NoShareError(
                    "This trustee holds no share of such a photo (any more).",
                    "Ask the office whether the photo was withdrawn, or has expired.",
                )
            lost.verify(photo.promise())
            details = ClaimedDetails(trustee=self._name, promise=lost.promise, act=act)
            self._records.write(connection, Kind.CLAIMED, details, photo)

        self._store.run(claim)
        self._wake()


def learn(connection: sqlite3.Connection, details: ClaimedDetails, now: int) -> bool:
    """A claim stands on the log. The latest word of each of the photo's own trustees counts.

    Another's stops nothing: a trustee of a later circle, or of an earlier one, holds no share of
    it, and nobody can have shown it whose the photo is.

    Returns:
        Whether somebody wants something now that this trustee had not said before.
    """
    digest = bytes.fromhex(details.promise)
    if details.act == "lift":
        connection.execute(
            "DELETE FROM claims WHERE digest = ? AND trustee = ?", (digest, details.trustee)
        )
        return False
    if details.act == "copy":
        return True
    photo = photos.find(connection, digest)
    if photo is None or photo.because is not None:
        return False
    if details.trustee not in {key.trustee for key in photo.promise().trustees.keys}:
        return False
    added = connection.execute(
        "INSERT OR IGNORE INTO claims VALUES (?, ?, ?)", (digest, details.trustee, now)
    )
    return added.rowcount == 1


def freezes(connection: sqlite3.Connection, digest: bytes, now: int) -> bool:
    """Whether a trustee's claim stops openings of a photo."""
    row = connection.execute(
        "SELECT 1 FROM claims WHERE digest = ? AND seen > ? LIMIT 1",
        (digest, now - DELAYS.freeze * _DAY),
    ).fetchone()
    return row is not None


def due(connection: sqlite3.Connection, now: int, most: int) -> list[tuple[bytes]]:
    """Digests of photos that k of their trustees have claimed long enough ago."""
    waited = now - DELAYS.destroy * _DAY
    found = connection.execute(
        "SELECT digest FROM claims JOIN photos USING (digest) WHERE because IS NULL AND seen <= ?"
        " GROUP BY digest HAVING count(*) >= 2 LIMIT ?",
        (waited, most),
    ).fetchall()
    return [(digest,) for (digest,) in found if _agreed(connection, digest, waited)]


def _agreed(connection: sqlite3.Connection, digest: bytes, waited: int) -> bool:
    photo = photos.find(connection, digest)
    if photo is None or photo.because is not None:
        return False
    trustees = photo.promise().trustees
    rows = connection.execute(
        "SELECT trustee FROM claims WHERE digest = ? AND seen <= ?", (digest, waited)
    )
    said = {name for (name,) in rows} & {key.trustee for key in trustees.keys}
    return len(said) >= trustees.k
