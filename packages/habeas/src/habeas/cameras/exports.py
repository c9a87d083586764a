"""Handing recordings over: to a court, the police, or the person filmed; on the public log first.

    export = exports.begin(viewer, camera, request)       # on the log, with what proves it
    exports.current(viewer, export.key)                   # for an hour, for this officer

One camera and a bounded span, as for looks; so many a day as the circle lets an officer and an
office ask for photos. What is not under a root on the log proves nothing to a court, so hours that
are still open cannot be handed over yet (`habeas.cameras.proving`). The person filmed asks in
their own name: their request has a number, and whoever hands over says that they have seen who
asks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from habeas.cameras import logged, quota
from habeas.cameras.proving import ExportError, Proving, ProvingLog
from habeas.cameras.recordings import Recordings
from habeas.cameras.viewers import NAMED_ELSEWHERE, NOT_NAMED, Viewer, may_view
from habeas.cameras.viewing import LASTS, MOST_MINUTES, NOTHING_RECORDED, NoViewingError
from habeas.protocol import Chain, Signer, commitment
from habeas.protocol.clip import ClipProof, Handover
from habeas.protocol.footage import PublicCamera, entry_of, hour_name
from habeas.protocol.looks import ExportedDetails, ExportPurpose
from habeas.protocol.segments import root_of


class ExportQuotaError(ExportError):
    """The officer or the office has handed over as much as a day allows."""

    code = "export-quota"
    remedy = "Ask again tomorrow; the limits stand in the circle, for everybody to read."


@dataclass(frozen=True)
class ExportRequest:
    """What an officer wants to hand over, and why.

    Attributes:
        start: of the span, whole seconds, with its time zone.
        minutes: length of the span.
        purpose: for whom.
        case_number: of the court's or police's case, or of the person's request.
        reason: in the officer's words.
    """

    start: datetime
    minutes: int
    purpose: ExportPurpose
    case_number: str
    reason: str

    @property
    def end(self) -> datetime:
        """End of the span."""
        return self.start + timedelta(minutes=self.minutes)


@dataclass(frozen=True)
class Export:
    """One export. It counts once `index` is known.

    Attributes:
        key: by which the store finds it again.
        viewer: who hands over.
        camera: its id.
        request: what was asked for.
        asked: when.
        entry: bytes of the log entry.
        index: of its entry on the log; None until the log has proved it.
        proof: canonical JSON of the `ClipProof`; empty until then.
    """

    key: str
    viewer: Viewer
    camera: str
    request: ExportRequest
    asked: datetime
    entry: bytes
    index: int | None = None
    proof: str = ""


class ExportStore(quota.QuotaStore, Protocol):
    """Where exports are kept for those who are entitled to them; callable from any thread."""

    def add(self, export: Export) -> None:
        """Keep a new export. When this returns, it survives a crash."""

    def open(self, export: Export) -> None:
        """Replace the stored export."""

    def find(self, key: str) -> Export | None:
        """The export of this key."""


class Exports:
    """The use cases.

    Args:
        recordings: of all cameras.
        store: keeps exports.
        log: the public log.
        hours: the one of closed hours, where there is one.
        chain: the circles of that log; the newest one's policy and quotas count.
        signer: the custodian's key.
        clock: the time, UTC.
        random: so many random bytes.
    """

    def __init__(
        self,
        recordings: Recordings,
        store: ExportStore,
        log: ProvingLog,
        chain: Chain,
        signer: Signer,
        *,
        clock: Callable[[], datetime],
        random: Callable[[int], bytes],
        hours: ProvingLog | None = None,
    ) -> None:
        self._proving = Proving(recordings, log, hours, chain)
        self._store, self._log, self._chain, self._signer = store, log, chain, signer
        self._clock, self._random = clock, random

    def begin(self, viewer: Viewer, camera: PublicCamera, request: ExportRequest) -> Export:
        """Put the export on the log, with all that proves it; then it can be fetched.

        Raises:
            NoViewingError: the office may not, the span is too long, or nothing was recorded.
            HourOpenError: the recordings are not under a root on the log yet.
            ExportQuotaError: enough for today.
            HourChangedError: they are not what the log knows.
            TlogError: the log does not take it, or its answers do not verify: nothing is given.
        """
        if not may_view(viewer.office, camera):
            raise NoViewingError(NOT_NAMED, NAMED_ELSEWHERE)
        if not 1 <= request.minutes <= MOST_MINUTES:
            raise NoViewingError(
                "At most 15 minutes can be handed over at a time.",
                "Ask for a shorter span; each is logged for itself.",
            )
        self._verify_quota(viewer)
        now = self._clock()
        start = max(request.start, now - timedelta(days=camera.keep_days))
        hours = self._proving.hours(camera.id, start, request.end)
        if not hours:
            raise NoViewingError(*NOTHING_RECORDED)
        salt = self._random(32)
        handover = Handover(
            officer=viewer.officer, case_number=request.case_number, reason=request.reason,
            start=_moment(request.start), end=_moment(request.end),
            segments=root_of(one.record for each in hours for one in each.segments),
        )  # fmt: skip
        said = ExportedDetails(
            camera=camera.id, office=viewer.office, purpose=request.purpose,
            hour=hour_name(request.start.astimezone(UTC)), minutes=request.minutes,
            commit=commitment(salt, handover.fields()),
        )  # fmt: skip
        entry = entry_of(said, now.date(), self._signer, self._random(32)).encode()
        asked = Export(self._random(16).hex(), viewer, camera.id, request, now, entry)
        # Kept before the entry goes to the log, so that no entry is without its details.
        self._store.add(asked)
        placed = logged.put(self._log, entry, self._chain.newest.circle.acting_policy())
        proof = ClipProof(
            circles=tuple(link.note for link in self._chain.links), camera=camera.id,
            handover=handover, salt=salt.hex(), entry=entry.decode(), proof=placed.proof,
            hours=hours,
        )  # fmt: skip
        opened = replace(asked, index=placed.index, proof=proof.encode().decode())
        self._store.open(opened)
        return opened

    def current(self, viewer: Viewer, key: str) -> Export:
        """The export of this key, if *viewer* may still fetch it.

        Raises:
            NoViewingError: there is none, or its hour is over.
        """
        found = self._store.find(key)
        if (
            found is None or found.index is None or found.viewer != viewer
            or self._clock() >= found.asked + LASTS
        ):  # fmt: skip
            raise NoViewingError(
                "There is no such export to fetch.",
                "It can be fetched for an hour, by whoever asked for it. Ask for a new one.",
            )
        return found

    def _verify_quota(self, viewer: Viewer) -> None:
        quotas, now = self._chain.newest.circle.quotas, self._clock()
        spent = quota.spent(quotas, viewer.office, viewer.officer, [self._store], now)
        if spent == "officer":
            raise ExportQuotaError("You have handed over as many recordings as a day allows.")
        if spent == "office":
            raise ExportQuotaError(
                "Your office has handed over as many recordings as a day allows."
            )


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S+00:00}"
