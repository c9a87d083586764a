"""Docs/protocol section 5: what this trustee knows of an office's rosters, by when it saw them."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from functools import lru_cache

from habeas.protocol import Chain, Promise, writer_id
from habeas.protocol.credential import OfficeForkedError, Roster, newest_roster
from habeas.protocol.parties import Office
from habeas.tlog import NoteVerifier


@dataclass(frozen=True)
class OfficeFacts:
    """What the rules about an officer need.

    Attributes:
        office: as the circles have it now.
        newest: the roster that counts; None where there is none.
        forked: two rosters have one version.
        aged: those rosters, by version, that were first seen long enough ago.
        suspended_by: how many trustees have suspended the office's root.
    """

    office: Office
    newest: Roster | None
    forked: bool
    aged: dict[int, Roster]
    suspended_by: int


@lru_cache(maxsize=256)
def _roster(document: bytes) -> Roster:
    """A roster of this trustee's database: public, 4 KiB at most, and read for each request."""
    return Roster.decode(document)


def office_facts(
    connection: sqlite3.Connection, chain: Chain, promise: Promise, name: str, now: int
) -> OfficeFacts:
    """Gather what is known of the office *name* of the promise's circle.

    Args:
        connection: of the store.
        chain: circles.
        promise: it has promised the photo to this office.
        name: of the office.
        now: POSIX seconds.

    Raises:
        CircleUnknownError: the circle has no such office.
    """
    office = chain.office(promise.circle, name, now)
    root = writer_id(NoteVerifier.parse(office.root_vkey).public_key)
    delay = (chain.in_force(now) or chain.links[0]).circle.delays.roster_seconds
    rows = connection.execute(
        "SELECT document, seen FROM rosters WHERE office = ? AND root_key = ?", (name, root)
    ).fetchall()
    rosters = [(_roster(document), seen) for document, seen in rows]
    newest, forked = None, False
    try:
        newest = newest_roster(roster for roster, _ in rosters)
    except OfficeForkedError:
        forked = True
    (suspended,) = connection.execute(
        "SELECT count(*) FROM suspensions WHERE office = ? AND root_key = ? AND lifted = 0",
        (name, root),
    ).fetchone()
    aged = {roster.version: roster for roster, seen in rosters if seen <= now - delay}
    return OfficeFacts(office, newest, forked, aged, int(suspended))
