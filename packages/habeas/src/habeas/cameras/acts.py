"""What an office does with a camera besides viewing: kept, put on the log, and only then obeyed.

An act is kept before its entry goes to the log, so that no entry is without its details; it
counts once the log's proof verifies. What the log owes is told again, byte by byte the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Protocol

from habeas.cameras import holds, logged
from habeas.cameras.recordings import Recordings
from habeas.cameras.viewers import Viewer
from habeas.foundation.errors import HabeasError
from habeas.protocol import Entry, MalformedError, Signer
from habeas.protocol.footage import CameraDetails, RecordedDetails, details_of, entry_of
from habeas.protocol.looks import HeldDetails, LiftedDetails, OfficeLook
from habeas.tlog import Policy
from habeas.tlog.writing import EntryWriter

#: Who obeys a court: no office.
OPERATOR = Viewer("operator", "")


class EndedError(HabeasError):
    """What is to be ended has ended already."""

    code = "ended"
    status = 409
    remedy = "Nothing is left to do."


@dataclass(frozen=True)
class CameraAct:
    """One act. It counts once `index` is known.

    Attributes:
        key: by which the store finds it again.
        viewer: who acted; `OPERATOR` for a court.
        camera: its id.
        act: as in its details.
        private: with `salt`, what the entry's ``commit`` binds; empty where it has none.
        entry: bytes of the log entry.
        at: when.
        expires: when it ends by itself; None where it is done at once.
        of: key of the act that this one ends.
        index: of its entry on the log; None until the log has proved it.
        proof: C2SP tlog-proof of the entry.
    """

    key: str
    viewer: Viewer
    camera: str
    act: str
    private: Mapping[str, Any]
    salt: bytes
    entry: bytes
    at: datetime
    expires: datetime | None = None
    of: str = ""
    index: int | None = None
    proof: str = ""

    @property
    def details(self) -> OfficeLook:
        """What its entry says."""
        return read_look(self.entry)


class ActStore(Protocol):
    """Where acts are kept for those who are entitled to them; callable from any thread."""

    def add(self, act: CameraAct) -> None:
        """Keep a new act. When this returns, it survives a crash.

        Raises:
            EndedError: the act that it ends was ended by another.
        """

    def find(self, key: str) -> CameraAct | None:
        """The act of this key."""

    def logged(self, key: str, index: int, proof: str) -> None:
        """The log has proved it."""

    def since(self, moment: datetime, *, office: str, officer: str | None = None) -> int:
        """How many live looks the office, or the officer of it, has begun since *moment*."""

    def end_of(self, key: str) -> CameraAct | None:
        """The act that ends the one of this key."""

    def of_camera(self, camera: str, act: str) -> Sequence[CameraAct]:
        """All acts of that sort, newest first."""

    def going_on(self, officer: str, act: str) -> Sequence[CameraAct]:
        """Those of an officer that no other act has ended."""

    def over(self, act: str, now: datetime) -> Sequence[CameraAct]:
        """Those whose time is over, and that no other act has ended."""

    def owed(self) -> Sequence[CameraAct]:
        """Those that the log has not proved yet, oldest first."""


@dataclass(frozen=True)
class Telling:
    """How acts are told: recordings, store, log, key, clock and randomness, all passed in."""

    recordings: Recordings
    store: ActStore
    log: EntryWriter
    policy: Policy
    signer: Signer
    clock: Callable[[], datetime]
    random: Callable[[int], bytes]
    say: Callable[[str], None] = field(default=lambda _: None)

    def new(
        self,
        viewer: Viewer,
        details: Callable[[str], OfficeLook],
        commit: Callable[[bytes], str],
        private: Mapping[str, Any],
        **how: Any,
    ) -> CameraAct:
        """An act that is not kept yet.

        Args:
            viewer: who acts.
            details: what it says, given its commitment.
            commit: the commitment, given the salt.
            private: what that binds.
            how: of `CameraAct`: ``expires``, ``of``.
        """
        salt, now = self.random(32), self.clock()
        said = details(commit(salt))
        entry = entry_of(said, now.date(), self.signer, self.random(32)).encode()
        return CameraAct(
            key=self.random(16).hex(), viewer=viewer, camera=said.camera, act=said.act,
            private=private, salt=salt, entry=entry, at=now, **how,
        )  # fmt: skip

    def tell(self, act: CameraAct) -> CameraAct:
        """Keep *act*, and put it on the log.

        Raises:
            TlogError: the log does not take it, or its answer does not verify: it does not count.
        """
        self.store.add(act)
        return self._prove(act)

    def settle(self) -> bool:
        """Tell the log what it is owed, and recorders what is held; whether nothing is owed."""
        settled = True
        for act in self.store.owed():
            try:
                self._prove(act)
            except (HabeasError, OSError) as error:
                self.say(str(error))
                settled = False
        return settled

    def _prove(self, act: CameraAct) -> CameraAct:
        placed = logged.put(self.log, act.entry, self.policy)
        # Before it counts here: what the recorder was not told of stays owed.
        if isinstance(act.details, HeldDetails | LiftedDetails):
            place = self.recordings.place(act.camera)
            holds.put(place, placed.index, act.entry, placed.proof)
        self.store.logged(act.key, placed.index, placed.proof)
        return replace(act, index=placed.index, proof=placed.proof)


def read_look(entry: bytes) -> OfficeLook:
    """What an act's own entry says.

    Raises:
        MalformedError: it is no act of an office.
    """
    said = details_of(Entry.decode(entry))
    if isinstance(said, CameraDetails | RecordedDetails):
        raise MalformedError("The entry is a recorder's.")
    return said


def moment(at: datetime) -> str:
    """*at* in UTC, as private details have it."""
    return at.astimezone(UTC).isoformat(timespec="seconds")
