"""Docs/protocol section 9: what happened to a photo, asked fresh and of everybody.

From a receipt and a pin: a checkpoint that a reading quorum has cosigned lately, and from each
trustee a signed end of its stream, its newest checkpoint and its entries, each proven to be
on that log. Nobody has to read the whole log for it; monitors do that for all.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from habeas.foundation.errors import HabeasError
from habeas.protocol import CUSTODIAN, Chain, Entry, Kind, Pins, Receipt, stream
from habeas.protocol.client import StreamEnd, TrusteeRefusedError
from habeas.protocol.details import ReleasedDetails
from habeas.protocol.exchange import OwnEntry
from habeas.protocol.panel import Panel
from habeas.protocol.receipt import verify_parts
from habeas.register import ages, released
from habeas.register.causes import Cause
from habeas.register.proven import LogChangedError, LogReader, ProvenLog
from habeas.register.successors import in_force, newest_trustees
from habeas.register.verdicts import Act, Outcome, TrusteeVerdict, Verification


@dataclass
class _Findings:
    """What is gathered while asking."""

    acts: dict[bytes, Act] = field(default_factory=dict)
    requests: set[str] = field(default_factory=set)
    custodian: set[int] = field(default_factory=set)


def verify_offline(receipt: Receipt, pins: Pins) -> tuple[bool, int]:
    """Check the receipt alone.

    Returns:
        Whether a pin vouches for its circle, and the index of its `sealed` entry.

    Raises:
        ReceiptError: its parts do not belong together, or do not hold.
    """
    parts = verify_parts(receipt)
    return pins.vouch_for(parts.circle), parts.index


def verify_photo(
    receipt: Receipt,
    pins: Pins,
    log: LogReader,
    now: datetime,
    random: Callable[[int], bytes],
    connect: Callable[[Chain, str], Panel] = Panel.of,
) -> Verification:
    """Everything that happened to the receipt's photo.

    Args:
        receipt: the receipt.
        pins: what the reader knows from elsewhere.
        log: the log, for reading.
        now: the clock, UTC.
        random: gives that many random bytes.
        connect: gives the trustees of a circle, as a chain has them.

    Raises:
        ReceiptError: the receipt does not hold by itself.
    """
    pinned, index = verify_offline(receipt, pins)
    with newest_trustees(receipt, connect) as (chain, panel):
        pinned = pinned or any(pins.vouch_for(link.circle) for link in chain.links)
        return _verify(receipt, chain, pinned, index, log, now, random, panel)


def _verify(
    receipt: Receipt,
    chain: Chain,
    pinned: bool,
    index: int,
    log: LogReader,
    now: datetime,
    random: Callable[[int], bytes],
    panel: Panel,
) -> Verification:
    names = [key.trustee for key in receipt.promise.trustees.keys]
    circle = in_force(chain, panel)
    # Trustees first: no honest one has followed to a tree that the log shows only later.
    ends, errors = _ask(receipt, panel, names, random)
    told = released.ask(receipt, panel)
    try:
        proven = ProvenLog.read(log, circle.reading_policy())
        proven.expect(
            (index, *_own_places(ends)), (*_custodian_places(ends), *released.places(told))
        )
        proven.holds(receipt.entry.encode(), index)
    except HabeasError as error:
        outcome: Outcome = "contradicted" if isinstance(error, LogChangedError) else "incomplete"
        cause = Cause.of(error)
        verdict = TrusteeVerdict(outcome, (cause,))
        return Verification(pinned, index, None, dict.fromkeys(names, verdict), (), cause)
    checked = datetime.fromtimestamp(proven.quorum_time, UTC)
    unread = ages.too_old(proven.quorum_time, now)
    findings = _Findings()
    entry = Entry.decode(receipt.entry.encode())
    findings.acts[receipt.entry.encode()] = Act(index, entry, "custodian")
    views = ages.of_views(circle, ends, proven.quorum_time, now)
    verdicts = {
        name: _one(
            receipt, chain, proven, at + 1, name, ends[name],
            views[name], findings,
        )
        if name in ends
        else _silent(receipt, name, errors[name])
        for at, name in enumerate(names)
    }  # fmt: skip
    _custodian(receipt, chain, proven, findings)
    verdicts = {name: _answered(verdict, findings, name) for name, verdict in verdicts.items()}
    acts = sorted(findings.acts.values(), key=lambda act: (act.index is None, act.index or 0))
    app = released.find(receipt, index, told, chain, proven, panel)
    return Verification(pinned, index, checked, verdicts, tuple(acts), unread, app)


def _ask(
    receipt: Receipt, panel: Panel, names: list[str], random: Callable[[int], bytes]
) -> tuple[dict[str, StreamEnd], dict[str, HabeasError]]:
    """Each trustee's word on its stream, for a nonce of its own."""
    digest = receipt.promise.digest()
    nonces = {name: random(32) for name in names}
    return panel.ask(
        names,
        lambda trustee, at: trustee.stream_end(
            digest, receipt.stream_key(at + 1), nonces[trustee.name]
        ),
    )


def _own_places(ends: Mapping[str, StreamEnd]) -> Iterator[int]:
    """Where the trustees' own entries are said to stand."""
    for end in ends.values():
        yield from (own.index for own in end.answer.own if own.index is not None)


def _custodian_places(ends: Mapping[str, StreamEnd]) -> Iterator[int]:
    """Where the custodian's are."""
    for end in ends.values():
        yield from end.answer.custodian


