"""What proves recordings to a stranger: each segment under its hour's root, each root on the log.

Docs/protocol, *clips*: `ProvenHour` has what `habeas.protocol.clip_proof` verifies. An hour that is
still open has no root on the log yet, so that nothing would prove what was recorded in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Protocol

from habeas.cameras.recordings import (
    Hour,
    HourChangedError,
    Recordings,
    UnknownHourError,
    start_of,
)
from habeas.foundation.errors import HabeasError
from habeas.protocol import Chain, Entry, Kind, read_entry
from habeas.protocol.clip import ProvenHour, ProvenSegment
from habeas.protocol.clip import start_of as begin_of
from habeas.protocol.footage import RecordedDetails, details_of, hour_name
from habeas.protocol.segments import SegmentRecord
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


class ProvingLog(EntryWriter, Protocol):
    """A log that is written to, and that proves what it has."""

    def entries(self, begin: int, end: int) -> Iterable[bytes]:
        """Entries *begin* to *end*."""

    def proof(self, index: int) -> str:
        """C2SP tlog-proof of an entry, under the newest checkpoint."""


class Proving:
    """Finds what proves a span.

    Args:
        recordings: of all cameras.
        log: the public log.
        hours: the one of closed hours, where there is one.
        chain: the circles of that log; the newest one's policy counts.
    """

    def __init__(
        self, recordings: Recordings, log: ProvingLog, hours: ProvingLog | None, chain: Chain
    ) -> None:
        self._recordings, self._log, self._hours_log, self._chain = recordings, log, hours, chain

    def hours(self, camera: str, start: datetime, end: datetime) -> tuple[ProvenHour, ...]:
        """The hours in which there is something of the span, each with what proves it.

        Args:
            camera: its id.
            start: of the span, with its time zone.
            end: of the span.

        Raises:
            HourOpenError: an hour's root is not on the log yet.
            HourChangedError: the recordings are not what the log knows.
            TlogError: the log does not answer, or its answers do not verify.
        """
        at, found = start_of(hour_name(start.astimezone(UTC))), []
        while at < end:
            hour = self._proven(camera, hour_name(at), start, end)
            if hour is not None:
                found.append(hour)
            at += _HOUR
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
