"""Prometheus' text exposition format, section "Text format details"."""

from habeas.foundation.health import Health
from habeas.foundation.metrics import exposition


def lines(**figures):
    health = Health({"log-away": "It is away."}, {"follow": 12.34, "tell": 0.0})
    return exposition("trustee", health.fields(**figures)).splitlines()


def test_readiness_problems_ages_and_figures():
    said = lines(owed=3, rate=0.5, forked=False, name="a.example", faults={})
    values = [each for each in said if not each.startswith("#")]
    assert values == [
        "habeas_trustee_ready 0",
        'habeas_trustee_problem{code="log-away"} 1',
        'habeas_trustee_success_age_seconds{of="follow"} 12.3',
        'habeas_trustee_success_age_seconds{of="tell"} 0.0',
        "habeas_trustee_owed 3",
        "habeas_trustee_rate 0.5",
        "habeas_trustee_forked 0",
    ]


def test_each_family_is_described_and_typed_before_its_values():
    said = lines(owed=3)
    assert said[0].startswith("# HELP habeas_trustee_ready ")
    assert said[1:3] == ["# TYPE habeas_trustee_ready gauge", "habeas_trustee_ready 0"]


def test_who_is_well_says_so():
    assert "habeas_log_ready 1\n" in exposition("log", Health().fields())


def test_large_counts_keep_their_digits():
    assert "habeas_log_size 12345678\n" in exposition("log", Health().fields(size=12_345_678))


def test_values_of_labels_are_escaped():
    text = exposition("log", Health({'a"b\\c\nd': "?"}).fields())
    assert 'habeas_log_problem{code="a\\"b\\\\c\\nd"} 1\n' in text
