"""Docs/protocol section 9: what a trustee tells the holder of a receipt about a photo.

Its own entries with their details, where the custodian's stand on the log, and a signed end
of its stream: the reader checks all of it against the log.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any

from habeas.protocol import canonical
from habeas.protocol.statements import StreamEndStatement
from habeas.trustee import photos
from habeas.trustee.circles import Circles
from habeas.trustee.errors import NoShareError, NotTheHolderError
from habeas.trustee.following import Follower
from habeas.trustee.records import Records
from habeas.trustee.standing import Standing
from habeas.trustee.store import Store


@dataclass(frozen=True)
class Told:
    """An answer to a reader.

    Attributes:
        statement: to be signed.
        checkpoint: the newest that this trustee has followed to; None before the first.
        events: own entries, {entry, details, salt, index}; without index while they are owed.
            Those that were forgotten are missing.
        custodian: indexes of the custodian's entries, in order of their numbers.
    """

    statement: StreamEndStatement
    checkpoint: str | None
    events: list[dict[str, Any]]
    custodian: list[int]


class Readers:
    """Answers to holders of receipts."""

    def __init__(
        self,
        name: str,
        store: Store,
        records: Records,
        circles: Circles,
        follower: Follower,
        standing: Standing,
    ) -> None:
        self._name = name
        self._store = store
        self._records = records
        self._circles = circles
        self._follower = follower
        self._standing = standing

    def stream_end(self, digest: bytes, nonce: str, mac: bytes) -> Told:
        """The end of this trustee's stream for a photo, and what it knows of the photo.

        Args:
            digest: of the promise.
            nonce: as the reader drew it, hex.
            mac: proof of holding the receipt, 32 bytes.

        Raises:
            NoShareError: no such photo is here.
            NotTheHolderError: *mac* was not made with the receipt's track key.
            Refusal: this trustee may have forgotten what it has said: ``rolled-back`` or
                ``behind``.
        """
        # Before the snapshot, which then holds at least what was seen.
        seen = self._follower.seen()
        with self._store.database.snapshot() as connection:
            return self._stream_end(connection, digest, nonce, mac, seen)

    def _stream_end(
        self,
        connection: sqlite3.Connection,
        digest: bytes,
        nonce: str,
        mac: bytes,
        seen: tuple[str | None, int, bytes],
    ) -> Told:
        photo = photos.find(connection, digest)
        if photo is None:
            raise NoShareError("This trustee holds no share of such a photo.")
        if not photos.shows_receipt(photo, mac):
            raise NotTheHolderError("This is not the receipt of the photo.")
        self._standing.verify_memory(connection)
        rows = connection.execute(
            "SELECT entry, details, salt, position FROM entries WHERE digest = ? ORDER BY number",
            (digest,),
        ).fetchall()
        checkpoint, size, root = seen
        statement = StreamEndStatement(
            trustee=self._name,
            promise=digest.hex(),
            nonce=nonce,
            next=photo.next_number,
            owed=sum(position is None or position >= size for *_, position in rows),
            closed=photo.closed,
            held=photo.because is None,
            origin=self._circles.chain.links[0].circle.log.origin,
            size=size,
            root=root.hex(),
            day=self._records.today(),
        )
        return Told(
            statement,
            checkpoint,
            [event for row in rows if (event := _event(*row)) is not None],
            photos.custodian_positions(connection, digest),
        )


def _event(
    entry: bytes | None, details: bytes | None, salt: bytes | None, position: int | None
) -> dict[str, Any] | None:
    """An own entry; None once it was forgotten."""
    if entry is None or details is None or salt is None:
        return None
    event = {"entry": entry.decode(), "details": canonical.decode(details), "salt": salt.hex()}
    return event if position is None else event | {"index": position}
