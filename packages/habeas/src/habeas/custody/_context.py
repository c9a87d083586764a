"""The ports that every use case works over, and the writing of log lines."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from habeas import protocol
from habeas.custody.locked import lock
from habeas.custody.ports import Blobs, Handle, Ledger, LogIndex, LogLine
from habeas.protocol import CUSTODIAN, Entry, Kind, Purpose
from habeas.protocol.client import Panel
from habeas.tlog.writing import EntryWriter


def utc_now() -> datetime:
    """The clock of production."""
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Context:
    """Ports and settings of one custodian.

    Attributes:
        ledger: the custodian's database.
        index: a verified, searchable copy of the log.
        blobs: where ciphertexts lie.
        log: the log, for writing.
        circle: the trustees.
        origin: the log's origin line.
        policy: the log's tlog-policy text.
        portal: public address of the portal, for receipts.
        log_url: public address of the log, for receipts.
        now: the clock, UTC.
        random: gives that many random bytes.
    """

    ledger: Ledger
    index: LogIndex
    blobs: Blobs
    log: EntryWriter
    circle: Panel
    origin: str
    policy: str
    portal: str
    log_url: str
    now: Callable[[], datetime] = utc_now
    random: Callable[[int], bytes] = secrets.token_bytes

    def line(
        self,
        kind: Kind,
        details: dict[str, Any],
        photo: Handle | None,
        *,
        service: str | None = None,
        office: str | None = None,
        purpose: Purpose | None = None,
        code: str | None = None,
    ) -> LogLine:
        """Store the next entry of *photo*'s custodian stream, owed to the log.

        Details of an entry without a photo are kept by nobody: the commitment stands alone.

        Called inside a transaction that holds the photo's lock.
        """
        salt = self.random(32)
        counter = self.ledger.next_counter(photo.seal_id) if photo else None
        tag = None
        if photo is not None and counter is not None:
            tag = protocol.tag(photo.track_key, CUSTODIAN, counter)
        entry = Entry(
            kind=kind,
            service=service,
            office=office,
            purpose=purpose,
            code=code,
            day=self.now().date().isoformat(),
            tag=tag,
            commit=protocol.commitment(salt, details),
        )
        content = entry.encode()
        if photo is None:
            line = LogLine(content, b"")
        else:
            locked = lock(photo.track_key, self.random(12), content, salt, details)
            line = LogLine(content, locked, counter, photo.seal_id)
        return replace(self.ledger.add_line(line), salt=salt)

    def write(self, line: LogLine) -> LogLine:
        """Put *line* on the log, after all lines of the same photo that are still owed.

        Returns:
            The line with index and proof.

        Raises:
            HabeasError: the log does not take it now. The line stays owed.
        """
        owed: Iterable[LogLine] = [line]
        if line.seal_id is not None:
            # A tag without its predecessors on the log opens nothing: keep the order.
            owed = self.ledger.owed_lines(line.seal_id)
        written = line
        for each in owed:
            done = self._append(each)
            if each.row == line.row:
                written = done
        if written.index is None:
            # A sweep was quicker.
            written = next(x for x in self._lines(line) if x.row == line.row)
        return replace(written, salt=line.salt)

    def _lines(self, line: LogLine) -> Iterable[LogLine]:
        return self.ledger.lines(line.seal_id) if line.seal_id else ()

    def _append(self, line: LogLine) -> LogLine:
        appended = self.log.append(line.entry)
        if line.row is not None:
            self.ledger.logged(line.row, appended.index, appended.proof)
        return replace(line, index=appended.index, proof=appended.proof)


def blob_name(seal_id: str) -> str:
    """The ciphertext's name in the store: derived, so that a listing tells no seal ids."""
    return hashlib.sha256(b"habeas/v1/blob\0" + bytes.fromhex(seal_id)).hexdigest()[:32]


def listed(names: Iterable[str]) -> str:
    """Names as people list them."""
    return ", ".join(sorted(names))
