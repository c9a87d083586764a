"""C2SP tlog-witness, with the rule that who owes the log, or is behind it, does not cosign.

A reading quorum of fresh cosignatures then tells that nobody owes. The one tree that such a
trustee does cosign is one that it has read, that holds what it owes, and nothing of its own that
it does not know: otherwise two trustees in debt at once, or all of them after a failure of power,
would keep the log for ever from publishing what settles them. Who owes more than goes to the log
in one call is paid in order, by a call's worth for each tree.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from habeas.foundation.database import Database
from habeas.foundation.errors import HabeasError
from habeas.tlog import Checkpoint, CosignatureSigner
from habeas.tlog.note import open_note, split
from habeas.tlog.witness import Witness
from habeas.tlog.witness_bodies import AddCheckpoint, WitnessAnswer
from habeas.trustee import anchors, records
from habeas.trustee.circles import Circles
from habeas.trustee.errors import Refusal
from habeas.trustee.following import Follower
from habeas.trustee.standing import Standing
from habeas.trustee.store import Store

#: What keeps from cosigning, but for a tree that settles it.
_SETTLED = {"owes-the-log", "behind"}


class Witnessing:
    """This trustee as a witness of its circle's logs.

    Args:
        database: of the witness alone: no backup of the deposits brings it back.
        signer: the witness key.
        circles: whose logs are witnessed.
        standing: whether this trustee may act.
        store: what it owes.
        follower: reads the tree that is to be cosigned.
        seconds: the clock, POSIX seconds.
    """

    def __init__(
        self,
        database: Database,
        signer: CosignatureSigner,
        circles: Circles,
        standing: Standing,
        store: Store,
        follower: Follower,
        seconds: Callable[[], int],
    ) -> None:
        self._database = database
        self._signer = signer
        self._circles = circles
        self._standing = standing
        self._store = store
        self._follower = follower
        self._seconds = seconds
        self._lock = threading.Lock()
        self._made_for = ""
        self._made: Witness | None = None

    def _witness(self) -> Witness:
        """The witness of the logs under the circle in force."""
        link = self._circles.in_force(self._seconds())
        with self._lock:
            if self._made is None or link.digest != self._made_for:
                self._made_for = link.digest
                keys = [
                    key for log in link.circle.logs for key in link.circle.acting_policy(log).logs
                ]
                self._made = Witness(self._database, self._signer, keys)
            return self._made

    def add_checkpoint(self, body: bytes) -> WitnessAnswer:
        """Cosign a checkpoint that extends the last one.

        Raises:
            Refusal: this trustee may not act now, or the log of hours is not the anchored one.
        """
        witness = self._witness()
        hours = self._of_hours(body)
        if hours is not None:
            if hours.size > 0:
                self._standing.verify_but_for_debts()
                anchors.verify(self._store.run(anchors.newest), hours)
            return witness.add_checkpoint(body, self._seconds())
        note = witness.latest(self._circles.chain.links[0].circle.log.origin)
        if note is not None and Checkpoint.parse(split(note)[0]).size > 0:
            # Of an empty tree there is nothing that could be owed, or followed.
            try:
                self._standing.verify()
            except Refusal as refusal:
                if refusal.code not in _SETTLED or not self._settles(body):
                    raise
        return witness.add_checkpoint(body, self._seconds())

    def _of_hours(self, body: bytes) -> Checkpoint | None:
        """The checkpoint that *body* is about, if it is of the log of hours.

        A trustee writes nothing there, so that it neither reads that log nor owes it anything.
        """
        hours = self._circles.circle(self._seconds()).hours
        if hours is None:
            return None
        try:
            checkpoint = Checkpoint.parse(split(AddCheckpoint.parse(body).note)[0])
        except HabeasError:
            return None
        return checkpoint if checkpoint.origin == hours.origin else None

    def _settles(self, body: bytes) -> bool:
        """Whether the tree of an add-checkpoint request pays, and has only what was said."""
        log = self._circles.circle(self._seconds()).log
        policy = self._circles.circle(self._seconds()).acting_policy()
        try:
            note = AddCheckpoint.parse(body).note
            checkpoint = Checkpoint.parse(split(note)[0])
            # Only what the log has signed is worth reading.
            open_note(note, [key for key in policy.logs if key.name == log.origin])
            said = self._follower.said_until(checkpoint)
            known, owed = self._store.run(records.leaves_of(said))
        except HabeasError:
            return False
        return said == known and owed <= said

    def monitor(self, origin_hash: str) -> WitnessAnswer:
        """The newest checkpoint that it has cosigned, for monitors."""
        return self._witness().monitor(origin_hash)

    def latest(self, origin: str) -> str | None:
        """The note of that checkpoint."""
        return self._witness().latest(origin)
