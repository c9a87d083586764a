"""One trustee, put together from its folder: every act that its HTTP interface offers."""

from __future__ import annotations

import base64
import hashlib
import hmac
import sqlite3
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from habeas import protocol
from habeas.foundation.errors import HabeasError
from habeas.protocol import KeyStatement, Kind, ReleasedStatement
from habeas.protocol.document import Document
from habeas.tlog.client import LogClient
from habeas.tlog.witness import Answer, Witness
from habeas.trustee import keyring, photos
from habeas.trustee.deposits import Deposits
from habeas.trustee.erasure import Erasure
from habeas.trustee.errors import NoShareError, SecretError
from habeas.trustee.following import Follower, owed
from habeas.trustee.months import MonthKey, MonthKeys, StoredMonthKeys
from habeas.trustee.outbox import Outbox
from habeas.trustee.photos import Clock, Records
from habeas.trustee.recovery import Recovery
from habeas.trustee.releases import Asked, Releases, UnsignedRefusal
from habeas.trustee.settings import Settings, load_policy, load_token
from habeas.trustee.store import Store

_SWEEP_SECONDS = 60.0
#: Sending an entry again is harmless, so nothing waits long for a log that hangs.
_LOG_SECONDS = 5.0


def utc_now() -> datetime:
    """The clock of production."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class SignedRelease:
    """A released share and the signed statement of it."""

    index: int
    release: bytes
    statement: str


class SignedRefusal(Exception):  # noqa: N818 - an answer, not an accident
    """A refusal and the signed statement of it."""

    def __init__(self, error: UnsignedRefusal, statement: str) -> None:
        super().__init__(str(error))
        self.error = error
        self.statement = statement


class Trustee:
    """A trustee at work. `start` lets it follow the log and deliver what it owes.

    Args:
        folder: its folder, as made by `habeas trustee init`.
        now: the clock, UTC.

    Raises:
        SetupError: the folder is not complete.
        KeyringError: the keys do not unlock.
    """

    def __init__(self, folder: Path, *, now: Clock = utc_now) -> None:
        self.settings = Settings.load(folder)
        self.policy = load_policy(folder)
        self._now = now
        self._keys = keyring.load(folder, self.settings)
        self._store = Store(folder / "trustee.db")
        self._log = LogClient(self.settings.log_url, load_token(folder), timeout=_LOG_SECONDS)
        self._records = Records(self.settings.name, self._keys.locker, now)
        self._months: MonthKeys = StoredMonthKeys(
            self._store, self._keys.locker, self.settings.months_ahead
        )
        self.follower = Follower(self._store, self._records, self._log, self.policy)
        self.outbox = Outbox(self._store, self._log)
        self._witness = Witness(self._store.database, self._keys.witness, self.policy.logs)
        parts = (self.settings, self._store, self._records, self._months)
        self._deposits = Deposits(*parts)
        self._releases = Releases(*parts, self.follower, self.policy)
        self._erasure = Erasure(*parts, lambda: self.follower.followed_at, self._sign)
        self.recovery = Recovery(
            self.settings.name, self._store, self._records, self._months, self._deposits, self._sign
        )
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Begin to follow the log, to deliver, and to sweep."""
        for name, body in (("tail", self._tail), ("deliver", self._deliver)):
            thread = threading.Thread(target=body, name=f"trustee-{name}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def close(self) -> None:
        """Finish what is under way, and stop."""
        self._stop.set()
        self.outbox.wake()
        for thread in self._threads:
            thread.join()
        self._store.close()
        self._log.close()

    def _tail(self) -> None:
        next_sweep = 0.0
        while not self._stop.is_set():
            self.follower.tail()
            moment = self._now().timestamp()
            if moment >= next_sweep:
                try:
                    self.sweep()
                    next_sweep = moment + _SWEEP_SECONDS
                except HabeasError as error:
                    # A full disk must not end the round for good: it is tried again.
                    self.follower.problem = error
            self._stop.wait(self.settings.poll_seconds)

    def _deliver(self) -> None:
        self.outbox.run(self._stop)

    def sweep(self) -> int:
        """One round of expiry and destruction; returns how many shares ended."""
        return self._erasure.sweep()

    def _sign(self, statement: Document) -> str:
        return self._keys.statement.sign(statement.encode().decode() + "\n")

    def identity(self) -> protocol.TrusteeIdentity:
        """The trustee as everybody pins it."""
        return self._keys.identity(self.settings)

    def key(self, month: str) -> str:
        """The signed statement of the key for photos that expire in *month*.

        Raises:
            MonthError: the month is over, or too far ahead.
        """
        key = self._store.run(lambda connection: self._current_key(connection, month))
        return self._sign(self._key_statement(key))

    def rotate(self, month: str) -> str:
        """Make a fresh key for new photos of *month*; returns its signed statement.

        Raises:
            MonthError: the month is over, or too far ahead.
        """
        today = self._now().date()

        def act(connection: sqlite3.Connection) -> MonthKey:
            key = self._months.rotate(connection, month, today)
            self._announce(connection, key)
            return key

        return self._sign(self._key_statement(self._store.run(act)))

    def _current_key(self, connection: sqlite3.Connection, month: str) -> MonthKey:
        before = connection.total_changes
        key = self._months.current(connection, month, self._now().date())
        if connection.total_changes != before:
            self._announce(connection, key)
        return key

    def _announce(self, connection: sqlite3.Connection, key: MonthKey) -> None:
        """A new key goes on the log: nobody can be given another one unseen."""
        details = self._key_statement(key).fields()
        self._records.write(connection, Kind.POLICY, details, shown=True)

    def _key_statement(self, key: MonthKey) -> KeyStatement:
        return KeyStatement(
            trustee=self.settings.name,
            month=key.month,
            public_key=base64.b64encode(key.public).decode(),
        )

    def deposit(self, document: bytes, index: int, deposit: bytes) -> str:
        """Keep a share; returns the signed acknowledgement. See `Deposits.take`."""
        return self._sign(self._deposits.take(document, index, deposit))

    def release(self, asked: Asked) -> SignedRelease:
        """Release a share. See `Releases.release`.

        Raises:
            SignedRefusal: a rule forbids it.
            NoShareError, MalformedError: as named.
        """
        try:
            release = self._releases.release(asked)
        except UnsignedRefusal as error:
            self.outbox.wake()
            raise SignedRefusal(error, self._sign(error.statement)) from error
        self.outbox.wake()
        statement = ReleasedStatement(
            trustee=self.settings.name,
            promise=asked.digest.hex(),
            request=release.request.hex(),
            day=release.day,
        )
        return SignedRelease(release.index, release.release, self._sign(statement))

    def withdraw(self, digest: bytes, secret: bytes) -> str:
        """Destroy a share; returns the signed `erased` statement. See `Erasure.withdraw`."""
        statement = self._erasure.withdraw(digest, secret)
        self.outbox.wake()
        return self._sign(statement)

    def history(self, digest: bytes, mac: bytes) -> list[dict[str, Any]]:
        """This trustee's own entries about a photo, for the holder of its receipt.

        Raises:
            NoShareError: no such photo is here.
            SecretError: *mac* was not made with the photo's track key.
        """
        return self._store.run(lambda connection: _history(connection, digest, mac))

    def add_checkpoint(self, body: bytes) -> Answer:
        """C2SP tlog-witness: cosign a checkpoint that extends the last one."""
        return self._witness.add_checkpoint(body, int(self._now().timestamp()))

    def witnessed(self, origin: str) -> str | None:
        """The newest checkpoint that this witness has cosigned for *origin*."""
        return self._witness.latest(origin)

    def health(self) -> dict[str, Any]:
        """How this trustee fares: for probes, and for `habeas trustee status`."""
        count = self._store.run(_count)
        fork = self.follower.fork()
        problems = [
            problem.cause
            for problem in (self.follower.problem, self.outbox.problem)
            if problem is not None
        ]
        return {
            "ok": fork is None,
            "name": self.settings.name,
            "view": self.follower.size,
            "root": base64.b64encode(self.follower.root).decode(),
            "forked": fork is not None,
            "problems": problems,
            **count,
        }


def _history(connection: sqlite3.Connection, digest: bytes, mac: bytes) -> list[dict[str, Any]]:
    photo = photos.find(connection, digest)
    if photo is None:
        raise NoShareError("This trustee holds no share of such a photo.")
    shown = hashlib.sha256(mac).digest()
    if photo.history_hash is None or not hmac.compare_digest(shown, photo.history_hash):
        raise SecretError("This is not the receipt of the photo, or its history was destroyed.")
    rows = connection.execute(
        "SELECT entry, details, salt, position FROM entries WHERE digest = ? ORDER BY number",
        (digest,),
    )
    return [
        {
            "entry": entry.decode(),
            "details": protocol.canonical.decode(details),
            "salt": salt.hex(),
            "index": position,
        }
        for entry, details, salt, position in rows
    ]


def _count(connection: sqlite3.Connection) -> dict[str, int]:
    (live,) = connection.execute("SELECT count(*) FROM photos WHERE because IS NULL").fetchone()
    (pending,) = connection.execute(
        "SELECT count(*) FROM photos WHERE because IS NULL AND sealed = 0"
    ).fetchone()
    return {"photos": live, "pending": pending, "owed": owed(connection)}
