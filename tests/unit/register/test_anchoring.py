"""The log of hours is tied to the other log once an hour; what does not fit is said."""

from datetime import UTC, datetime, timedelta

import pytest

from habeas.protocol.details import AnchoredDetails
from habeas.register.anchoring import (
    LATE,
    AnchorError,
    HoursTree,
    UnanchoredError,
    due,
    verify_lately,
)

NOW = datetime(2027, 1, 15, 20, 30, tzinfo=UTC)
ROOT, OTHER = b"\x11" * 32, b"\x22" * 32


def anchored(size, root=ROOT, hour="2027-01-15T20Z", origin="city.example/hours"):
    return AnchoredDetails(origin=origin, size=size, root=root.hex(), hour=hour)


def tree(size, root=ROOT):
    return HoursTree("city.example/hours", size, root)


def test_the_first_hours_are_anchored_at_once():
    assert due(None, tree(0), NOW) is None
    assert due(None, tree(3), NOW) == anchored(3)


def test_it_happens_once_an_hour_whether_hours_were_recorded_or_not():
    assert due(anchored(3), tree(9), NOW) is None
    later = NOW + timedelta(hours=1)
    assert due(anchored(3), tree(3), later) == anchored(3, hour="2027-01-15T21Z")
    assert due(anchored(3), tree(9), later) == anchored(9, hour="2027-01-15T21Z")


def test_a_clock_that_was_set_back_anchors_nothing_twice():
    assert due(anchored(3), tree(3), NOW - timedelta(hours=2)) is None


@pytest.mark.parametrize("shown", [tree(2), tree(0), tree(3, OTHER)])
def test_no_other_tree_is_anchored_over_one_that_was(shown):
    with pytest.raises(AnchorError) as refused:
        due(anchored(3), shown, NOW + timedelta(hours=1))
    assert refused.value.code == "hours-rewound"


def test_what_was_said_of_another_log_binds_nothing_here():
    elsewhere = anchored(99, origin="village.example/hours")
    assert due(elsewhere, tree(1), NOW) == anchored(1)


def test_hours_without_an_anchor_are_late():
    begun = datetime(2027, 1, 15, 20, tzinfo=UTC)
    verify_lately(anchored(3), begun + LATE)
    with pytest.raises(UnanchoredError, match="2027-01-15T20Z") as late:
        verify_lately(anchored(3), begun + LATE + timedelta(seconds=1))
    assert late.value.code == "hours-unanchored"
