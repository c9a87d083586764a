"""What an officer has to prove: each rule on its own, and all in their order."""

from dataclasses import replace

import pytest

from habeas.protocol.credential import membership, roster_of
from habeas.trustee import Refusal, officer_rules
from habeas.trustee.officers import OfficeFacts
from tests.unit.protocol.officers import OFFICERS, webauthn
from tests.unit.protocol.world import OFFICE
from tests.unit.trustee.test_rules import CASE, CHAIN, GOOD

OFFICER, OTHER, KEY, PASSKEY = OFFICERS[0], OFFICERS[1], OFFICERS[4], OFFICERS[2]
CREDENTIALS = [each.credential() for each in (OFFICER, OTHER, KEY, PASSKEY)]
FIRST = roster_of(OFFICE, CREDENTIALS)
SECOND = roster_of(OFFICE, CREDENTIALS[:2], FIRST)
NOW = CHAIN.links[0].circle.office(OFFICE)
FACTS = OfficeFacts(office=NOW, newest=FIRST, forked=False, aged={1: FIRST}, suspended_by=0)
K = 2


def shown_by(officer, roster=FIRST, credentials=CREDENTIALS, aged=None, **changes):
    credential = officer.credential()
    request = CASE.request(credential.id, **changes)
    proof = membership(roster, credentials, credential)
    return replace(
        GOOD, request=request, credential=credential, assertion=officer.assertion(request),
        newest=proof, aged=aged or proof,
    )  # fmt: skip


def code(rule, *arguments):
    with pytest.raises(Refusal) as refusal:
        rule(*arguments)
    assert refusal.value.cause
    assert refusal.value.remedy
    return refusal.value.code


@pytest.mark.parametrize("officer", [OFFICER, KEY, PASSKEY, OTHER])
def test_an_officer_of_every_kind(officer):
    officer_rules.prove_officer(shown_by(officer), FACTS, K)


def test_k_trustees_suspend_an_office():
    officer_rules.office_stands(replace(FACTS, suspended_by=K - 1), K)
    for count in (K, K + 1):
        facts = replace(FACTS, suspended_by=count)
        assert code(officer_rules.office_stands, facts, K) == "office-suspended"
        assert code(officer_rules.prove_officer, shown_by(OFFICER), facts, K) == "office-suspended"


def test_a_forked_office():
    facts = replace(FACTS, forked=True)
    assert code(officer_rules.office_stands, facts, K) == "office-forked"


def test_an_office_without_a_roster():
    facts = replace(FACTS, newest=None)
    assert code(officer_rules.on_the_roster, shown_by(OFFICER), facts) == "officer-unknown"


def test_a_credential_of_another_office():
    other = OFFICER.credential(office="police")
    shown = replace(shown_by(OFFICER), credential=other)
    assert code(officer_rules.on_the_roster, shown, FACTS) == "officer-unknown"
    # Even where the other office's roster were asked: the facts are about one office.
    facts = replace(FACTS, newest=roster_of("police", [other]))
    assert code(officer_rules.on_the_roster, shown, facts) == "officer-unknown"


def test_software_is_for_the_circle_to_allow():
    strict = replace(FACTS, office=NOW.model_copy(update={"software": False}))
    assert code(officer_rules.on_the_roster, shown_by(OFFICER), strict) == "officer-unknown"
    for officer in (KEY, PASSKEY):
        officer_rules.on_the_roster(shown_by(officer), strict)


def test_a_credential_that_is_on_no_roster():
    stranger = OFFICERS[3]
    shown = replace(
        shown_by(OFFICER), credential=stranger.credential(),
        assertion=stranger.assertion(GOOD.request),
    )  # fmt: skip
    assert code(officer_rules.on_the_roster, shown, FACTS) == "officer-unknown"


def test_removal_works_at_once():
    facts = replace(FACTS, newest=SECOND)
    assert code(officer_rules.on_the_roster, shown_by(KEY), facts) == "officer-revoked"
    # Who stays shows the newest roster, and one that is old enough.
    aged = membership(FIRST, CREDENTIALS, OFFICER.credential())
    stays = shown_by(OFFICER, SECOND, CREDENTIALS[:2], aged=aged)
    officer_rules.on_the_roster(stays, facts)


def test_an_old_proof_is_not_of_the_newest_roster():
    facts = replace(FACTS, newest=SECOND)
    assert code(officer_rules.on_the_roster, shown_by(OFFICER), facts) == "officer-revoked"
    facts = replace(facts, aged={})
    assert code(officer_rules.on_the_roster, shown_by(OFFICER), facts) == "officer-unknown"


def test_a_new_credential_waits():
    shown = shown_by(OFFICER, SECOND, CREDENTIALS[:2])
    facts = replace(FACTS, newest=SECOND, aged={1: FIRST})
    assert code(officer_rules.on_the_roster, shown, facts) == "officer-too-new"
    officer_rules.on_the_roster(shown, replace(facts, aged={1: FIRST, 2: SECOND}))
    assert code(officer_rules.on_the_roster, shown, replace(facts, aged={})) == "officer-too-new"


def test_signed_by_officer():
    officer_rules.signed_by_officer(shown_by(OFFICER), FACTS)
    other = shown_by(OFFICER)
    swapped = replace(other, request=CASE.request(OFFICER.credential().id, reason="another"))
    assert code(officer_rules.signed_by_officer, swapped, FACTS) == "officer-signature"
    renamed = replace(other, credential=OFFICER.credential(id="00" * 32))
    assert code(officer_rules.signed_by_officer, renamed, FACTS) == "officer-signature"


def test_a_credential_whose_id_is_not_that_of_its_key():
    """Who chose both id and key could take over another's slots."""
    borrowed = OFFICER.credential(id=KEY.credential().id)
    request = CASE.request(borrowed.id)
    shown = replace(
        shown_by(OFFICER), credential=borrowed, request=request,
        assertion=OFFICER.assertion(request),
    )  # fmt: skip
    assert code(officer_rules.signed_by_officer, shown, FACTS) == "officer-signature"


def test_a_page_of_the_portal():
    """The origin is the office's own: what is signed elsewhere opens nothing."""
    shown = shown_by(PASSKEY)
    request = shown.request
    from tests.unit.protocol.officers import client_data

    for page in ("https://portal.example", "https://desk.example.evil", "null"):
        signed = webauthn(PASSKEY, request, client=client_data(request, origin=page))
        elsewhere = replace(shown, assertion=signed)
        assert code(officer_rules.signed_by_officer, elsewhere, FACTS) == "officer-signature"


def test_all_together_in_order():
    everything = replace(FACTS, forked=True, newest=None, suspended_by=K)
    assert code(officer_rules.prove_officer, shown_by(OFFICER), everything, K) == "office-suspended"
    facts = replace(FACTS, forked=True, newest=None)
    assert code(officer_rules.prove_officer, shown_by(OFFICER), facts, K) == "office-forked"
    facts = replace(FACTS, newest=None)
    assert code(officer_rules.prove_officer, shown_by(OFFICER), facts, K) == "officer-unknown"
    unsigned = replace(shown_by(OFFICER), assertion=OTHER.assertion(GOOD.request))
    assert code(officer_rules.prove_officer, unsigned, FACTS, K) == "officer-signature"
