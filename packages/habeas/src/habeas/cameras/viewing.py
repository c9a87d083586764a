"""Viewing recordings: one camera, one short span, for a purpose, on the public log first.

    viewings = Viewings(recordings, store, log, policy, clock=..., random=...)
    if (refusal := refusal(viewer, camera, wish)) is not None: ...    # goes on the log too
    viewing = viewings.begin(viewer, camera, wish)                    # on the log, then open
    viewings.content(viewings.current(viewer, viewing.key), 0)        # a segment's bytes

Nothing plays before the log has the entry, under a checkpoint that the policy accepts. A
viewing is for one officer in one place, shows the segments of its span and no others, and
ends after an hour, or when the officer begins another.

The use case knows no pages, no database and no clock of its own: they are passed in.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from habeas.cameras import holds, logged
from habeas.cameras.hours import RecordingError
from habeas.cameras.quota import Allowance
from habeas.cameras.recordings import Recordings
from habeas.cameras.viewers import NAMED_ELSEWHERE, NOT_NAMED, Viewer, may_view
from habeas.foundation.errors import HabeasError
from habeas.protocol import Signer, commitment
from habeas.protocol.footage import PublicCamera, ViewedDetails, ViewingPurpose, entry_of, hour_name
from habeas.tlog import Policy
from habeas.tlog.writing import EntryWriter

#: The longest span that one viewing shows, minutes.
MOST_MINUTES = 15
#: How long a viewing stays open.
LASTS = timedelta(hours=1)
#: What is said of a time of which there is nothing; and what to do.
NOTHING_RECORDED = "Nothing was recorded then, or it was deleted since.", "Ask for another time."


class NoViewingError(HabeasError):
    """No viewing of this officer, in this place, covers what is asked for."""

    code = "no-viewing"


@dataclass(frozen=True)
class Wish:
    """What an officer asks to see, and why. Purpose and length are as sent.

    Attributes:
        start: of the span, with its time zone.
        minutes: length of the span.
        purpose: one of `ViewingPurpose`, or what was sent instead.
        case_number: may be empty.
        reason: in the officer's words.
    """

    start: datetime
    minutes: int
    purpose: str
    case_number: str
    reason: str

    @property
    def end(self) -> datetime:
        """End of the span."""
        return self.start + timedelta(minutes=self.minutes)


@dataclass(frozen=True)
class ViewingRefusal:
    """Why something cannot be asked; `code` is for programs and for the log."""

    code: str
    cause: str
    remedy: str


@dataclass(frozen=True)
class Viewing:
    """One viewing: who, of what, why. It counts once `index` is known.

    Attributes:
        key: by which the store finds it again.
        viewer: who asked.
        camera: its id.
        wish: what was asked for.
        segments: starts of the segments that show the span.
        salt: with `private_details`, what the entry's ``commit`` binds.
        entry: bytes of the log entry.
        expires: when it ends by itself.
        index: of its entry on the log; None until the log has proved it.
        proof: C2SP tlog-proof of the entry.
        closed: nothing plays: before the log has it, after it was ended.
    """

    key: str
    viewer: Viewer
    camera: str
    wish: Wish
    segments: tuple[datetime, ...]
    salt: bytes
    entry: bytes
    expires: datetime
    index: int | None = None
    proof: str = ""
    closed: bool = True


class ViewingStore(Protocol):
    """Where viewings are kept for those who are entitled to them; callable from any thread."""

    def add(self, viewing: Viewing) -> None:
        """Keep a new viewing. When this returns, it survives a crash."""

    def find(self, key: str) -> Viewing | None:
        """The viewing of this key."""

    def open(self, viewing: Viewing) -> None:
        """Replace the stored viewing, and close every other one of its officer, in one step."""

    def end_all(self, officer: str) -> None:
        """Close every viewing of the officer."""


def refusal(viewer: Viewer, camera: PublicCamera, wish: Wish) -> ViewingRefusal | None:
    """Why this cannot be asked, by anybody or by this office; None where it can."""
    purpose = wish.purpose.lower()
    if not may_view(viewer.office, camera):
        return ViewingRefusal("viewer-not-named", NOT_NAMED, NAMED_ELSEWHERE)
    if purpose and purpose not in list(ViewingPurpose):
        return ViewingRefusal(
            "purpose-unknown",
            "There is no such purpose.",
            "Choose one of the purposes on the form.",
        )
    if wish.minutes > MOST_MINUTES:
        return ViewingRefusal(
            "span-too-long",
            "At most 15 minutes can be viewed at a time.",
            "Ask for a shorter span; each is logged for itself.",
        )
    return None


def private_details(viewer: Viewer, wish: Wish) -> dict[str, object]:
    """What the entry's ``commit`` binds, beside its salt: who, why, and exactly what."""
    return {
        "v": 1,
        "officer": viewer.officer,
        "case_number": wish.case_number,
        "reason": wish.reason,
        "start": wish.start.isoformat(),
        "end": wish.end.isoformat(),
    }


