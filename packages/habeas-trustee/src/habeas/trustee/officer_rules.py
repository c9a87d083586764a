"""Docs/protocol section 5: what an officer has to prove, one function for each rule. Pure."""

from __future__ import annotations

from habeas.foundation.errors import HabeasError
from habeas.protocol.assertion import verify_assertion
from habeas.protocol.credential import Roster, verify_credential, verify_membership
from habeas.trustee.errors import Refusal
from habeas.trustee.facts import Shown
from habeas.trustee.officers import OfficeFacts


def office_stands(facts: OfficeFacts, k: int) -> None:
    """The office's root key is neither suspended by k trustees nor forked."""
    if facts.suspended_by >= k:
        raise Refusal(
            "office-suspended",
            f"{facts.suspended_by} trustees have suspended this office's key.",
            "The office must settle it with the trustees.",
        )
    if facts.forked:
        raise Refusal(
            "office-forked",
            "The office's key has signed two rosters of one version.",
            "The office must take a new root key.",
        )


def on_the_roster(shown: Shown, facts: OfficeFacts) -> None:
    """The credential is in the newest roster, and in one that is old enough.

    A credential that was taken off stops at once. One that was put on begins only when its
    roster has been on the log for a while, so that the office, and everybody, can object.
    """
    credential = shown.credential
    if facts.newest is None or credential.office != facts.office.office:
        raise Refusal("officer-unknown", "The office has no roster with this credential.")
    if credential.type == "software" and not facts.office.software:
        raise Refusal(
            "officer-unknown",
            "The circle does not allow this office credentials in software.",
            "Sign with a passkey, a token or a key file.",
        )
    aged = facts.aged.get(shown.aged.version)
    is_member = _member(shown, facts.newest)
    # Mostly the newest one is old enough itself.
    was_member = is_member if aged is facts.newest else aged is not None and _member(shown, aged)
    if not is_member:
        if was_member:
            raise Refusal("officer-revoked", "The office has taken this credential off its roster.")
        raise Refusal(
            "officer-unknown",
            "The credential is not in the office's newest roster.",
            "Fetch the proof of the newest roster, or have the office put the credential on it.",
        )
    if not was_member:
        raise Refusal(
            "officer-too-new",
            "The credential has not been on the office's roster for long enough.",
            "Ask again when the delay that the circle sets is over.",
        )


def _member(shown: Shown, roster: Roster) -> bool:
    for membership in (shown.newest, shown.aged):
        try:
            verify_membership(roster, shown.credential, membership)
        except HabeasError:
            continue
        return True
    return False


def signed_by_officer(shown: Shown, facts: OfficeFacts) -> None:
    """The officer has signed this very request, at a page of the office's own."""
    try:
        verify_credential(shown.credential)
        verify_assertion(shown.assertion, shown.request, shown.credential, facts.office)
    except HabeasError as error:
        raise Refusal("officer-signature", error.cause, error.remedy) from error


def prove_officer(shown: Shown, facts: OfficeFacts, k: int) -> None:
    """All of the above, in the order of the protocol."""
    office_stands(facts, k)
    on_the_roster(shown, facts)
    signed_by_officer(shown, facts)
