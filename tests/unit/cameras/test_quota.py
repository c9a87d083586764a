"""So many looks a day, of an officer and of an office, and no more."""

from datetime import UTC, datetime, timedelta

import pytest

from habeas.cameras.quota import Allowance, LookQuotaError
from habeas.protocol.parties import Quotas

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
QUOTAS = Quotas(office=5, officer=3, purpose=9, delay_after=80, delay_seconds=60)


class Store:
    """Looks as (officer, office, hours ago)."""

    def __init__(self, *looks):
        self.looks = looks

    def since(self, moment, *, office, officer=None):
        return sum(
            NOW - timedelta(hours=ago) >= moment and at == office and officer in (None, who)
            for who, at, ago in self.looks
        )


def verify(*stores, officer="a"):
    Allowance(QUOTAS, stores).verify("parks", officer, NOW)


def test_looks_of_all_kinds_count_together():
    verify(Store(("a", "parks", 1)), Store(("a", "parks", 2)))
    with pytest.raises(LookQuotaError, match="You have looked"):
        verify(Store(("a", "parks", 1)), Store(("a", "parks", 2), ("a", "parks", 23)))


def test_a_day_later_it_is_as_before():
    verify(Store(*[("a", "parks", 25)] * 9))


def test_an_office_has_a_limit_of_its_own():
    colleagues = Store(*[(name, "parks", 1) for name in "bbccd"])
    with pytest.raises(LookQuotaError, match="Your office"):
        verify(colleagues)
    verify(Store(*[(name, "police", 1) for name in "bbccd"]))
