"""Docs/protocol section 2, *Whose word counts*: what a trustee keeps of each entry of the log.

Reading is total: a leaf that is no valid entry of a writer that may write it is foreign,
counted, and changes nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from habeas.protocol import Entry, Foreign, Kind, read_entry, terms
from habeas.protocol.app import AppDetails, AppDiffersDetails
from habeas.protocol.credential import Roster
from habeas.protocol.details import (
    AnchoredDetails,
    CircleDetails,
    ClaimedDetails,
    SuspendedDetails,
    WithdrawnDetails,
)
from habeas.protocol.reading import details_of
from habeas.tlog import leaf_hash
from habeas.trustee import anchors, apps, claims, photos
from habeas.trustee.circles import Circles
from habeas.trustee.notices.values import Happened
from habeas.trustee.photos import Streams
from habeas.trustee.records import Records

_FOREIGN = "foreign"
#: Set once an entry on the log is signed by this trustee and unknown to it.
ROLLED_BACK = "rolled-back"


class Index:
    """Takes each entry in, inside the transaction that marks it as read.

    Args:
        own: this trustee's writer id, hex.
        records: what it has written itself.
        streams: tags of its photos.
        circles: who may write.
        erased: called when a withdrawal secret on the log has destroyed a share.
        happened: called when somebody claims a photo without its receipt.
    """

    def __init__(
        self,
        own: str,
        records: Records,
        streams: Streams,
        circles: Circles,
        erased: Callable[[], None],
        happened: Happened,
    ) -> None:
        self._own = own
        self._records = records
        self._streams = streams
        self._circles = circles
        self._erased = erased
        self._happened = happened

    def apply(self, connection: sqlite3.Connection, position: int, content: bytes) -> None:
        """Take in the entry at *position*. It takes any bytes, and never raises for them."""
        entry = read_entry(content, self._circles.chain)
        if isinstance(entry, Foreign):
            _count_foreign(connection)
            return
        leaf = leaf_hash(content)
        if entry.writer == self._own:
            self._settle(connection, position, leaf)
        if entry.tag is not None:
            self._tag(connection, entry, position, leaf)
        if entry.kind is Kind.REQUESTED:
            _request(connection, entry, position)
        elif entry.details is not None:
            self._institution(connection, position, entry)

    def is_own(self, content: bytes) -> bool:
        """Whether an entry is signed by this trustee."""
        entry = read_entry(content, self._circles.chain)
        return not isinstance(entry, Foreign) and entry.writer == self._own

    def _settle(self, connection: sqlite3.Connection, position: int, leaf: bytes) -> None:
        known = connection.execute(
            "UPDATE entries SET position = coalesce(position, ?),"
            " sequenced = coalesce(sequenced, ?) WHERE leaf = ?",
            (position, self._records.seconds(), leaf),
        )
        if known.rowcount == 0:
            connection.execute(
                "INSERT OR IGNORE INTO notes VALUES (?, ?)", (ROLLED_BACK, str(position))
            )

    def _tag(
        self, connection: sqlite3.Connection, entry: Entry, position: int, leaf: bytes
    ) -> None:
        tag = bytes.fromhex(entry.tag or "")
        # Of one writer's entries with a tag the first one counts.
        added = connection.execute(
            "INSERT OR IGNORE INTO log_tags VALUES (?, ?, ?, ?, ?, ?, ?)",
            (tag, bytes.fromhex(entry.writer), position, leaf, entry.kind.value, entry.day,
             self._records.seconds()),
        )  # fmt: skip
        if added.rowcount:
            self._streams.seen(connection, tag, self._circles.chain)

    def _institution(self, connection: sqlite3.Connection, position: int, entry: Entry) -> None:
        details = details_of(entry)
        now = self._records.seconds()
        match details:
            case CircleDetails():
                self._circles.grow(connection, details.circle, now)
            case Roster():
                connection.execute(
                    "INSERT OR IGNORE INTO rosters VALUES (?, ?, ?, ?, ?, ?)",
                    (details.office, entry.writer, details.version, details.digest(),
                     details.encode(), now),
                )  # fmt: skip
            case SuspendedDetails():
                name = self._circles.chain.writers[entry.writer].name
                connection.execute(
                    "INSERT OR REPLACE INTO suspensions VALUES (?, ?, ?, ?)",
                    (details.office, details.root, name, int(details.lifted)),
                )
            case WithdrawnDetails():
                self._withdrawn(connection, details)
            case ClaimedDetails():
                if claims.learn(connection, details, now):
                    digest = bytes.fromhex(details.promise)
                    self._happened(connection, digest, "claimed", str(position))
            case AnchoredDetails():
                anchors.take(connection, details)
            case AppDetails():
                apps.take(connection, position, details, entry.day)
            case AppDiffersDetails():
                apps.take_difference(connection, position, details)

    def _withdrawn(self, connection: sqlite3.Connection, details: WithdrawnDetails) -> None:
        digest, secret = bytes.fromhex(details.promise), bytes.fromhex(details.secret)
        hashed = terms.withdraw_hash(secret)
        photo = photos.find(connection, digest)
        if photo is None:
            # Its deposit may still come, and must not be taken then.
            connection.execute("INSERT OR REPLACE INTO told VALUES (?, ?, NULL)", (digest, hashed))
        elif photo.withdraw_hash == hashed and photo.because is None:
            self._records.erase(connection, photo, "withdrawn")
            self._erased()


def _request(connection: sqlite3.Connection, entry: Entry, position: int) -> None:
    connection.execute(
        "INSERT OR IGNORE INTO log_slots VALUES (?, ?)",
        (bytes.fromhex(entry.slot or ""), position),
    )
    connection.execute(
        "INSERT OR IGNORE INTO log_requests VALUES (?, ?, ?, ?)",
        (position, entry.day, entry.office, entry.purpose),
    )


def _count_foreign(connection: sqlite3.Connection) -> None:
    connection.execute(
        "INSERT INTO notes VALUES (?, '1')"
        " ON CONFLICT DO UPDATE SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT)",
        (_FOREIGN,),
    )


def foreign(connection: sqlite3.Connection) -> int:
    """How many foreign entries the log has shown."""
    row = connection.execute("SELECT value FROM notes WHERE name = ?", (_FOREIGN,)).fetchone()
    return int(row[0]) if row else 0
