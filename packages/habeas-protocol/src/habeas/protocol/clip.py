"""Formats, *A clip*: recordings that were handed over, and what proves them to a stranger.

A clip is some segments of one camera. Each is a leaf of its hour's tree, whose root the recorder
signed and the log holds under cosignatures; that they were taken out, by which office, for what
and why, stands on the log too, and came before the clip. A reader needs this document, the
segments' hashes and a pin, and no network. `habeas.protocol.clip_proof` verifies it.
"""

from __future__ import annotations

import hmac
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from habeas.foundation.errors import HabeasError
from habeas.protocol.document import Count, Document, Hex32, Note, Slug, Text
from habeas.protocol.entry import MAX_BYTES, CommitmentError, commitment
from habeas.protocol.looks import ExportedDetails, HourName
from habeas.protocol.segments import SegmentRecord

_ENTRY = Annotated[str, StringConstraints(max_length=MAX_BYTES)]
_Moment = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\+00:00$"),
]
#: Segments of a clip: a quarter of an hour in parts of a second is more than anybody records.
MOST_SEGMENTS = 1000
#: A circle changes once in years; a clip comes with those that its log has had.
_MOST_CIRCLES = 64


class ClipError(HabeasError):
    """A clip that is not proven. Each cause has a name."""

    code = "clip"
    remedy = "Do not rely on it. Ask the office that handed it over for the clip once more."


class ClipChangedError(ClipError):
    """A file is not the one that was recorded, or handed over."""

    code = "clip-changed"


class OtherCameraError(ClipError):
    """What was recorded by another camera than the one that is named."""

    code = "clip-other-camera"


class OtherHourError(ClipError):
    """What was recorded at another time than the one that is named."""

    code = "clip-other-hour"


class OtherProofError(ClipError):
    """A proof that belongs to something else, or does not hold."""

    code = "clip-other-proof"


class IncompleteClipError(ClipError):
    """A segment in the middle was left out."""

    code = "clip-incomplete"


class Handover(Document):
    """What an `exported` entry's ``commit`` binds: who handed over exactly what, and why.

    Attributes:
        officer: the name of the account.
        case_number: of the court's or the police's case; of the person's request.
        start, end: the span that was asked for, UTC.
        segments: Merkle root over the records of the segments, in order (`root_of`).
    """

    v: Literal[2] = 2
    officer: Annotated[str, StringConstraints(min_length=1, max_length=128)]
    case_number: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    reason: Text
    start: _Moment
    end: _Moment
    segments: Hex32


class ProvenSegment(Document):
    """A segment, and where it stands in its hour's tree: leaf number, and sibling hashes."""

    record: SegmentRecord
    index: Count
    path: Annotated[tuple[Hex32, ...], Field(max_length=64)]


class ProvenHour(Document):
    """The segments out of one hour, with the hour's entry and its proof (C2SP tlog-proof)."""

    hour: HourName
    entry: _ENTRY
    proof: Note
    segments: Annotated[tuple[ProvenSegment, ...], Field(min_length=1, max_length=MOST_SEGMENTS)]


class ClipProof(Document):
    """All that proves a clip but the segments themselves.

    Attributes:
        circles: notes of the log's circles, in order of their numbers.
        camera: that recorded it.
        handover, salt: what the entry of the export commits to.
        entry, proof: of the export.
        hours: in order.
    """

    LIMIT = 8 * 1024 * 1024

    v: Literal[2] = 2
    kind: Literal["clip"] = "clip"
    circles: Annotated[tuple[Note, ...], Field(min_length=1, max_length=_MOST_CIRCLES)]
    camera: Slug
    handover: Handover
    salt: Hex32
    entry: _ENTRY
    proof: Note
    hours: Annotated[tuple[ProvenHour, ...], Field(min_length=1, max_length=3)]


class ClipFiles(Document):
    """What is in a bundle: a statement of the custodian, who made the files for people.

    Attributes:
        clip: digest of the proof.
        files: SHA-256 by name, of all but this statement itself.
    """

    LIMIT = 1024 * 1024

    v: Literal[2] = 2
    kind: Literal["clip-files"] = "clip-files"
    clip: Hex32
    files: dict[Annotated[str, StringConstraints(max_length=64)], Hex32]


def place_of(hour: str, name: str) -> str:
    """Where a segment lies in a bundle: ``segments/2026-11-23/201000.000Z.mp4``."""
    return f"segments/{hour[:10]}/{name}"


def start_of(hour: str, name: str) -> datetime:
    """When the segment *name* of *hour* begins, UTC."""
    day = datetime.strptime(hour[:10], "%Y-%m-%d").replace(tzinfo=UTC)
    clock = timedelta(
        hours=int(name[:2]), minutes=int(name[2:4]), seconds=int(name[4:6]),
        milliseconds=int(name[7:10]),
    )  # fmt: skip
    return day + clock


def verify_private(details: ExportedDetails, salt: bytes, handover: Handover) -> None:
    """Raise unless the details' ``commit`` binds exactly *handover*.

    Raises:
        CommitmentError: it binds something else.
    """
    if not hmac.compare_digest(commitment(salt, handover.fields()), details.commit):
        raise CommitmentError("The log entry commits to other details than these.")
