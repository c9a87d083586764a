"""Docs/protocol section 3: the circles that this trustee follows, from the one it agreed to."""

from __future__ import annotations

import sqlite3
import threading
from collections import OrderedDict

from habeas.foundation.errors import HabeasError
from habeas.protocol import Chain, Circle
from habeas.protocol.chain import Link
from habeas.tlog import Policy, VerifiedCheckpoint
from habeas.trustee.errors import SetupError

#: Checkpoints that were verified lately: many requests come under one, and whoever follows the
#: log is shown the newest again and again.
_REMEMBERED_CHECKPOINTS = 64


class Circles:
    """The chain of circles, kept in the database as far as it was seen on the log.

    Args:
        connection: to read what was seen before.
        note: the circle that the trustee's administrator has agreed to: the pin.
    """

    def __init__(self, connection: sqlite3.Connection, note: str) -> None:
        try:
            chain = Chain.start(note, 0)
        except HabeasError as error:
            raise SetupError(f"circle.txt is no circle to act under: {error.cause}") from error
        rows = connection.execute("SELECT note, seen FROM circles ORDER BY number")
        for later, seen in rows.fetchall():
            chain = chain.extend(later, seen)
        self._chain = chain
        self._lock = threading.Lock()
        self._policies: dict[str, Policy] = {}
        self._verified: OrderedDict[tuple[str, str], VerifiedCheckpoint] = OrderedDict()

    @property
    def chain(self) -> Chain:
        """All circles so far."""
        return self._chain

    def in_force(self, now: int) -> Link:
        """The circle in force at *now*, POSIX seconds; before the first takes effect, that one."""
        return self._chain.in_force(now) or self._chain.links[0]

    def circle(self, now: int) -> Circle:
        """See `in_force`."""
        return self.in_force(now).circle

    def verify(self, note: str, now: int) -> VerifiedCheckpoint:
        """The word of the acting policy in force at *now* (POSIX seconds) on a checkpoint.

        Args:
            note: the checkpoint with its signatures, and whether it holds does not change.
            now: POSIX seconds.

        Raises:
            TlogError: it is none, or not signed by those who must.
        """
        link = self.in_force(now)
        with self._lock:
            known = self._verified.get((link.digest, note))
            policy = self._policies.get(link.digest)
        if known is not None:
            return known
        policy = policy or link.circle.acting_policy()
        verified = policy.verify(note)
        with self._lock:
            self._policies[link.digest] = policy
            self._verified[link.digest, note] = verified
            while len(self._verified) > _REMEMBERED_CHECKPOINTS:
                self._verified.popitem(last=False)
        return verified

    def numbered(self, number: int, now: int) -> Link | None:
        """The circle of that number, once it is in force or was; None if there is none."""
        links = self._chain.links
        position = number - links[0].circle.number
        if not 0 <= position < len(links):
            return None
        # The first is the one that this trustee has agreed to: it needs no date.
        return links[position] if position == 0 or links[position].effective <= now else None

    def grow(self, connection: sqlite3.Connection, note: str, seen: int) -> None:
        """Take in a circle that stands on the log; one that does not follow changes nothing."""
        try:
            longer = self._chain.extend(note, seen)
        except HabeasError:
            return  # it was read as foreign, or another one has taken its place meanwhile
        if longer is self._chain:
            return
        connection.execute(
            "INSERT OR IGNORE INTO circles VALUES (?, ?, ?)",
            (longer.newest.circle.number, note, seen),
        )
        self._chain = longer

    def reload(self, connection: sqlite3.Connection, note: str) -> None:
        """Begin again from the database, after a transaction that was undone."""
        self._chain = Circles(connection, note).chain
