"""Docs/protocol section 8: what a trustee announces on the log of its own accord.

Its month keys, and offices whose root key it suspends. Nobody can be told another key than
everybody else. Circles are announced where they are agreed to (`ceremony.adopt`).
"""

from __future__ import annotations

import base64
import sqlite3
from collections.abc import Callable

from habeas.protocol import Kind, writer_id
from habeas.protocol.details import KeyDetails, PausedDetails, SuspendedDetails
from habeas.protocol.document import Document
from habeas.protocol.statements import KeyStatement
from habeas.tlog import NoteVerifier
from habeas.trustee import standing
from habeas.trustee.circles import Circles
from habeas.trustee.errors import SetupError
from habeas.trustee.months import MonthKey, MonthSeeds
from habeas.trustee.records import Records
from habeas.trustee.store import Store


class Announcements:
    """Writes a trustee's announcements into its outbox, in the transaction that makes them true.

    Args:
        store, records, months, circles: of this trustee.
        sign: signs a statement with the trustee's key; gives the note.
        wake: called when something waits to be delivered.
    """

    def __init__(
        self,
        store: Store,
        records: Records,
        months: MonthSeeds,
        circles: Circles,
        sign: Callable[[Document], str],
        wake: Callable[[], None],
    ) -> None:
        self._store = store
        self._records = records
        self._months = months
        self._circles = circles
        self._sign = sign
        self._wake = wake

    def key(self, month: str) -> str:
        """The signed statement of the key for photos that expire in *month*.

        Raises:
            MonthError: the month is over, or too far ahead.
        """
        key = self._store.run(lambda connection: self._current_key(connection, month))
        self._wake()
        return self._sign(self._key_statement(key))

    def rotate(self, month: str) -> str:
        """Make a fresh key for new photos of *month*; returns its signed statement.

        Raises:
            MonthError: the month is over, or too far ahead.
        """
        today = self._records.now().date()

        def act(connection: sqlite3.Connection) -> MonthKey:
            key = self._months.rotate(connection, month, today)
            self._announce(connection, key)
            return key

        return self._sign(self._key_statement(self._store.run(act)))

    def _current_key(self, connection: sqlite3.Connection, month: str) -> MonthKey:
        before = connection.total_changes
        key = self._months.current(connection, month, self._records.now().date())
        if connection.total_changes != before:
            self._announce(connection, key)
        return key

    def _announce(self, connection: sqlite3.Connection, key: MonthKey) -> None:
        """A new key goes on the log: nobody can be given another one unseen."""
        said = self._key_statement(key)
        details = KeyDetails(
            trustee=said.trustee, month=said.month, key=said.key_id(), statement=self._sign(said)
        )
        self._records.write(connection, Kind.KEY, details)

    def _key_statement(self, key: MonthKey) -> KeyStatement:
        return KeyStatement(
            trustee=self._records.name,
            month=key.month,
            public_key=base64.b64encode(key.public).decode(),
        )

    def pause(self, *, resume: bool = False) -> None:
        """Refuse every request from now on, or go on; the log says so, once for each change."""

        def act(connection: sqlite3.Connection) -> None:
            if standing.pause(connection, resume=resume):
                details = PausedDetails(trustee=self._records.name, lifted=resume)
                self._records.write(connection, Kind.PAUSED, details)

        self._store.run(act)
        self._wake()

    def suspend(self, office: str, *, lifted: bool = False) -> None:
        """Say on the log that this trustee suspends an office's root key, or lifts that.

        Raises:
            SetupError: the circle in force has no such office.
        """
        found = self._circles.circle(self._records.seconds()).office(office)
        if found is None:
            raise SetupError(f"The circle in force has no office {office}.")
        details = SuspendedDetails(
            office=office,
            root=writer_id(NoteVerifier.parse(found.root_vkey).public_key),
            lifted=lifted,
        )
        self._store.run(lambda c: self._records.write(c, Kind.SUSPENDED, details, office=office))
        self._wake()
