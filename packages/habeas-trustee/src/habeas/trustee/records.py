"""Docs/protocol section 2: the entries that a trustee writes, fixed with the act they tell of.

Each is signed and stored in the transaction of its act, and owed to the log from then on. Its
leaf hash is kept for good: an entry on the log that this trustee's key has signed, and that it
does not know, tells that its database was rolled back.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from habeas.protocol import Kind, Signer, sign_entry, stream
from habeas.protocol.details import ErasedDetails
from habeas.protocol.document import Document
from habeas.tlog import leaf_hash
from habeas.trustee import photos
from habeas.trustee.photos import Because, KnownPhoto, TrackKeys

Clock = Callable[[], datetime]
Ended = Callable[[sqlite3.Connection, bytes], None]
Key = TypeVar("Key")
#: The day before which details of ended photos are forgotten.
_FORGOTTEN = "forgotten-before"
#: Entries, and their bytes, that one call to the log carries.
BATCH, _BYTES = 256, 512 * 1024


def _nobody(*_: object) -> None:
    """Nobody is told."""


class Records:
    """Writes this trustee's entries.

    Args:
        name: of the trustee.
        signer: its statement key.
        keys: track keys, from which tags follow.
        now: the clock, UTC.
        ended: called with each photo whose share is destroyed.
    """

    def __init__(
        self, name: str, signer: Signer, keys: TrackKeys, now: Clock, ended: Ended = _nobody
    ) -> None:
        self.name = name
        self.now = now
        self.keys = keys
        self._signer = signer
        self._ended = ended

    def today(self) -> str:
        """This day, UTC."""
        return self.now().date().isoformat()

    def seconds(self) -> int:
        """POSIX seconds."""
        return int(self.now().timestamp())

    def write(
        self,
        connection: sqlite3.Connection,
        kind: Kind,
        details: Document,
        photo: KnownPhoto | None = None,
        **shown: str | None,
    ) -> bytes:
        """Fix an entry of this trustee and owe it to the log.

        An entry about a photo takes the next number of this trustee's own stream. Once the
        photo's track key is gone, entries about it carry no tag: nobody can link them.

        Returns:
            Its leaf hash.
        """
        salt = secrets.token_bytes(32)
        track_key = self.keys.of(photo) if photo is not None else None
        if photo is not None and track_key is not None:
            (number,) = connection.execute(
                "UPDATE photos SET next_number = next_number + 1 WHERE digest = ?"
                " RETURNING next_number - 1",
                (photo.digest,),
            ).fetchone()
            shown["tag"] = stream.tag(stream.stream_key(track_key, photo.stream), number)
        content = sign_entry(self._signer, kind, self.today(), details, salt, **shown).encode()
        leaf = leaf_hash(content)
        digest = photo.digest if photo is not None and shown.get("tag") else None
        connection.execute(
            "INSERT INTO entries (leaf, digest, kind, entry, details, salt, made)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (leaf, digest, kind.value, content, details.encode(), salt,
             self.seconds()),
        )  # fmt: skip
        return leaf

    def erase(self, connection: sqlite3.Connection, photo: KnownPhoto, because: Because) -> None:
        """Destroy the share, the track key and the promise; owe the log an `erased` entry."""
        if photo.because is not None:
            return
        details = ErasedDetails(promise=photo.digest.hex(), because=because)
        self.write(connection, Kind.ERASED, details, photo, service=photo.promise().service)
        connection.execute(
            "UPDATE photos SET document = NULL, deposit = NULL, track_key = NULL,"
            " because = ?, erased_on = ? WHERE digest = ?",
            (because, self.today(), photo.digest),
        )
        connection.execute("DELETE FROM awaited WHERE digest = ?", (photo.digest,))
        self._ended(connection, photo.digest)
        # A clock that was set back ends photos on days that were gone through already.
        connection.execute(
            "UPDATE notes SET value = min(value, ?) WHERE name = ?", (self.today(), _FORGOTTEN)
        )
        photos.forget_promises()


def refusals(connection: sqlite3.Connection, digest: bytes) -> int:
    """How many refusals this trustee has put on the log in its stream of a photo."""
    (count,) = connection.execute(
        "SELECT count(*) FROM entries WHERE digest = ? AND kind = ?", (digest, Kind.REFUSED.value)
    ).fetchone()
    return int(count)


def owed(connection: sqlite3.Connection) -> int:
    """How many entries of this trustee are not in its own view of the log yet."""
    (count,) = connection.execute("SELECT count(*) FROM entries WHERE position IS NULL").fetchone()
    return int(count)


def forgotten(connection: sqlite3.Connection) -> str:
    """The day before which the details of all photos that had ended are forgotten."""
    row = connection.execute("SELECT value FROM notes WHERE name = ?", (_FORGOTTEN,)).fetchone()
    return str(row[0]) if row else ""


def forget_before(connection: sqlite3.Connection, day: str) -> None:
    """Remember that all is forgotten that ended before *day*, but for what is owed still."""
    (owed_of,) = connection.execute(
        # What is owed is little, and comes first (SQLite, *CROSS JOIN*).
        "SELECT min(photos.erased_on) FROM entries CROSS JOIN photos USING (digest)"
        " WHERE entries.position IS NULL AND photos.because IS NOT NULL"
    ).fetchone()
    before = min(day, owed_of or day)
    connection.execute("INSERT OR REPLACE INTO notes VALUES (?, ?)", (_FORGOTTEN, before))


def leaves_of(leaves: set[bytes]) -> Callable[[sqlite3.Connection], tuple[set[bytes], set[bytes]]]:
    """Of *leaves* those that this trustee knows as its own; and what it owes, the oldest first.

    Of what it owes as many as go to the log in one call: a tree that holds these pays in order.
    """

    def read(connection: sqlite3.Connection) -> tuple[set[bytes], set[bytes]]:
        oldest = batch(
            connection.execute(
                "SELECT leaf, entry FROM entries WHERE position IS NULL ORDER BY number LIMIT ?",
                (BATCH,),
            ).fetchall()
        )
        known = {
            leaf
            for leaf in leaves
            if connection.execute("SELECT 1 FROM entries WHERE leaf = ?", (leaf,)).fetchone()
        }
        return known, {leaf for leaf, _ in oldest}

    return read


def batch(rows: list[tuple[Key, bytes]]) -> list[tuple[Key, bytes]]:
    """As many of *rows* (a key, and an entry), from the first, as one call to the log carries."""
    total = 0
    for count, (_, entry) in enumerate(rows[:BATCH]):
        total += len(entry)
        if count and total > _BYTES:
            return rows[:count]
    return rows[:BATCH]


def in_debt(connection: sqlite3.Connection, now: int, patience: int) -> bool:
    """Whether this trustee owes the log an entry for too long (docs/protocol, section 8).

    Nothing but the own view, under a quorum's checkpoint, pays: an index that the log has
    given is its promise, and makes no debt younger.

    Args:
        connection: of the store.
        now: POSIX seconds.
        patience: seconds until an entry must be in the own view.
    """
    row = connection.execute(
        "SELECT 1 FROM entries WHERE position IS NULL AND made < ? LIMIT 1", (now - patience,)
    ).fetchone()
    return row is not None