def _silent(receipt: Receipt, name: str, error: HabeasError) -> TrusteeVerdict:
    if name in receipt.pending:
        pending = Cause("pending", f"{error.cause} It had not acknowledged yet.")
        return TrusteeVerdict("incomplete", (pending,))
    if not (isinstance(error, TrusteeRefusedError) and error.code == "unknown-photo"):
        return TrusteeVerdict("incomplete", (Cause.of(error),))
    # Its denial is not signed, so nobody else can be shown it; what it signed before can.
    cause = Cause(
        "denied", f"{name} says that it holds no such photo; its acknowledgement says otherwise."
    )
    signed = [each.note for each in receipt.acknowledgements if each.trustee == name]
    return TrusteeVerdict("incomplete", (cause,), tuple(signed))


def _one(
    receipt: Receipt,
    chain: Chain,
    proven: ProvenLog,
    number_of_stream: int,
    name: str,
    end: StreamEnd,
    view: list[Cause],
    findings: _Findings,
) -> TrusteeVerdict:
    """Hold one trustee's answer against the log; *view* is what is wrong with its view of it."""
    said = end.statement
    try:
        proven.same_log(end.answer.checkpoint, said.size, bytes.fromhex(said.root))
    except LogChangedError as error:
        return TrusteeVerdict(
            "contradicted", (Cause.of(error),), (end.note, end.answer.checkpoint, proven.note),
            said.held,
        )  # fmt: skip
    except HabeasError as error:
        return TrusteeVerdict("incomplete", (Cause.of(error),), (), said.held)
    findings.custodian.update(end.answer.custodian)
    causes = list(view)
    shown: set[str] = set()
    for own in end.answer.own:
        try:
            if own.index is not None and proven.checkpoint.size <= own.index < said.size:
                words = f"The log does not show its entry {own.index}, which {name} has."
                causes.append(Cause("not-shown-yet", words))
                continue
            act = _own(receipt, chain, proven, number_of_stream, name, own)
        except LogChangedError as error:
            return TrusteeVerdict(
                "contradicted", (Cause.of(error),), (end.note, own.entry, proven.note), said.held
            )
        except HabeasError as error:
            causes.append(Cause.of(error, f"{name}: "))
            continue
        shown.add(act.entry.tag or "")
        findings.acts[own.entry.encode()] = act
    key = receipt.stream_key(number_of_stream)
    expected = [stream.tag(key, number) for number in range(said.next)]
    missing = [number for number, tag in enumerate(expected) if tag not in shown]
    if missing:
        numbers = ", ".join(map(str, missing))
        causes.append(Cause("numbers-missing", f"{name} does not show its numbers {numbers}."))
    if shown - set(expected):
        cause = Cause("more-than-said", f"{name} shows more entries than it says that it wrote.")
        return TrusteeVerdict(
            "contradicted", (cause,),
            (end.note, *(own.entry for own in end.answer.own)), said.held,
        )  # fmt: skip
    if said.owed:
        count = "1 entry" if said.owed == 1 else f"{said.owed} entries"
        causes.append(Cause("owed", f"{name} owes the log {count} about this photo."))
    return TrusteeVerdict("incomplete" if causes else "complete", tuple(causes), (), said.held)


def _own(
    receipt: Receipt,
    chain: Chain,
    proven: ProvenLog,
    number_of_stream: int,
    name: str,
    own: OwnEntry,
) -> Act:
    """An entry of a trustee, held against its key and the log.

    Raises:
        LogChangedError: it has not signed it, or the log has another.
        HabeasError: it cannot be read.
    """
    entry, details = own.verify()
    if not chain.writes(entry.writer, receipt.promise, number_of_stream):
        raise LogChangedError(f"{name} shows an entry that it has not signed.")
    proven.verify_signature(own.entry.encode(), entry, chain)
    if own.index is not None:
        proven.holds(own.entry.encode(), own.index)
    return Act(own.index, entry, name, details.fields())


def _custodian(receipt: Receipt, chain: Chain, proven: ProvenLog, findings: _Findings) -> None:
    """Read the custodian's entries where trustees say that they stand."""
    key = receipt.stream_key(CUSTODIAN)
    tags = {stream.tag(key, number) for number in range(receipt.promise.openings_max + 1)} | {
        stream.closing_tag(key)
    }
    for index in sorted(findings.custodian):
        try:
            content = proven.entry(index)
            entry = Entry.decode(content)
            proven.verify_signature(content, entry, chain)
        except HabeasError:
            continue  # what a trustee says in vain is no act
        if entry.tag in tags and chain.writes(entry.writer, receipt.promise, CUSTODIAN):
            findings.acts.setdefault(content, Act(index, entry, "custodian"))
            if entry.kind is Kind.REQUESTED:
                findings.requests.add(proven.leaf(content).hex())


def _answered(verdict: TrusteeVerdict, findings: _Findings, name: str) -> TrusteeVerdict:
    """A release must name a request that stands on the log."""
    for act in findings.acts.values():
        if act.writer != name or act.entry.kind is not Kind.RELEASED or act.details is None:
            continue
        request = ReleasedDetails.read(dict(act.details)).request
        if not any(hmac.compare_digest(request, known) for known in findings.requests):
            words = f"{name} released its share to a request that is not on the log."
            return TrusteeVerdict(
                "contradicted",
                (*verdict.causes, Cause("request-unlogged", words)),
                (*verdict.evidence, act.entry.encode().decode()),
                verdict.held,
            )
    return verdict
