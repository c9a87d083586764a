"""The form that asks for a hold."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from habeas.cameras.holding import HoldWish
from habeas.protocol.looks import HoldReason

_CASE = re.compile(r"[\w./ -]{2,64}")
#: Reasons for which somebody else keeps a file, by its number.
_NUMBERED = {HoldReason.COURT_ORDER, HoldReason.INVESTIGATION}
_REASONS = {each.value: each for each in HoldReason}


@dataclass
class HoldForm:
    """What was sent, and what is wrong with it, by field."""

    data: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)

    def wish(self) -> HoldWish:
        """The wish in *data*; `errors` says what is missing."""
        first = _moment(self.data.get("day", ""), self.data.get("hour", ""))
        if first is None:
            self.errors["day"] = _("Enter a day and an hour, for example 2026-05-17 and 14")
        hours = self.data.get("hours", "").strip()
        number = int(hours) if re.fullmatch(r"[0-9]{1,4}", hours) else 0
        if not 1 <= number <= 24 * 366:
            self.errors["hours"] = _("Enter how many hours, as a number")
        until = _day(self.data.get("until", ""))
        if until is None:
            self.errors["until"] = _("Enter the last day of the hold, for example 2026-08-31")
        reason = _REASONS.get(self.data.get("reason", ""))
        if reason is None:
            self.errors["reason"] = _("Choose why it is held")
        case_number = self.data.get("case_number", "").strip()
        if reason in _NUMBERED and not _CASE.fullmatch(case_number):
            self.errors["case_number"] = _("Enter the number of the order or the investigation")
        words = self.data.get("words", "").strip()[:500]
        if not words:
            self.errors["words"] = _("Say why it has to be held")
        return HoldWish(
            hour=first or "", hours=number, until=until or date.min,
            reason=reason or HoldReason.INCIDENT,
            case_number=case_number[:64], words=words,
        )  # fmt: skip


def _moment(day: str, hour: str) -> str | None:
    found = _day(day)
    if found is None or not re.fullmatch(r"[0-9]{1,2}", hour.strip()) or int(hour) > 23:
        return None
    return f"{found.isoformat()}T{int(hour):02d}Z"


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text.strip())
    except ValueError:
        return None
    # The log's days are of this century.
    return found if 2020 <= found.year <= 2099 else None


def suggested(newest: datetime, keep_days: int) -> dict[str, str]:
    """What the form shows at first: the newest hour, for a month beyond its days."""
    until = newest.date() + timedelta(days=keep_days + 30)
    return {"day": f"{newest:%Y-%m-%d}", "hour": f"{newest:%H}", "hours": "1",
            "until": until.isoformat()}  # fmt: skip
