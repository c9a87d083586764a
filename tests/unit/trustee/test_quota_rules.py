"""Each limit on its own: what it lets pass, and the code of its refusal."""

from dataclasses import replace

import pytest

from habeas.protocol.stream import slot
from habeas.trustee import quota_rules
from tests.unit.protocol.officers import OFFICERS
from tests.unit.protocol.world import DAY
from tests.unit.trustee.test_rules import (
    FACTS,
    GOOD,
    OFFICER,
    PLACE,
    PROMISE,
    QUOTAS,
    SECONDS,
    code,
    shown,
)


def test_openings_a_day():
    most = PROMISE.openings_a_day
    quota_rules.openings_a_day(replace(FACTS, same_day=most - 1))
    assert code(quota_rules.openings_a_day, replace(FACTS, same_day=most)) == "openings-a-day"


def test_own_slot():
    quota_rules.own_slot(GOOD, FACTS, QUOTAS)
    quota_rules.own_slot(shown(nth=5), FACTS, QUOTAS)
    assert code(quota_rules.own_slot, shown(nth=6), FACTS, QUOTAS) == "slot"
    for facts in (
        replace(FACTS, slot_position=6), replace(FACTS, slot_position=None),
        replace(FACTS, place=None), replace(FACTS, place=None, slot_position=None),
    ):  # fmt: skip
        assert code(quota_rules.own_slot, GOOD, facts, QUOTAS) == "slot"
    others = slot(OFFICERS[1].slot_key, DAY, 1)
    next_one = slot(OFFICER.slot_key, DAY, 2)
    tomorrows = slot(OFFICER.slot_key, "2027-01-16", 1)
    for foreign in (others, next_one, tomorrows):
        assert code(quota_rules.own_slot, shown(shows={"slot": foreign}), FACTS, QUOTAS) == "slot"


@pytest.mark.parametrize(
    ("rule", "what", "limit"),
    [(quota_rules.quota_office, "office", 10), (quota_rules.quota_purpose, "purpose", 20)],
)
def test_quotas(rule, what, limit):
    def facts(count, waited=0):
        place = replace(PLACE, seen=SECONDS - waited)
        return replace(FACTS, before={what: count}, place=place)

    rule(FACTS, QUOTAS)
    one = QUOTAS.model_copy(update={what: 1, "delay_after": 100})
    rule(FACTS, one)
    assert code(rule, facts(1), one) == f"quota-{what}"
    rule(facts(limit // 2 - 1), QUOTAS)
    assert code(rule, facts(limit // 2), QUOTAS) == "quota-delay"
    assert code(rule, facts(limit - 1, waited=899), QUOTAS) == "quota-delay"
    rule(facts(limit - 1, waited=900), QUOTAS)
    assert code(rule, facts(limit, waited=10**6), QUOTAS) == f"quota-{what}"
    # At a hundred per cent, answers wait from the quota on, where there are none any more.
    large = QUOTAS.model_copy(update={what: 101, "delay_after": 100})
    rule(facts(100), large)
    # What the other quota counts is no matter of this one.
    rule(replace(FACTS, before={"office": 99, "purpose": 99} | {what: 0}), QUOTAS)
    assert code(rule, replace(facts(limit // 2), place=None), QUOTAS) == "quota-delay"
