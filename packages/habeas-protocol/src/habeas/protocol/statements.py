"""What the parties say to each other: requests, and statements that trustees sign.

A statement travels as a signed note (C2SP signed-note): its text is the canonical
JSON of one of these documents and a newline, its signature that of the trustee's
statement key. The pinned list of trustees says which key that is.
"""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, field_validator

from habeas.protocol.document import Day, Document, Hex16, Hex32, KeyName, Month, Slug, Text
from habeas.protocol.terms import Purpose, trustee_key_id

#: An X-Wing public key: ML-KEM-768 (1,184 bytes) then X25519 (32 bytes).
PUBLIC_KEY_BYTES = 1216

Vkey = Annotated[str, StringConstraints(max_length=4096, pattern=r"^[^\s+]+\+[0-9a-f]{8}\+\S+$")]
Url = Annotated[str, StringConstraints(max_length=256, pattern=r"^https?://[^\s]+$")]


def _public_key(value: str) -> str:
    try:
        content = base64.b64decode(value, validate=True)
    except binascii.Error as error:
        raise ValueError("a public key is base64") from error
    if len(content) != PUBLIC_KEY_BYTES or base64.b64encode(content).decode() != value:
        raise ValueError(f"a public key has {PUBLIC_KEY_BYTES} bytes")
    return value


class SealedDetails(Document):
    """Details of a `sealed` entry: the promise that was sealed (its digest)."""

    v: Literal[1] = 1
    promise: Hex32


class RequestDetails(Document):
    """Details of a `requested` entry: who asks for which photo, for what, and with which key."""

    v: Literal[1] = 1
    seal_id: Hex16
    promise: Hex32
    office: Slug
    officer: Annotated[str, StringConstraints(min_length=1, max_length=128)]
    purpose: Annotated[Purpose, Field(strict=False)]
    reason: Text
    #: Base64 of the X-Wing public key that the shares are wrapped to, used once.
    one_time_key: Annotated[str, StringConstraints(max_length=2048)]
    #: RFC 3339, UTC, seconds.
    at: Annotated[
        str,
        StringConstraints(
            pattern=r"^[0-9]{4}-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9]Z$"
        ),
    ]

    @field_validator("one_time_key")
    @classmethod
    def _key(cls, value: str) -> str:
        return _public_key(value)

    def public_key(self) -> bytes:
        """The one-time X-Wing public key; 1,216 bytes."""
        return base64.b64decode(self.one_time_key)


class RefusedDetails(Document):
    """Details of a `refused` entry: what was asked, by whom, and why not."""

    v: Literal[1] = 1
    code: Slug
    cause: Text
    office: Annotated[str, StringConstraints(max_length=128)]
    officer: Annotated[str, StringConstraints(max_length=128)]
    #: As asked, in the words of who asked: it may be no purpose that exists.
    purpose: Annotated[str, StringConstraints(max_length=128)]
    reason: Text
    #: The leaf hash of the request on the log, where there was one.
    request: Hex32 | None = None


class ReleasedDetails(Document):
    """Details of a `released` entry: the request (leaf hash) that a trustee answered."""

    v: Literal[1] = 1
    promise: Hex32
    request: Hex32


class ErasedDetails(Document):
    """Details of a `withdrawn` or `erased` entry."""

    v: Literal[1] = 1
    promise: Hex32
    because: Literal["withdrawn", "expired", "orphaned"]


class KeyStatement(Document):
    """A trustee announces the key for photos that expire in *month*."""

    v: Literal[1] = 1
    kind: Literal["key"] = "key"
    trustee: KeyName
    month: Month
    public_key: Annotated[str, StringConstraints(max_length=2048)]

    @field_validator("public_key")
    @classmethod
    def _key(cls, value: str) -> str:
        return _public_key(value)

    def key(self) -> bytes:
        """The X-Wing public key; 1,216 bytes."""
        return base64.b64decode(self.public_key)

    def key_id(self) -> str:
        """The id that stands in the terms."""
        return trustee_key_id(self.key())


class KeyDestroyedStatement(Document):
    """A trustee attests that it has destroyed the private key *key* of *month*."""

    v: Literal[1] = 1
    kind: Literal["key-destroyed"] = "key-destroyed"
    trustee: KeyName
    month: Month
    key: Hex32
    day: Day


class KeyDestroyedDetails(Document):
    """Details of a `key-destroyed` entry: which key, and the trustee's statement (a note)."""

    v: Literal[1] = 1
    trustee: KeyName
    month: Month
    key: Hex32
    statement: Annotated[str, StringConstraints(max_length=4096)]


class Acknowledgement(Document):
    """A trustee opened its deposit once, and it held the promised share."""

    v: Literal[1] = 1
    kind: Literal["acknowledged"] = "acknowledged"
    trustee: KeyName
    promise: Hex32
    index: Annotated[int, Field(ge=0, le=254)]
    key: Hex32
    day: Day


class ErasedStatement(Document):
    """A trustee attests that it has destroyed its share of a photo."""

    v: Literal[1] = 1
    kind: Literal["erased"] = "erased"
    trustee: KeyName
    promise: Hex32
    because: Literal["withdrawn", "expired", "orphaned"]
    day: Day


class RefusedStatement(Document):
    """A trustee attests that it refused a request (leaf hash), and why."""

    v: Literal[1] = 1
    kind: Literal["refused"] = "refused"
    trustee: KeyName
    request: Hex32
    code: Slug
    day: Day


class ReleasedStatement(Document):
    """A trustee attests that it released its share to a request (leaf hash)."""

    v: Literal[1] = 1
    kind: Literal["released"] = "released"
    trustee: KeyName
    promise: Hex32
    request: Hex32
    day: Day


class TrusteeIdentity(Document):
    """A trustee as everybody pins it: name, address, statement key, witness key."""

    name: KeyName
    url: Url
    statement_vkey: Vkey
    witness_vkey: Vkey


class PolicyDetails(Document):
    """Details of a `policy` entry: the trustees that this log's custodian seals to."""

    v: Literal[1] = 1
    origin: KeyName
    k: Annotated[int, Field(ge=2, le=255)]
    trustees: Annotated[tuple[TrusteeIdentity, ...], Field(min_length=2, max_length=255)]
