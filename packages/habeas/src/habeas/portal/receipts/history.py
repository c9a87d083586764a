"""What happened to a receipt's photo, asked of everybody, in words for the applicant."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from habeas.foundation.errors import HabeasError
from habeas.portal.register.log import log_copy, pinned_circle
from habeas.portal.vault.custodian import custody
from habeas.protocol import Kind, Pins, Receipt, commitment
from habeas.protocol.circle import circle_of
from habeas.register.verdicts import Act, Verification
from habeas.register.verifying import verify_photo
from habeas.tlog import leaf_hash
from habeas.tlog.client import LogClient


@dataclass(frozen=True)
class AnsweredRequest:
    """One request that trustees have answered, as the applicant reads it."""

    index: int
    act: Act
    details: dict[str, Any]


class ForeignReceiptError(HabeasError):
    """A receipt of a circle that this portal knows nothing of."""

    code = "receipt-foreign"
    status = 422
    remedy = "Show it to the portal that gave it, or ask yourself: habeas verify."


def verify(receipt: Receipt) -> Verification:
    """Everything that happened to the receipt's photo, under this portal's own pin.

    Only the trustees of circles that this portal's own chain has are asked: anybody can make a
    circle with keys of their own, and would name as its trustees machines that this one alone can
    reach (OWASP, *Server-Side Request Forgery Prevention*).

    Raises:
        ForeignReceiptError: it is under another circle than this portal's; nobody was asked.
        ReceiptError: the receipt does not hold.
    """
    known = {link.digest for link in log_copy().chain.links}
    if circle_of(receipt.circle).digest().hex() not in known:
        raise ForeignReceiptError("This receipt is not of this portal's circle.")
    pins = Pins(circles=frozenset({circle_of(pinned_circle()).digest().hex()}))
    with LogClient(log_copy().chain.newest.circle.log.url) as log:
        return verify_photo(receipt, pins, log, datetime.now(UTC), secrets.token_bytes)


def openings(receipt: Receipt, found: Verification) -> list[AnsweredRequest]:
    """The requests that at least one trustee has answered with its share."""
    answered = {
        act.details["request"]
        for act in found.acts
        if act.entry.kind is Kind.RELEASED and act.details is not None
    }
    known = {}
    for entry, salt, details in custody().details(receipt):
        known[entry] = (salt, details)
    shown = []
    for act in found.acts:
        content = act.entry.encode()
        if act.entry.kind is not Kind.REQUESTED or leaf_hash(content).hex() not in answered:
            continue
        salt, details = known.get(content, (b"", {}))
        # Only what the entry on the log commits to is repeated.
        fits = bool(salt) and commitment(salt, details) == act.entry.commit
        shown.append(AnsweredRequest(act.index or 0, act, details if fits else {}))
    return shown


@dataclass(frozen=True)
class Seat:
    """What one trustee says of its part of the photo.

    Attributes:
        name: the trustee's.
        state: ``holds``, ``destroyed``, ``pending`` (it never got it yet), ``contradicts``, or
            ``silent`` where it could not be asked.
        late: it was pending when the receipt was made, and has acknowledged since.
    """

    name: str
    state: str
    late: bool


def seats(receipt: Receipt, found: Verification, late: Mapping[str, str]) -> list[Seat]:
    """The trustees of the promise, in their order; *late* are late acknowledgements, by name."""
    shown = []
    for key in receipt.promise.trustees.keys:
        name = key.trustee
        verdict = found.verdicts.get(name)
        waits = name in receipt.pending and name not in late
        if verdict is not None and verdict.outcome == "contradicted":
            state = "contradicts"
        elif verdict is None or verdict.held is None:
            state = "pending" if waits else "silent"
        else:
            state = "holds" if verdict.held else "destroyed"
        shown.append(Seat(name, state, name in receipt.pending and name in late))
    return shown


def is_closed(found: Verification) -> bool:
    """Whether the case is over, so that nobody opens the photo any more."""
    return any(act.entry.kind is Kind.CLOSED for act in found.acts)


def is_withdrawn(found: Verification) -> bool:
    """Whether no trustee holds its share any more."""
    held = [verdict.held for verdict in found.verdicts.values()]
    return bool(held) and all(each is False for each in held)
