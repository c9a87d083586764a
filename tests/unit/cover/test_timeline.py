"""The line of time: what a clock did is closed up, and what a camera did is kept."""

import itertools
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.cover._timeline import Limits, Timeline

FRAME = Fraction(1, 25)
#: ISO/IEC 13818-1: stamps count 90,000 a second in 33 bits.
WRAP = Fraction(2**33, 90_000)


@pytest.mark.parametrize("length", [FRAME, Fraction(0)])
def test_a_joined_recording_goes_on_at_its_own_rate(length):
    stamps = steady(10) + steady(10, Fraction(86_400))
    assert corrected(stamps, length=length) == (steady(20), 1)


def corrected(stamps, *, jumpy=True, length=FRAME):
    line = Timeline(0, jumpy)
    return [at + line.correction(0, at, length) for at in stamps], line.jumps


def steady(count, start=Fraction(0)):
    return [start + number * FRAME for number in range(count)]


def test_a_steady_clock_is_left_alone():
    stamps = steady(50, Fraction(17))
    assert corrected(stamps) == (stamps, 0)


def test_a_clock_that_wraps_at_33_bits_goes_on():
    before = steady(10, WRAP - 10 * FRAME)
    after = [each - WRAP for each in steady(10, WRAP)]
    mended, jumps = corrected(before + after)
    assert mended == steady(20, before[0])
    assert jumps == 1


def test_a_step_of_a_day_is_closed_up_where_clocks_may_jump():
    stamps = steady(10) + steady(10, Fraction(86_400))
    assert corrected(stamps) == (steady(20), 1)
    assert corrected(stamps, jumpy=False) == (stamps, 0)


def test_thirty_seconds_without_a_picture_are_thirty_seconds():
    stamps = steady(10) + steady(10, Fraction(30))
    assert corrected(stamps) == (stamps, 0)


@pytest.mark.parametrize("first", ["picture", "sound"])
def test_sound_jumps_as_far_as_the_picture_whichever_comes_first(first):
    line = Timeline(0, jumpy=True)

    def picture(number, start):
        return line.correction(0, start + number * FRAME, FRAME)

    def sound(number, start):
        return line.correction(1, start + number * FRAME, FRAME)

    for number in range(25):
        picture(number, 0)
        sound(number, 0)
    # A day later; sound was cut a little later than the picture.
    day, apart = Fraction(86_400), Fraction(1, 10)
    if first == "picture":
        picture(0, day)
        sound(0, day + apart)
    else:
        sound(0, day + apart)
        picture(0, day)
    assert picture(1, day) == sound(1, day + apart) == FRAME * 25 - day


@given(
    st.lists(
        st.tuples(st.integers(1, 40), st.integers(-10_000_000, 10_000_000)), min_size=1, max_size=6
    )
)
def test_whatever_the_clock_does_time_goes_on_and_never_back_far(runs):
    stamps = [
        Fraction(start, 100) + number * FRAME for count, start in runs for number in range(count)
    ]
    mended, jumps = corrected(stamps)
    steps = [b - a for a, b in itertools.pairwise(mended)]
    assert all(-Limits().back <= each <= Limits().ahead for each in steps)
    assert jumps < len(runs)
