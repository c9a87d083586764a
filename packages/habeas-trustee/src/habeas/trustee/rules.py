"""Docs/protocol section 6: when a share may be released, one function for each rule.

Pure: facts come in, and a rule returns nothing or raises `Refusal` with a code of its own. A
trustee applies all of them on its own, whatever the portal says it has checked. What the
officer has to prove is in `officer_rules`, how often photos are opened in `quota_rules`.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from habeas import tlog
from habeas.foundation.errors import HabeasError
from habeas.protocol import (
    CUSTODIAN,
    Chain,
    CommitmentError,
    Kind,
    Promise,
    Purpose,
    stream,
    verify_commitment,
)
from habeas.protocol.entry import verify_signature
from habeas.protocol.parties import Quotas
from habeas.trustee.errors import Refusal
from habeas.trustee.facts import Facts, Shown
from habeas.trustee.quota_rules import within_limits
from habeas.trustee.settings import Settings

#: The policy's word on a checkpoint's note: the verified checkpoint, or an error.
VerifyCheckpoint = Callable[[str], tlog.VerifiedCheckpoint]


# What the request itself must be. ---------------------------------------------------------


def known_purpose(fields: Mapping[str, Any]) -> None:
    """The purpose is one that exists. There is none for recognition or for bulk."""
    if fields.get("purpose") not in list(Purpose):
        raise Refusal(
            "purpose-unknown",
            "There is no such purpose: photos are never opened for it.",
            "Photos are opened for the purposes that were promised, and for nothing else.",
        )


def is_request(shown: Shown) -> None:
    """The entry on the log is one that asks for an opening."""
    if shown.entry.kind is not Kind.REQUESTED:
        raise Refusal("not-a-request", "The log entry is not a request to open a photo.")


def signed_by_custodian(shown: Shown, promise: Promise, chain: Chain) -> None:
    """The entry is signed by the custodian of the promise's circle, or its successor."""
    try:
        if not chain.writes(shown.entry.writer, promise, CUSTODIAN):
            raise Refusal("entry-signature", "The request is not the custodian's.")
        verify_signature(shown.content, shown.entry, chain.writers[shown.entry.writer])
    except Refusal:
        raise
    except HabeasError as error:
        raise Refusal("entry-signature", error.cause, error.remedy) from error


def commits(shown: Shown) -> None:
    """The entry commits to exactly this request."""
    try:
        verify_commitment(shown.entry, shown.salt, shown.request)
    except CommitmentError as error:
        raise Refusal("commitment", error.cause, error.remedy) from error


def entry_agrees(shown: Shown, promise: Promise) -> None:
    """What the public reads in the entry is what is asked for."""
    entry, request = shown.entry, shown.request
    public = (entry.office, entry.purpose, entry.service, entry.day)
    if public != (request.office, request.purpose, promise.service, request.day):
        raise Refusal("entry-differs", "The public entry says something else than the request.")


# The log. ---------------------------------------------------------------------------------


def logged(shown: Shown, verify: VerifyCheckpoint) -> tlog.VerifiedCheckpoint:
    """The entry is on the log, under the log's signature and an acting quorum of witnesses.

    Returns:
        The checkpoint that vouches for it.
    """
    try:
        proof = shown.inclusion
        verified = verify(proof.checkpoint)
        tree = verified.checkpoint
        tlog.verify_inclusion(proof.index, tree.size, shown.leaf, proof.path, tree.root)
    except tlog.QuorumError as error:
        raise Refusal("no-quorum", error.cause, error.remedy) from error
    except tlog.SignatureError as error:
        raise Refusal("log-signature", error.cause, error.remedy) from error
    except tlog.TlogError as error:
        raise Refusal("not-on-the-log", error.cause, error.remedy) from error
    return verified


def of_this_log(verified: tlog.VerifiedCheckpoint, promise: Promise) -> None:
    """The log is the one that the promise names."""
    if verified.checkpoint.origin != promise.origin:
        raise Refusal("another-log", "The request is on another log than the promise names.")


def fresh(verified: tlog.VerifiedCheckpoint, now: datetime, settings: Settings) -> None:
    """A quorum of witnesses saw the checkpoint lately, and none of their clocks runs ahead."""
    times = [cosignature.timestamp for cosignature in verified.cosignatures]
    if any(time > now.timestamp() + settings.skew_seconds for time in times):
        raise Refusal(
            "clock-skew",
            "A witness's clock is ahead of this trustee's.",
            "Set the clocks right, on both machines, and ask again.",
        )
    if (verified.quorum_time or 0) < now.timestamp() - settings.fresh_seconds:
        raise Refusal(
            "stale-checkpoint",
            "The proof's checkpoint is too old.",
            "Ask again with a proof under the log's newest checkpoint.",
        )


# The promise. -----------------------------------------------------------------------------


def this_photo(shown: Shown, promise: Promise) -> None:
    """The request is about this promise and this photo."""
    request = shown.request
    if (request.promise, request.seal_id) != (shown.digest.hex(), promise.seal_id):
        raise Refusal("another-photo", "The request on the log is about another photo.")


def recipient(shown: Shown, promise: Promise) -> None:
    """The office is one that was promised."""
    if shown.request.office not in promise.recipients:
        raise Refusal(
            "recipient",
            f"The applicant was not told that {shown.request.office} would see the photo.",
            f"Only {', '.join(promise.recipients)} may open it.",
        )


