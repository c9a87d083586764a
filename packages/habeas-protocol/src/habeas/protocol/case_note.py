"""Docs/protocol/desk.md, *The office's notes*: what an office writes down about a case of its own.

Reasons, names and times of decisions are the office's, not the portal's: a note is sealed to the
office's key, and the portal keeps the bytes beside the case. A decision is signed by the officer
who takes it, so that nobody who can seal to the office (everybody can) makes one up.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from habeas.protocol.assertion import KeyAssertion, WebAuthnAssertion
from habeas.protocol.canonical import MalformedError
from habeas.protocol.credential import Credential
from habeas.protocol.document import Count, Document, Hex32, Reference, Slug, Text, digest
from habeas.protocol.request import Moment
from habeas.protocol.sealing import OpeningError, open_, seal
from habeas.protocol.terms import Purpose

_LABEL = b"habeas/v2/case-note\0"
#: A sealed note of the largest size: two texts of 500 characters and an assertion, with room.
MAX_SEALED_NOTE = 32 * 1024


class CaseNote(Document):
    """One act of an officer on a case.

    Attributes:
        credential: id of the officer's.
        act: what was done.
        decision: that was taken, or proposed to a second officer.
        reason: for the act, in the officer's words; empty where none is asked for.
        to: name of the officer that the case was handed to, on the office's list.
        purpose, index: of a request, and where it stands on the log.
    """

    v: Literal[2] = 2
    kind: Literal["case-note"] = "case-note"
    reference: Reference
    office: Slug
    credential: Hex32
    act: Literal["decided", "proposed", "opened", "handed-over", "closed"]
    decision: Literal["approved", "declined"] | None = None
    reason: Text = ""
    to: Text = ""
    purpose: Annotated[Purpose, Field(strict=False)] | None = None
    index: Count | None = None
    at: Moment

    def message(self) -> bytes:
        """What the officer signs: "habeas/v2/case-note" ‖ 00 ‖ canonical note."""
        return _LABEL + self.encode()


class SignedNote(Document):
    """A note, whose it is, and the officer's signature: decisions always have one."""

    v: Literal[2] = 2
    kind: Literal["signed-note"] = "signed-note"
    note: CaseNote
    credential: Credential
    assertion: Annotated[KeyAssertion | WebAuthnAssertion, Field(discriminator="type")] | None = (
        None
    )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.note.act in ("decided", "proposed") and self.assertion is None:
            raise ValueError("a decision is signed")
        if (self.note.credential, self.note.office) != (self.credential.id, self.credential.office):
            raise ValueError("the note names another officer")
        return self


def note_info(reference: str) -> bytes:
    """HPKE info: "habeas/v2/case-note" ‖ 00 ‖ H("reference", reference)."""
    return _LABEL + digest("reference", reference.encode())


def seal_note(office_key: bytes, note: SignedNote) -> bytes:
    """Seal *note* to the office's X-Wing key (1,216 bytes).

    Raises:
        KeyFormatError: *office_key* is none.
    """
    return seal(office_key, note_info(note.note.reference), note.encode())


def open_note(seed: bytes, sealed: bytes, reference: str) -> SignedNote:
    """A note of the case *reference*. Its signature is still to be verified.

    Args:
        seed: the office's private key, 32 bytes.
        sealed: as the portal keeps it.
        reference: of the case.

    Raises:
        OpeningError: sealed to another key, or for another case.
    """
    try:
        found = SignedNote.decode(open_(seed, note_info(reference), sealed))
    except MalformedError as error:
        raise OpeningError("This note of the case cannot be read.") from error
    if found.note.reference != reference:
        raise OpeningError("This note belongs to another case.")
    return found
