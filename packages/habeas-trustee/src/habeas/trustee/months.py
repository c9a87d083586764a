"""Expiry-month keys (Perlman, "The Ephemerizer", 2005): one X-Wing key for each month.

A photo that expires in May 2027 is wrapped to the May 2027 key. When that month is over
the private half is destroyed, and with it every share of that month: no backup of a
deposit can be opened any more.
"""

from __future__ import annotations

import secrets
import sqlite3
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from habeas.protocol import sealing
from habeas.protocol.terms import trustee_key_id
from habeas.trustee.errors import DepositError, MonthError
from habeas.trustee.keyring import Locker
from habeas.trustee.store import Store


@dataclass(frozen=True)
class MonthKey:
    """A month's public key (1,216 bytes) and its id (32 bytes)."""

    month: str
    key_id: bytes
    public: bytes


class MonthSeeds(Protocol):
    """The port behind which private halves live: this database, or a hardware module.

    A module that keeps seeds to itself implements these five acts; nothing else in the
    service ever touches a seed. Acts with a connection run inside a transaction of the store.
    """

    def current(self, connection: sqlite3.Connection, month: str, today: date) -> MonthKey:
        """The key that new photos of *month* are sealed to; made when there is none."""

    def rotate(self, connection: sqlite3.Connection, month: str, today: date) -> MonthKey:
        """A fresh key for new photos of *month*; older ones keep opening their deposits."""

    def open(
        self, month: str, key_id: bytes, info: bytes, deposit: bytes, share_hash: bytes
    ) -> sealing.Deposit:
        """Open a deposit that was made for the key *key_id* of *month*.

        Raises:
            DepositError: there is no such key, or it was destroyed.
            OpeningError: the deposit is not what it must be.
        """

    def unwrap(self, month: str, key_id: bytes, info: bytes, sealed: bytes) -> bytes:
        """Open any other message to that key (parts of a lost share).

        Raises:
            DepositError, OpeningError: as for `open`.
        """

    def destroy(self, connection: sqlite3.Connection, before: str) -> list[MonthKey]:
        """Destroy the private halves of all months before *before*; returns which."""


def month_of(day: date) -> str:
    """The month of a day, as in "2027-05"."""
    return day.isoformat()[:7]


def months_between(today: date, month: str) -> int:
    """How many months *month* lies ahead of *today*'s."""
    year, number = int(month[:4]), int(month[5:])
    return (year - today.year) * 12 + number - today.month


class StoredMonthKeys:
    """Seeds in the trustee's own database, each encrypted under the master key.

    Args:
        store: the database.
        locker: encrypts the seeds.
        months_ahead: how far into the future keys are made.
    """

    def __init__(self, store: Store, locker: Locker, months_ahead: int) -> None:
        self._store = store
        self._locker = locker
        self._months_ahead = months_ahead
        #: Private keys stay in memory while the service runs: it could read them at any time
        #: anyway.
        self._private: dict[tuple[str, bytes], sealing.PrivateKey] = {}

    def current(self, connection: sqlite3.Connection, month: str, today: date) -> MonthKey:
        """See `MonthSeeds.current`.

        Raises:
            MonthError: the month is over, or too far ahead.
        """
        if not 0 <= months_between(today, month) <= self._months_ahead:
            raise MonthError(f"This trustee makes no key for {month}.")
        row = connection.execute(
            "SELECT key_id, public FROM month_keys"
            " WHERE month = ? AND current = 1 AND seed IS NOT NULL",
            (month,),
        ).fetchone()
        return MonthKey(month, *row) if row else self._make(connection, month, today)

    def rotate(self, connection: sqlite3.Connection, month: str, today: date) -> MonthKey:
        """See `MonthSeeds.rotate`.

        Raises:
            MonthError: the month is over, or too far ahead.
        """
        if not 0 <= months_between(today, month) <= self._months_ahead:
            raise MonthError(f"This trustee makes no key for {month}.")
        return self._make(connection, month, today)

    def _make(self, connection: sqlite3.Connection, month: str, today: date) -> MonthKey:
        seed = secrets.token_bytes(32)
        public = sealing.public_key(seed)
        key_id = bytes.fromhex(trustee_key_id(public))
        connection.execute("UPDATE month_keys SET current = 0 WHERE month = ?", (month,))
        connection.execute(
            "INSERT INTO month_keys VALUES (?, ?, ?, ?, ?, 1)",
            (key_id, month, public, self._locker.lock(b"seed" + key_id, seed), today.isoformat()),
        )
        return MonthKey(month, key_id, public)

    def open(
        self, month: str, key_id: bytes, info: bytes, deposit: bytes, share_hash: bytes
    ) -> sealing.Deposit:
        """See `MonthSeeds.open`."""
        return sealing.open_deposit(self._key(month, key_id), info, deposit, share_hash)

    def unwrap(self, month: str, key_id: bytes, info: bytes, sealed: bytes) -> bytes:
        """See `MonthSeeds.unwrap`."""
        return sealing.open_(self._key(month, key_id), info, sealed)

    def _key(self, month: str, key_id: bytes) -> sealing.PrivateKey:
        key = self._private.get((month, key_id))
        if key is None:
            row = self._store.run(
                lambda connection: connection.execute(
                    "SELECT seed FROM month_keys WHERE key_id = ? AND month = ?", (key_id, month)
                ).fetchone()
            )
            if row is None:
                raise DepositError("The promise names a key that is not this trustee's.")
            if row[0] is None:
                raise DepositError("The promise's key was destroyed when its month was over.")
            seed = self._locker.unlock(b"seed" + key_id, row[0])
            key = self._private[month, key_id] = sealing.PrivateKey(seed)
        return key

    def destroy(self, connection: sqlite3.Connection, before: str) -> list[MonthKey]:
        """See `MonthSeeds.destroy`."""
        rows = connection.execute(
            "SELECT month, key_id, public FROM month_keys WHERE month < ? AND seed IS NOT NULL",
            (before,),
        ).fetchall()
        for month, key_id, _ in rows:
            self._private.pop((month, key_id), None)
        connection.execute(
            "UPDATE month_keys SET seed = NULL, current = 0 WHERE month < ?", (before,)
        )
        return [MonthKey(*row) for row in rows]
