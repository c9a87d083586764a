"""Formats, *A clip*: what proves recordings that were handed over, verified.

Pure functions over a document that was read, and hashes of the files beside it. All that is said
raises: what was changed, swapped or left out has a name.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from habeas.foundation.errors import HabeasError
from habeas.protocol.chain import Chain, NotPinnedError, Pins
from habeas.protocol.circle import Circle
from habeas.protocol.clip import (
    ClipChangedError,
    ClipProof,
    Handover,
    IncompleteClipError,
    OtherCameraError,
    OtherHourError,
    OtherProofError,
    ProvenHour,
    place_of,
    start_of,
    verify_private,
)
from habeas.protocol.entry import CommitmentError, Entry
from habeas.protocol.footage import RecordedDetails
from habeas.protocol.looks import ExportedDetails
from habeas.protocol.parties import Log
from habeas.protocol.reading import details_of, verify_entry
from habeas.protocol.segments import SegmentRecord, root_of
from habeas.tlog import Checkpoint, TlogProof, VerifiedCheckpoint, leaf_hash, verify_inclusion
from habeas.tlog.note import split


@dataclass(frozen=True)
class LoggedHour:
    """Where an hour's root stands: index of the entry, its day, and the log's origin."""

    index: int
    day: str
    log: str


@dataclass(frozen=True)
class VerifiedClip:
    """What a clip proves.

    Attributes:
        details: of the export, as it stands on the log.
        index: of that entry.
        hours: by name.
        segments: path in the bundle, and start (UTC), in order.
        pinned: a pin vouches for the circles. Without one, whoever made the clip may have made up
            all parties.
        checkpoint: under which the export's entry was proven.
    """

    details: ExportedDetails
    handover: Handover
    index: int
    hours: Mapping[str, LoggedHour]
    segments: tuple[tuple[str, datetime], ...]
    pinned: bool
    checkpoint: VerifiedCheckpoint


def verify_clip(proof: ClipProof, hashes: Mapping[str, str], pins: Pins) -> VerifiedClip:
    """Raise unless *proof* proves the segments, and nothing else is among them.

    Args:
        proof: read from the bundle.
        hashes: SHA-256 (hex) of each file below ``segments/``, by its path in the bundle.
        pins: what the reader knows of the circle; none are needed to check that all fits.

    Raises:
        ClipError: as named: what was changed, swapped or left out.
    """
    chain = _chain(proof)
    details, index, checkpoint = _export(proof, chain)
    hours: dict[str, LoggedHour] = {}
    found: list[tuple[str, datetime]] = []
    for each in proof.hours:
        if each.hour in hours:
            raise OtherHourError(f"The hour {each.hour} stands there twice.")
        hours[each.hour] = _hour(each, proof, chain)
        found += [
            (place_of(each.hour, one.record.name), start_of(each.hour, one.record.name))
            for one in each.segments
        ]
    _verify_span(proof, details, [start for _, start in found])
    records = [one.record for each in proof.hours for one in each.segments]
    if not hmac.compare_digest(root_of(records), proof.handover.segments):
        raise OtherProofError("The entry of the export is about other segments.")
    _verify_files(hashes, dict(zip([path for path, _ in found], records, strict=True)))
    pinned = any(pins.vouch_for(link.circle) for link in chain.links)
    if not pinned and (pins.circles or pins.trustees):
        raise NotPinnedError("The pin vouches for none of the clip's circles.")
    return VerifiedClip(
        details, proof.handover, index, hours, tuple(found), pinned, checkpoint
    )  # fmt: skip


def _chain(proof: ClipProof) -> Chain:
    try:
        chain = Chain.start(proof.circles[0], 0)
        for note in proof.circles[1:]:
            chain = chain.extend(note, 0)
    except HabeasError as error:
        raise OtherProofError(f"The clip's circles do not hold: {error.cause}") from error
    return chain


def _on_log(
    content: str, proof: str, chain: Chain, what: str, log: Log
) -> tuple[Entry, TlogProof, VerifiedCheckpoint]:
    """The entry, by a writer of the chain, under a checkpoint of *log* by an acting quorum."""
    try:
        parsed = TlogProof.parse(proof)
        checkpoint = parsed.verify(content.encode(), chain.newest.circle.acting_policy(log))
        return verify_entry(content.encode(), chain), parsed, checkpoint
    except HabeasError as error:
        raise OtherProofError(f"The proof of {what} does not hold: {error.cause}") from error


def _export(proof: ClipProof, chain: Chain) -> tuple[ExportedDetails, int, VerifiedCheckpoint]:
    log = chain.newest.circle.log
    entry, parsed, checkpoint = _on_log(proof.entry, proof.proof, chain, "the export", log)
    details = details_of(entry)
    if not isinstance(details, ExportedDetails):
        raise OtherProofError("The entry of the export tells of something else.")
    if details.camera != proof.camera:
        raise OtherCameraError(
            f"The export was of the camera {details.camera}, and not of {proof.camera}."
        )
    try:
        verify_private(details, bytes.fromhex(proof.salt), proof.handover)
    except CommitmentError as error:
        raise OtherProofError(
            "Who handed it over, why, or what, differs from what the log's entry binds."
        ) from error
    return details, parsed.index, checkpoint


def _hour(hour: ProvenHour, proof: ClipProof, chain: Chain) -> LoggedHour:
    log = _log_of(hour.proof, chain.newest.circle)
    entry, parsed, _ = _on_log(hour.entry, hour.proof, chain, f"the hour {hour.hour}", log)
    details = details_of(entry)
    if not isinstance(details, RecordedDetails):
        raise OtherProofError(f"The entry of the hour {hour.hour} tells of something else.")
    if details.camera != proof.camera:
        raise OtherCameraError(
            f"The entry of the hour {hour.hour} is of the camera {details.camera}, and not of "
            f"{proof.camera}."
        )
    if details.hour != hour.hour:
        raise OtherHourError(f"The entry of the hour {hour.hour} is of {details.hour}.")
    before: int | None = None
    for each in hour.segments:
        record = each.record
        if record.name[:2] != hour.hour[11:13]:
            raise OtherHourError(f"The segment {record.name} is of another hour than {hour.hour}.")
        if before is not None and each.index != before + 1:
            raise IncompleteClipError(f"Before the segment {record.name} one was left out.")
        before = each.index
        try:
            verify_inclusion(
                each.index, details.segments, leaf_hash(record.encode()),
                [bytes.fromhex(one) for one in each.path], bytes.fromhex(details.root),
            )  # fmt: skip
        except HabeasError as error:
            raise OtherProofError(
                f"The segment {record.name} is not in the hour {hour.hour} that is on the log."
            ) from error
    return LoggedHour(parsed.index, entry.day, log.origin)


def _log_of(proof: str, circle: Circle) -> Log:
    """The log that *proof* is of: hours from before there was one of hours stay where they are."""
    try:
        origin = Checkpoint.parse(split(TlogProof.parse(proof).checkpoint)[0]).origin
    except HabeasError:
        return circle.log  # whose proof it is not either: that is said where it is verified
    return circle.hours_log if origin == circle.hours_log.origin else circle.log


def _verify_span(proof: ClipProof, details: ExportedDetails, starts: Sequence[datetime]) -> None:
    start, end = (
        datetime.fromisoformat(each) for each in (proof.handover.start, proof.handover.end)
    )
    records = [one.record for each in proof.hours for one in each.segments]
    ends = [
        at + timedelta(milliseconds=each.milliseconds)
        for at, each in zip(starts, records, strict=True)
    ]
    if starts != sorted(starts) or any(
        at >= end or until <= start - timedelta(seconds=1)
        for at, until in zip(starts, ends, strict=True)
    ):
        raise OtherHourError("A segment lies outside of the span that was handed over.")
    minutes = -(-(end - start) // timedelta(minutes=1))
    if details.hour != f"{start:%Y-%m-%dT%H}Z" or details.minutes != minutes:
        raise OtherHourError("The entry of the export is about another span.")


def _verify_files(hashes: Mapping[str, str], wanted: Mapping[str, SegmentRecord]) -> None:
    for path, record in wanted.items():
        if path not in hashes:
            raise IncompleteClipError(f"{path} is missing.")
        if not hmac.compare_digest(hashes[path], record.sha256):
            raise ClipChangedError(f"{path} is not the segment that was recorded.")
    for path in sorted(set(hashes) - set(wanted)):
        raise ClipChangedError(f"{path} is not among the segments that are proven.")
