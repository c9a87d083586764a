"""Following the log of hours, and tying it to the log of everything, once an hour."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

from habeas.cameras import logged
from habeas.portal.register.log import hours_copy, in_force, log_copy
from habeas.portal.vault.custodian import log, signer
from habeas.protocol import Kind, sign_entry
from habeas.register import anchoring
from habeas.register.anchoring import HoursTree


def follow() -> HoursTree | None:
    """Follow the log of hours to its end; None where the circle has none.

    Raises:
        TlogError: it does not answer, or what it answers does not verify.
    """
    copy = hours_copy()
    return None if copy is None else copy.catch_up(log_copy().chain, in_force().circle)


def anchor(tree: HoursTree) -> None:
    """Put *tree* on the log, where this hour has no anchor yet.

    Raises:
        AnchorError: the log of hours is not the one that was anchored.
        TlogError: the log does not take it.
    """
    now = datetime.now(UTC)
    said = anchoring.due(log_copy().anchored(), tree, now)
    if said is not None:
        day = now.date().isoformat()
        entry = sign_entry(signer(), Kind.ANCHORED, day, said, secrets.token_bytes(32))
        logged.put(log(), entry.encode(), in_force().circle.acting_policy())


def verify_lately() -> None:
    """Raise where the log of hours was not anchored for long.

    Raises:
        UnanchoredError: since when.
    """
    newest = log_copy().anchored()
    if newest is not None and hours_copy() is not None:
        anchoring.verify_lately(newest, datetime.now(UTC))
