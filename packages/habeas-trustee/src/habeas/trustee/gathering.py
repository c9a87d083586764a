"""Docs/protocol section 6: the facts about a request, read in the transaction that decides.

What the rules may know of a photo and of the log, from the trustee's own database; what they need
to know of officers is gathered by `habeas.trustee.officers`.
"""

from __future__ import annotations

import sqlite3

from habeas.protocol import CUSTODIAN, Chain, Entry, Promise, stream
from habeas.trustee import claims, photos
from habeas.trustee.facts import Facts, Shown
from habeas.trustee.photos import KnownPhoto
from habeas.trustee.records import Records

#: No quota is larger; a flood of requests costs no more to count.
_MOST_COUNTED = 1_000_000


def gather(
    connection: sqlite3.Connection, photo: KnownPhoto, shown: Shown, promise: Promise,
    chain: Chain, records: Records,
) -> Facts:  # fmt: skip
    """What this trustee knows when it decides about a request.

    Args:
        connection: with the transaction that decides.
        photo: which is asked for, and still has its share.
        shown: the request.
        promise: of the photo.
        chain: the circles that are known.
        records: with the keys of photos, and the trustee's clock.
    """
    key = stream.stream_key(records.keys.of(photo) or b"", CUSTODIAN)
    tag = bytes.fromhex(shown.entry.tag or "")
    place = photos.first_by_writer(connection, tag, chain, promise, CUSTODIAN)
    owner = connection.execute(
        "SELECT request FROM releases WHERE key_hash = ?", (shown.key_hash,)
    ).fetchone()
    slot = connection.execute(
        "SELECT position FROM log_slots WHERE slot = ?", (bytes.fromhex(shown.entry.slot or ""),)
    ).fetchone()
    return Facts(
        now=records.now(),
        promise=promise,
        stream_key=key,
        passed=photos.passed(connection, photo.digest, CUSTODIAN),
        place=place,
        withdrawn=_was_told(connection, photo),
        closed=photo.closed is not None,
        claimed=claims.freezes(connection, photo.digest, records.seconds()),
        same_day=photos.requests_of_day(
            connection, photo.digest, shown.request.day, shown.request.number
        ),
        slot_position=slot[0] if slot else None,
        before=_before(connection, shown.entry, place.position if place else 0),
        key_owner=owner[0] if owner else None,
    )


def _was_told(connection: sqlite3.Connection, photo: KnownPhoto) -> bool:
    row = connection.execute(
        "SELECT 1 FROM told WHERE digest = ? AND secret_hash = ?",
        (photo.digest, photo.withdraw_hash),
    ).fetchone()
    return row is not None


def _before(connection: sqlite3.Connection, entry: Entry, position: int) -> dict[str, int]:
    """Requests of the entry's day before *position*, by its office and by its purpose."""
    found = {}
    for what, value in (("office", entry.office), ("purpose", entry.purpose)):
        (count,) = connection.execute(
            f"SELECT count(*) FROM (SELECT 1 FROM log_requests WHERE day = ? AND {what} = ?"  # noqa: S608
            " AND position < ? LIMIT ?)",
            (entry.day, value, position, _MOST_COUNTED),
        ).fetchone()
        found[what] = int(count)
    return found
