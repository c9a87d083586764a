"""A few kills and damages of each kind; the full number is run by `python -m bench.tlog.kills`
and `bench.tlog.corruptions`, and their results stand in docs/evaluation/log.md."""

from bench.tlog.corruptions import corruptions
from bench.tlog.kills import kills


def test_a_log_that_is_killed_under_load_loses_nothing():
    assert kills(3).acknowledged


def test_a_log_that_is_damaged_serves_nothing_wrong():
    outcome = corruptions(30)
    assert {came for _, came in outcome.counts} == {"noticed", "harmless"}
    assert outcome.healed
