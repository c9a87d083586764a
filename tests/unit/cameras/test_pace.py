"""Keeping up: fewer pictures when behind, all of them again when in time."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.cameras.pace import Pace, PaceLimits, Rate


def run(pace, behind, seconds, start=0.0, rate=25):
    """How many of so many seconds' pictures are taken."""
    count = round(seconds * rate)
    return sum(pace.takes(behind, start + number / rate) for number in range(count))


def test_in_time_everything_is_taken():
    pace = Pace()
    assert run(pace, 0.05, 60) == 60 * 25
    assert pace.every == 1
    assert pace.left_out == 0


def test_what_is_too_old_is_left_out_and_what_follows_is_taken():
    pace = Pace()
    assert run(pace, 1.5, 2) == 0
    assert pace.left_out == 50
    assert run(pace, 0.9, 2, 2.0) == 50


def test_what_somebody_watches_is_not_as_old():
    """Who is behind writes fewer of it then, and looks at none of them less."""
    pace = Pace()
    assert pace.takes(0.3, 0.0, watched=True)
    assert not pace.takes(0.31, 0.1, watched=True)
    assert pace.takes(0.31, 0.2)
    assert pace.left_out == 1


def simulated(manages, seconds=180, rate=25, pause=(0, 0)):
    """A machine that manages so many pictures a second; between two moments it does nothing."""
    pace, free, taken, waits = Pace(), 0.0, [], []
    for number in range(rate * seconds):
        arrival = number / rate
        now = max(arrival, free)
        if pause[0] <= now < pause[1]:
            now = pause[1]
        if pace.takes(now - arrival, now):
            free = now + 1 / manages
            taken.append(arrival)
            waits.append(now - arrival)
    return pace, taken, waits


@given(st.floats(0.2, 24.0))
def test_a_slow_machine_is_never_idle_and_its_pictures_are_evenly_apart(manages):
    pace, taken, waits = simulated(manages)
    assert len(taken) >= 0.98 * manages * 180 - 2
    assert max(waits) <= PaceLimits().behind
    late = [b - a for a, b in itertools.pairwise(taken) if a > 60]
    assert max(late) <= 1 / manages + 2 / 25
    assert pace.every == pytest.approx(25 / manages, rel=0.5, abs=1)


def test_a_machine_that_was_away_for_a_moment_loses_nothing():
    pace, taken, _ = simulated(100, pause=(50.0, 50.9))
    assert len(taken) == 180 * 25
    assert pace.every == 1


def test_how_many_are_left_out_is_told_and_taken_back():
    pace = Pace()
    for number in range(25 * 30):
        pace.takes(0.5 if number % 3 == 0 else 1.5, number / 25)
    assert pace.every == 3
    run(pace, 0.0, 25, 30.0)
    assert pace.every == 1


def test_what_changes_by_little_is_not_told_anew():
    pace, told = Pace(), []
    for number in range(25 * 120):
        pace.takes(0.5 if number % (10 + number // 500 % 2) == 0 else 1.5, number / 25)
        told.append(pace.every)
    assert len(set(told)) == 2


@given(st.floats(0.5, 60), st.floats(0.5, 60), st.floats(0, 0.2))
def test_a_declared_rate_is_kept_and_never_exceeded(wanted, sent, jitter):
    rate, gap = Rate(wanted), 1 / sent
    times = [number * gap + (jitter * gap if number % 3 else 0.0) for number in range(600)]
    taken = [at for at in times if rate.takes(at)]
    seconds = times[-1] + gap
    assert len(taken) <= wanted * seconds * 1.01 + 2
    if sent <= wanted * 0.8:
        assert taken == times, "none is left out where fewer come"
    if sent >= wanted * 1.5:
        assert len(taken) >= 0.9 * wanted * seconds - 2


def test_without_a_rate_all_pictures_are_taken():
    rate = Rate(None)
    assert all(rate.takes(each / 1000) for each in range(100))
