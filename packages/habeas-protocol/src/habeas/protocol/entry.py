"""Formats, *Log entries*: log entries, public, about acts and not about people.

An entry names no person, number, file, image or exact time. ``tag`` lets those who hold
the key of its stream find it, and see that none is missing; ``commit`` binds the details,
which go to those entitled to them and stand on the log only for acts of institutions.
Which key may have written it is for `habeas.protocol.reading`.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from habeas.protocol import canonical, keys
from habeas.protocol.document import Day, Document, Hex16, Hex32, Signature64, Slug
from habeas.protocol.keys import Role, Signer, Writer
from habeas.protocol.terms import Purpose

MAX_BYTES = 4096
#: Of a `circle`, a `roster` and an `app`.
MAX_LARGE_BYTES = 49_152
SALT_BYTES = 32
#: In a canonical entry only ``slot``, ``tag``, ``v`` and ``writer`` come after the signature.
_SIGNATURE = b',"signature":"'
_SIGNATURE_END = 89


class Kind(StrEnum):
    """The acts that leave a trace."""

    SEALED = "sealed"
    REQUESTED = "requested"
    CLOSED = "closed"
    RELEASED = "released"
    REFUSED = "refused"
    ERASED = "erased"
    WITHDRAWN = "withdrawn"
    KEY = "key"
    KEY_DESTROYED = "key-destroyed"
    CIRCLE = "circle"
    ROSTER = "roster"
    SUSPENDED = "suspended"
    PAUSED = "paused"
    RECOVERY = "recovery"
    CLAIMED = "claimed"
    CAMERA = "camera"
    FOOTAGE = "footage"
    ANCHORED = "anchored"
    APP = "app"
    APP_SEEN = "app-seen"
    APP_DIFFERS = "app-differs"


@dataclass(frozen=True)
class Shape:
    """What an entry of one kind looks like, and who may write it.

    Attributes:
        roles: of the writers.
        fields: those that it must have, of ``service``, ``office``, ``purpose``, ``code``,
            ``tag`` and ``slot``.
        optional: those of the same that it may have. It has no others.
        open: details and salt stand in it.
        limit: most canonical bytes.
    """

    roles: frozenset[Role]
    fields: frozenset[str]
    optional: frozenset[str]
    open: bool
    limit: int


def _shape(roles: str, fields: str = "", optional: str = "", *, large: bool = False) -> Shape:
    """A photo's act where there are fields of one; else an act of an institution, in the open."""
    named = frozenset(fields.split())
    return Shape(
        frozenset(Role(role) for role in roles.split()),
        named,
        frozenset(optional.split()),
        open="service" not in named,
        limit=MAX_LARGE_BYTES if large else MAX_BYTES,
    )


SHAPES = {
    Kind.SEALED: _shape("custodian", "service tag"),
    Kind.REQUESTED: _shape("custodian", "service office purpose tag slot"),
    Kind.CLOSED: _shape("custodian", "service tag"),
    Kind.RELEASED: _shape("trustee", "service office purpose tag"),
    Kind.REFUSED: _shape("trustee", "service office purpose code", "tag"),
    Kind.ERASED: _shape("trustee", "service tag"),
    Kind.WITHDRAWN: _shape("trustee custodian"),
    Kind.KEY: _shape("trustee"),
    Kind.KEY_DESTROYED: _shape("trustee"),
    Kind.CIRCLE: _shape("trustee", large=True),
    Kind.ROSTER: _shape("office", "office", large=True),
    Kind.SUSPENDED: _shape("trustee", "office"),
    Kind.PAUSED: _shape("trustee"),
    Kind.RECOVERY: _shape("trustee"),
    Kind.CLAIMED: _shape("trustee", "", "tag"),
    Kind.CAMERA: _shape("recorder"),
    Kind.FOOTAGE: _shape("recorder custodian", "", "office"),
    Kind.ANCHORED: _shape("custodian"),
    Kind.APP: _shape("custodian", large=True),
    Kind.APP_SEEN: _shape("trustee"),
    Kind.APP_DIFFERS: _shape("trustee"),
}
#: Fields that stand in the entries of some kinds only.
_PLAIN = frozenset[str]().union(*(each.fields | each.optional for each in SHAPES.values()))


class CommitmentError(canonical.MalformedError):
    """An entry on the log was made for other details than those shown."""

    code = "commitment"
    remedy = "Ask for the details again; if they still differ, tell the monitor of this log."


