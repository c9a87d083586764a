"""What the holder of a receipt can check: the receipt itself, and every act on the photo.

Nobody's word is taken. Entries are found on a verified copy of the log by the tags that
only the track key yields; each writer's stream is numbered without gaps; details count
only when they fit the commitment on the log.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from habeas import protocol, tlog
from habeas.custody.ports import LogIndex
from habeas.foundation.errors import HabeasError
from habeas.protocol import CUSTODIAN, Entry, Kind, Receipt
from habeas.protocol.client import Panel, verify_acknowledgement

#: How far beyond a missing number the search goes on: a gap is noticed when something follows.
_WINDOW = 16


@dataclass(frozen=True)
class Event:
    """One act on a photo, as it stands on the log.

    Attributes:
        index: on the log.
        entry: the log entry.
        writer: ``custodian``, or the trustee's name.
        details: what the entry commits to, where the holder could get it; else None.
    """

    index: int
    entry: Entry
    writer: str
    details: dict[str, Any] | None = None


@dataclass(frozen=True)
class History:
    """Every act on a photo, in the order of the log.

    Attributes:
        events: all acts that the track key leads to.
        missing: numbers that a writer has skipped; empty when nothing is hidden.
        silent: trustees that gave no details now, with the reason.
        searched: how many entries of the log were searched.
    """

    events: tuple[Event, ...]
    missing: tuple[str, ...] = ()
    silent: dict[str, str] = field(default_factory=dict)
    searched: int = 0

    @property
    def openings(self) -> tuple[Event, ...]:
        """The requests that at least one trustee has answered with its share."""
        answered = {
            event.details["request"]
            for event in self.events
            if event.entry.kind is Kind.RELEASED and event.details is not None
        }
        return tuple(
            event
            for event in self.events
            if event.entry.kind is Kind.REQUESTED
            and tlog.leaf_hash(event.entry.encode()).hex() in answered
        )


class IncompleteError(HabeasError):
    """The log lacks an entry that must be there."""

    code = "history-gap"
    remedy = "Somebody has acted on the photo without a trace. Tell the monitors and a trustee."


class DetailsSource(Protocol):
    """Where details come from: the custodian's own records, or nowhere."""

    def __call__(self, receipt: Receipt) -> Iterable[tuple[bytes, bytes, dict[str, Any]]]:
        """(entry, salt, details) of each of the custodian's lines."""


def verify_receipt(receipt: Receipt, policy: str | None = None) -> tlog.VerifiedCheckpoint:
    """Check a receipt offline: parts, inclusion on the witnessed log, acknowledgements.

    Args:
        receipt: the receipt.
        policy: a tlog-policy from elsewhere; by default the one in the receipt, which
            proves only that the receipt agrees with itself.

    Returns:
        The checkpoint under which the photo's `sealed` entry stands.

    Raises:
        ReceiptError, CommitmentError: parts that do not belong together.
        TrusteeAnswerError: an acknowledgement that is not what it must be.
        HabeasError: of the log: no inclusion, no signature, no quorum.
    """
    receipt.verify_parts()
    if len(receipt.acknowledgements) != len(receipt.trustees):
        raise protocol.ReceiptError("The receipt lacks an acknowledgement of a trustee.")
    for index, (note, trustee) in enumerate(
        zip(receipt.acknowledgements, receipt.trustees, strict=True)
    ):
        verify_acknowledgement(note, trustee, receipt.promise, index)
    rules = tlog.Policy.parse(policy or receipt.policy)
    verified = tlog.TlogProof.parse(receipt.proof).verify(receipt.entry.encode(), rules)
    if verified.checkpoint.origin != receipt.promise.origin:
        raise protocol.ReceiptError("The receipt was promised on another log than it stands on.")
    return verified


def find_events(receipt: Receipt, index: LogIndex) -> tuple[list[Event], list[str]]:
    """All entries of the receipt's photo, and the numbers that are missing in between."""
    track_key = bytes.fromhex(receipt.track_key)
    writers = ["custodian", *(trustee.name for trustee in receipt.trustees)]
    events: list[Event] = []
    missing: list[str] = []
    for stream, writer in enumerate(writers, start=CUSTODIAN):
        start, gaps = 0, []
        while True:
            tags = {protocol.tag(track_key, stream, c): c for c in range(start, start + _WINDOW)}
            found = index.find(tags)
            if not found:
                break
            last = max(tags[tag] for tag in found)
            for tag, counter in tags.items():
                if tag in found:
                    place, content = found[tag]
                    events.append(Event(place, Entry.decode(content), writer))
                elif counter < last:
                    gaps.append(counter)
            start = last + 1
        missing += [f"{writer} number {counter}" for counter in gaps]
    return sorted(events, key=lambda event: event.index), missing


def open_details(
    events: Iterable[Event], known: Mapping[bytes, tuple[bytes, dict[str, Any]]]
) -> list[Event]:
    """Add details to events, where salt and details fit the commitment on the log."""
    opened = []
    for event in events:
        salt, details = known.get(event.entry.encode(), (b"", {}))
        if salt:
            protocol.verify_commitment(event.entry, salt, details)
            opened.append(Event(event.index, event.entry, event.writer, details))
        else:
            opened.append(event)
    return opened


def history(
    receipt: Receipt, index: LogIndex, circle: Panel, custodian: DetailsSource | None = None
) -> History:
    """Every act on the receipt's photo, searched for on a verified copy of the log.

    Args:
        receipt: the receipt; its parts are checked first.
        index: a verified copy of the log.
        circle: the trustees, who give details of their own entries.
        custodian: details of the custodian's entries, where at hand.

    Raises:
        ReceiptError, CommitmentError: the receipt, or details, do not fit.
    """
    receipt.verify_parts()
    known: dict[bytes, tuple[bytes, dict[str, Any]]] = {}
    if custodian is not None:
        for entry, salt, details in custodian(receipt):
            known[entry] = (salt, details)
    digest, track_key = receipt.promise.digest(), bytes.fromhex(receipt.track_key)
    names = [trustee.name for trustee in receipt.trustees]
    told, errors = circle.ask(names, lambda trustee, _: trustee.history(digest, track_key))
    for events in told.values():
        known |= {event.entry: (event.salt, event.details) for event in events}
    searched = index.catch_up()
    found, missing = find_events(receipt, index)
    silent = {name: error.cause for name, error in errors.items()}
    return History(tuple(open_details(found, known)), tuple(missing), silent, searched)


def verify_complete(found: History) -> None:
    """Raise unless no number is missing and every release has its request before it.

    Raises:
        IncompleteError: something happened that the log does not show.
    """
    if found.missing:
        raise IncompleteError(f"The log lacks entries of this photo: {', '.join(found.missing)}.")
    if not any(event.entry.kind is Kind.SEALED for event in found.events):
        raise IncompleteError("The log does not hold the entry that says the photo was sealed.")
    requests: set[str] = set()
    for event in found.events:
        if event.entry.kind is Kind.REQUESTED:
            requests.add(tlog.leaf_hash(event.entry.encode()).hex())
        released = event.entry.kind is Kind.RELEASED and event.details is not None
        if released and event.details is not None and event.details["request"] not in requests:
            raise IncompleteError(f"Entry {event.index} releases a share that nobody asked for.")
