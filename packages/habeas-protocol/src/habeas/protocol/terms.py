"""What was promised when a photo was sealed: terms, and the promise that binds them.

``terms`` are fixed before anything is encrypted and are authenticated by the photo's
cipher. The ``promise`` adds what only sealing knows: the ciphertext, the shares and
the key commitment. Its digest is bound into every share, so that a promise that was
widened afterwards opens nothing.
"""

from __future__ import annotations

import hashlib
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from habeas.protocol.document import Day, Document, Hex16, Hex32, KeyName, Month, Slug

#: X-Wing HPKE deposits, Shamir over GF(2^8), AES-256-GCM under a committed HKDF key.
SUITE = "habeas-1"


class Purpose(StrEnum):
    """All that a photo can be opened for. The list is closed.

    There is no purpose for identification, matching or handing over in bulk, and a
    document that names one is refused by its schema.
    """

    DECIDE_APPLICATION = "decide-application"
    PRODUCE_DOCUMENT = "produce-document"
    APPEAL = "appeal"
    APPLICANT_COPY = "applicant-copy"


#: Parts of words by which a wish to recognise somebody is known, whatever it is called.
_RECOGNITION = ("recogni", "identif", "biometr", "match", "embedding", "lookalike", "search")


def asks_for_recognition(purpose: str) -> bool:
    """Whether *purpose* is to recognise or look for somebody, which is refused for ever."""
    return any(part in purpose.lower() for part in _RECOGNITION)


class TrusteeKey(Document):
    """The expiry-month key of one trustee: which share it will hold, and until when."""

    trustee: KeyName
    month: Month
    key: Hex32


class Trustees(Document):
    """Who holds the shares, in order of the share index, and how many must agree."""

    k: Annotated[int, Field(ge=2, le=255)]
    keys: Annotated[tuple[TrusteeKey, ...], Field(min_length=2, max_length=255)]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.k > len(self.keys):
            raise ValueError("k is larger than the number of trustees")
        if len({key.trustee for key in self.keys}) != len(self.keys):
            raise ValueError("a trustee is named twice")
        return self


def _unique(values: tuple[str, ...], what: str) -> None:
    if list(values) != sorted(set(values)):
        raise ValueError(f"{what} must be sorted, and each named once")


class Terms(Document):
    """What the applicant is shown before sealing."""

    v: Literal[1] = 1
    suite: Literal["habeas-1"] = "habeas-1"
    origin: KeyName
    seal_id: Hex16
    service: Slug
    recipients: Annotated[tuple[Slug, ...], Field(min_length=1, max_length=16)]
    purposes: Annotated[
        tuple[Annotated[Purpose, Field(strict=False)], ...], Field(min_length=1, max_length=4)
    ]
    opens_until: Day
    trustees: Trustees
    withdraw_hash: Hex32
    sealed_by: Literal["server", "browser"]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        date.fromisoformat(self.opens_until)
        _unique(self.recipients, "recipients")
        _unique(self.purposes, "purposes")
        if any(key.month != self.opens_until[:7] for key in self.trustees.keys):
            raise ValueError("a trustee's key is not of the month in which the photo expires")
        return self


class SealedPhoto(Document):
    """The ciphertext: media type of the photo, bytes of the ciphertext, their SHA-256."""

    type: Literal["image/jpeg"]
    size: Annotated[int, Field(ge=1, le=16 * 1024 * 1024)]
    sha256: Hex32


class Promise(Terms):
    """The terms, and what they are bound to."""

    photo: SealedPhoto
    shares: tuple[Hex32, ...]
    key_commitment: Hex32

    @model_validator(mode="after")
    def _one_share_each(self) -> Self:
        if len(self.shares) != len(self.trustees.keys):
            raise ValueError("there must be one share for each trustee")
        return self

    def terms(self) -> Terms:
        """The terms alone, as they were authenticated by the cipher."""
        sealing_knows = {"photo", "shares", "key_commitment"}
        fields = {k: v for k, v in self.fields().items() if k not in sealing_knows}
        return Terms.read(fields)


def withdraw_hash(secret: bytes) -> str:
    """The hash of the applicant's withdrawal secret (32 bytes) that stands in the terms."""
    return hashlib.sha256(b"habeas/v1/withdraw\0" + secret).hexdigest()


def trustee_key_id(public_key: bytes) -> str:
    """The id of a trustee's X-Wing public key (1,216 bytes)."""
    return hashlib.sha256(b"habeas/v1/trustee-key\0" + public_key).hexdigest()