class Entry(Document):
    """One line of the public log."""

    LIMIT = MAX_LARGE_BYTES

    v: Literal[2] = 2
    kind: Annotated[Kind, Field(strict=False)]
    #: `habeas.protocol.keys.writer_id` of the key that signed it.
    writer: Hex32
    service: Slug | None = None
    office: Slug | None = None
    purpose: Annotated[Purpose, Field(strict=False)] | None = None
    #: Why it was refused: one of the public codes.
    code: Slug | None = None
    day: Day
    tag: Hex16 | None = None
    slot: Hex16 | None = None
    commit: Hex32
    #: The details themselves, for acts of institutions: nobody's secret.
    details: dict[str, Any] | None = None
    salt: Hex32 | None = None
    signature: Signature64

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        shape = SHAPES[self.kind]
        has = {name for name in _PLAIN if getattr(self, name) is not None}
        if not shape.fields <= has <= shape.fields | shape.optional:
            raise ValueError(f"an entry of kind {self.kind} has other fields")
        if (self.details is not None) != shape.open or (self.salt is not None) != shape.open:
            raise ValueError("details stand open for acts of institutions, and only there")
        if self.details is not None and self.salt is not None:
            expected = commitment(bytes.fromhex(self.salt), self.details)
            if not hmac.compare_digest(expected, self.commit):
                raise ValueError("the commitment does not fit the details")
        return self

    @classmethod
    def decode(cls, content: bytes) -> Self:
        """The entry that the canonical bytes *content* hold. Its signature is not looked at.

        Raises:
            MalformedError: it is none, or larger than its kind may be.
        """
        entry = super().decode(content)
        entry.verify_size()
        return entry

    def verify_size(self) -> None:
        """Raise where it is larger than its kind may be.

        Raises:
            MalformedError: it is.
        """
        if len(self.encode()) > SHAPES[self.kind].limit:
            raise canonical.MalformedError(f"An entry of kind {self.kind} has too many bytes.")


def sign_entry(
    signer: Signer,
    kind: Kind,
    day: str,
    details: Document,
    salt: bytes,
    **fields: str | None,
) -> Entry:
    """The signed entry that says *details*.

    Args:
        signer: the writer's key.
        kind: of the act.
        day: YYYY-MM-DD, UTC.
        details: what it commits to; for acts of institutions they stand in it.
        salt: 32 random bytes, never used again.
        fields: of ``service``, ``office``, ``purpose``, ``code``, ``tag``, ``slot``.

    Raises:
        MalformedError: the fields are not those of the kind, or it is too large.
    """
    unsigned: dict[str, Any] = {
        "v": 2,
        "kind": kind.value,
        "writer": keys.writer_id(signer.verifier.public_key),
        "day": day,
        "commit": _commitment(salt, details.encode()),
        **{name: value for name, value in fields.items() if value is not None},
    }
    if SHAPES[kind].open:
        unsigned |= {"details": details.fields(), "salt": salt.hex()}
    signature = keys.sign(signer, canonical.encode(unsigned))
    entry = Entry.read({**unsigned, "signature": signature})
    entry.verify_size()
    return entry


def verify_signature(content: bytes, entry: Entry, writer: Writer) -> None:
    """Raise unless *writer* has signed the entry.

    Args:
        content: the canonical bytes that *entry* was decoded from.
        entry: the same, decoded.
        writer: the key that it names.

    Raises:
        SignatureError: it has not.
    """
    before, _, after = content.rpartition(_SIGNATURE)
    unsigned = before + after[_SIGNATURE_END:]
    # What `Signature64` has checked is decoded again, which costs less than keeping it.
    writer.verify(unsigned, keys.signature_bytes(entry.signature))


def commitment(salt: bytes, details: dict[str, Any]) -> str:
    """SHA-256(salt ‖ canonical JSON of the details), hex. The salt is 32 random bytes."""
    return _commitment(salt, canonical.encode(details))


def _commitment(salt: bytes, details: bytes) -> str:
    return hashlib.sha256(salt + details).hexdigest()


def verify_commitment(entry: Entry, salt: bytes, details: Document) -> None:
    """Raise unless *entry* commits to exactly these *details*.

    Raises:
        CommitmentError: it commits to something else.
    """
    fits = hmac.compare_digest(_commitment(salt, details.encode()), entry.commit)
    if len(salt) != SALT_BYTES or not fits:
        raise CommitmentError("The log entry commits to other details than these.")
