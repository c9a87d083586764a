"""The clock of arrival: whatever a camera's clock does, pictures are where they arrived."""

import itertools
import random
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.cameras.clock import ArrivalClock, ClockLimits, together

FRAME = 0.04
BEGIN = datetime(2026, 11, 23, 20, tzinfo=UTC)


def run(arrivals, stamps):
    clock = ArrivalClock()
    stamped = [None if each is None else Fraction(each) for each in stamps]
    return [clock.at(a, s) for a, s in zip(arrivals, stamped, strict=True)], clock


def steady(seconds, start=0.0):
    return [start + number * FRAME for number in range(round(seconds / FRAME))]


def test_a_camera_without_stamps_is_timed_by_arrival():
    arrivals = steady(10, 1000.0)
    times, clock = run(arrivals, [None] * len(arrivals))
    assert times == pytest.approx([each - 1000 for each in arrivals])
    assert not clock.jumps


def test_jitter_of_the_network_is_smoothed_by_the_camera_s_clock():
    jitter = random.Random(4)
    arrivals = sorted(each + jitter.uniform(0, 0.3) for each in steady(60))
    times, clock = run(arrivals, steady(60, 5000.0))
    steps = [b - a for a, b in itertools.pairwise(times)]
    assert max(abs(each - FRAME) for each in steps) < 0.01
    assert max(abs(t - a) for t, a in zip(times, steady(60), strict=True)) < 0.4
    assert not clock.jumps
    assert not clock.distrusted


WRAP = 2**33 / 90_000
JUMPS = {
    "forward by a day": lambda at: at + (86_400 if at > 30 else 0),
    "back by an hour": lambda at: at + 7200 - (3600 if at > 30 else 0),
    "33 bits": lambda at: (WRAP - 30 + at) % WRAP,
    "forward by four seconds": lambda at: at + (4 if at > 30 else 0),
}


@pytest.mark.parametrize("jump", JUMPS)
def test_a_clock_that_jumps_changes_nothing(jump):
    arrivals = steady(60)
    times, clock = run(arrivals, [JUMPS[jump](each) for each in arrivals])
    assert times == pytest.approx(arrivals, abs=0.05)
    assert clock.jumps == 1
    assert not clock.distrusted


@pytest.mark.parametrize("rate", [0.0, 1 / 90, 0.5, 2.0, 90.0])
def test_a_clock_of_another_rate_is_found_out(rate):
    arrivals = steady(120)
    times, clock = run(arrivals, [each * rate for each in arrivals])
    assert clock.distrusted
    assert max(abs(t - a) for t, a in zip(times, arrivals, strict=True)) < ClockLimits().late
    # Once it is found out, arrival alone counts.
    assert times[-1000:] == pytest.approx(arrivals[-1000:], abs=0.01)


def test_a_network_that_stands_still_and_catches_up_is_no_jump():
    """Five seconds of pictures come at once: they are as far apart as they were taken."""
    stamps = steady(60)
    arrivals = [35.0 if 30 < each < 35 else each for each in stamps]
    times, clock = run(arrivals, stamps)
    assert not clock.jumps
    assert not clock.distrusted
    steps = [b - a for a, b in itertools.pairwise(times)]
    assert min(steps) > FRAME / 2
    assert times[-1] == pytest.approx(stamps[-1], abs=0.3)


def test_a_connection_that_begins_with_old_pictures_soon_follows_arrival():
    stamps = steady(60)
    arrivals = [max(0.0, each - 1.8) for each in stamps]
    times, _ = run(arrivals, stamps)
    assert max(t - a for t, a in zip(times, arrivals, strict=True)) <= ClockLimits().ahead
    assert times[-1] == pytest.approx(arrivals[-1], abs=0.1)


def test_a_camera_that_pauses_for_half_a_minute_goes_on():
    stamps = [*steady(10), *steady(10, 40.0)]
    times, clock = run(stamps, stamps)
    assert times == pytest.approx(stamps, abs=0.05)
    assert not clock.jumps


@given(
    st.lists(
        st.tuples(st.floats(0, 5, allow_nan=False), st.none() | st.integers(-(2**40), 2**40)),
        max_size=60,
    )
)
def test_times_rise_and_stay_by_arrival_whatever_stamps_say(steps):
    clock, arrival, last = ArrivalClock(), 0.0, -1.0
    for step, ticks in steps:
        arrival += step
        at = clock.at(arrival, None if ticks is None else Fraction(ticks, 90_000))
        assert at > last
        limits = ClockLimits()
        since = arrival - steps[0][0]
        assert since - limits.late - 0.1 <= at <= since + limits.ahead + 0.1
        last = at


def test_two_clocks_are_read_again_where_something_came_between():
    """A thread that waited for its turn between two readings would tell a moment that was not."""
    waits = iter([0.3, 0.02, 0.0, 0.5])
    at = 0.0

    def now():
        return at

    def clock():
        nonlocal at
        told = BEGIN + timedelta(seconds=at)
        at += next(waits)
        return told

    seconds, moment = together(now, clock)
    assert moment == BEGIN + timedelta(seconds=seconds)
    assert seconds == pytest.approx(0.32)


def test_two_clocks_of_a_machine_that_never_rests_are_read_as_nearly_as_it_lets():
    waits = iter([0.3, 0.02, *[0.4] * 20])
    at = 0.0

    def now():
        return at

    def clock():
        nonlocal at
        at += next(waits)
        return BEGIN + timedelta(seconds=at)

    seconds, moment = together(now, clock)
    assert seconds == pytest.approx(0.3)
    assert moment == BEGIN + timedelta(seconds=0.32)
