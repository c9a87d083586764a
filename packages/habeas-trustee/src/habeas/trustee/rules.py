"""When a share may be released: every rule of the protocol (docs/protocol), one function each.

Pure: facts come in, and a rule returns nothing or raises `Refusal` with a code of its
own. A trustee applies all of them on its own, whatever the portal says it has checked.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from habeas import protocol, tlog
from habeas.protocol import CUSTODIAN, Entry, Kind, Promise, Purpose, RequestDetails
from habeas.trustee.errors import TrusteeError
from habeas.trustee.settings import Settings

#: The policy's word on a checkpoint's note: the verified checkpoint, or an error.
VerifyCheckpoint = Callable[[str], tlog.VerifiedCheckpoint]

_ASK_THE_OPERATOR = "Ask the operator of the portal; a trustee cannot make an exception."


class Refusal(TrusteeError):  # noqa: N818 - the word of the protocol
    """A request that this trustee does not answer, and the public code of the reason."""

    status = 403

    def __init__(self, code: str, cause: str, remedy: str = _ASK_THE_OPERATOR) -> None:
        super().__init__(cause, remedy)
        self.code = code


@dataclass(frozen=True)
class Request:
    """A request for a share, as it arrived and was parsed.

    Attributes:
        digest: the promise's digest, 32 bytes.
        entry_bytes: the `requested` entry, canonical.
        entry: the same, parsed.
        details: what the entry must commit to.
        salt: of the commitment, 32 bytes.
        proof: tlog-proof of the entry, text.
    """

    digest: bytes
    entry_bytes: bytes
    entry: Entry
    details: RequestDetails
    salt: bytes
    proof: str

    @property
    def leaf(self) -> bytes:
        """The leaf hash of the entry: the name of this request."""
        return tlog.leaf_hash(self.entry_bytes)


@dataclass(frozen=True)
class Place:
    """Where this trustee's own view of the log has the request's tag."""

    leaf: bytes
    seen: int


@dataclass(frozen=True)
class Facts:
    """What this trustee knows, read in the transaction that decides.

    Attributes:
        now: the trustee's clock, UTC.
        sealed: the promise, from the trustee's own database.
        track_key: of the photo, 32 bytes.
        next_counter: how many entries of the custodian's stream the log holds, without gap.
        place: the first entry with the request's tag in the own view; None for none.
        withdrawn: whether the log, or the holder, has withdrawn the photo.
        erased_elsewhere: how many other trustees say on the log that they erased their share.
        key_owner: leaf hash of the request that used this one-time key before, if any.
        used: shares released today, by ("office", name), ("officer", ...), ("purpose", ...).
    """

    now: datetime
    sealed: Promise
    track_key: bytes = field(repr=False)
    next_counter: int
    place: Place | None
    withdrawn: bool
    erased_elsewhere: int
    key_owner: bytes | None
    used: Mapping[tuple[str, str], int]


# What the request itself must be. ---------------------------------------------------------


def known_purpose(details: Mapping[str, Any]) -> None:
    """The purpose is one that exists. There is none for recognition or for bulk."""
    if details.get("purpose") not in list(Purpose):
        raise Refusal(
            "purpose-unknown",
            "There is no such purpose: photos are never opened for it.",
            "Photos are opened for the purposes that were promised, and for nothing else.",
        )


def is_request(request: Request) -> None:
    """The entry on the log is one that asks for an opening."""
    if request.entry.kind is not Kind.REQUESTED:
        raise Refusal("not-a-request", "The log entry is not a request to open a photo.")


def commits(request: Request) -> None:
    """The entry commits to exactly these details."""
    try:
        protocol.verify_commitment(request.entry, request.salt, request.details.fields())
    except protocol.CommitmentError as error:
        raise Refusal("commitment", error.cause) from error


def entry_agrees(request: Request, sealed: Promise) -> None:
    """What the public reads in the entry is what is asked for."""
    entry, details = request.entry, request.details
    shown = (entry.office, entry.purpose, entry.service, entry.day)
    if shown != (details.office, details.purpose, sealed.service, details.at[:10]):
        raise Refusal("entry-differs", "The public entry says something else than the request.")


# The log. ---------------------------------------------------------------------------------


def logged(request: Request, verify: VerifyCheckpoint) -> tlog.VerifiedCheckpoint:
    """The entry is on the log, under the log's signature and a quorum of witnesses.

    Args:
        request: the request.
        verify: `tlog.Policy.verify` of this trustee's policy.

    Returns:
        The checkpoint that vouches for it.
    """
    try:
        proof = tlog.TlogProof.parse(request.proof)
        verified = verify(proof.checkpoint)
        tree = verified.checkpoint
        tlog.verify_inclusion(proof.index, tree.size, request.leaf, proof.path, tree.root)
    except tlog.QuorumError as error:
        raise Refusal("no-quorum", error.cause, error.remedy) from error
    except tlog.SignatureError as error:
        raise Refusal("log-signature", error.cause, error.remedy) from error
    except tlog.TlogError as error:
        raise Refusal("not-on-the-log", error.cause, error.remedy) from error
    return verified


def of_this_log(verified: tlog.VerifiedCheckpoint, sealed: Promise) -> None:
    """The log is the one that the promise names."""
    if verified.checkpoint.origin != sealed.origin:
        raise Refusal("another-log", "The request is on another log than the promise names.")


def fresh(verified: tlog.VerifiedCheckpoint, now: datetime, settings: Settings) -> None:
    """A quorum of witnesses saw the checkpoint lately, and none of their clocks runs ahead."""
    if not verified.cosignatures:
        return  # a policy without witnesses: a log on its own says nothing about time
    times = [cosignature.timestamp for cosignature in verified.cosignatures]
    if max(times) > now.timestamp() + settings.skew_seconds:
        raise Refusal(
            "clock-skew",
            "A witness's clock is ahead of this trustee's.",
            "Set the clocks right, on both machines, and ask again.",
        )
    # A policy that asks for no quorum has no time of one: then the newest witness counts.
    if (verified.quorum_time or max(times)) < now.timestamp() - settings.fresh_seconds:
        raise Refusal(
            "stale-checkpoint",
            "The proof's checkpoint is too old.",
            "Ask again with a proof under the log's newest checkpoint.",
        )


# The promise. -----------------------------------------------------------------------------


def this_photo(request: Request, sealed: Promise) -> None:
    """The request is about this promise and this photo."""
    details = request.details
    if (details.promise, details.seal_id) != (request.digest.hex(), sealed.seal_id):
        raise Refusal("another-photo", "The request on the log is about another photo.")


def recipient(request: Request, sealed: Promise) -> None:
    """The office is one that was promised."""
    if request.details.office not in sealed.recipients:
        raise Refusal(
            "recipient",
            f"The applicant was not told that {request.details.office} would see the photo.",
            f"Only {', '.join(sealed.recipients)} may open it.",
        )


def purpose(request: Request, sealed: Promise) -> None:
    """The purpose is one that was promised."""
    if request.details.purpose not in sealed.purposes:
        raise Refusal(
            "purpose",
            f"The applicant was not told that the photo would be used for "
            f"{request.details.purpose}.",
            f"It may be opened for: {', '.join(sealed.purposes)}.",
        )


def not_expired(facts: Facts) -> None:
    """The last promised day has not passed."""
    if facts.now.date() > date.fromisoformat(facts.sealed.opens_until):
        raise Refusal(
            "expired",
            f"The photo could be opened until {facts.sealed.opens_until}.",
            "Decide without a photo, or ask the applicant for a new one.",
        )


def asked_lately(request: Request, facts: Facts, settings: Settings) -> None:
    """The request's own time is near this trustee's: not from tomorrow, not kept for later."""
    try:
        at = datetime.fromisoformat(request.details.at)
    except ValueError as error:
        raise Refusal("request-time", "The request names a time that does not exist.") from error
    ahead = timedelta(seconds=settings.skew_seconds)
    # A request may wait for `delay_seconds` above a quota before it is answered.
    behind = timedelta(seconds=settings.fresh_seconds + settings.quotas.delay_seconds)
    if not facts.now - behind - ahead <= at <= facts.now + ahead:
        raise Refusal(
            "request-time", "The request is too old, or from the future.", "Make a new request."
        )


# The photo's history on the log. ----------------------------------------------------------


def not_withdrawn(facts: Facts) -> None:
    """Nobody with the right to has withdrawn the photo, as far as the log was followed."""
    if facts.withdrawn:
        raise Refusal(
            "withdrawn",
            "The applicant has withdrawn the photo.",
            "Decide without a photo, or ask the applicant for a new one.",
        )


def not_erased_elsewhere(facts: Facts) -> None:
    """No other trustee has said that its share is gone.

    A withdrawal that reached one trustee only still counts: this one closes too. It does
    not destroy its share on another's word, so that no trustee alone can destroy photos.
    """
    if facts.erased_elsewhere:
        raise Refusal(
            "erased-elsewhere",
            "Another trustee has erased its share of this photo.",
            "If the applicant did not withdraw it, ask that trustee why.",
        )


def in_view(request: Request, facts: Facts) -> None:
    """The request stands in this trustee's own copy of the log, first with its tag.

    A second entry with a tag that was used before would hide behind the first one from
    the holder of the receipt.
    """
    if facts.place is None:
        raise Refusal("not-in-view", "The request is not in this trustee's copy of the log.")
    if not hmac.compare_digest(facts.place.leaf, request.leaf):
        raise Refusal("tag-reused", "Another entry on the log has the tag of this request.")


def tag_in_sequence(request: Request, facts: Facts) -> None:
    """The tag is the custodian's next for this photo, with none missing before it.

    A request under another tag, or beyond a gap, could not be found by the holder of the
    receipt. Number 0 is the `sealed` entry.
    """
    shown = request.entry.tag or ""
    # From the newest down: it is almost always the last one.
    for counter in range(facts.next_counter - 1, 0, -1):
        if hmac.compare_digest(protocol.tag(facts.track_key, CUSTODIAN, counter), shown):
            return
    for counter in range(facts.next_counter, facts.next_counter + 64):
        if hmac.compare_digest(protocol.tag(facts.track_key, CUSTODIAN, counter), shown):
            raise Refusal(
                "tag-gap",
                f"Number {facts.next_counter} of this photo's entries is not on the log.",
                "Put the missing entries on the log first.",
            )
    raise Refusal("tag-foreign", "The holder of the receipt could not find this request.")


# Keys and quotas. -------------------------------------------------------------------------


def key_unused(request: Request, facts: Facts) -> None:
    """The one-time key was never used for another request."""
    if facts.key_owner is not None and facts.key_owner != request.leaf:
        raise Refusal(
            "one-time-key",
            "The one-time key was used before.",
            "Make a fresh key for each request.",
        )


def _quota(request: Request, facts: Facts, what: str, limit: int, settings: Settings) -> None:
    if facts.key_owner == request.leaf:
        return  # this very request was counted when it was first answered
    name = str(getattr(request.details, what))
    if what == "officer":
        name = f"{request.details.office}/{name}"
    used = facts.used.get((what, name), 0)
    if used >= limit:
        raise Refusal(
            f"quota-{what}",
            f"{used} photos were opened today for this {what}; {limit} are allowed.",
            "Go on tomorrow, or ask the trustee to change the quota.",
        )
    waited = facts.now.timestamp() - facts.place.seen if facts.place else 0.0
    if used >= limit * settings.quotas.delay_after and waited < settings.quotas.delay_seconds:
        raise Refusal(
            "quota-delay",
            f"Many photos were opened today for this {what}: requests now wait "
            f"{settings.quotas.delay_seconds} seconds on the public log.",
            "Ask again later with a fresh proof of the same request.",
        )


def quota_office(request: Request, facts: Facts, settings: Settings) -> None:
    """The office has not opened too many photos today."""
    _quota(request, facts, "office", settings.quotas.office, settings)


def quota_officer(request: Request, facts: Facts, settings: Settings) -> None:
    """The officer has not opened too many photos today."""
    _quota(request, facts, "officer", settings.quotas.officer, settings)


def quota_purpose(request: Request, facts: Facts, settings: Settings) -> None:
    """Not too many photos were opened today for this purpose."""
    _quota(request, facts, "purpose", settings.quotas.purpose, settings)


def prove(
    request: Request,
    sealed: Promise,
    verify: VerifyCheckpoint,
    now: datetime,
    settings: Settings,
) -> tlog.VerifiedCheckpoint:
    """All rules that need no knowledge but the promise and the policy.

    Returns:
        The checkpoint that vouches for the request.
    """
    is_request(request)
    verified = logged(request, verify)
    of_this_log(verified, sealed)
    fresh(verified, now, settings)
    commits(request)
    this_photo(request, sealed)
    entry_agrees(request, sealed)
    recipient(request, sealed)
    purpose(request, sealed)
    return verified


def decide(request: Request, facts: Facts, settings: Settings) -> None:
    """All rules that depend on this trustee's state; called in the deciding transaction."""
    not_expired(facts)
    asked_lately(request, facts, settings)
    not_withdrawn(facts)
    not_erased_elsewhere(facts)
    in_view(request, facts)
    tag_in_sequence(request, facts)
    key_unused(request, facts)
    quota_office(request, facts, settings)
    quota_officer(request, facts, settings)
    quota_purpose(request, facts, settings)
