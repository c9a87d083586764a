"""A custodian over parties in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest
from habeas.custody.reader import OneTimeKey, WrappedShare

from habeas import protocol
from habeas.custody import Ask, Context, Custody, FileBlobs, Handle, Order
from tests.unit.custody.ledger import MemoryLedger
from tests.unit.parties import ORIGIN, PHOTO, MemoryLog, MemoryPanel

ORDER = Order(
    "hunting-licence",
    ("parks-department", "licensing-office"),
    ("decide-application", "applicant-copy"),
    date(2026, 12, 31),
    "HL-1",
)
OFFICER = ("licensing-office", "olga@licensing-office", "decide-application", "Case HL-1")


@dataclass
class Custodian:
    """One custodian, with its parties within reach of the test."""

    blobs: FileBlobs
    log: MemoryLog = field(default_factory=MemoryLog)
    circle: MemoryPanel = field(default_factory=lambda: MemoryPanel("one.t", "two.t", "three.t"))
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    today: datetime = datetime(2026, 11, 26, 12, tzinfo=UTC)

    def __post_init__(self) -> None:
        self.custody = Custody(
            Context(
                ledger=self.ledger, index=None, blobs=self.blobs, log=self.log,
                circle=self.circle, origin=ORIGIN, policy=self.log.policy,
                portal="http://portal.test", log_url="http://log.test", now=lambda: self.today,
            )
        )  # fmt: skip

    def seal(self, photo: bytes = PHOTO, order: Order = ORDER) -> protocol.Receipt:
        with self.custody.sealing(photo, order) as sealed:
            pass
        return sealed.receipt

    def ask(self, key: OneTimeKey, **changed: object) -> Ask:
        office, officer, purpose, reason = OFFICER
        fields = {"office": office, "officer": officer, "purpose": purpose, "reason": reason}
        return Ask(**{**fields, "one_time_key": key.public, **changed})

    def open(self, receipt: protocol.Receipt) -> bytes:
        """As an officer does, to the picture."""
        key = OneTimeKey()
        opening = self.custody.request(handle(receipt), self.ask(key))
        shares = [WrappedShare(each.trustee, each.index, each.release) for each in opening.shares]
        ciphertext = self.custody.ciphertext(receipt.promise.seal_id)
        return key.open(opening.promise, opening.entry, shares, ciphertext).photo

    def later(self, **ahead: float) -> None:
        self.today += timedelta(**ahead)


def handle(receipt: protocol.Receipt) -> Handle:
    return Handle(receipt.promise.seal_id, bytes.fromhex(receipt.track_key))


@pytest.fixture
def custodian(tmp_path):
    return Custodian(FileBlobs(tmp_path / "blobs"))
