"""One detector for many videos: whoever waits has a turn, whatever the others want."""

from hypothesis import given
from hypothesis import strategies as st

from habeas.cover.sharing import RoundRobin


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.integers()), max_size=60))
def test_each_line_keeps_its_order_and_none_waits_for_more_than_one_of_each_other(asked):
    lines = RoundRobin()
    for name, item in asked:
        lines.add(name, (name, item))
    given_ = [lines.take() for _ in asked]
    assert lines.take() is None
    assert len(lines) == 0
    for name in "abcd":
        assert [each for each in given_ if each[0] == name] == [e for e in asked if e[0] == name]
    # While a line waits, no other gives two before it gives one.
    for name in "abcd":
        turns = [at for at, each in enumerate(given_) if each[0] == name]
        since = 0
        for at in turns:
            between = [each[0] for each in given_[since:at]]
            assert len(between) == len(set(between)), "one line gave twice in between"
            since = at + 1


def test_who_comes_while_others_wait_comes_after_them():
    lines = RoundRobin()
    for name, item in [("busy", 1), ("busy", 2), ("busy", 3), ("quiet", 4)]:
        lines.add(name, item)
    assert lines.take() == 1
    lines.add("new", 5)
    assert [lines.take() for _ in range(4)] == [4, 2, 5, 3]


def test_what_is_dropped_is_not_given():
    lines = RoundRobin()
    lines.add("a", 1)
    lines.add("a", 2)
    assert lines.drop("a", 1)
    assert not lines.drop("a", 1)
    assert not lines.drop("b", 1)
    assert lines.take() == 2
    assert lines.take() is None
