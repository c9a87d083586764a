"""One answer for every party's probes, judged by ages."""

import pytest

from habeas.foundation.health import Health, late


def test_without_problems_all_is_well():
    found = Health({}, {"follow": 1.23})
    assert (found.status, found.fields(size=3)) == (
        200,
        {"ok": True, "state": "ok", "problems": {}, "ages": {"follow": 1.2}, "size": 3},
    )


def test_the_gravest_problem_is_the_state():
    found = Health({"rolled-back": "It is older.", "follow": "It is late."})
    assert (found.ok, found.status, found.state) == (False, 503, "rolled-back")
    assert list(found.fields()["problems"]) == ["rolled-back", "follow"]


@pytest.mark.parametrize(
    ("age", "red"), [(0, False), (60, False), (61, True), (-60, False), (-61, True)]
)
def test_what_is_late_is_told(age, red):
    assert ("follow" in late({"follow": age}, {"follow": 60})) is red


def test_the_reason_is_told_where_there_is_one():
    ages, limits = {"follow": 61.0, "tell": 99.0, "other": 1e9}, {"follow": 60.0, "tell": 60.0}
    found = late(ages, limits, {"follow": "The log does not answer."})
    assert found == {"follow": "The log does not answer.", "tell": "No success for 99 s."}
