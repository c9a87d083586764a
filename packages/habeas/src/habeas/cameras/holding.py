"""Putting and lifting legal holds: an officer, or the operator at a court's order.

    holding = Holding(telling)
    holding.verify(camera, wish)                        # what the camera promises
    act = holding.put(viewer, camera, wish)             # on the log, then with the recorder
    holding.lift(viewer, camera, act.index)

The recorder judges again, by itself (`habeas.cameras.holds`): its word is what counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from habeas.cameras import holds
from habeas.cameras.acts import OPERATOR, CameraAct, Telling, moment
from habeas.cameras.holds import Hold, HoldRefusedError
from habeas.cameras.viewers import NOT_NAMED, Viewer, may_view
from habeas.protocol import commitment
from habeas.protocol.footage import PublicCamera
from habeas.protocol.looks import HeldDetails, HoldReason, LiftedDetails

#: ``asked``: the recorder has not judged yet; ``held``: it holds; and why it does not.
HoldState = Literal["asked", "held", "refused", "lifted", "over"]


@dataclass(frozen=True)
class HoldWish:
    """What is to be held, and why.

    Attributes:
        hour: the name of the first hour.
        hours: how many.
        until: the last day of the hold, UTC.
        reason: one of `HoldReason`.
        case_number: of a court or an investigation; stays off the log.
        words: why, in the officer's words.
    """

    hour: str
    hours: int
    until: date
    reason: HoldReason
    case_number: str
    words: str


@dataclass(frozen=True)
class ShownHold:
    """A hold, and what became of it; `key` is empty where this portal has not put it."""

    hold: Hold
    state: HoldState
    key: str


class Holding:
    """The use cases, over `Telling`."""

    def __init__(self, telling: Telling) -> None:
        self._telling = telling

    def verify(self, viewer: Viewer, camera: PublicCamera, wish: HoldWish) -> None:
        """Raise unless *viewer* may hold that.

        Raises:
            HoldRefusedError: with the code of the rule.
            RecordingError: what is held now is not known.
        """
        if viewer != OPERATOR and not may_view(viewer.office, camera):
            raise HoldRefusedError(NOT_NAMED, code="viewer-not-named")
        now = self._telling.clock()
        others = [each.hold for each in self.all(camera)]
        holds.verify(camera, _details(viewer, camera, wish, "0" * 64), others, now.date(), now)

    def put(self, viewer: Viewer, camera: PublicCamera, wish: HoldWish) -> CameraAct:
        """Put the hold on the log, then before the recorder.

        Raises:
            HoldRefusedError: see `verify`.
            TlogError: the log does not take it now. It is told later, and holds from then on.
        """
        self.verify(viewer, camera, wish)
        private = {
            "v": 1, "officer": viewer.officer, "case_number": wish.case_number,
            "words": wish.words, "at": moment(self._telling.clock()),
        }  # fmt: skip
        return self._telling.tell(
            self._telling.new(
                viewer,
                lambda commit: _details(viewer, camera, wish, commit),
                lambda salt: commitment(salt, private),
                private,
            )
        )

    def lift(self, viewer: Viewer, camera: PublicCamera, index: int) -> CameraAct:
        """End the hold whose entry stands at *index*, on the log.

        Raises:
            HoldRefusedError: no such hold of this office is in force.
            TlogError: the log does not take it now; it is told later.
        """
        found = [
            each
            for each in self.all(camera)
            if each.hold.index == index and (each.hold.office or "") == viewer.office
        ]
        if not found or found[0].state not in ("asked", "held"):
            raise HoldRefusedError("No such hold of your office is in force.", code="no-hold")
        return self._telling.tell(
            self._telling.new(
                viewer,
                lambda _: LiftedDetails(camera=camera.id, office=viewer.office or None, hold=index),
                lambda _: "",
                {"v": 1, "officer": viewer.officer},
                of=found[0].key,
            )
        )

    def all(self, camera: PublicCamera) -> list[ShownHold]:
        """All holds of a camera, newest first: the recorder's word, and what it has yet to judge.

        Raises:
            RecordingError: the recorder's file cannot be read.
        """
        today, store = self._telling.clock().date(), self._telling.store
        acts = {each.index: each for each in store.of_camera(camera.id, "held")}
        judged = holds.read(self._telling.recordings.place(camera.id))
        known = {each.index for each in judged}
        asked = [_of(each) for each in acts.values() if each.index not in known]
        found = []
        for each in (*asked, *judged):
            act = acts.get(each.index)
            lifting = store.end_of(act.key) if act else None
            lifted = lifting is not None and lifting.index is not None
            state = _state(each, today, lifted=lifted, judged=each.index in known)
            found.append(ShownHold(each, state, act.key if act else ""))
        return sorted(found, key=lambda each: -each.hold.index)


def _details(viewer: Viewer, camera: PublicCamera, wish: HoldWish, commit: str) -> HeldDetails:
    return HeldDetails(
        camera=camera.id, office=viewer.office or None, reason=wish.reason, hour=wish.hour,
        hours=wish.hours, until=wish.until.isoformat(), commit=commit,
    )  # fmt: skip


def _of(act: CameraAct) -> Hold:
    said = act.details
    assert isinstance(said, HeldDetails)  # noqa: S101 - the store was asked for those
    # One that the log has not proved has no index yet; it comes after all others.
    index = act.index if act.index is not None else 2**53
    return Hold(
        index=index, office=said.office, reason=said.reason, hour=said.hour, hours=said.hours,
        until=said.until,
    )  # fmt: skip


def _state(hold: Hold, today: date, *, lifted: bool, judged: bool) -> HoldState:
    if hold.refused:
        return "refused"
    if hold.lifted or lifted:
        return "lifted"
    if hold.until < today.isoformat():
        return "over"
    return "held" if judged else "asked"
