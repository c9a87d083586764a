"""The form that asks for a viewing."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.utils.translation import gettext as _

from habeas.cameras.viewing import Wish
from habeas.protocol.footage import ViewingPurpose

MINUTES = (1, 2, 5, 10, 15)
_CASE = re.compile(r"[\w./ -]{2,64}")


@dataclass
class Form:
    """What was sent, and what is wrong with it, by field."""

    data: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)

    def wish(self, now: datetime) -> Wish:
        """The wish in *data*; `errors` says what is missing.

        A number of minutes or a purpose that the form does not offer is left in: such a
        wish is refused, in public.
        """
        start = moment(self.data.get("day", ""), self.data.get("time", ""))
        if start is None:
            self.errors["day"] = _("Enter a day and a time, for example 2026-05-17 and 14:30")
        minutes = self.data.get("minutes", "")
        number = int(minutes) if re.fullmatch(r"[0-9]{1,6}", minutes) else 0
        if number == 0:
            self.errors["minutes"] = _("Choose how long")
        purpose = self.data.get("purpose", "").strip()[:64]
        if not purpose:
            self.errors["purpose"] = _("Choose what it is for")
        case_number = self.data.get("case_number", "").strip()
        if purpose == ViewingPurpose.INVESTIGATION and not _CASE.fullmatch(case_number):
            self.errors["case_number"] = _("Enter the case number of the investigation")
        reason = self.data.get("reason", "").strip()[:500]
        if not reason:
            self.errors["reason"] = _("Say why you need to see it")
        wish = Wish(start or now, number, purpose, case_number[:64], reason)
        if start is not None and start > now:
            self.errors["day"] = _("The time must be in the past; times are UTC")
        return wish


def moment(day: str, time: str) -> datetime | None:
    """The moment of a day and a time of day as browsers send them, UTC; None where it is none."""
    try:
        return datetime.fromisoformat(f"{day.strip()}T{time.strip()}").replace(tzinfo=UTC)
    except ValueError:
        return None
