"""Docs/protocol section 2, *Streams*: a trustee's photos, and their streams of tags on the log.

Functions over a connection, all called inside a transaction of the store.
"""

from __future__ import annotations

import hashlib
import hmac
import sqlite3
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from functools import lru_cache
from typing import Literal

from habeas.protocol import CUSTODIAN, Chain, Kind, Promise, stream
from habeas.trustee.keyring import Locker
from habeas.trustee.notices.values import Happened

Because = Literal["withdrawn", "expired", "orphaned", "claimed"]
#: The stream under which a photo's closing tag is awaited: no writer has this number.
CLOSING = 256
#: Under which the `closed` entry stands among the custodian's, after all numbers.
_CLOSED = 1 << 31


@dataclass(frozen=True)
class KnownPhoto:
    """One sealed photo as this trustee knows it; a row of the table.

    Attributes:
        sealed: position of its `sealed` entry in the own view; None before it.
        closed: position of its `closed` entry; ``closed_day`` is that entry's day.
        because: why the share is gone, if it is.
        next_number: of this trustee's own stream.
    """

    digest: bytes
    seal_id: str
    share: int
    key_id: bytes
    opens_until: str
    closed_days: int
    withdraw_hash: str
    reader_hash: bytes
    acknowledged: str
    next_number: int
    sealed: int | None
    closed: int | None
    closed_day: str | None
    because: Because | None
    erased_on: str | None
    document: bytes | None = field(repr=False)
    deposit: bytes | None = field(repr=False)
    track_key: bytes | None = field(repr=False)

    @property
    def stream(self) -> int:
        """The number of this trustee's own stream of tags."""
        return self.share + 1

    def promise(self) -> Promise:
        """The promise; only while the share is kept."""
        return _promise(self.document or b"")


@lru_cache(maxsize=64)
def _promise(document: bytes) -> Promise:
    """A promise of this trustee's database: a release asks for it, and each of its entries does."""
    return Promise.decode(document)


def forget_promises() -> None:
    """Keep none in memory: one of them is destroyed."""
    _promise.cache_clear()


_COLUMNS = ", ".join(column.name for column in fields(KnownPhoto))


def find(connection: sqlite3.Connection, digest: bytes) -> KnownPhoto | None:
    """The photo whose promise has this digest."""
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM photos WHERE digest = ?",  # noqa: S608 - constant columns
        (digest,),
    ).fetchone()
    return KnownPhoto(*row) if row else None


def reader_hash(track_key: bytes, own_stream: int, trustee: str) -> bytes:
    """What tells the receipt's holder after the track key is gone: SHA-256 of their MAC."""
    mac = stream.reader_mac(stream.stream_key(track_key, own_stream), trustee)
    return hashlib.sha256(bytes.fromhex(mac)).digest()


def shows_receipt(photo: KnownPhoto, mac: bytes) -> bool:
    """Whether *mac* (32 bytes) was made with the key of this trustee's own stream."""
    return hmac.compare_digest(hashlib.sha256(mac).digest(), photo.reader_hash)


class TrackKeys:
    """Track keys at rest: each encrypted, and bound to its photo."""

    def __init__(self, locker: Locker) -> None:
        self._locker = locker

    def lock(self, digest: bytes, track_key: bytes) -> bytes:
        """Encrypt a track key for its row."""
        return self._locker.lock(b"track" + digest, track_key)

    def of(self, photo: KnownPhoto) -> bytes | None:
        """The photo's track key, while its share is kept."""
        if photo.track_key is None:
            return None
        return self._locker.unlock(b"track" + photo.digest, photo.track_key)


def _nobody(*_: object) -> None:
    """Nobody is told."""


