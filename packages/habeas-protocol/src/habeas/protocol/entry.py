"""Log entries: public, about acts and not about people.

An entry names no person, number, file, image or exact time. ``tag`` lets those who
hold a photo's track key find its entries, and see that none is missing; ``commit``
binds the details, which go to those entitled to them and never on the log.
"""

from __future__ import annotations

import hashlib
import hmac
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from habeas.protocol import canonical
from habeas.protocol.document import Day, Document, Hex16, Hex32, KeyName, Slug
from habeas.protocol.terms import Purpose

#: Who numbers an entry's tag: the custodian, or the trustee with share index i (stream i + 1).
CUSTODIAN = 0


class Kind(StrEnum):
    """The acts that leave a trace."""

    SEALED = "sealed"
    REQUESTED = "requested"
    RELEASED = "released"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    ERASED = "erased"
    KEY_DESTROYED = "key-destroyed"
    POLICY = "policy"
    CAMERA = "camera"
    FOOTAGE = "footage"


#: Acts on one photo carry a tag; acts of institutions carry their details in the open.
TAGGED = frozenset({Kind.SEALED, Kind.REQUESTED, Kind.RELEASED, Kind.WITHDRAWN, Kind.ERASED})
OPEN = frozenset({Kind.KEY_DESTROYED, Kind.POLICY, Kind.CAMERA, Kind.FOOTAGE})


class Entry(Document):
    """One line of the public log."""

    v: Literal[1] = 1
    kind: Annotated[Kind, Field(strict=False)]
    service: Slug | None = None
    office: Slug | None = None
    purpose: Annotated[Purpose, Field(strict=False)] | None = None
    #: The trustee that acted, for what trustees say.
    trustee: KeyName | None = None
    #: Why it was refused: one of the public codes.
    code: Slug | None = None
    day: Day
    tag: Hex16 | None = None
    commit: Hex32
    #: The details themselves, for acts of institutions: nobody's secret.
    details: dict[str, Any] | None = None
    salt: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.kind in TAGGED and self.tag is None:
            raise ValueError(f"an entry of kind {self.kind} carries a tag")
        if (self.kind is Kind.REFUSED) != (self.code is not None):
            raise ValueError("a refusal, and only a refusal, carries a code")
        shown = self.details is not None and self.salt is not None
        if shown != (self.kind in OPEN):
            raise ValueError("details stand open for acts of institutions, and only there")
        if self.details is not None and self.salt is not None:
            expected = commitment(bytes.fromhex(self.salt), self.details)
            if not hmac.compare_digest(expected, self.commit):
                raise ValueError("the commitment does not fit the details")
        return self


def tag(track_key: bytes, stream: int, counter: int) -> str:
    """The tag of entry number *counter* (from 0, without gaps) of *stream* for one photo.

    Each writer numbers its own stream, so that independent trustees need not agree
    on a counter and the holder of the track key still sees every gap.

    Args:
        track_key: 32 bytes, known to the receipt's holder, the trustees and the custodian.
        stream: ``CUSTODIAN``, or share index + 1 of the trustee that writes; 0 to 255.
        counter: number of the entry in its stream; below 2^64.

    Returns:
        16 bytes as lower-case hex: the first half of
        HMAC-SHA256(track key, "habeas/v1/tag" ‖ 0x00 ‖ stream ‖ big-endian u64 counter).
    """
    message = b"habeas/v1/tag\0" + bytes([stream]) + counter.to_bytes(8, "big")
    return hmac.digest(track_key, message, "sha256")[:16].hex()


def commitment(salt: bytes, details: dict[str, Any]) -> str:
    """SHA-256(salt ‖ canonical JSON of the details), hex. The salt is 32 random bytes."""
    return hashlib.sha256(salt + canonical.encode(details)).hexdigest()


def verify_commitment(entry: Entry, salt: bytes, details: dict[str, Any]) -> None:
    """Raise unless *entry* commits to exactly these *details*.

    Raises:
        CommitmentError: it commits to something else.
    """
    if len(salt) != 32 or not hmac.compare_digest(commitment(salt, details), entry.commit):
        raise CommitmentError("The log entry commits to other details than these.")


class CommitmentError(canonical.MalformedError):
    """An entry on the log was made for other details than those shown."""

    code = "commitment"
    remedy = "Ask for the details again; if they still differ, tell the monitor of this log."
