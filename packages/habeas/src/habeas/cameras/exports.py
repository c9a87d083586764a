"""Handing recordings over: to a court, the police, or the person filmed; on the public log first.

    export = exports.begin(viewer, camera, request)       # on the log, with what proves it
    exports.current(viewer, export.key)                   # for an hour, for this officer

One camera and a bounded span, as for looks; so many a day as the circle lets an officer and an
office ask for photos. What is not under a root on the log proves nothing to a court, so hours that
are still open cannot be handed over yet. The person filmed asks in their own name: their request
has a number, and whoever hands over says that they have seen who asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from habeas.cameras import logged, quota
from habeas.cameras.recordings import (
    Hour,
    HourChangedError,
    Recordings,
    UnknownHourError,
    start_of,
)
from habeas.cameras.viewing import (
    LASTS,
    MOST_MINUTES,
    NAMED_ELSEWHERE,
    NOT_NAMED,
    NOTHING_RECORDED,
    NoViewingError,
    Viewer,
    may_view,
)
from habeas.foundation.errors import HabeasError
from habeas.protocol import Chain, Entry, Kind, Signer, commitment, read_entry
from habeas.protocol.clip import ClipProof, Handover, ProvenHour, ProvenSegment
from habeas.protocol.clip import start_of as begin_of
from habeas.protocol.footage import (
    PublicCamera,
    RecordedDetails,
    details_of,
    entry_of,
    hour_name,
)
from habeas.protocol.looks import ExportedDetails, ExportPurpose
from habeas.protocol.segments import SegmentRecord, root_of
from habeas.tlog import Frontier, TlogProof, inclusion_path, leaf_hash
from habeas.tlog.writing import EntryWriter

_HOUR = timedelta(hours=1)


class ExportError(HabeasError):
    """Recordings that cannot be handed over."""

    code = "export"


class HourOpenError(ExportError):
    """An hour whose root is not on the log yet: nothing would prove what was recorded in it."""

    code = "hour-open"
    remedy = "Ask again some minutes after the hour is over."


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


class ProvingLog(EntryWriter, Protocol):
    """A log that is written to, and that proves what it has."""

    def entries(self, begin: int, end: int) -> Iterable[bytes]:
        """Entries *begin* to *end*."""

    def proof(self, index: int) -> str:
        """C2SP tlog-proof of an entry, under the newest checkpoint."""


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
        self._recordings, self._store, self._log, self._hours_log = recordings, store, log, hours
        self._chain, self._signer = chain, signer
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
        hours = self._hours(camera, request)
        now, salt = self._clock(), self._random(32)
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

    def _hours(self, camera: PublicCamera, request: ExportRequest) -> tuple[ProvenHour, ...]:
        since = self._clock() - timedelta(days=camera.keep_days)
        start = max(request.start, since)
        at, found = start_of(hour_name(start.astimezone(UTC))), []
        while at < request.end:
            hour = self._proven(camera.id, hour_name(at), start, request.end)
            if hour is not None:
                found.append(hour)
            at += _HOUR
        if not found:
            raise NoViewingError(*NOTHING_RECORDED)
        return tuple(found)

    def _proven(self, camera: str, name: str, start: datetime, end: datetime) -> ProvenHour | None:
        try:
            hour = self._recordings.hour(camera, name)
        except UnknownHourError:
            if self._recordings.pieces(camera, name):
                raise HourOpenError("That hour is not closed yet.") from None
            return None
        wanted = [
            number
            for number, each in enumerate(hour.segments)
            if not hour.deleted and _within(name, each, start, end)
        ]
        if not wanted:
            return None
        if hour.index is None:
            raise HourOpenError("The root of that hour is not on the log yet.")
        circle = self._chain.newest.circle
        log, place = self._log, circle.log
        if hour.log is not None:
            if self._hours_log is None or hour.log != circle.hours_log.origin:
                # It is of a circle that this portal has not adopted yet.
                raise HourOpenError("The root of that hour is not on the log yet.")
            log, place = self._hours_log, circle.hours_log
        (entry,) = log.entries(hour.index, hour.index + 1)
        proof = log.proof(hour.index)
        TlogProof.parse(proof).verify(entry, circle.acting_policy(place))
        self._verify_said(entry, hour)
        return ProvenHour(
            hour=name, entry=entry.decode(), proof=proof,
            segments=tuple(_segment(hour, number) for number in wanted),
        )  # fmt: skip

    def _verify_said(self, entry: bytes, hour: Hour) -> None:
        """Raise unless the log's entry is that of *hour*, by its recorder."""
        read = read_entry(entry, self._chain)
        said = details_of(read) if isinstance(read, Entry) and read.kind is Kind.FOOTAGE else None
        if (
            not isinstance(said, RecordedDetails)
            or (said.camera, said.hour, said.root) != (hour.camera, hour.hour, hour.root)
        ):  # fmt: skip
            raise HourChangedError(f"The log has no such root of {hour.camera}, {hour.hour}.")


def _within(hour: str, each: SegmentRecord, start: datetime, end: datetime) -> bool:
    begin = begin_of(hour, each.name)
    return begin < end and begin + timedelta(milliseconds=each.milliseconds) > start


def _segment(hour: Hour, number: int) -> ProvenSegment:
    hashes = [leaf_hash(each.encode()) for each in hour.segments]

    def node(level: int, at: int) -> bytes:
        return Frontier().extend(hashes[at << level : (at + 1) << level]).root()

    path = inclusion_path(number, len(hashes), node)
    return ProvenSegment(
        record=hour.segments[number], index=number, path=tuple(each.hex() for each in path)
    )


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S+00:00}"
