"""Keeping up: fewer pictures when behind, all of them again when in time."""

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


def test_behind_fewer_are_taken_and_fewer_still():
    pace = Pace()
    taken = [run(pace, 1.5, 3, start) for start in (0, 3, 6)]
    assert taken[0] > taken[1] > taken[2] > 0
    assert pace.left_out == 9 * 25 - sum(taken)


def test_far_behind_nothing_is_taken_until_it_is_in_time():
    pace = Pace()
    assert run(pace, 4.5, 2) == 0
    assert run(pace, 2.0, 2, 2.0) == 0
    assert run(pace, 0.5, 4, 4.0) > 0


def test_after_some_calm_all_are_taken_again():
    pace = Pace()
    run(pace, 2.0, 5)
    slow = pace.every
    assert slow > 4
    run(pace, 0.0, PaceLimits().calm - 1, 5.0)
    assert pace.every == slow, "it is too early"
    run(pace, 0.0, 120, 20.0)
    assert pace.every == 1


def test_work_that_is_nearly_behind_is_not_calm():
    pace = Pace()
    run(pace, 2.0, 5)
    slow = pace.every
    run(pace, 0.6, 120, 5.0)
    assert pace.every == slow


def test_a_slow_machine_settles_where_it_can_keep_up():
    """A machine that manages 7 pictures a second of 25: it settles near that, and is in time."""
    pace, now, free, taken, waits = Pace(), 0.0, 0.0, [], []
    for number in range(25 * 180):
        arrival = number / 25
        now = max(arrival, free)
        waits.append(now - arrival)
        if pace.takes(now - arrival, now):
            free = now + 1 / 7
            taken.append(now)
    last = [each for each in taken if each > 120]
    assert 4 <= len(last) / 60 <= 7.1
    assert max(waits) < PaceLimits().flood + 1


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
