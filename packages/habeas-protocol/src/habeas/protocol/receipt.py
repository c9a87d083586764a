"""The receipt: all that an applicant needs to check, follow and withdraw a photo.

A tlog-proof of the `sealed` entry, the promise, the trustees' acknowledgements and the
track key. Whoever holds the file holds the photo's history and the right to withdraw.
"""

from __future__ import annotations

import hmac
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from habeas.protocol.canonical import MalformedError
from habeas.protocol.document import Document, Hex32
from habeas.protocol.entry import CUSTODIAN, Entry, Kind, tag, verify_commitment
from habeas.protocol.statements import SealedDetails, TrusteeIdentity, Url
from habeas.protocol.terms import Promise, withdraw_hash

Note = Annotated[str, StringConstraints(max_length=16 * 1024)]


class ReceiptError(MalformedError):
    """A receipt whose parts do not belong together."""

    code = "receipt"
    remedy = "Use the receipt file exactly as you received it."


class Receipt(Document):
    """What the applicant keeps."""

    v: Literal[1] = 1
    kind: Literal["habeas-receipt"] = "habeas-receipt"
    reference: Annotated[str, StringConstraints(max_length=64)]
    portal: Url
    log: Url
    #: The tlog-policy under which the log was verified; compare it with one from elsewhere.
    policy: Annotated[str, StringConstraints(max_length=16 * 1024)]
    trustees: Annotated[tuple[TrusteeIdentity, ...], Field(min_length=2, max_length=255)]
    promise: Promise
    track_key: Hex32
    withdraw_secret: Hex32
    #: The `sealed` entry as it stands on the log, and the salt of its commitment.
    entry: Annotated[str, StringConstraints(max_length=4096)]
    salt: Hex32
    proof: Note
    acknowledgements: Annotated[tuple[Note, ...], Field(min_length=2, max_length=255)]

    def sealed_entry(self) -> Entry:
        """The `sealed` entry, parsed."""
        return Entry.decode(self.entry.encode())

    def verify_parts(self) -> None:
        """Raise unless the parts of this receipt belong together.

        It checks what needs no other party: that the entry is the first of this photo's
        track, that it commits to this promise, and that the withdrawal secret is the one
        in the terms. Signatures and inclusion are the caller's.

        Raises:
            ReceiptError: a part belongs to another photo.
            CommitmentError: the entry commits to another promise.
        """
        entry = self.sealed_entry()
        if entry.kind is not Kind.SEALED:
            raise ReceiptError("The receipt's log entry does not say that a photo was sealed.")
        expected = tag(bytes.fromhex(self.track_key), CUSTODIAN, 0)
        if not hmac.compare_digest(expected, entry.tag or ""):
            raise ReceiptError("The receipt's log entry is that of another photo.")
        details = SealedDetails(promise=self.promise.digest().hex())
        verify_commitment(entry, bytes.fromhex(self.salt), details.fields())
        secret = bytes.fromhex(self.withdraw_secret)
        if not hmac.compare_digest(withdraw_hash(secret), self.promise.withdraw_hash):
            raise ReceiptError("The receipt's withdrawal secret is that of another photo.")
        named = [key.trustee for key in self.promise.trustees.keys]
        if [trustee.name for trustee in self.trustees] != named:
            raise ReceiptError("The receipt names other trustees than its promise.")