def purpose(shown: Shown, promise: Promise) -> None:
    """The purpose is one that was promised."""
    if shown.request.purpose not in promise.purposes:
        raise Refusal(
            "purpose",
            f"The applicant was not told that the photo would be used for {shown.request.purpose}.",
            f"It may be opened for: {', '.join(promise.purposes)}.",
        )


def not_expired(facts: Facts) -> None:
    """The last promised day has not passed."""
    if facts.now.date() > date.fromisoformat(facts.promise.opens_until):
        raise Refusal(
            "expired",
            f"The photo could be opened until {facts.promise.opens_until}.",
            "Decide without a photo, or ask the applicant for a new one.",
        )


def asked_lately(shown: Shown, facts: Facts, quotas: Quotas, settings: Settings) -> None:
    """The request's own time is near this trustee's: not from tomorrow, not kept for later."""
    ahead = timedelta(seconds=settings.skew_seconds)
    # A request may wait for the delay above a quota before it is answered.
    behind = timedelta(seconds=settings.fresh_seconds + quotas.delay_seconds)
    if not facts.now - behind - ahead <= shown.request.moment() <= facts.now + ahead:
        raise Refusal(
            "request-time", "The request is too old, or from the future.", "Make a new request."
        )


# The photo's history on the log. ----------------------------------------------------------


def not_withdrawn(facts: Facts) -> None:
    """Nobody who knows the secret has withdrawn the photo, as far as this trustee was told."""
    if facts.withdrawn:
        raise Refusal(
            "withdrawn",
            "The applicant has withdrawn the photo.",
            "Decide without a photo, or ask the applicant for a new one.",
        )


def not_closed(facts: Facts) -> None:
    """The custodian has not closed the photo."""
    if facts.closed:
        raise Refusal(
            "closed",
            "The case of this photo is closed: it is opened no more.",
            "Ask the applicant for a new photo, if one is needed.",
        )


def not_claimed(facts: Facts) -> None:
    """No trustee speaks for somebody who has lost the receipt and wants the photo destroyed."""
    if facts.claimed:
        raise Refusal(
            "claimed",
            "The applicant wants this photo destroyed, and has shown so at a trustee's office.",
            "Decide without it, or ask the applicant for another photo.",
        )


def in_view(shown: Shown, facts: Facts) -> None:
    """The request stands in this trustee's own copy of the log, first with its tag.

    A second entry of the custodian's with a tag that it used before would hide behind the
    first one from the holder of the receipt.
    """
    if facts.place is None:
        raise Refusal("not-in-view", "The request is not in this trustee's copy of the log.")
    if not hmac.compare_digest(facts.place.leaf, shown.leaf):
        raise Refusal("tag-reused", "Another entry on the log has the tag of this request.")


def numbered(shown: Shown, facts: Facts) -> None:
    """The tag is that of the number in the request, which the promise allows."""
    number = shown.request.number
    expected = stream.tag(facts.stream_key, number)
    if not hmac.compare_digest(expected, shown.entry.tag or ""):
        raise Refusal("tag-foreign", "The holder of the receipt could not find this request.")
    if number > facts.promise.openings_max:
        raise Refusal(
            "number",
            f"The promise allows {facts.promise.openings_max} requests for this photo, ever.",
            "Decide without opening it again, or ask the applicant for another photo.",
        )


def no_gap(shown: Shown, facts: Facts) -> None:
    """Every lower number of the custodian's stream is on the log; number 0 is `sealed`.

    Beyond a gap a request could not be found by the holder of the receipt.
    """
    if shown.request.number >= facts.passed:
        raise Refusal(
            "tag-gap",
            f"Number {facts.passed} of this photo's entries is not on the log.",
            "Put the missing entries on the log first.",
        )


def key_unused(shown: Shown, facts: Facts) -> None:
    """The one-time key was never used for another request."""
    if facts.key_owner is not None and facts.key_owner != shown.leaf:
        raise Refusal(
            "one-time-key",
            "The one-time key was used before.",
            "Make a fresh key for each request.",
        )


def prove(
    shown: Shown,
    promise: Promise,
    chain: Chain,
    verify: VerifyCheckpoint,
    now: datetime,
    settings: Settings,
) -> tlog.VerifiedCheckpoint:
    """That the request stands on the log, and is about this photo.

    Who is refused from here on is refused in public: the entry names office and purpose.

    Returns:
        The checkpoint that vouches for the request.
    """
    is_request(shown)
    signed_by_custodian(shown, promise, chain)
    verified = logged(shown, verify)
    of_this_log(verified, promise)
    fresh(verified, now, settings)
    commits(shown)
    this_photo(shown, promise)
    entry_agrees(shown, promise)
    return verified


def fits(shown: Shown, promise: Promise) -> None:
    """That the request is one that the promise allows: its office, and its purpose."""
    recipient(shown, promise)
    purpose(shown, promise)


def decide(shown: Shown, facts: Facts, quotas: Quotas, settings: Settings) -> None:
    """All rules that depend on this trustee's state; called in the deciding transaction."""
    key_unused(shown, facts)
    not_expired(facts)
    asked_lately(shown, facts, quotas, settings)
    not_withdrawn(facts)
    not_closed(facts)
    not_claimed(facts)
    in_view(shown, facts)
    numbered(shown, facts)
    no_gap(shown, facts)
    within_limits(shown, facts, quotas)
