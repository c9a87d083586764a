"""Docs/protocol, *A lost receipt*: what an office gives to somebody who has lost theirs.

It leads from the case to the photo and shows that they belong together, and it opens nothing:
neither stream key nor secret is in it.
"""

from __future__ import annotations

import hmac
from typing import Literal, Self

from habeas.protocol.canonical import MalformedError
from habeas.protocol.document import Document, Hex16, Hex32, Reference, Slug
from habeas.protocol.office import Pointer
from habeas.protocol.terms import Promise, case_hash


class OtherPhotoError(MalformedError):
    """A photo that is not that of the case."""

    code = "another-photo"
    remedy = "Ask the office for the file of this very case."


class LostReceipt(Document):
    """Which photo belongs to a case.

    Attributes:
        promise: digest.
        salt: of the case in the promise's terms.
        office: that knows the case.
    """

    v: Literal[2] = 2
    kind: Literal["lost-receipt"] = "lost-receipt"
    office: Slug
    reference: Reference
    promise: Hex32
    seal_id: Hex16
    salt: Hex32

    @classmethod
    def of(cls, pointer: Pointer, office: str) -> Self:
        """What *office* gives of its pointer."""
        return cls(
            office=office, reference=pointer.reference, promise=pointer.promise,
            seal_id=pointer.seal_id, salt=pointer.salt,
        )  # fmt: skip

    def verify(self, promise: Promise) -> None:
        """Raise unless *promise*, of one's own keeping, is that of the case.

        Raises:
            OtherPhotoError: it is another's.
        """
        expected = case_hash(self.reference, bytes.fromhex(self.salt))
        if promise.digest().hex() != self.promise or not hmac.compare_digest(
            expected, promise.case
        ):
            raise OtherPhotoError("The office names another photo than that of the case.")