class Viewings:
    """The use cases.

    Args:
        recordings: of all cameras.
        store: keeps viewings.
        log: the public log.
        policy: what a checkpoint of that log must carry.
        signer: the custodian's key.
        clock: the time, UTC.
        random: so many random bytes.
        allowance: how many looks a day; without one, as many as are asked for.
    """

    def __init__(
        self,
        recordings: Recordings,
        store: ViewingStore,
        log: EntryWriter,
        policy: Policy,
        signer: Signer,
        *,
        clock: Callable[[], datetime],
        random: Callable[[int], bytes],
        allowance: Allowance | None = None,
    ) -> None:
        self._allowance = allowance
        self._recordings = recordings
        self._store = store
        self._log = log
        self._policy = policy
        self._signer = signer
        self._clock = clock
        self._random = random

    def segments(self, camera: PublicCamera, wish: Wish) -> tuple[datetime, ...]:
        """Starts of the segments that show the span; past its days is there what is held."""
        since, held = max(wish.start, self._kept_since(camera)), self._held(camera)
        starts = {each.start for each in self._recordings.segments(camera.id, since, wish.end)}
        if held:
            older = self._recordings.segments(camera.id, wish.start, wish.end)
            starts |= {each.start for each in older if hour_name(each.start) in held}
        return tuple(sorted(starts))

    def begin(self, viewer: Viewer, camera: PublicCamera, wish: Wish) -> Viewing:
        """Put the viewing on the log, then open it. What the officer had open ends.

        Call `refusal` before: this raises where that gives one.

        Raises:
            NoViewingError: it cannot be asked, or nothing was recorded then.
            LookQuotaError: enough for today.
            TlogError: the log does not take it, or its answer does not verify: nothing plays.
        """
        refused = refusal(viewer, camera, wish)
        if refused is not None:
            raise NoViewingError(refused.cause, refused.remedy)
        segments = self.segments(camera, wish)
        if not segments:
            raise NoViewingError(*NOTHING_RECORDED)
        now, salt = self._clock(), self._random(32)
        if self._allowance is not None:
            self._allowance.verify(viewer.office, viewer.officer, now)
        said = ViewedDetails(
            camera=camera.id, office=viewer.office, purpose=ViewingPurpose(wish.purpose.lower()),
            hour=hour_name(wish.start.astimezone(UTC)), minutes=wish.minutes,
            commit=commitment(salt, private_details(viewer, wish)),
        )  # fmt: skip
        entry = entry_of(said, now.date(), self._signer, self._random(32)).encode()
        asked = Viewing(
            key=self._random(16).hex(), viewer=viewer, camera=camera.id, wish=wish,
            segments=segments, salt=salt, entry=entry, expires=now + LASTS,
        )  # fmt: skip
        # Kept before the entry goes to the log, so that no entry is without its details.
        self._store.add(asked)
        self._store.end_all(viewer.officer)
        placed = logged.put(self._log, entry, self._policy)
        opened = replace(asked, index=placed.index, proof=placed.proof, closed=False)
        self._store.open(opened)
        return opened

    def current(self, viewer: Viewer, key: str | None) -> Viewing:
        """The viewing of this key, if *viewer* may still see it.

        Raises:
            NoViewingError: there is none, or it is over, or the office may not view any more.
            CameraError: the camera's public entry cannot be used.
        """
        found = self._store.find(key) if key else None
        now = self._clock()
        if (
            found is None or found.closed or found.index is None
            or found.viewer != viewer or found.expires <= now
        ):  # fmt: skip
            raise NoViewingError(
                "No viewing is open.", "Ask for one: it goes on the public log, then it plays."
            )
        camera = self._recordings.camera(found.camera)
        held = self._held(camera)
        over = found.wish.end < self._kept_since(camera) and not any(
            hour_name(each) in held for each in found.segments
        )
        if not may_view(viewer.office, camera) or over:
            raise NoViewingError(
                "This viewing is over.", "The camera’s entry does not allow it any more."
            )
        return found

    def content(self, viewing: Viewing, number: int) -> bytes:
        """The bytes of segment *number* of the viewing, counted from 0.

        Raises:
            NoViewingError: the viewing has no such segment.
            UnknownHourError, HourChangedError: it is gone, or not what its hour was closed with.
        """
        if not 0 <= number < len(viewing.segments):
            raise NoViewingError("The viewing has no such segment.", "Go back to the viewing.")
        return self._recordings.content(viewing.camera, viewing.segments[number])

    def end_all(self, viewer: Viewer) -> None:
        """End what the officer has open."""
        self._store.end_all(viewer.officer)

    def _held(self, camera: PublicCamera) -> frozenset[str]:
        place = self._recordings.place(camera.id)
        # What is not known to be held is not shown past its days; it is not deleted either.
        with contextlib.suppress(RecordingError):
            return holds.held(place, self._clock().date())
        return frozenset()

    def _kept_since(self, camera: PublicCamera) -> datetime:
        return self._clock() - timedelta(days=camera.keep_days)
