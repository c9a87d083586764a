"""How much of cameras an officer and an office see in a day: as the circle says, for everybody.

The circle's quotas are of photos. A look at recordings, a live one and an export count as much, the
first two together. What the log refuses to nobody is refused here: a portal that was taken over
counts as it likes, and everybody counts after it, on the log.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

from habeas.foundation.errors import HabeasError
from habeas.protocol.parties import Quotas

_DAY = timedelta(days=1)


class LookQuotaError(HabeasError):
    """The officer or the office has looked as often as a day allows."""

    code = "look-quota"
    status = 403
    remedy = "Ask again tomorrow; the limits stand in the circle, for everybody to read."


class QuotaStore(Protocol):
    """A store that can say how much was asked for; callable from any thread."""

    def since(self, moment: datetime, *, office: str, officer: str | None = None) -> int:
        """How many the office, or the officer of it, has asked for since *moment*."""


def spent(
    quotas: Quotas, office: str, officer: str, stores: Iterable[QuotaStore], now: datetime
) -> Literal["officer", "office"] | None:
    """Whose day is used up; None for nobody's.

    Args:
        quotas: of the circle in force.
        office: who asks, and for whom they work.
        officer: the same.
        stores: of what counts together.
        now: the time, UTC.
    """
    counted, since = list(stores), now - _DAY
    if sum(each.since(since, office=office, officer=officer) for each in counted) >= quotas.officer:
        return "officer"
    if sum(each.since(since, office=office) for each in counted) >= quotas.office:
        return "office"
    return None


@dataclass(frozen=True)
class Allowance:
    """How many looks a day the circle allows, at recordings and live together.

    Attributes:
        quotas: of the circle in force.
        stores: of all looks.
    """

    quotas: Quotas
    stores: tuple[QuotaStore, ...]

    def verify(self, office: str, officer: str, now: datetime) -> None:
        """Raise unless one more may be asked for.

        Raises:
            LookQuotaError: enough for today.
        """
        whose = spent(self.quotas, office, officer, self.stores, now)
        if whose == "officer":
            raise LookQuotaError("You have looked as often as a day allows.")
        if whose == "office":
            raise LookQuotaError("Your office has looked as often as a day allows.")
