"""Before anything is destroyed: the clock, and the share of all."""

import pytest
from pydantic import TypeAdapter

from habeas.foundation.caution import (
    CAUTION,
    ClockJumpedError,
    Mark,
    TooManyEndsError,
    look,
    verify_clock,
    verify_share,
)

BEFORE = Mark(wall=1_800_000_000.0, steady=1000.0, boot="one")
DAY = 86_400.0


def _after(wall: float, steady: float, boot: str = "one") -> Mark:
    return Mark(wall=BEFORE.wall + wall, steady=BEFORE.steady + steady, boot=boot)


def test_the_first_look_has_nothing_to_compare():
    verify_clock(None, BEFORE)


@pytest.mark.parametrize("spent", [0.0, 5.0, 3 * DAY, 900 * DAY])
def test_time_that_passed_is_no_jump(spent):
    verify_clock(BEFORE, _after(spent, spent))


def test_a_slow_correction_is_no_jump():
    verify_clock(BEFORE, _after(DAY + 43.0, DAY))


@pytest.mark.parametrize("jump", [800 * DAY, -DAY, CAUTION.jump + 1, -CAUTION.jump - 1])
def test_a_wall_clock_that_moves_alone_has_jumped(jump):
    with pytest.raises(ClockJumpedError, match="ahead" if jump > 0 else "back"):
        verify_clock(BEFORE, _after(5.0 + jump, 5.0))


def test_a_clock_that_stands_still_has_jumped():
    with pytest.raises(ClockJumpedError, match="back by 60 minutes"):
        verify_clock(BEFORE, _after(0.0, 3600.0))


def test_over_a_start_of_the_machine_only_a_long_absence_is_suspicious():
    verify_clock(BEFORE, _after(CAUTION.away, -900.0, "two"))
    with pytest.raises(ClockJumpedError, match="ahead by 800 days"):
        verify_clock(BEFORE, _after(800 * DAY, -900.0, "two"))
    with pytest.raises(ClockJumpedError, match="back by 1440 minutes"):
        verify_clock(BEFORE, _after(-DAY, -900.0, "two"))


def test_the_machine_s_own_clocks_agree_with_themselves():
    first = look()
    verify_clock(first, look())
    kept = TypeAdapter(Mark)
    assert kept.validate_json(kept.dump_json(first)) == first


@pytest.mark.parametrize(("ending", "kept"), [(0, 0), (20, 20), (200, 1000), (20, 1_000_000)])
def test_few_may_end(ending, kept):
    verify_share(ending, kept)


@pytest.mark.parametrize(("ending", "kept"), [(21, 21), (201, 1000), (1000, 1000)])
def test_many_may_not(ending, kept):
    with pytest.raises(TooManyEndsError, match=f"{ending} of {kept}"):
        verify_share(ending, kept)
