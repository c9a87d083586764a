"""Rates: so many at once, then one after each pause, for each key apart."""

from hypothesis import given
from hypothesis import strategies as st

from habeas.portal.site.buckets import Buckets, Rate


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


def test_so_many_at_once_and_then_one_after_each_pause():
    clock = Clock()
    buckets = Buckets(Rate(3, 10), clock)
    assert [buckets.take("a") for _ in range(5)] == [0, 0, 0, 10, 10]
    clock.now += 4
    assert buckets.take("a") == 6
    clock.now += 6
    assert [buckets.take("a") for _ in range(2)] == [0, 10]
    clock.now += 1000
    assert [buckets.take("a") for _ in range(4)] == [0, 0, 0, 10]


def test_one_key_takes_nothing_from_another():
    buckets = Buckets(Rate(1, 10), Clock())
    assert [buckets.take(key) for key in "aab"] == [0, 10, 0]


def test_keys_beyond_the_bound_share_one():
    clock = Clock()
    buckets = Buckets(Rate(1, 10), clock, most=2)
    assert [buckets.take(key) for key in "abcd"] == [0, 0, 0, 10]
    clock.now += 10
    assert [buckets.take(key) for key in "cde"] == [0, 0, 0], "the others are forgotten"


@given(st.integers(1, 20), st.floats(0.01, 60), st.lists(st.floats(0, 30), min_size=1, max_size=80))
def test_never_more_than_the_rate_in_any_span(at_once, seconds, pauses):
    clock = Clock()
    buckets, taken = Buckets(Rate(at_once, seconds), clock), []
    for pause in pauses:
        clock.now += pause
        if buckets.take("a") == 0:
            taken.append(clock.now)
    for first in range(len(taken)):
        for last in range(first, len(taken)):
            span = taken[last] - taken[first]
            assert last - first + 1 <= at_once + span / seconds + 1e-6
