"""The ports that every use case works over, and the writing of log lines."""

from __future__ import annotations

import contextlib
import hashlib
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from habeas.custody.blobs import BlobStoreError
from habeas.custody.errors import UnknownPhotoError
from habeas.custody.locked import lock
from habeas.custody.months import StatedMonthKeys
from habeas.custody.ports import Blobs, Ledger, LogLine, PhotoState, SealedPhoto
from habeas.foundation.clock import utc_now
from habeas.foundation.errors import HabeasError
from habeas.protocol import Chain, Kind, Promise, Signer, sign_entry
from habeas.protocol.chain import Link
from habeas.protocol.document import Document
from habeas.protocol.panel import Panel
from habeas.tlog import NotAdmittedError
from habeas.tlog.writing import EntryWriter

#: Lines that one round writes.
MOST_LINES = 256
#: So long a ciphertext that ended by date, or was left half sealed, stays before it is destroyed:
#: a mistake is noticed within a week, over holidays too.
QUARANTINE_DAYS = 7


@dataclass(frozen=True, kw_only=True)
class Context:
    """Ports and keys of one custodian.

    Attributes:
        ledger: the custodian's database.
        blobs: where ciphertexts lie.
        log: the log, for writing.
        signer: the custodian's key.
        chain: the circles so far.
        panel: the trustees of the circle with that digest (hex).
        witnessed: the time, POSIX seconds, up to which a quorum of trustees has seen the log
            that was followed; 0 before it was followed. Nothing ends by date before that.
        now: the clock, UTC.
        random: gives that many random bytes.
        months: trustees' month keys that were verified.
        months_ahead: so many months' keys are asked for before anybody needs them.
    """

    ledger: Ledger
    blobs: Blobs
    log: EntryWriter
    signer: Signer
    chain: Callable[[], Chain]
    panel: Callable[[str], Panel]
    witnessed: Callable[[], float]
    now: Callable[[], datetime] = utc_now
    random: Callable[[int], bytes] = secrets.token_bytes
    months: StatedMonthKeys = field(default_factory=StatedMonthKeys)
    months_ahead: int = 13

    def seconds(self) -> int:
        """POSIX seconds."""
        return int(self.now().timestamp())

    def today(self) -> str:
        """This day, UTC."""
        return self.now().date().isoformat()

    def moment(self) -> datetime:
        """The smaller of the own clock and the witnessed time: one wrong clock ends nothing."""
        return min(self.now(), datetime.fromtimestamp(self.witnessed(), UTC))

    def destroy(self, photo: SealedPhoto) -> None:
        """Destroy the ciphertext of a photo that has ended. Harmless when repeated."""
        self.blobs.delete(blob_name(photo.seal_id))
        if photo.state is not PhotoState.WITHDRAWN:
            self.ledger.forget_details(photo.seal_id)
        with self.ledger.atomic():
            self.ledger.destroyed(photo.seal_id)

    def destroy_soon(self, photo: SealedPhoto) -> None:
        """Destroy it now, or where the store does not do that, leave it to the sweep.

        The photo's row has said since it ended that the ciphertext is due.
        """
        with contextlib.suppress(BlobStoreError):
            self.destroy(photo)

    def link(self) -> Link:
        """The circle in force.

        Raises:
            UnknownPhotoError: none is in force yet.
        """
        link = self.chain().in_force(self.seconds())
        if link is None:
            raise UnknownPhotoError("No circle is in force yet.", "Wait until it takes effect.")
        return link

    def line(
        self,
        kind: Kind,
        details: Document,
        *,
        seal_id: str | None = None,
        number: int | None = None,
        details_key: bytes | None = None,
        salt: bytes = b"",
        **shown: str | None,
    ) -> tuple[LogLine, bytes]:
        """Store an entry that is owed to the log, and give its salt back.

        Called inside a transaction that holds the photo's lock.

        Args:
            kind: of the act.
            details: what it commits to.
            seal_id: of the photo that it is about.
            number: in the custodian's stream.
            details_key: to keep salt and details for the receipt's holder.
            salt: of the commitment, 32 bytes; drawn where none is given.
            shown: further fields of the entry.
        """
        salt = salt or self.random(32)
        content = sign_entry(self.signer, kind, self.today(), details, salt, **shown).encode()
        locked = b""
        if kind is Kind.SEALED:
            # Its details are the promise's digest, which is kept beside it in any case.
            locked = salt
        elif details_key is not None:
            locked = lock(details_key, self.random(12), content, salt, details.fields())
        return self.ledger.add_line(LogLine(content, seal_id, number, locked)), salt

    def write(self, seal_id: str, line: LogLine) -> LogLine:
        """Put *line* on the log, after all lines of the same photo that are still owed.

        Args:
            seal_id: of the photo.
            line: as it was stored.

        Returns:
            The line with index and proof.

        Raises:
            HabeasError: the log does not take it now. The line stays owed.
        """
        if line.number == 0:
            return self._append(line)  # nothing of the photo comes before it
        # A number without its predecessors on the log opens nothing: keep the order.
        for each in self.ledger.owed_lines(MOST_LINES, seal_id):
            self._append(each)
        # It is read again, because a sweep may have been quicker.
        return next(each for each in self.ledger.lines(seal_id) if each.row == line.row)

    def _append(self, line: LogLine) -> LogLine:
        # What stands there already gets the same index, and a proof that is as good.
        appended = self.log.append(line.entry)
        if line.row is not None:
            self.ledger.logged(line.row, appended.index, appended.proof)
        return replace(line, index=appended.index, proof=appended.proof)

    def settle(self, seal_id: str | None = None) -> int:
        """Write lines that are owed to the log; returns how many it took."""
        count = 0
        refused: set[str | None] = set()
        for line in self.ledger.owed_lines(MOST_LINES, seal_id):
            if line.seal_id is not None and line.seal_id in refused:
                continue  # a number never stands on the log without the one before it
            try:
                self._append(line)
            except NotAdmittedError:
                refused.add(line.seal_id)  # it stays owed, and holds no other photo up
                continue
            except HabeasError:
                break  # all stay owed, and are tried in the next round
            count += 1
        return count


def quarantined_until(moment: datetime) -> str:
    """The day on which what ends at *moment* by date is destroyed."""
    return (moment + timedelta(days=QUARANTINE_DAYS)).date().isoformat()


def blob_name(seal_id: str) -> str:
    """The ciphertext's name in the store: derived, so that a listing tells no seal ids."""
    return hashlib.sha256(b"habeas/v2/blob\0" + bytes.fromhex(seal_id)).hexdigest()[:32]


def promise_of(content: bytes) -> Promise:
    """A promise of the ledger."""
    return Promise.decode(content)


def listed(names: Iterable[str]) -> str:
    """Names as people list them."""
    return ", ".join(sorted(names))
