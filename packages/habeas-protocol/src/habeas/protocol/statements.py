"""Formats, *Statements*: what trustees and the custodian sign for each other, as signed notes.

A statement travels as a signed note (C2SP signed-note): its text is the canonical JSON of
one of these documents and a newline, its signature that of the trustee's statement key, or
of the custodian's for an `order`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, TypeVar

from pydantic import Field

from habeas.foundation.errors import HabeasError
from habeas.protocol.canonical import MalformedError
from habeas.protocol.document import (
    Count,
    Day,
    Document,
    Hex32,
    KeyName,
    Month,
    Slug,
    XWingKey,
    unbase64,
)
from habeas.protocol.keys import Signer
from habeas.protocol.terms import MAX_OWN_ENTRIES, MAX_TRUSTEES, Promise, trustee_key_id
from habeas.tlog import NoteVerifier, TlogError, open_note

Statement = TypeVar("Statement", bound=Document)


class StatementError(HabeasError):
    """A statement that is not signed by whom it must be, or is about something else."""

    code = "statement"
    remedy = "Do not trust it; keep it, and tell whoever gave it and a monitor."


class KeyStatement(Document):
    """A trustee announces its key for photos that expire in *month*."""

    v: Literal[2] = 2
    kind: Literal["key"] = "key"
    trustee: KeyName
    month: Month
    public_key: XWingKey

    def key(self) -> bytes:
        """The X-Wing public key; 1,216 bytes."""
        return unbase64(self.public_key)

    def key_id(self) -> str:
        """The id that stands in the terms."""
        return trustee_key_id(self.key())


class KeyDestroyedStatement(Document):
    """A trustee attests that it has destroyed the private key *key* (id) of *month*."""

    v: Literal[2] = 2
    kind: Literal["key-destroyed"] = "key-destroyed"
    trustee: KeyName
    month: Month
    key: Hex32
    day: Day


class Order(Document):
    """The custodian asks the trustees to keep the shares of this promise (digest)."""

    v: Literal[2] = 2
    kind: Literal["order"] = "order"
    promise: Hex32
    day: Day


class Acknowledgement(Document):
    """A trustee opened its deposit once: it held the promised share and the bound track key.

    Attributes:
        index: of the share.
        key: id of the month key that the deposit was sealed to.
        circle: digest of the circle.
    """

    v: Literal[2] = 2
    kind: Literal["acknowledged"] = "acknowledged"
    trustee: KeyName
    promise: Hex32
    index: Annotated[int, Field(ge=0, lt=MAX_TRUSTEES)]
    key: Hex32
    circle: Hex32
    day: Day


class ReleasedStatement(Document):
    """A trustee attests that it released its share to a request (leaf hash)."""

    v: Literal[2] = 2
    kind: Literal["released"] = "released"
    trustee: KeyName
    promise: Hex32
    request: Hex32
    day: Day


class RefusedStatement(Document):
    """A trustee attests that it refused a request (leaf hash), and why."""

    v: Literal[2] = 2
    kind: Literal["refused"] = "refused"
    trustee: KeyName
    request: Hex32
    code: Slug
    day: Day


class ErasedStatement(Document):
    """A trustee attests that it has destroyed its share, and that this stands on the log."""

    v: Literal[2] = 2
    kind: Literal["erased"] = "erased"
    trustee: KeyName
    promise: Hex32
    because: Literal["withdrawn", "expired", "orphaned", "claimed"]
    day: Day


class StreamEndStatement(Document):
    """What a trustee has said about a photo so far, and up to where it has read the log.

    Attributes:
        nonce: as the reader drew it.
        next: the number that its next entry about this photo will have.
        owed: how many of the numbers below are not yet in the trustee's view.
        closed: log index of the `closed` entry that freezes the photo.
        held: whether it still has its share.
        origin, size, root: of the tree that it has followed to.
    """

    v: Literal[2] = 2
    kind: Literal["stream-end"] = "stream-end"
    trustee: KeyName
    promise: Hex32
    nonce: Hex32
    next: Annotated[int, Field(ge=0, le=MAX_OWN_ENTRIES)]
    owed: Annotated[int, Field(ge=0, le=MAX_OWN_ENTRIES)]
    closed: Count | None = None
    held: bool
    origin: KeyName
    size: Count
    root: Hex32
    day: Day


def sign_statement(signer: Signer, statement: Document) -> str:
    """The note of *statement*, signed."""
    text = statement.encode().decode() + "\n"
    return f"{text}\n{signer.signature(text).line()}"


def read_statement(
    note: str, signer: str, verifiers: Sequence[NoteVerifier], kind: type[Statement]
) -> Statement:
    """The statement of *kind* that *note* is, signed by one of *verifiers*.

    Args:
        note: a signed note.
        signer: the trustee's name, or who else is said to have signed.
        verifiers: that party's keys, as the chain of circles has them.
        kind: of the statement.

    Raises:
        StatementError: not signed with its key, no statement of this kind, or one in
            another trustee's name.
    """
    try:
        text = open_note(note, verifiers).text
        statement = kind.decode(text.removesuffix("\n").encode())
    except (TlogError, MalformedError, UnicodeEncodeError) as error:
        raise StatementError(f"What {signer} is said to have signed does not hold.") from error
    if getattr(statement, "trustee", signer) != signer:
        raise StatementError(f"{signer} signed a statement in another's name.")
    return statement


def read_acknowledgement(
    note: str, verifiers: Sequence[NoteVerifier], promise: Promise, index: int
) -> Acknowledgement:
    """The acknowledgement of share *index* of this very promise, by the trustee of that index.

    Raises:
        StatementError: it is none.
    """
    key = promise.trustees.keys[index]
    said = read_statement(note, key.trustee, verifiers, Acknowledgement)
    expected = (promise.digest().hex(), index, key.key, promise.circle)
    if (said.promise, said.index, said.key, said.circle) != expected:
        raise StatementError(f"{key.trustee} acknowledged something else than this photo.")
    return said


def read_order(note: str, custodian: Sequence[NoteVerifier], promise: Promise) -> Order:
    """The custodian's order to keep the shares of *promise*.

    Raises:
        StatementError: it is none.
    """
    order = read_statement(note, "the custodian", custodian, Order)
    if order.promise != promise.digest().hex():
        raise StatementError("The order is for another photo.")
    return order
