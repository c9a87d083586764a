"""One trustee, put together from its folder: every act that its HTTP interface offers."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol, Self

from habeas.foundation import caution
from habeas.foundation.caution import Look
from habeas.foundation.clock import utc_now
from habeas.foundation.database import Database
from habeas.protocol import Identity, Promise, writer_id
from habeas.protocol.app import AppManifest
from habeas.protocol.app.documents import AppUnknownError
from habeas.protocol.document import Document
from habeas.protocol.lost import LostReceipt
from habeas.protocol.statements import sign_statement
from habeas.tlog import Checkpoint
from habeas.tlog.client import LogClient
from habeas.tlog.note import split
from habeas.tlog.view import Source
from habeas.tlog.witness import Answer
from habeas.tlog.writing import BundleWriter
from habeas.trustee import index, keyring
from habeas.trustee.announcements import Announcements
from habeas.trustee.apps import Apps, verify_newer, vouch
from habeas.trustee.circles import Circles
from habeas.trustee.claims import Act, Claims
from habeas.trustee.deposits import Deposits
from habeas.trustee.erasure import Erasure
from habeas.trustee.errors import NoCircleError, NoEvidenceError, SetupError, ViewOldError
from habeas.trustee.following import Follower
from habeas.trustee.halts import Halts
from habeas.trustee.health import health
from habeas.trustee.hosting import Hosting
from habeas.trustee.loops import Loops
from habeas.trustee.months import MonthSeeds, StoredMonthKeys
from habeas.trustee.notices import Delivery, MailServer, Notices
from habeas.trustee.notices.asking import Asking
from habeas.trustee.notices.mails import Writer
from habeas.trustee.outbox import Outbox
from habeas.trustee.peers import Peers
from habeas.trustee.photos import Streams, TrackKeys
from habeas.trustee.readers import Readers, Told
from habeas.trustee.records import Clock, Records
from habeas.trustee.recovery import Recovery
from habeas.trustee.releases import Release, Releases
from habeas.trustee.settings import Settings, load_circle, load_token
from habeas.trustee.standing import Standing, is_paused
from habeas.trustee.store import Store
from habeas.trustee.watching import Watch
from habeas.trustee.withdrawals import Destroyed, Withdrawals
from habeas.trustee.witnessing import Witnessing

_SWEEP_SECONDS = 60.0
#: Sending an entry again is harmless, so nothing waits long for a log that hangs; a busy log
#: has the time to answer a whole batch.
_LOG_SECONDS = 15.0


@dataclass(frozen=True)
class WithdrawalAnswer:
    """A withdrawal: the signed `erased` statement, or None while its entry is owed to the log."""

    statement: str | None


class FollowedLog(Source, BundleWriter, Protocol):
    """What a trustee needs of its log."""

    def close(self) -> None:
        """Close the connections."""


class Trustee:
    """A trustee at work. `start` lets it follow the log and deliver what it owes.

    Args:
        folder: its folder, as made by `habeas trustee init`.
        now: the clock, UTC.
        log: to follow and to write; by default that of the circle, over HTTP.
        look: the clocks whose jump halts expiry; by default the machine's, or *now* for all
            where that is another clock than the machine's.
        mail: where mails to receipts' holders are handed in; None for no mails.

    Raises:
        SetupError: the folder is not complete.
        KeyringError: the keys do not unlock.
    """

    def __init__(
        self, folder: Path, *, now: Clock = utc_now, log: FollowedLog | None = None,
        look: Look | None = None, mail: MailServer | None = None,
    ) -> None:  # fmt: skip
        self._folder = folder
        self.settings = Settings.load(folder)
        self._now = now
        self._keys = keyring.load(folder, self.settings)
        self._note = load_circle(folder)
        self._store = Store(folder / "trustee.db")
        with self._store.database.reading() as connection:
            self.circles = Circles(connection, self._note)
        self._verify_seat()
        url = self.circles.chain.links[0].circle.log.url
        self._log = log or LogClient(url, load_token(folder), timeout=_LOG_SECONDS)
        track_keys = TrackKeys(self._keys.locker)
        self._notices = Notices(self._keys.locker, now)
        self._records = Records(
            self.settings.name, self._keys.statement, track_keys, now, self._notices.ended
        )
        writer = Writer(self.settings.name, self.settings.url, mail.sender if mail else "")
        self.delivery = Delivery(self._store, self._notices, mail, writer, now)
        self.asking = Asking(
            self.settings.name, self._store, self._records, self._notices, self.delivery
        )
        self._months: MonthSeeds = StoredMonthKeys(
            self._store, self._keys.locker, self.settings.months_ahead
        )
        streams = Streams(track_keys, self._notices.happened)
        own = writer_id(self._keys.statement.verifier.public_key)
        self.outbox = Outbox(self._store, self._log, self._records.seconds)
        self.follower = Follower(
            self._store,
            index.Index(
                own, self._records, streams, self.circles, self.outbox.wake, self._notices.happened
            ),
            self.circles,
            self._log,
            now,
            self._reload,
            self.settings.fresh_seconds,
        )
        self._standing = Standing(
            self.settings, self._store, self._caught_up, self._records.seconds
        )
        # In a file of its own, that no backup of the deposits brings back.
        self._witness_database = Database(folder / "witness.db")
        self._witnessing = Witnessing(
            self._witness_database, self._keys.witness, self.circles, self._standing,
            self._store, self.follower, self._records.seconds,
        )  # fmt: skip
        note = self._witnessing.latest(self.circles.chain.links[0].circle.log.origin)
        self._cosigned_before = Checkpoint.parse(split(note)[0]).size if note else 0
        self.apps = Apps(self._store, self.circles, self.follower.verify_hour)
        self._deposits = Deposits(
            self.settings, self._store, self._records, streams, self._months, self.circles,
            self.apps,
        )  # fmt: skip
        self.hosting = Hosting(folder, self.apps, self.circles, self._records.now)
        self.watch = Watch(folder, self._store, self._records, self.apps, self.outbox.wake)
        self._releases = Releases(
            self.settings, self._store, self._records, self._months, self.circles, self.follower,
            self._standing, self._sign,
        )  # fmt: skip
        self._withdrawals = Withdrawals(
            self.settings.name, self._store, self._records, self.circles, self._keys.locker
        )
        clocks = look or (caution.look if now is utc_now else caution.given(now))
        self._claims = Claims(self.settings.name, self._store, self._records, self.outbox.wake)
        self._halts = Halts(self._store, clocks, self._records.today)
        self._erasure = Erasure(
            self.settings, self._store, self._records, self._months,
            lambda: self.follower.followed_at, self._halts, self._sign, self._notices,
        )  # fmt: skip
        self._announcements = Announcements(
            self._store, self._records, self._months, self.circles, self._sign,
            self.outbox.wake,
        )  # fmt: skip
        self._readers = Readers(
            self.settings.name, self._store, self._records, self.circles, self.follower,
            self._standing,
        )  # fmt: skip
        self.recovery = Recovery(
            self.settings.name, self._store, self._records, self._months, self._deposits,
            self.circles, self._keys.locker, self._sign,
        )  # fmt: skip
        self._peers = Peers(self.circles)
        self._loops = Loops(self.settings.retry_seconds)
        self._next_sweep = 0.0

    def _verify_seat(self) -> None:
        """Raise unless this trustee has a seat in one of its circles, with these keys."""
        mine = self._keys.statement.vkey
        for link in self.circles.chain.links:
            seat = link.circle.trustee(self.settings.name)
            if seat is not None and seat.statement_vkey == mine:
                return
        raise SetupError(
            f"The circle in circle.txt has no trustee {self.settings.name} with this key.",
            "Adopt a circle that this trustee has signed.",
        )

    def _caught_up(self) -> bool:
        """Whether it has read, since it started, all that it had cosigned before.

        A restored database is behind the witness's, which lies in a file of its own: what the
        trustee has said since the copy was made may stand between the two.
        """
        return self.follower.caught_up and self.follower.size >= self._cosigned_before

    def _reload(self) -> None:
        with self._store.database.reading() as connection:
            self.circles.reload(connection, self._note)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Begin to follow the log, to deliver, and to tell the other trustees."""
        rounds = {"tail": self._tail, "deliver": self._deliver, "tell": self._tell}
        if self.settings.watch_seconds:
            rounds["watch"] = self._watch
        if self.delivery.offered:
            rounds["mail"] = self._mail
        self._loops.start(rounds)

    def close(self) -> None:
        """Finish what is under way, and stop."""
        self._loops.stop()
        self.outbox.wake()
        self.delivery.wake()
        self._loops.join()
        self._peers.close()
        self._store.close()
        self._witness_database.close()
        self._log.close()

    def _tail(self) -> None:
        self.follower.tail()
        moment = self._now().timestamp()
        if moment >= self._next_sweep:
            self.sweep()
            self._next_sweep = moment + _SWEEP_SECONDS
        self._loops.wait(self.settings.poll_seconds)

    def _deliver(self) -> None:
        if self.outbox.deliver() == 0:
            self.outbox.wait(self.settings.retry_seconds)

    def _mail(self) -> None:
        if self.delivery.deliver() == 0:
            self.delivery.wait(self.settings.retry_seconds)

    def _watch(self) -> None:
        # First the pause: nobody can tell by its restart when a trustee looks.
        self._loops.wait(self.watch.pause(self.settings.watch_seconds))
        if not self._loops.stopped:
            self.watch.round()

    def _tell(self) -> None:
        self._withdrawals.forward(self._peers.tell)
        self._loops.wait(self.settings.poll_seconds)

    def sweep(self) -> int:
        """One round of expiry and destruction; returns how many shares ended.

        Raises:
            HaltedError: the clock jumped, or too many would end; `pause(resume=True)` lets it.
        """
        return self._erasure.sweep()

    def _sign(self, statement: Document) -> str:
        return sign_statement(self._keys.statement, statement)

    def identity(self) -> Identity:
        """The trustee as circles have it."""
        return self._keys.identity(self.settings)

    def circle(self) -> str:
        """The note of the circle in force."""
        return self.circles.in_force(self._records.seconds()).note

    def circle_numbered(self, number: int) -> str:
        """The note of the circle with that number, which is in force or was.

        Raises:
            NoCircleError: this trustee knows none.
        """
        link = self.circles.numbered(number, self._records.seconds())
        if link is None:
            raise NoCircleError(f"This trustee knows no circle {number} that took effect.")
        return link.note

    def key(self, month: str) -> str:
        """The signed statement of a month's key. See `Announcements.key`."""
        return self._announcements.key(month)

    def rotate(self, month: str) -> str:
        """Make a fresh key for a month. See `Announcements.rotate`."""
        return self._announcements.rotate(month)

    def deposit(self, promise: Promise, index: int, deposit: bytes, order: str) -> str:
        """Keep a share; returns the signed acknowledgement. See `Deposits.take`."""
        try:
            said = self._deposits.take(promise, index, deposit, order)
        except (AppUnknownError, ViewOldError):
            # The portal may have read the log since: this trustee reads on before it refuses.
            self.follower.tail()
            said = self._deposits.take(promise, index, deposit, order)
        return self._sign(said)

    def release(self, fields: Mapping[str, Any]) -> Release:
        """Release a share. See `Releases.release`."""
        try:
            return self._releases.release(fields)
        finally:
            self.outbox.wake()

    def withdraw(self, digest: bytes, secret: bytes) -> WithdrawalAnswer:
        """Destroy a share on the word of who knows the secret. See `Withdrawals.withdraw`."""
        destroyed: Destroyed = self._withdrawals.withdraw(digest, secret)
        self.outbox.wake()
        said = destroyed.statement
        return WithdrawalAnswer(None if said is None else self._sign(said))

    def stream_end(self, digest: bytes, nonce: str, mac: bytes) -> tuple[Told, str]:
        """What this trustee tells the holder of a receipt, and its signed statement."""
        told = self._readers.stream_end(digest, nonce, mac)
        return told, self._sign(told.statement)

    def claim(self, lost: LostReceipt, act: Act) -> None:
        """Speak for somebody who has lost their receipt. See `Claims.claim`."""
        self._claims.claim(lost, act)

    def suspend(self, office: str, *, lifted: bool = False) -> None:
        """Suspend an office's root key, or lift that. See `Announcements.suspend`."""
        self._announcements.suspend(office, lifted=lifted)

    def pause(self, *, resume: bool = False) -> None:
        """Refuse every request from now on, or go on, which the log says.

        Expiry that was halted goes on too.
        """
        self._announcements.pause(resume=resume)
        if resume:
            self._halts.resume()

    def paused(self) -> bool:
        """Whether its administrator has paused it."""
        with self.reading() as connection:
            return is_paused(connection)

    def today(self) -> str:
        """The day, UTC."""
        return self._records.today()

    def reading(self) -> AbstractContextManager[sqlite3.Connection]:
        """Its database, for reading alone."""
        return self._store.database.snapshot()

    def evidence(self, name: str) -> bytes:
        """What the live site served, and no release has: see `Watch.evidence`.

        Raises:
            NoEvidenceError: nothing is kept under this hash.
        """
        found = self.watch.evidence(name)
        if found is None:
            raise NoEvidenceError("Nothing is kept under this hash.")
        return found

    def vouch(self, manifest: AppManifest, how: Literal["rebuilt", "compared"]) -> str:
        """This trustee's word on a manifest. See `habeas.trustee.apps`."""
        verify_newer(manifest, self.apps.releases())
        return vouch(self._folder, manifest, self.settings.name, self._records.today(), how)

    def add_checkpoint(self, body: bytes) -> Answer:
        """C2SP tlog-witness: cosign a checkpoint that extends the last one.

        Raises:
            Refusal: this trustee may not act now; a reading quorum then tells who owes.
        """
        return self._witnessing.add_checkpoint(body)

    def cosigned(self, origin_hash: str) -> Answer:
        """C2SP tlog-witness: the newest checkpoint that it has cosigned, for monitors."""
        return self._witnessing.monitor(origin_hash)

    def witnessed(self, origin: str) -> str | None:
        """The newest checkpoint that this witness has cosigned for *origin*."""
        return self._witnessing.latest(origin)

    def health(self) -> dict[str, Any]:
        """How this trustee fares: for probes, and for `habeas trustee status`."""
        seconds = self._records.seconds()
        found, figures = health(
            self._store, self.follower, self.outbox, self._standing, self._loops, self.delivery,
            now=self._now().timestamp(), pause=self.settings.poll_seconds,
            missing=keyring.missing(self._folder),
        )  # fmt: skip
        circle = self.circles.in_force(seconds).digest
        return found.fields(name=self.settings.name, circle=circle, **figures)
