"""Mails until a mail server has them: SMTP (RFC 5321), in TLS (RFC 8314 section 3, or RFC 3207).

What is owed lies in the database, and leaves it once the server has said that it has it. A
process that ends between the two sends that mail again, under the same Message-ID: nothing is
lost, and what comes twice can be told.
"""

from __future__ import annotations

import smtplib
import sqlite3
from collections.abc import Callable
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from typing import TYPE_CHECKING, Literal

from habeas.foundation.authorities import authorities
from habeas.trustee.notices.errors import MailError
from habeas.trustee.notices.mails import MailWriter, compose
from habeas.trustee.notices.subscriptions import Notices
from habeas.trustee.notices.values import Mail

if TYPE_CHECKING:
    from collections.abc import Iterator

    from habeas.trustee.store import Store

Security = Literal["tls", "starttls", "none"]
#: How many mails it has not been possible to send, and were dropped; a note of the store.
_DROPPED = "mails-dropped"


@dataclass(frozen=True)
class Patience:
    """How long a mail server is tried (RFC 5321 section 4.5.4.1).

    Attributes:
        answer: until the server says something; seconds.
        first: until a mail that was not taken is tried again; each time twice as long, at most
            `most`; seconds.
        give_up: after which a mail is dropped: what it tells of stands on the log; seconds.
        late: after which health says that mails do not get out; seconds.
        pause: between two rounds, however often the server failed; seconds.
        batch: mails of one connection.
    """

    answer: float = 30.0
    first: int = 60
    most: int = 4 * 3600
    give_up: int = 3 * 86_400
    late: int = 3600
    pause: float = 300.0
    batch: int = 50


PATIENCE = Patience()


@dataclass(frozen=True)
class MailServer:
    """Where mails are handed in: the trustee's own server, or its provider's.

    Attributes:
        security: ``tls`` from the first byte, ``starttls``, or ``none``, for this machine itself.
        sender: the address that mails come from.
        user, password: by which the server knows this trustee, where it asks.
    """

    host: str
    port: int
    security: Security
    sender: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    @contextmanager
    def session(self) -> Iterator[smtplib.SMTP]:
        """A connection over which mails are sent.

        Raises:
            MailError: it cannot be made, or ends.
        """
        try:
            with self._connected() as smtp:
                yield smtp
        except (OSError, smtplib.SMTPException) as error:
            raise MailError(
                f"The mail server {self.host}:{self.port} takes no mails: {_why(error)}."
            ) from error

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        if self.security == "tls":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, timeout=PATIENCE.answer, context=authorities()
            )
        else:
            smtp = smtplib.SMTP(self.host, self.port, timeout=PATIENCE.answer)
        try:
            if self.security == "starttls":
                smtp.starttls(context=authorities())
            if self.user is not None:
                smtp.login(self.user, self.password or "")
            yield smtp
        finally:
            with suppress(OSError, smtplib.SMTPException):
                smtp.quit()
            smtp.close()


def _why(error: BaseException) -> str:
    """The kind of failure. What the server answered may hold an address, and stays out."""
    if isinstance(error, smtplib.SMTPResponseException):
        return f"it answered {error.smtp_code}"
    return type(error).__name__


