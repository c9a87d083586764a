"""Formats, *Terms and promise*: what was promised when a photo was sealed.

``terms`` are fixed before anything is encrypted and are authenticated by the photo's
cipher. The ``promise`` adds what only sealing knows: the ciphertext, the shares and
the key commitment. Its digest is bound into every share, so that a promise that was
widened afterwards opens nothing.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from habeas.protocol.document import Day, Document, Hex16, Hex32, KeyName, Month, Slug, digest
from habeas.protocol.parties import Origin

#: X-Wing HPKE deposits, Shamir over GF(2^8), AES-256-GCM under a committed HKDF key.
SUITE = "habeas-2"
#: More than this many cannot sign one note with their predecessors (C2SP: 100 signatures).
MAX_TRUSTEES = 32
MAX_OPENINGS = 100
#: Entries of one trustee about one photo: its releases, as many refusals, and the end.
MAX_OWN_ENTRIES = 2 * MAX_OPENINGS + 1


class Purpose(StrEnum):
    """All that a photo can be opened for. The list is closed.

    There is no purpose for identification, matching or handing over in bulk, and a
    document that names one is refused by its schema.
    """

    DECIDE_APPLICATION = "decide-application"
    PRODUCE_DOCUMENT = "produce-document"
    APPEAL = "appeal"
    APPLICANT_COPY = "applicant-copy"


class TrusteeKey(Document):
    """The expiry-month key of one trustee: which share it will hold, and until when."""

    trustee: KeyName
    month: Month
    key: Hex32


class Trustees(Document):
    """Who holds the shares, in order of the share index, and how many must agree."""

    k: Annotated[int, Field(ge=2, le=MAX_TRUSTEES)]
    keys: Annotated[tuple[TrusteeKey, ...], Field(min_length=2, max_length=MAX_TRUSTEES)]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.k > len(self.keys):
            raise ValueError("k is larger than the number of trustees")
        if len({key.trustee for key in self.keys}) != len(self.keys):
            raise ValueError("a trustee is named twice")
        return self


class AppReference(Document):
    """The release of the app that says it has sealed: where it ran, and its manifest.

    A claim that the seal binds, and no proof: only the device could know.
    """

    origin: Origin
    manifest: Hex32


def _unique(values: tuple[str, ...], what: str) -> None:
    if list(values) != sorted(set(values)):
        raise ValueError(f"{what} must be sorted, and each named once")


class Terms(Document):
    """What the applicant is shown before sealing."""

    v: Literal[2] = 2
    suite: Literal["habeas-2"] = "habeas-2"
    #: Digest of the circle under which it was sealed.
    circle: Hex32
    origin: KeyName
    seal_id: Hex16
    service: Slug
    recipients: Annotated[tuple[Slug, ...], Field(min_length=1, max_length=16)]
    purposes: Annotated[
        tuple[Annotated[Purpose, Field(strict=False)], ...],
        Field(min_length=1, max_length=len(Purpose)),
    ]
    opens_until: Day
    #: Most requests ever, and in one day.
    openings_max: Annotated[int, Field(ge=1, le=MAX_OPENINGS)]
    openings_a_day: Annotated[int, Field(ge=1, le=MAX_OPENINGS)]
    #: Days after a `closed` entry at which shares may go.
    closed_days: Annotated[int, Field(ge=0, le=3650)]
    trustees: Trustees
    track_hash: Hex32
    withdraw_hash: Hex32
    case: Hex32
    sealed_by: Literal["server", "browser"]
    #: With ``browser`` alone. Left out where there is none, also within another's answer.
    app: AppReference | None = Field(default=None, exclude_if=lambda app: app is None)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        _unique(self.recipients, "recipients")
        _unique(self.purposes, "purposes")
        if self.openings_a_day > self.openings_max:
            raise ValueError("more openings in a day than at all")
        if (self.app is not None) != (self.sealed_by == "browser"):
            raise ValueError("who seals in a browser names the release, and nobody else")
        if any(key.month != self.opens_until[:7] for key in self.trustees.keys):
            raise ValueError("a trustee's key is not of the month in which the photo expires")
        return self


class Ciphertext(Document):
    """The ciphertext: media type of the photo, bytes of the ciphertext, their SHA-256."""

    type: Literal["image/jpeg"]
    size: Annotated[int, Field(ge=1, le=16 * 1024 * 1024)]
    sha256: Hex32


class Promise(Terms):
    """The terms, and what they are bound to."""

    photo: Ciphertext
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


def track_hash(track_key: bytes) -> str:
    """``H("track", track key)``, hex: binds the photo's track key (32 bytes) into the terms."""
    return digest("track", track_key).hex()


def withdraw_hash(secret: bytes) -> str:
    """``H("withdraw", withdrawal secret)``, hex, of the applicant's secret (32 bytes)."""
    return digest("withdraw", secret).hex()


def case_hash(reference: str, salt: bytes) -> str:
    """``H("case", reference ‖ 00 ‖ salt)``, hex: binds the photo to one case (salt: 32 bytes)."""
    return digest("case", reference.encode() + b"\0" + salt).hex()


def trustee_key_id(public_key: bytes) -> str:
    """``H("trustee-key", public key)``, hex, of a trustee's X-Wing key (1,216 bytes)."""
    return digest("trustee-key", public_key).hex()
