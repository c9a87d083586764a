"""What must happen although nobody asks, as a process beside the portal.

Settles what is owed to the log, brings trustees that are back their deposits, gives up unfinished
sealings, expires photos, sweeps drafts, follows the logs for the register, anchors the log of
hours, writes the database's file anew, and delivers webhooks. Of any number of workers of one
database, one does all of that; the others only follow the log, learn the trustees' keys and look
which trustees answer, each for the web processes of its own machine.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime

from django.db import close_old_connections

from habeas.foundation.caution import ReadClocks, TooManyEndsError, look
from habeas.foundation.errors import HabeasError
from habeas.portal.apply import drafts
from habeas.portal.cameras import anchoring
from habeas.portal.desk import cases, sessions
from habeas.portal.looks.telling import settle
from habeas.portal.officers import audit
from habeas.portal.register import seen
from habeas.portal.register.log import log_copy
from habeas.portal.site.election import Election
from habeas.portal.standing import beats, clock, halts, history, installation
from habeas.portal.vault.blobs import blobs
from habeas.portal.vault.custodian import custody
from habeas.portal.vault.room import verify_room
from habeas.portal.vault.scrub import Scrub
from habeas.portal.webhooks.delivering import Deliveries
from habeas.register.anchoring import HoursTree

#: Between two rounds, seconds: how long an owed entry or deposit waits after a failure.
_PAUSE = 5.0
#: Between two looks whether all parts are of one installation, seconds.
_EPOCH = 3600.0
#: Seconds between two tries whether store and database take anything new; one that failed is made
#: again at once.
_TRY = 60.0
_LOG = logging.getLogger("habeas.portal")


class Worker:
    """Rounds over one portal's folder. Django must have been started.

    Args:
        read: the clocks whose jump halts what destroys.
        scrub: writes the database's file anew; None to let it be.
    """

    def __init__(self, read: ReadClocks = look, scrub: Scrub | None = None) -> None:
        self._read = read
        self._scrub = scrub
        self._election = Election()
        self._deliveries = Deliveries()
        self._followed = False
        self._next_epoch = 0.0
        self._hours: HoursTree | None = None

    def close(self) -> None:
        """Let another worker take over."""
        self._election.close()

    def round(self) -> None:
        """One round. A part that cannot be done now holds up no other; the next tries again."""
        # A database that goes away between two parts, where only the round's own course is read,
        # ends this round alone.
        self._part("round", self._parts, silent=True)

    def _parts(self) -> None:
        # A database that was started again in between is connected to afresh.
        close_old_connections()
        elected = self._part("election", self._election.win, silent=True) and self._election.won
        self._followed = self._part("follow", lambda: log_copy().catch_up()) or self._followed
        self._part("hours", self._follow_hours)
        # Custody is asked for within its part: without the token of its key it is not to be had.
        self._part("keys", lambda: custody().learn_keys(), silent=True)
        self._part("trustees", seen.look, silent=True)
        if not elected:
            return
        self._part("standing", self._verify)
        stand = halts.standing()
        if any(each.reads_only for each in stand) or not self._followed:
            return  # what this database believes is in doubt: it neither tells nor destroys
        self._part("custody", lambda: self._custody(ends=not stand))
        self._part("owed", self._owed)
        if beats.due("blobs", _TRY):
            self._part("blobs", lambda: blobs().verify_writable())
        if beats.due("tables", _TRY):
            self._part("tables", verify_room)
        if not stand:
            self._part("drafts", drafts.sweep)
            self._part("sessions", sessions.sweep)
            self._part("cases", lambda: cases.sweep(datetime.now(UTC).date()))
            self._part("audit", audit.sweep, silent=True)
        self._part("looks", _looks)
        self._part("anchor", self._anchor)
        if self._scrub is not None:
            self._part("scrub", self._scrub, silent=True)
        self._part("webhooks", self._deliveries.round, silent=True)

    def _verify(self) -> None:
        """Find reasons to halt; each is kept for all processes."""
        begun = time.monotonic()
        try:
            clock.verify(self._read)
            if begun >= self._next_epoch:
                installation.verify()
            if self._followed:
                history.learn()
        except HabeasError as error:
            if error.code in halts.CODES:
                _LOG.error("halted: %s", error)
                halts.halt(error)
            raise
        if begun >= self._next_epoch and not halts.standing():
            installation.advance()
            self._next_epoch = begun + _EPOCH

    def _custody(self, *, ends: bool) -> None:
        try:
            swept = custody().sweep(ends=ends, many=halts.many_allowed())
        except TooManyEndsError as error:
            halts.halt(error)
            raise
        if swept.given_up or swept.expired or swept.delivered:
            _LOG.warning(
                "given up %d, expired %d, destroyed %d, delivered late %d",
                swept.given_up, swept.expired, swept.destroyed, swept.delivered,
            )  # fmt: skip

    def _follow_hours(self) -> None:
        self._hours = None
        self._hours = anchoring.follow()

    def _anchor(self) -> None:
        if self._hours is not None:
            anchoring.anchor(self._hours)

    def _owed(self) -> None:
        if custody().owes():
            raise EntriesOwedError("Entries wait for the log to take them.")

    def _part(self, name: str, act: Callable[[], object], *, silent: bool = False) -> bool:
        """Do one part; whether it succeeded. Its success or fault is noted for health."""
        fault = ""
        try:
            act()
        except HabeasError as error:
            _LOG.warning("%s: %s", name, error)
            fault = error.cause
        except Exception as error:  # noqa: BLE001 - the next round may fare better
            _LOG.exception("%s", name)
            fault = f"A round of {name} failed: {type(error).__name__}."
        if not silent and self._election.won:
            try:
                with self._scrub.unseen() if self._scrub else nullcontext():
                    beats.beat(name, fault)
            except Exception:  # noqa: BLE001 - without a database, health is red anyway
                _LOG.exception("beat")
        return not fault


def _looks() -> None:
    if not settle():
        raise EntriesOwedError("What offices did with cameras waits for the log or a recorder.")


class EntriesOwedError(HabeasError):
    """The log has not taken all entries yet."""

    code = "owed"
    remedy = "They are sent again in each round."


def main() -> None:
    """Rounds, until the process is ended. Django must have been started."""
    worker = Worker(scrub=Scrub())
    while True:
        worker.round()
        time.sleep(_PAUSE)
