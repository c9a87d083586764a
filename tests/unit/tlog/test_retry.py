"""When a request is made again, and after how long."""

from hypothesis import given
from hypothesis import strategies as st

from habeas.tlog.retry import Retry, retry_after

NOW = 1_800_000_000.0


def test_pauses_double_up_to_the_longest():
    pauses = [Retry(first=0.1, longest=1.0).pause(n, None, lambda: 0.0) for n in range(6)]
    assert pauses == [0.1, 0.2, 0.4, 0.8, 1.0, 1.0]


def test_a_part_of_each_pause_is_left_to_chance():
    assert Retry(first=2.0, jitter=0.5).pause(0, None, lambda: 1.0) == 1.0


def test_the_server_may_ask_for_a_pause_but_not_for_ever():
    retry = Retry(obeyed=60.0)
    assert retry.pause(0, 7.0) == 7.0
    assert retry.pause(0, 86_400.0) == 60.0
    assert retry.pause(0, -3.0) == 0.0


def test_retry_after_is_seconds_or_a_date():
    assert retry_after("5", NOW) == 5.0
    assert retry_after(" 0 ", NOW) == 0.0
    assert retry_after("Fri, 15 Jan 2027 08:00:09 GMT", NOW) == 9.0
    assert retry_after("Thu, 14 Jan 2027 08:00:00 GMT", NOW) == 0.0
    assert retry_after(None, NOW) is None


@given(st.text())
def test_whatever_stands_there_is_no_error(text):
    asked = retry_after(text, NOW)
    assert asked is None or asked >= 0
