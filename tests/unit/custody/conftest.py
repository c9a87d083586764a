"""A custodian over parties in memory, and an officer who signs."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from habeas.custody import Context, Custody, FileBlobs, Opening, SignedRequest
from habeas.protocol import Receipt, Request, sealing, stream
from habeas.protocol.document import base64_of
from habeas.protocol.opening import WrappedShare, open_photo
from habeas.protocol.seal import Wishes
from tests.unit import parties
from tests.unit.custody.ledger import MemoryLedger
from tests.unit.parties import PHOTO, MemoryLog, MemoryPanel
from tests.unit.protocol import world
from tests.unit.protocol.officers import OFFICERS


@dataclass
class Custodian:
    """One custodian, with its parties within reach of the test."""

    blobs: FileBlobs
    log: MemoryLog = field(default_factory=MemoryLog)
    panel: MemoryPanel = field(default_factory=MemoryPanel)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    today: datetime = datetime(2027, 1, 15, 10, tzinfo=UTC)
    #: By default, as the own clock says.
    witnessed: datetime | None = None

    def __post_init__(self) -> None:
        self.chain = parties.chain()
        self.context = Context(
            ledger=self.ledger, blobs=self.blobs, log=self.log, signer=world.CUSTODIAN_KEY,
            chain=lambda: self.chain, panel=lambda _: cast("Any", self.panel),
            witnessed=self._witnessed,
            now=lambda: self.today, months_ahead=0,
        )  # fmt: skip
        self.custody = Custody(self.context)

    def _witnessed(self) -> float:
        return (self.witnessed or self.today).timestamp()

    def trustee(self, number: int) -> parties.MemoryTrustee:
        return self.panel.clients[number - 1]

    def seal(self, photo: bytes = PHOTO, wishes: Wishes = world.WISHES) -> Receipt:
        with self.custody.sealing(photo, wishes) as sealed:
            pass
        return sealed.receipt

    def signed(self, receipt: Receipt, seed: bytes = bytes(32), **changed: object) -> SignedRequest:
        """What an officer's client sends."""
        officer = OFFICERS[0]
        digest = receipt.promise.digest().hex()
        request = Request.read(
            {
                "v": 2, "kind": "request", "promise": digest,
                "seal_id": receipt.promise.seal_id, "office": world.OFFICE,
                "credential": officer.credential().id, "purpose": "decide-application",
                "reason": "Is this the applicant?", "number": self.next_number(receipt),
                "one_time_key": base64_of(sealing.public_key(seed)), "nth": 1,
                "at": self.today.strftime("%Y-%m-%dT%H:%M:%SZ"), **changed,
            }
        )  # fmt: skip
        key = receipt.stream_key(stream.CUSTODIAN)
        return SignedRequest.read(
            {
                "request": request.fields(), "assertion": officer.assertion(request).fields(),
                "credential": officer.credential().fields(),
                "membership": {"newest": {"version": 1, "index": 0, "path": []}},
                "tag": stream.tag(key, request.number),
                "slot": stream.slot(officer.slot_key, request.day, request.nth),
                "details_key": stream.details_key(key, request.number).hex(),
            }
        )  # fmt: skip

    def next_number(self, receipt: Receipt) -> int:
        return self.ledger.next_number(receipt.promise.seal_id)

    def request(self, receipt: Receipt, **changed: object) -> Opening:
        return self.custody.request(self.signed(receipt, **changed))

    def open(self, receipt: Receipt) -> bytes:
        """As an officer does, to the picture."""
        seed = secrets.token_bytes(32)
        opening = self.custody.request(self.signed(receipt, seed))
        shares = [WrappedShare(each.trustee, each.index, each.release) for each in opening.shares]
        ciphertext = self.custody.ciphertext(receipt.promise.seal_id)
        return open_photo(seed, receipt.promise, opening.entry, shares, ciphertext).photo

    def later(self, **ahead: float) -> None:
        self.today += timedelta(**ahead)


@pytest.fixture
def custodian(tmp_path):
    return Custodian(FileBlobs(tmp_path / "blobs"))
