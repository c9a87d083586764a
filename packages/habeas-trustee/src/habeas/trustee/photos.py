"""The trustee's rows: photos, their streams of tags, and the entries that it writes.

Functions over a connection, all called inside a transaction of the store.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Literal

from habeas import protocol
from habeas.protocol import CUSTODIAN, Entry, ErasedDetails, Kind, Promise, Purpose
from habeas.trustee.keyring import Locker

Because = Literal["withdrawn", "expired", "orphaned"]
#: How far behind a gap a withdrawal is looked for.
_WINDOW = 16
Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Photo:
    """One photo as this trustee knows it; a row of the table.

    ``because`` says why the share is gone, if it is; ``sealed`` is 1 once the log has said
    that the photo was sealed.
    """

    digest: bytes
    share: int
    key_id: bytes
    opens_until: str
    withdraw_hash: str
    history_hash: bytes | None
    acknowledged: str
    sealed: int
    erased_elsewhere: int
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
        return Promise.decode(self.document or b"")


_COLUMNS = ", ".join(column.name for column in fields(Photo))


def find(connection: sqlite3.Connection, digest: bytes) -> Photo | None:
    """The photo whose promise has this digest."""
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM photos WHERE digest = ?",  # noqa: S608 - constant columns
        (digest,),
    ).fetchone()
    return Photo(*row) if row else None


class Records:
    """Acts on rows that need the trustee's name, clock and locker.

    Args:
        name: of the trustee, for its entries.
        locker: encrypts track keys.
        now: the clock, UTC.
    """

    def __init__(self, name: str, locker: Locker, now: Clock) -> None:
        self.name = name
        self.locker = locker
        self.now = now

    def today(self) -> str:
        """This day, UTC."""
        return self.now().date().isoformat()

    def lock_track_key(self, digest: bytes, track_key: bytes) -> bytes:
        """Encrypt a track key for its row."""
        return self.locker.lock(b"track" + digest, track_key)

    def track_key(self, photo: Photo) -> bytes | None:
        """The photo's track key, while its share is kept."""
        if photo.track_key is None:
            return None
        return self.locker.unlock(b"track" + photo.digest, photo.track_key)

    def write(
        self,
        connection: sqlite3.Connection,
        kind: Kind,
        details: dict[str, Any],
        photo: Photo | None = None,
        *,
        service: str | None = None,
        office: str | None = None,
        purpose: Purpose | None = None,
        code: str | None = None,
        shown: bool = False,
    ) -> None:
        """Fix an entry of this trustee and owe it to the log.

        An entry about a photo takes the next number of this trustee's own stream. Once a
        photo's track key is gone, entries about it carry no tag: nobody can link them.
        """
        salt = secrets.token_bytes(32)
        tag = None
        track_key = self.track_key(photo) if photo is not None else None
        if photo is not None and track_key is not None:
            (counter,) = connection.execute(
                "UPDATE photos SET next_counter = next_counter + 1 WHERE digest = ?"
                " RETURNING next_counter - 1",
                (photo.digest,),
            ).fetchone()
            tag = protocol.tag(track_key, photo.stream, counter)
        entry = Entry(
            kind=kind,
            service=service,
            office=office,
            purpose=purpose,
            trustee=self.name,
            code=code,
            day=self.today(),
            tag=tag,
            commit=protocol.commitment(salt, details),
            details=details if shown else None,
            salt=salt.hex() if shown else None,
        )
        digest = photo.digest if photo is not None and tag is not None else None
        connection.execute(
            "INSERT INTO entries (digest, entry, details, salt, day) VALUES (?, ?, ?, ?, ?)",
            (digest, entry.encode(), protocol.canonical.encode(details), salt, self.today()),
        )

    def erase(self, connection: sqlite3.Connection, photo: Photo, because: Because) -> None:
        """Destroy the share, the track key and the promise; owe the log an `erased` entry."""
        if photo.because is not None:
            return
        details = ErasedDetails(promise=photo.digest.hex(), because=because)
        service = photo.promise().service
        self.write(connection, Kind.ERASED, details.fields(), photo, service=service)
        connection.execute(
            "UPDATE photos SET document = NULL, deposit = NULL, track_key = NULL,"
            " because = ?, erased_on = ? WHERE digest = ?",
            (because, self.today(), photo.digest),
        )
        connection.execute("DELETE FROM streams WHERE digest = ?", (photo.digest,))

    def watch(self, connection: sqlite3.Connection, photo: Photo, writers: int) -> None:
        """Begin to follow the tags of a new photo: the custodian's and every trustee's."""
        for stream in range(writers + 1):
            self._advance(connection, photo, stream, 0)
        # Whoever takes a lost trustee's seat goes on with its numbers.
        connection.execute(
            "UPDATE photos SET next_counter = ? WHERE digest = ?",
            (next_counter(connection, photo.digest, photo.stream), photo.digest),
        )

    def seen(self, connection: sqlite3.Connection, tag: bytes) -> None:
        """A tag has appeared on the log: if it is one that a photo waits for, move on."""
        row = connection.execute(
            "SELECT digest, stream, counter FROM streams WHERE tag = ?", (tag,)
        ).fetchone()
        if row is None:
            return
        digest, stream, counter = row
        photo = find(connection, digest)
        if photo is not None and photo.because is None:
            self._advance(connection, photo, stream, counter)

    def _advance(
        self, connection: sqlite3.Connection, photo: Photo, stream: int, counter: int
    ) -> None:
        """Pass every entry of *stream* that the log holds, from *counter* on, without gap."""
        track_key = self.track_key(photo)
        if track_key is None:
            return
        withdrawn = False
        while True:
            tag = bytes.fromhex(protocol.tag(track_key, stream, counter))
            row = connection.execute("SELECT kind FROM log_tags WHERE tag = ?", (tag,)).fetchone()
            if row is None:
                break
            if stream == CUSTODIAN and counter == 0 and row[0] == Kind.SEALED:
                connection.execute("UPDATE photos SET sealed = 1 WHERE digest = ?", (photo.digest,))
            withdrawn |= stream == CUSTODIAN and row[0] == Kind.WITHDRAWN
            if stream not in (CUSTODIAN, photo.stream) and row[0] == Kind.ERASED:
                connection.execute(
                    "UPDATE photos SET erased_elsewhere = erased_elsewhere + 1 WHERE digest = ?",
                    (photo.digest,),
                )
            counter += 1
        connection.execute(
            "INSERT OR REPLACE INTO streams (tag, digest, stream, counter) VALUES (?, ?, ?, ?)",
            (tag, photo.digest, stream, counter),
        )
        if withdrawn:
            self.erase(connection, photo, "withdrawn")


def next_counter(connection: sqlite3.Connection, digest: bytes, stream: int) -> int:
    """How many entries of a photo's stream the log holds, without gap."""
    row = connection.execute(
        "SELECT counter FROM streams WHERE digest = ? AND stream = ?", (digest, stream)
    ).fetchone()
    return row[0] if row else 0


def withdrawn_beyond(connection: sqlite3.Connection, track_key: bytes, counter: int) -> bool:
    """Whether the log holds a withdrawal behind a gap in the custodian's stream.

    One without a gap has erased the share already, when it was read.
    """
    tags = [
        bytes.fromhex(protocol.tag(track_key, CUSTODIAN, counter + ahead))
        for ahead in range(_WINDOW)
    ]
    marks = ",".join("?" * len(tags))
    row = connection.execute(
        f"SELECT 1 FROM log_tags WHERE kind = ? AND tag IN ({marks})",  # noqa: S608 - marks only
        (Kind.WITHDRAWN.value, *tags),
    ).fetchone()
    return row is not None
