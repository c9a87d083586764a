"""Formats, *Log entries*: what entries commit to, for acts on photos and acts of institutions."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from habeas.protocol.document import Count, Document, Hex32, KeyName, Month, Note, Slug
from habeas.protocol.looks import HourName
from habeas.protocol.terms import MAX_TRUSTEES, Purpose


class SealedDetails(Document):
    """The promise (digest) that was sealed."""

    v: Literal[2] = 2
    promise: Hex32


class ClosedDetails(Document):
    """The custodian is done with a photo: releases freeze, and nothing is destroyed by it."""

    v: Literal[2] = 2
    promise: Hex32
    because: Literal["decided", "orphaned", "ended"]


class ReleasedDetails(Document):
    """The request (leaf hash) that a trustee answered."""

    v: Literal[2] = 2
    promise: Hex32
    request: Hex32


class RefusedDetails(Document):
    """The request (leaf hash) that a trustee refused, and why."""

    v: Literal[2] = 2
    code: Slug
    office: Slug
    purpose: Annotated[Purpose, Field(strict=False)]
    request: Hex32


class ErasedDetails(Document):
    """A trustee has destroyed its share."""

    v: Literal[2] = 2
    promise: Hex32
    because: Literal["withdrawn", "expired", "orphaned", "claimed"]


class WithdrawnDetails(Document):
    """The withdrawal secret itself, which alone destroys. In the open.

    One that does not fit the promise's `withdraw_hash` makes the entry foreign to whoever
    knows the promise.
    """

    v: Literal[2] = 2
    promise: Hex32
    secret: Hex32


class KeyDetails(Document):
    """A trustee's key of a month, or its end, with its statement (a signed note). In the open."""

    v: Literal[2] = 2
    trustee: KeyName
    month: Month
    #: The key's id.
    key: Hex32
    statement: Note


class CircleDetails(Document):
    """A circle's note. In the open."""

    v: Literal[2] = 2
    circle: Note


class SuspendedDetails(Document):
    """A trustee suspends an office's root key (writer id), or lifts that. In the open."""

    v: Literal[2] = 2
    office: Slug
    root: Hex32
    lifted: bool


class PausedDetails(Document):
    """A trustee refuses every request from now on, or goes on. In the open."""

    v: Literal[2] = 2
    trustee: KeyName
    lifted: bool


class AnchoredDetails(Document):
    """The log of hours had this tree when this was written. In the open.

    Whoever shows two trees of that log has to show two of the log that this stands on, too.

    Attributes:
        origin: of the log of hours.
        size: entries.
        root: of the tree over them.
        hour: in which the custodian wrote it.
    """

    v: Literal[2] = 2
    origin: KeyName
    size: Annotated[int, Field(ge=1, le=2**53 - 1)]
    root: Hex32
    hour: HourName


class ClaimedDetails(Document):
    """At a trustee's office somebody has shown that a photo is theirs, without a receipt.

    In the open: it names the photo by its promise alone, as a withdrawal does.

    Attributes:
        promise: digest.
        act: ``destroy``: k trustees that say so destroy it after a delay, and each of them stops
            openings meanwhile; ``copy``: they want a copy of the office; ``lift``: what this
            trustee has claimed before is no more.
    """

    v: Literal[2] = 2
    trustee: KeyName
    promise: Hex32
    act: Literal["destroy", "copy", "lift"]


class RecoveryDetails(Document):
    """A trustee gave its part for the seat of a newcomer. In the open.

    Attributes:
        newcomer: digest of its identity.
        helpers: names of all who give, sorted.
        photos: for how many photos.
    """

    v: Literal[2] = 2
    trustee: KeyName
    newcomer: Hex32
    helpers: Annotated[tuple[KeyName, ...], Field(min_length=2, max_length=MAX_TRUSTEES)]
    photos: Count
