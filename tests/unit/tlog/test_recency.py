"""How old a view is, by its witnesses' times."""

import pytest

from habeas.tlog import OldViewError, ReaderClockError, verify_abreast, verify_recent
from habeas.tlog.policy import CLOCK_SKEW
from habeas.tlog.recency import APART, RECENT

NOW = 1_800_000_000


@pytest.mark.parametrize("age", [0, 55, RECENT, -CLOCK_SKEW])
def test_a_recent_view(age):
    verify_recent(NOW - age, NOW)


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (RECENT + 1, "60 minutes"),
        (2 * 3600 - 1, "119 minutes"),
        (2 * 3600, "2 hours"),
        (25 * 3600 + 1800, "25 hours"),
    ],
)
def test_an_old_view_says_how_old_it_is(age, words):
    with pytest.raises(OldViewError, match=f"is {words} old: entries since then are not shown"):
        verify_recent(NOW - age, NOW)


def test_a_clock_that_is_behind_tells_no_age():
    with pytest.raises(ReaderClockError):
        verify_recent(NOW + CLOCK_SKEW + 1, NOW)


def test_a_stricter_reader():
    verify_recent(NOW - 600, NOW, 600)
    with pytest.raises(OldViewError, match="10 minutes"):
        verify_recent(NOW - 601, NOW, 600)


def test_who_is_abreast_of_others():
    assert APART == 300
    for behind in (-60, 0, 55, APART):
        verify_abreast(NOW - behind, NOW)
    with pytest.raises(OldViewError, match="is 5 minutes older than that of others: entries since"):
        verify_abreast(NOW - APART - 1, NOW)
