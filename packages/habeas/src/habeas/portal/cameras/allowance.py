"""How many looks a day: rooms that know nothing of one another count together."""

from __future__ import annotations

from habeas.cameras.quota import Allowance, QuotaStore
from habeas.portal.vault.custodian import in_force

_COUNTED: dict[str, QuotaStore] = {}


def counted(kind: str, store: QuotaStore) -> None:
    """From now on looks of that kind count, too."""
    _COUNTED[kind] = store


def allowance() -> Allowance:
    """How many looks a day the circle in force allows, of all kinds together."""
    return Allowance(in_force().circle.quotas, tuple(_COUNTED.values()))