class Delivery:
    """Sends what is owed.

    Args:
        store: the trustee's database.
        notices: what is owed.
        server: where to; None where this trustee sends no mails.
        writer: who writes.
        now: the clock, UTC.
    """

    def __init__(
        self,
        store: Store,
        notices: Notices,
        server: MailServer | None,
        writer: MailWriter,
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._notices = notices
        self._server = server
        self._writer = writer
        self._now = now
        #: Rounds in a row that failed.
        self._failed = 0
        self.problem: MailError | None = None
        """Why the last mail did not get out, if it did not."""

    @property
    def offered(self) -> bool:
        """Whether this trustee sends mails."""
        return self._server is not None

    def wake(self) -> None:
        """There is something to send."""
        self._notices.owing.set()

    def wait(self, seconds: float) -> None:
        """Until there is something new to send; or so long, and longer where nothing gets out."""
        self._notices.owing.wait(min(PATIENCE.pause, seconds * 2 ** min(self._failed, 16)))
        self._notices.owing.clear()

    def deliver(self) -> int:
        """Send one round; returns how many mails the server has taken. `problem` says why not."""
        self._store.run(self._give_up)
        with self._store.database.snapshot() as connection:
            mails = self._notices.due(connection, PATIENCE.batch)
        if not mails or self._server is None:
            self._settle(None)
            return 0
        before, self.problem, sent = self.problem, None, 0
        try:
            with self._server.session() as smtp:
                for mail in mails:
                    sent += self._send(smtp, mail)
        except MailError as error:
            self.problem = error
        self._failed = self._failed + 1 if self.problem else 0
        self._settle(before)
        return sent

    def _settle(self, before: MailError | None) -> None:
        """What was wrong is told for as long as a mail that was refused waits."""
        with self._store.database.snapshot() as connection:
            waiting, refused = connection.execute(
                "SELECT count(*), coalesce(sum(tries > 0), 0) FROM mails"
            ).fetchone()
        if not waiting:
            self.problem = None
        elif refused and self.problem is None:
            self.problem = before

    def _send(self, smtp: smtplib.SMTP, mail: Mail) -> int:
        message = compose(self._writer, mail, self._now())
        try:
            self._hand_in(smtp, message, mail.to.address)
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as error:
            # One address that is refused holds up no other.
            self.problem = MailError(f"The mail server refuses a mail: {_code(error)}.")
            self._store.run(lambda connection: self._later(connection, mail))
            return 0
        self._store.run(
            lambda connection: connection.execute("DELETE FROM mails WHERE id = ?", (mail.id,))
        )
        return 1

    def _hand_in(self, smtp: smtplib.SMTP, message: EmailMessage, address: str) -> None:
        smtp.send_message(message, self._writer.sender, [address])

    def _later(self, connection: sqlite3.Connection, mail: Mail) -> None:
        connection.execute(
            "UPDATE mails SET tries = tries + 1, due = ? + min(?, ? << min(tries, 16))"
            " WHERE id = ?",
            (int(self._now().timestamp()), PATIENCE.most, PATIENCE.first, mail.id),
        )

    def _give_up(self, connection: sqlite3.Connection) -> None:
        old = int(self._now().timestamp()) - PATIENCE.give_up
        dropped = connection.execute("DELETE FROM mails WHERE made < ?", (old,)).rowcount
        if dropped:
            connection.execute(
                "INSERT INTO notes VALUES (?, ?) ON CONFLICT DO UPDATE SET value = value + ?",
                (_DROPPED, str(dropped), dropped),
            )

    def figures(self, connection: sqlite3.Connection) -> dict[str, int]:
        """Counts for health and console: addresses, and mails."""
        told, waiting = connection.execute(
            "SELECT coalesce(sum(confirmed = 1), 0), coalesce(sum(confirmed = 0), 0) FROM notices"
        ).fetchone()
        (mails,) = connection.execute("SELECT count(*) FROM mails").fetchone()
        row = connection.execute("SELECT value FROM notes WHERE name = ?", (_DROPPED,)).fetchone()
        return {
            "notices": told, "notices_waiting": waiting, "mails": mails,
            "mails_dropped": int(row[0]) if row else 0,
        }  # fmt: skip

    def problems(self, connection: sqlite3.Connection) -> dict[str, str]:
        """What a person has to look at: mails that have waited for too long."""
        (oldest,) = connection.execute("SELECT min(made) FROM mails").fetchone()
        if oldest is None or self._now().timestamp() - oldest < PATIENCE.late:
            return {}
        why = self.problem.cause if self.problem else "None is being sent."
        if self._server is None:
            why = "habeas.toml has no [mail] any more."
        return {"mails-wait": f"Mails to receipts' holders have waited for over an hour. {why}"}


def _code(error: smtplib.SMTPException) -> str:
    """The server's reply code alone: its words hold the address."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = {str(code) for code, _ in error.recipients.values()}
        return f"it answered {', '.join(sorted(codes))}"
    return _why(error)
