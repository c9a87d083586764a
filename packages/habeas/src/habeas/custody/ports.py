"""What the use cases need from outside: a database, blobs, and the log.

Adapters live elsewhere: the portal implements `Ledger` over its database,
`habeas.custody.blobs` keeps blobs in files, and the log is written through
`habeas.tlog.writing.EntryWriter`.
The trustees are asked through `habeas.protocol.panel`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class PhotoState(StrEnum):
    """Where a sealed photo stands with its custodian."""

    #: Being sealed; not acknowledged to anybody. Closed by a sweep when it stays so.
    PENDING = "pending"
    SEALED = "sealed"
    #: The custodian is done with it: no request is passed on any more.
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    #: Was never acknowledged, and was closed.
    ORPHANED = "orphaned"


@dataclass(frozen=True)
class SealedPhoto:
    """One sealed photo as its custodian knows it. It names no person and no application.

    No secret of it is ever here: a database's log keeps what a row forgets.

    Attributes:
        promise: canonical bytes.
        opens_until: the last day of the promise.
        closing_tag: of the custodian's stream, for the one `closed` entry.
        begun: POSIX seconds, while it is pending.
        destroy_on: the day from which its ciphertext is destroyed, once it has ended; None
            before that, and when the ciphertext is gone.
    """

    seal_id: str
    promise: bytes
    opens_until: str
    closing_tag: str
    state: PhotoState = PhotoState.PENDING
    begun: int | None = None
    destroy_on: str | None = None


@dataclass(frozen=True)
class LogLine:
    """An entry that the custodian has written to the log, or still owes to it.

    Attributes:
        entry: canonical bytes, fixed once: sending it again is harmless.
        number: in the custodian's stream of the photo; None for a closing, and without photo.
        locked: salt and details, encrypted (`habeas.custody.locked`); of number 0, the salt alone,
            as it is; empty where there are none to keep.
        index, proof: once it is on the log.
        row: the ledger's own.
    """

    entry: bytes
    seal_id: str | None = None
    number: int | None = None
    locked: bytes = b""
    index: int | None = None
    proof: str | None = None
    row: int | None = None


@dataclass(frozen=True)
class PendingDeposit:
    """A deposit that waits for a trustee that was away. Opaque to the custodian."""

    seal_id: str
    trustee: str
    index: int
    deposit: bytes = field(repr=False)


class Ledger(Protocol):
    """The custodian's database: photos, their lines on the log, and what is still owed.

    No method takes or returns anything about a person or an application. Rows lie in no
    order that tells when they came.
    """

    def atomic(self) -> AbstractContextManager[object]:
        """One durable transaction; all methods within it happen together or not at all."""

    def add_photo(self, photo: SealedPhoto) -> None:
        """Add a photo that is being sealed."""

    def photo(self, seal_id: str) -> SealedPhoto | None:
        """The photo, or None where there never was one."""

    def of_promise(self, digest: str) -> str | None:
        """The seal id of the photo with that promise (digest, hex), or None."""

    def lock(self, seal_id: str) -> SealedPhoto | None:
        """The photo, locked against other writers until the transaction ends."""

    def move(
        self,
        seal_id: str,
        before: PhotoState,
        after: PhotoState,
        destroy_on: str | None = None,
    ) -> bool:
        """Change the state if it is *before*; tell if it was.

        Args:
            seal_id: of the photo.
            before: the state that it must have.
            after: the new one.
            destroy_on: the day from which its ciphertext is destroyed, where it ends.
        """

    def doomed(self, day: str, most: int) -> Sequence[SealedPhoto]:
        """At most *most* ended photos whose ciphertext is to be destroyed by *day*."""

    def destroyed(self, seal_id: str) -> None:
        """The ciphertext is gone."""

    def due(self, day: str) -> int:
        """How many photos are sealed or closed, and had their last day before *day*."""

    def kept(self, most: int) -> int:
        """How many photos are sealed or closed, counted up to *most*."""

    def expired(self, day: str, most: int) -> Sequence[SealedPhoto]:
        """At most *most* photos that are sealed or closed and whose last day is before *day*."""

    def close_after(self, seal_id: str, day: str) -> None:
        """The custodian is done with a sealed photo after that day."""

    def closing(self, day: str, most: int) -> Sequence[SealedPhoto]:
        """At most *most* sealed photos that the custodian was done with before *day*."""

    def stale(self, before: int, most: int) -> Sequence[SealedPhoto]:
        """At most *most* photos that have been pending since before that time (POSIX seconds)."""

    def add_line(self, line: LogLine) -> LogLine:
        """Store an entry that is owed to the log; gives it back with its row."""

    def next_number(self, seal_id: str) -> int:
        """One more than the highest number of the photo's lines, or 1."""

    def owed_lines(self, most: int, seal_id: str | None = None) -> Sequence[LogLine]:
        """Lines that are not on the log yet, by number; of one photo, or of all."""

    def logged(self, row: int, index: int, proof: str) -> None:
        """Remember where on the log a line stands."""

    def lines(self, seal_id: str) -> Sequence[LogLine]:
        """All lines of a photo, in order of their number; a closing last."""

    def forget_details(self, seal_id: str) -> None:
        """Delete the locked details of a photo's lines; the entries stay."""

    def keep_deposit(self, deposit: PendingDeposit) -> None:
        """Keep a deposit until its trustee is back."""

    def pending_deposits(self, trustee: str, most: int) -> Sequence[PendingDeposit]:
        """At most *most* deposits that wait for *trustee*, in random order."""

    def drop_deposits(self, seal_id: str, trustee: str | None = None) -> None:
        """A trustee has its deposit, or (None) no trustee needs one any more."""

    def keep_acknowledgements(self, seal_id: str, notes: Mapping[str, str]) -> None:
        """Keep what trustees have acknowledged, by name; what is kept already stays."""

    def keep_acknowledgement(self, seal_id: str, trustee: str, note: str) -> None:
        """Keep a late acknowledgement for the receipt's holder."""

    def acknowledgements(self, seal_id: str) -> dict[str, str]:
        """Late acknowledgements, by trustee."""


class Blobs(Protocol):
    """Ciphertexts, by random name. For any number of threads and processes at once.

    Raises:
        BlobStoreError: by every act, where the store does not do it.
    """

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

    def mark(self) -> str | None:
        """What `set_mark` has written beside the blobs; None where nobody did."""

    def set_mark(self, content: str) -> None:
        """Write whose blobs these are, durably."""

    def verify_writable(self) -> None:
        """Raise unless the store takes, gives back and deletes what is as long as a photo."""
