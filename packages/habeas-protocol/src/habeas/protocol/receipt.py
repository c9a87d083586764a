"""Formats, *Receipt*: the receipt, all that an applicant needs to check, follow and withdraw.

Whoever holds the file holds the photo's history and the right to withdraw.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from habeas.foundation.errors import HabeasError
from habeas.protocol.canonical import MalformedError
from habeas.protocol.circle import Circle, verify_circle, verify_terms
from habeas.protocol.details import SealedDetails
from habeas.protocol.document import Document, Hex16, Hex32, KeyName, Note, Reference
from habeas.protocol.entry import (
    MAX_BYTES,
    Entry,
    Kind,
    verify_commitment,
    verify_signature,
)
from habeas.protocol.keys import Role, Writer
from habeas.protocol.seed import Seeded
from habeas.protocol.statements import read_acknowledgement
from habeas.protocol.stream import CUSTODIAN, stream_key, tag
from habeas.protocol.terms import MAX_TRUSTEES, Promise, case_hash, track_hash, withdraw_hash
from habeas.tlog import NoteVerifier, TlogProof, VerifiedCheckpoint


class ReceiptError(MalformedError):
    """A receipt whose parts do not belong together."""

    code = "receipt"
    remedy = "Use the receipt file exactly as you received it."


class SignedAcknowledgement(Document):
    """A trustee's acknowledgement: a signed note."""

    trustee: KeyName
    note: Annotated[str, StringConstraints(max_length=4096)]


class Receipt(Document):
    """What the applicant keeps.

    Attributes:
        circle: the circle's note, whose digest stands in the promise.
        entry: the `sealed` entry as it stands on the log; `salt` is that of its commitment.
        proof: a C2SP tlog-proof of it.
        pending: trustees that have not acknowledged yet.
        seed: what the secrets follow from; none where each was drawn for itself.
    """

    LIMIT = 192 * 1024

    v: Literal[2] = 2
    kind: Literal["habeas-receipt"] = "habeas-receipt"
    reference: Reference
    case_salt: Hex32
    circle: Note
    promise: Promise
    track_key: Hex32
    withdraw_secret: Hex32
    entry: Annotated[str, StringConstraints(max_length=MAX_BYTES)]
    salt: Hex32
    proof: Note
    acknowledgements: Annotated[tuple[SignedAcknowledgement, ...], Field(max_length=MAX_TRUSTEES)]
    pending: Annotated[tuple[KeyName, ...], Field(max_length=MAX_TRUSTEES)]
    seed: Hex16 | None = None

    def stream_key(self, writer: int) -> bytes:
        """The key of a writer's stream (`CUSTODIAN`, or share index + 1); 32 bytes."""
        return stream_key(bytes.fromhex(self.track_key), writer)


@dataclass(frozen=True)
class ReceiptParts:
    """What the parts of a receipt prove together.

    Attributes:
        circle: signed by all its trustees; compare it with a pin.
        entry: the `sealed` entry.
        index: of that entry on the log.
        checkpoint: that vouches for it, under the acting policy.
    """

    circle: Circle
    entry: Entry
    index: int
    checkpoint: VerifiedCheckpoint


def verify_parts(receipt: Receipt) -> ReceiptParts:
    """Raise unless the parts of *receipt* belong together and hold.

    It needs no other party. What it cannot say is whether the circle is one to trust.

    Raises:
        ReceiptError: a part belongs to another photo, or does not hold.
    """
    try:
        return _verify(receipt)
    except ReceiptError:
        raise
    except HabeasError as error:
        raise ReceiptError(f"A part of the receipt does not hold: {error.cause}") from error


def _verify(receipt: Receipt) -> ReceiptParts:
    promise = receipt.promise
    circle = verify_circle(receipt.circle)
    verify_terms(circle, promise)
    _secrets(receipt)
    entry = _entry(receipt, circle)
    proof = TlogProof.parse(receipt.proof)
    checkpoint = proof.verify(receipt.entry.encode(), circle.acting_policy())
    _acknowledgements(receipt, circle)
    return ReceiptParts(circle, entry, proof.index, checkpoint)


def _secrets(receipt: Receipt) -> None:
    promise = receipt.promise
    for made, promised, what in (
        (track_hash(bytes.fromhex(receipt.track_key)), promise.track_hash, "track key"),
        (withdraw_hash(bytes.fromhex(receipt.withdraw_secret)), promise.withdraw_hash,
         "withdrawal secret"),
        (case_hash(receipt.reference, bytes.fromhex(receipt.case_salt)), promise.case, "case"),
    ):  # fmt: skip
        if not hmac.compare_digest(made, promised):
            raise ReceiptError(f"The receipt's {what} is that of another photo.")
    if receipt.seed is None:
        return
    own = Seeded.of(bytes.fromhex(receipt.seed))
    said = (promise.seal_id, receipt.track_key, receipt.withdraw_secret, receipt.case_salt)
    follow = (own.seal_id, own.track_key, own.withdraw_secret, own.case_salt)
    if not hmac.compare_digest("".join(said), "".join(each.hex() for each in follow)):
        raise ReceiptError("The receipt's seed is that of another photo.")


def _entry(receipt: Receipt, circle: Circle) -> Entry:
    content = receipt.entry.encode()
    entry = Entry.decode(content)
    if entry.kind is not Kind.SEALED or entry.service != receipt.promise.service:
        raise ReceiptError("The receipt's log entry does not say that this photo was sealed.")
    if not hmac.compare_digest(tag(receipt.stream_key(CUSTODIAN), 0), entry.tag or ""):
        raise ReceiptError("The receipt's log entry is that of another photo.")
    writer = Writer(Role.CUSTODIAN, "", NoteVerifier.parse(circle.custodian.vkey))
    if entry.writer != writer.id:
        raise ReceiptError("The receipt's log entry is not written by the circle's custodian.")
    verify_signature(content, entry, writer)
    details = SealedDetails(promise=receipt.promise.digest().hex())
    verify_commitment(entry, bytes.fromhex(receipt.salt), details)
    return entry


def _acknowledgements(receipt: Receipt, circle: Circle) -> None:
    names = [each.name for each in circle.trustees]
    said = [each.trustee for each in receipt.acknowledgements]
    if sorted([*said, *receipt.pending]) != sorted(names):
        raise ReceiptError("Acknowledgements and pending trustees are not those of the circle.")
    if len(said) < min(circle.q, len(names)):
        raise ReceiptError("Too few trustees have acknowledged the photo.")
    for each in receipt.acknowledgements:
        index = names.index(each.trustee)
        verifier = circle.trustees[index].verifier()
        read_acknowledgement(each.note, [verifier], receipt.promise, index)
