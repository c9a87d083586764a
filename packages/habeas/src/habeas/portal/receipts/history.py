"""The history of a receipt's photo, over this portal's copy of the log and its trustees."""

from __future__ import annotations

from typing import Any

from habeas.portal.register.log import log_copy
from habeas.portal.vault.custodian import circle, custody
from habeas.protocol import Kind, Receipt
from habeas.register import audit
from habeas.register.audit import Event, History


def history(receipt: Receipt) -> History:
    """Every act on the receipt's photo, searched for on the verified copy of the log.

    Raises:
        ReceiptError, CommitmentError: the receipt, or details, do not fit.
    """
    return audit.history(receipt, log_copy(), circle(), custody().details)


def is_withdrawn(found: History) -> bool:
    """Whether the log says that the photo was withdrawn or erased."""
    gone = (Kind.WITHDRAWN, Kind.ERASED)
    return any(event.entry.kind in gone for event in found.events)


def as_json(found: History) -> dict[str, Any]:
    """A history for programs."""

    def event(each: Event) -> dict[str, Any]:
        return {
            "index": each.index, "kind": each.entry.kind, "day": each.entry.day,
            "writer": each.writer, "details": each.details,
        }  # fmt: skip

    return {
        "events": [event(each) for each in found.events],
        "openings": [event(each) for each in found.openings],
        "missing": list(found.missing),
        "silent": found.silent,
        "searched": found.searched,
    }
