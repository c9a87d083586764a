"""One trustee at work: every act that its HTTP interface offers, and its rounds."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Literal, Self

from habeas.protocol import Identity, Promise
from habeas.protocol.app import AppManifest
from habeas.protocol.app.documents import AppUnknownError
from habeas.protocol.lost import LostReceipt
from habeas.tlog.witness_bodies import WitnessAnswer
from habeas.trustee import keyring
from habeas.trustee.apps import verify_newer, vouch
from habeas.trustee.claims import ClaimAct
from habeas.trustee.errors import NoEvidenceError, UnknownCircleError, ViewOldError
from habeas.trustee.health import health
from habeas.trustee.parts import Parts
from habeas.trustee.readers import Told
from habeas.trustee.releases import Release
from habeas.trustee.standing import is_paused
from habeas.trustee.withdrawals import Destroyed

_SWEEP_SECONDS = 60.0


@dataclass(frozen=True)
class WithdrawalAnswer:
    """A withdrawal: the signed `erased` statement, or None while its entry is owed to the log."""

    statement: str | None


class Trustee(Parts):
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

    def identity(self) -> Identity:
        """The trustee as circles have it."""
        return self._keys.identity(self.settings)

    def circle(self) -> str:
        """The note of the circle in force."""
        return self.circles.in_force(self._records.seconds()).note

    def circle_numbered(self, number: int) -> str:
        """The note of the circle with that number, which is in force or was.

        Raises:
            UnknownCircleError: this trustee knows none.
        """
        link = self.circles.numbered(number, self._records.seconds())
        if link is None:
            raise UnknownCircleError(f"This trustee knows no circle {number} that took effect.")
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

    def claim(self, lost: LostReceipt, act: ClaimAct) -> None:
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

    def add_checkpoint(self, body: bytes) -> WitnessAnswer:
        """C2SP tlog-witness: cosign a checkpoint that extends the last one.

        Raises:
            Refusal: this trustee may not act now; a reading quorum then tells who owes.
        """
        return self._witnessing.add_checkpoint(body)

    def cosigned(self, origin_hash: str) -> WitnessAnswer:
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
