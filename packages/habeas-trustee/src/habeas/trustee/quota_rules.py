"""Docs/protocol section 6: how often photos may be opened, one function for each rule.

Pure, as `rules` is. Limits for a photo are in its promise; those for an officer, an office and
a purpose are the circle's.
"""

from __future__ import annotations

import hmac

from habeas.protocol import stream
from habeas.protocol.parties import Quotas
from habeas.trustee.errors import Refusal
from habeas.trustee.facts import Facts, Shown


def openings_a_day(facts: Facts) -> None:
    """Not more requests for this photo in one day than were promised."""
    if facts.same_day >= facts.promise.openings_a_day:
        raise Refusal(
            "openings-a-day",
            f"The promise allows {facts.promise.openings_a_day} requests for this photo in a day.",
            "Ask again tomorrow.",
        )


def own_slot(shown: Shown, facts: Facts, quotas: Quotas) -> None:
    """The slot is the officer's own for that number of the day, unused, and within the quota."""
    request = shown.request
    if request.nth > quotas.officer:
        raise Refusal(
            "slot",
            f"One officer may ask for {quotas.officer} photos in a day.",
            "Go on tomorrow, or hand the case to a colleague.",
        )
    expected = stream.slot(bytes.fromhex(shown.credential.slot_key), request.day, request.nth)
    first = facts.place is not None and facts.slot_position == facts.place.position
    if not hmac.compare_digest(expected, shown.entry.slot or "") or not first:
        raise Refusal(
            "slot",
            "The request does not bear the officer's next number of the day.",
            "Count the officer's requests of this day again, and make a new request.",
        )


def _quota(facts: Facts, what: str, limit: int, quotas: Quotas) -> None:
    used = facts.before.get(what, 0)
    if used >= limit:
        raise Refusal(
            f"quota-{what}",
            f"{used} requests stand on the log today for this {what}; {limit} are answered.",
            "Go on tomorrow; the circle sets the quotas.",
        )
    waited = facts.now.timestamp() - facts.place.seen if facts.place else 0.0
    if used * 100 >= limit * quotas.delay_after and waited < quotas.delay_seconds:
        raise Refusal(
            "quota-delay",
            f"Many requests stand on the log today for this {what}: they now wait "
            f"{quotas.delay_seconds} seconds there.",
            "Ask again later with a fresh proof of the same request.",
        )


def quota_office(facts: Facts, quotas: Quotas) -> None:
    """The office has not asked for too many photos today."""
    _quota(facts, "office", quotas.office, quotas)


def quota_purpose(facts: Facts, quotas: Quotas) -> None:
    """Not too many photos were asked for today for this purpose."""
    _quota(facts, "purpose", quotas.purpose, quotas)


def within_limits(shown: Shown, facts: Facts, quotas: Quotas) -> None:
    """All rules of this module, the nearest limit first."""
    openings_a_day(facts)
    own_slot(shown, facts, quotas)
    quota_office(facts, quotas)
    quota_purpose(facts, quotas)