class Streams:
    """Follows the tags of every photo: which entries of each writer the log holds, in order.

    Args:
        keys: track keys.
        happened: called once for each request and for the end of the office's work.
    """

    def __init__(self, keys: TrackKeys, happened: Happened = _nobody) -> None:
        self._keys = keys
        self._happened = happened

    def watch(
        self,
        connection: sqlite3.Connection,
        photo: KnownPhoto,
        promise: Promise,
        track_key: bytes,
        chain: Chain,
    ) -> None:
        """Begin to follow a new photo: the custodian's tags, the closing tag, its own."""
        for number in (CUSTODIAN, CLOSING, photo.stream):
            self._advance(connection, photo, promise, track_key, number, 0, chain)
        # Whoever takes a lost trustee's seat goes on with its numbers.
        connection.execute(
            "UPDATE photos SET next_number = ? WHERE digest = ?",
            (passed(connection, photo.digest, photo.stream), photo.digest),
        )

    def seen(self, connection: sqlite3.Connection, tag: bytes, chain: Chain) -> None:
        """A tag has appeared on the log: if it is one that a photo awaits, move on."""
        row = connection.execute(
            "SELECT digest, stream, number FROM awaited WHERE tag = ?", (tag,)
        ).fetchone()
        if row is None:
            return
        digest, number_of_stream, number = row
        photo = find(connection, digest)
        track_key = self._keys.of(photo) if photo is not None else None
        if photo is not None and photo.because is None and track_key is not None:
            self._advance(
                connection, photo, photo.promise(), track_key, number_of_stream, number, chain
            )

    def _advance(
        self,
        connection: sqlite3.Connection,
        photo: KnownPhoto,
        promise: Promise,
        track_key: bytes,
        stream_number: int,
        number: int,
        chain: Chain,
    ) -> None:
        """Pass every entry of a stream that the log holds, from *number* on, without gap."""
        writer = CUSTODIAN if stream_number == CLOSING else stream_number
        key = stream.stream_key(track_key, writer)
        while True:
            text = stream.closing_tag(key) if stream_number == CLOSING else stream.tag(key, number)
            tag = bytes.fromhex(text)
            found = first_by_writer(connection, tag, chain, promise, writer)
            if found is None:
                break
            if stream_number in (CUSTODIAN, CLOSING):
                connection.execute(
                    "INSERT OR IGNORE INTO custodian_entries VALUES (?, ?, ?, ?)",
                    (photo.digest, _CLOSED if stream_number == CLOSING else number,
                     found.position, found.day),
                )  # fmt: skip
                self._tell(connection, photo.digest, promise, number, found)
            if stream_number == CLOSING:
                if found.kind == Kind.CLOSED:
                    connection.execute(
                        "UPDATE photos SET closed = ?, closed_day = ? WHERE digest = ?",
                        (found.position, max(found.day, found.day_seen()), photo.digest),
                    )
                connection.execute(
                    "DELETE FROM awaited WHERE digest = ? AND stream = ?",
                    (photo.digest, CLOSING),
                )
                return
            if stream_number == CUSTODIAN and number == 0 and found.kind == Kind.SEALED:
                connection.execute(
                    "UPDATE photos SET sealed = ? WHERE digest = ?",
                    (found.position, photo.digest),
                )
            number += 1
        connection.execute(
            "INSERT OR REPLACE INTO awaited (tag, digest, stream, number) VALUES (?, ?, ?, ?)",
            (tag, photo.digest, stream_number, number),
        )

    def _tell(
        self,
        connection: sqlite3.Connection,
        digest: bytes,
        promise: Promise,
        number: int,
        found: Place,
    ) -> None:
        """Tell of an entry of the custodian's. Beyond what was promised nothing can be opened."""
        if found.kind == Kind.CLOSED:
            self._happened(connection, digest, "closed", "")
        elif found.kind == Kind.REQUESTED and number <= promise.openings_max:
            self._happened(connection, digest, "asked", str(found.position))


@dataclass(frozen=True)
class Place:
    """Where the own view has an entry.

    Attributes:
        position: log index.
        leaf: its leaf hash.
        seen: when this trustee read it, POSIX seconds by its own clock.
    """

    position: int
    leaf: bytes
    kind: str
    day: str
    seen: int

    def day_seen(self) -> str:
        """The day on which this trustee read it: who dates an entry back gains nothing."""
        return datetime.fromtimestamp(self.seen, UTC).date().isoformat()


def first_by_writer(
    connection: sqlite3.Connection, tag: bytes, chain: Chain, promise: Promise, stream_number: int
) -> Place | None:
    """The first entry with *tag* that the stream's own writer has signed.

    An entry with the same tag by anybody else is foreign, and hides nothing.
    """
    rows = connection.execute(
        "SELECT writer, position, leaf, kind, day, seen FROM log_tags WHERE tag = ?"
        " ORDER BY position",
        (tag,),
    )
    for writer, *place in rows:
        if chain.writes(writer.hex(), promise, stream_number):
            return Place(*place)
    return None


def passed(connection: sqlite3.Connection, digest: bytes, stream_number: int) -> int:
    """How many entries of a photo's stream the log holds, without gap."""
    row = connection.execute(
        "SELECT number FROM awaited WHERE digest = ? AND stream = ?", (digest, stream_number)
    ).fetchone()
    return int(row[0]) if row else 0


def custodian_positions(connection: sqlite3.Connection, digest: bytes) -> list[int]:
    """Log indexes of the custodian's entries about a photo, in order of their numbers."""
    rows = connection.execute(
        "SELECT position FROM custodian_entries WHERE digest = ? ORDER BY number", (digest,)
    )
    return [row[0] for row in rows]


def requests_of_day(connection: sqlite3.Connection, digest: bytes, day: str, before: int) -> int:
    """How many of the custodian's entries 1 to *before* - 1 are of that day."""
    (count,) = connection.execute(
        "SELECT count(*) FROM custodian_entries"
        " WHERE digest = ? AND day = ? AND number BETWEEN 1 AND ?",
        (digest, day, before - 1),
    ).fetchone()
    return int(count)
