"""Docs/protocol/trustee.md, *Notices*: whom this trustee tells of a photo, and what it owes them.

Each act runs inside a transaction of the store, and the mails that follow from an entry of the
log are fixed in the one that marks it as read: so each act makes one mail, whenever the process
ends. Addresses lie encrypted, and nothing on the disk shows that two photos have the same.
"""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from habeas.protocol import canonical
from habeas.protocol.exchange import NoticesAnswer
from habeas.trustee.keyring import Locker
from habeas.trustee.notices.errors import TooManyNoticesError
from habeas.trustee.notices.values import LIMITS, Addressed, Mail, Occasion, Subscription

_WEEK = 7
_ALL = b"all"


def identify(token: str) -> bytes:
    """The id under which a token's notice lies: its hash, so that no disk shows tokens."""
    return hashlib.sha256(bytes.fromhex(token)).digest()


class Notices:
    """Who is told of which photo.

    Args:
        locker: for addresses.
        now: the clock, UTC.

    Attributes:
        owing: set once a mail is owed.
    """

    def __init__(self, locker: Locker, now: Callable[[], datetime]) -> None:
        self._locker = locker
        self._now = now
        self.owing = threading.Event()

    def _today(self) -> str:
        return self._now().date().isoformat()

    # Asked by the holder ------------------------------------------------------------------

    def look(self, connection: sqlite3.Connection, digest: bytes) -> NoticesAnswer:
        """How many addresses are told of a photo, and how many have not confirmed."""
        told, waiting = connection.execute(
            "SELECT coalesce(sum(confirmed = 1), 0), coalesce(sum(confirmed = 0), 0)"
            " FROM notices WHERE digest = ?",
            (digest,),
        ).fetchone()
        return NoticesAnswer(told=told, waiting=waiting)

    def tell(
        self, connection: sqlite3.Connection, digest: bytes, address: str, language: str
    ) -> NoticesAnswer:
        """Ask *address* whether it wants to be told.

        What is answered shows nothing of the address: whether it has asked never to be written
        to, was asked too often, or is told already.

        Raises:
            TooManyNoticesError: this photo has as many addresses, or asked as often, as it may.
        """
        mark = self._locker.mark(b"notice" + digest, address.lower().encode())
        known = connection.execute(
            "SELECT id, held, confirmed FROM notices WHERE digest = ? AND mark = ?", (digest, mark)
        ).fetchone()
        (addresses,) = connection.execute(
            "SELECT count(*) FROM notices WHERE digest = ?", (digest,)
        ).fetchone()
        asked_before = self._locker.mark(b"notices-of", digest)
        if known is None and addresses >= LIMITS.addresses:
            raise TooManyNoticesError("This photo has as many addresses as it may have.")
        if self._counted(connection, asked_before, 1) >= LIMITS.asked_photo:
            raise TooManyNoticesError("This photo's holder has asked often enough today.")
        if self._counted(connection, _ALL, 1) >= LIMITS.asked_all:
            raise TooManyNoticesError("This trustee has written to enough new addresses today.")
        self._count(connection, asked_before)
        to = Addressed(address, language, secrets.token_hex(32), self._today())
        notice = identify(to.token)
        if known is None:
            held = self._locker.lock(b"notice" + notice, to.encode())
            connection.execute(
                "INSERT INTO notices VALUES (?, ?, ?, ?, ?, 0)",
                (notice, digest, mark, held, to.day),
            )
        else:
            notice, to = known[0], self._addressed(known[0], known[1])
        if known is None or not known[2]:
            self._ask(connection, notice, to)
        return self.look(connection, digest)

    def _ask(self, connection: sqlite3.Connection, notice: bytes, to: Addressed) -> None:
        """Owe the mail that asks for confirmation, unless the address is to be left in peace."""
        address = to.address.lower().encode()
        subject = self._locker.mark(b"notices-to", address)
        refused = connection.execute(
            "SELECT 1 FROM notice_refusals WHERE mark = ?",
            (self._locker.mark(b"notices-never", address),),
        ).fetchone()
        if refused or self._counted(connection, subject, _WEEK) >= LIMITS.asked_address:
            return
        self._count(connection, subject)
        self._count(connection, _ALL)
        self._owe(connection, notice, to, "confirm", secrets.token_hex(16))

    def stop(self, connection: sqlite3.Connection, digest: bytes) -> NoticesAnswer:
        """Tell nobody of a photo any more."""
        connection.execute(
            "DELETE FROM mails WHERE notice IN (SELECT id FROM notices WHERE digest = ?)",
            (digest,),
        )
        connection.execute("DELETE FROM notices WHERE digest = ?", (digest,))
        return self.look(connection, digest)

    # Asked through a mail's link ----------------------------------------------------------

    def find(self, connection: sqlite3.Connection, token: str) -> Subscription | None:
        """What a link's token belongs to; None where it ended."""
        row = connection.execute(
            "SELECT id, held, confirmed FROM notices WHERE id = ?", (identify(token),)
        ).fetchone()
        if row is None:
            return None
        return Subscription(self._addressed(row[0], row[1]).language, bool(row[2]))

    def confirm(self, connection: sqlite3.Connection, token: str) -> bool:
        """Tell from now on; False where the link has ended."""
        changed = connection.execute(
            "UPDATE notices SET confirmed = 1 WHERE id = ?", (identify(token),)
        )
        return changed.rowcount == 1

    def end(self, connection: sqlite3.Connection, token: str, *, never: bool = False) -> None:
        """Tell no more; with *never*, write to the address for no other photo either."""
        notice = identify(token)
        row = connection.execute("SELECT held FROM notices WHERE id = ?", (notice,)).fetchone()
        if row is None:
            return
        if never:
            address = self._addressed(notice, row[0]).address.lower().encode()
            connection.execute(
                "INSERT OR IGNORE INTO notice_refusals VALUES (?)",
                (self._locker.mark(b"notices-never", address),),
            )
        connection.execute("DELETE FROM mails WHERE notice = ?", (notice,))
        connection.execute("DELETE FROM notices WHERE id = ?", (notice,))

    # What happens to a photo --------------------------------------------------------------

    def happened(
        self, connection: sqlite3.Connection, digest: bytes, act: Occasion, which: str
    ) -> None:
        """Owe a mail to each address that is told of a photo.

        Args:
            connection: of the transaction in which this trustee learns of the act.
            digest: of the photo's promise.
            act: what happened.
            which: tells it from all others of its kind: its place on the log, say.
        """
        rows = connection.execute(
            "SELECT id, held FROM notices WHERE digest = ? AND confirmed = 1", (digest,)
        ).fetchall()
        for notice, held in rows:
            told = self._locker.mark(b"told", notice)
            # The end is told in any case; it is the last.
            if act != "ended" and self._counted(connection, told, 1) >= LIMITS.mails_photo:
                continue
            self._count(connection, told)
            self._owe(connection, notice, self._addressed(notice, held), act, which)

    def ended(self, connection: sqlite3.Connection, digest: bytes) -> None:
        """The photo's share is destroyed here: say so, and forget who was told of it."""
        self.happened(connection, digest, "ended", "")
        connection.execute(
            "DELETE FROM mails WHERE notice IN"
            " (SELECT id FROM notices WHERE digest = ? AND confirmed = 0)",
            (digest,),
        )
        connection.execute("DELETE FROM notices WHERE digest = ?", (digest,))

    def forget(self, connection: sqlite3.Connection) -> None:
        """Drop addresses that were not confirmed in time, and counts of past days."""
        today = self._now().date()
        week_ago = (today - timedelta(days=_WEEK)).isoformat()
        connection.execute(
            "DELETE FROM notices WHERE confirmed = 0 AND asked < ?",
            ((today - timedelta(days=LIMITS.confirm_days)).isoformat(),),
        )
        connection.execute(
            "DELETE FROM notice_counts WHERE day < ?",
            (week_ago,),
        )

    def _owe(
        self,
        connection: sqlite3.Connection,
        notice: bytes,
        to: Addressed,
        act: Occasion,
        which: str,
    ) -> None:
        number = hashlib.sha256(b"\0".join((notice, act.encode(), which.encode()))).digest()
        content = canonical.encode(
            {"to": canonical.decode(to.encode()), "act": act, "day": self._today()}
        )
        held = self._locker.lock(b"mail" + number, content)
        now = int(self._now().timestamp())
        connection.execute(
            "INSERT OR IGNORE INTO mails VALUES (?, ?, ?, ?, 0, ?)",
            (number, notice, held, now, now),
        )
        self.owing.set()

    def _addressed(self, notice: bytes, held: bytes) -> Addressed:
        return Addressed(**canonical.decode(self._locker.unlock(b"notice" + notice, held)))

    # What is owed -------------------------------------------------------------------------

    def due(self, connection: sqlite3.Connection, most: int) -> list[Mail]:
        """Mails that can be sent now, at most so many."""
        rows = connection.execute(
            "SELECT id, held FROM mails WHERE due <= ? ORDER BY due, id LIMIT ?",
            (int(self._now().timestamp()), most),
        ).fetchall()
        found = []
        for number, held in rows:
            content = canonical.decode(self._locker.unlock(b"mail" + number, held))
            to = Addressed(**content["to"])
            found.append(Mail(number, to, content["act"], content["day"]))
        return found

    # Counts -------------------------------------------------------------------------------

    def _counted(self, connection: sqlite3.Connection, subject: bytes, days: int) -> int:
        since = (self._now().date() - timedelta(days=days - 1)).isoformat()
        (count,) = connection.execute(
            "SELECT coalesce(sum(count), 0) FROM notice_counts WHERE day >= ? AND subject = ?",
            (since, subject),
        ).fetchone()
        return int(count)

    def _count(self, connection: sqlite3.Connection, subject: bytes) -> None:
        connection.execute(
            "INSERT INTO notice_counts VALUES (?, ?, 1)"
            " ON CONFLICT DO UPDATE SET count = count + 1",
            (self._today(), subject),
        )
