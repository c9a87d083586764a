"""What the use cases need from outside: a database, blobs, the log, an index of it, trustees.

Adapters live elsewhere: the portal implements `Ledger` and `LogIndex` over its database,
`habeas.custody.blobs` keeps blobs in files, `habeas.custody.trustees` speaks HTTP, and
the log is written through `habeas.tlog.writing.EntryWriter`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class PhotoState(StrEnum):
    """Where a photo stands with its custodian."""

    #: Being sealed; not acknowledged to anybody. Swept when it stays so.
    PENDING = "pending"
    SEALED = "sealed"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    #: Was never acknowledged, and was undone.
    ORPHANED = "orphaned"


@dataclass(frozen=True)
class SealedPhoto:
    """One sealed photo as its custodian knows it. It names no person and no application."""

    seal_id: str
    #: Canonical bytes of the promise.
    promise: bytes
    state: PhotoState = PhotoState.PENDING
    #: Both are kept only while pending, so that an unfinished sealing can be undone. From
    #: then on the receipt has them, and the open case's pointer has the track key.
    track_key: bytes | None = field(default=None, repr=False)
    withdraw_secret: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Handle:
    """What leads to a photo: an open case holds it encrypted, a receipt in the clear."""

    seal_id: str
    track_key: bytes = field(repr=False)


@dataclass(frozen=True)
class LogLine:
    """An entry that the custodian has written to the log, or still owes to it."""

    #: Canonical bytes of the entry, fixed once: sending it again is harmless.
    entry: bytes
    #: Salt and details, encrypted under the photo's track key (`habeas.custody.locked`).
    locked: bytes
    #: Number in the custodian's stream of this photo; None for entries without a photo.
    counter: int | None = None
    seal_id: str | None = None
    #: Log index and tlog-proof, once it is on the log.
    index: int | None = None
    proof: str | None = None
    #: The ledger's own row number.
    row: int | None = None
    #: Known only to who has just made the line; never stored.
    salt: bytes = field(default=b"", repr=False)


@dataclass(frozen=True)
class OwedErasure:
    """A withdrawal that one trustee has not confirmed yet."""

    seal_id: str
    promise_digest: bytes
    trustee: str
    secret: bytes = field(repr=False)


class Ledger(Protocol):
    """The custodian's database: photos, their lines on the log, and what is still owed.

    No method takes or returns anything about a person or an application.
    """

    def atomic(self) -> AbstractContextManager[object]:
        """One durable transaction; all methods within it happen together or not at all."""

    def add_photo(self, photo: SealedPhoto) -> None:
        """Add a photo that is being sealed."""

    def photo(self, seal_id: str) -> SealedPhoto | None:
        """The photo, or None where there never was one, or it has been forgotten."""

    def lock(self, seal_id: str) -> SealedPhoto | None:
        """The photo, locked against other writers until the transaction ends."""

    def move(self, seal_id: str, before: PhotoState, after: PhotoState) -> bool:
        """Change the state if it is *before*, and drop track key and secret; tell if it was."""

    def photos(self, state: PhotoState) -> Sequence[SealedPhoto]:
        """All photos in *state*, oldest first."""

    def stale(self, seconds: float) -> Sequence[SealedPhoto]:
        """Photos that have been pending for longer than *seconds*."""

    def add_line(self, line: LogLine) -> LogLine:
        """Store an entry that is owed to the log; gives it back with its row."""

    def next_counter(self, seal_id: str) -> int:
        """How many lines the photo's custodian stream has: the next tag counter."""

    def owed_lines(self, seal_id: str | None = None) -> Sequence[LogLine]:
        """Lines that are not on the log yet, oldest first; of one photo, or of all."""

    def logged(self, row: int, index: int, proof: str) -> None:
        """Remember where on the log a line stands."""

    def lines(self, seal_id: str) -> Sequence[LogLine]:
        """All lines of a photo, in order of their counter."""

    def forget_details(self, seal_id: str) -> None:
        """Delete the locked details of a photo's lines; the entries stay."""

    def owe_erasure(self, owed: OwedErasure) -> None:
        """Remember that a trustee has still to hear of a withdrawal."""

    def owed_erasures(self, seal_id: str | None = None) -> Sequence[OwedErasure]:
        """All erasures still owed."""

    def erased(self, seal_id: str, trustee: str, statement: str) -> None:
        """Store a trustee's signed `erased` statement, and owe it no longer."""

    def erased_statements(self, seal_id: str) -> Mapping[str, str]:
        """The trustees' signed `erased` statements, by trustee."""


class LogIndex(Protocol):
    """A verified copy of the public log that can be searched by tag."""

    def catch_up(self) -> int:
        """Follow the log to its newest checkpoint; gives the number of entries followed."""

    def find(self, tags: Iterable[str]) -> Mapping[str, tuple[int, bytes]]:
        """For each tag that is on the log: index and canonical bytes of its entry."""


class Blobs(Protocol):
    """Ciphertexts, by random name."""

    def put(self, name: str, content: bytes) -> None:
        """Store durably; when this returns, *content* survives a crash."""

    def get(self, name: str) -> bytes:
        """The content.

        Raises:
            BlobMissingError: there is none of this name.
        """

    def delete(self, name: str) -> None:
        """Delete; nothing happens where there is none."""

    def names(self) -> Iterable[str]:
        """All names."""
