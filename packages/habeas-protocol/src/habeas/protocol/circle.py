"""Formats, *The circle*: the circle, one signed document of who takes part and by which keys.

A circle's signatures prove nothing to a stranger, whose circle is signed by itself too:
only a pin counts. How circles follow each other is in `habeas.protocol.chain`.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from habeas.foundation.errors import HabeasError
from habeas.protocol.canonical import MalformedError
from habeas.protocol.document import Count, Document, Hex32, unbase64
from habeas.protocol.parties import (
    Custodian,
    Delays,
    FurtherWitness,
    Identity,
    Log,
    Office,
    Quotas,
    RecorderKey,
)
from habeas.protocol.sealing import KeyFormatError, verify_public_key
from habeas.protocol.terms import MAX_TRUSTEES, Terms
from habeas.tlog import Policy, TlogError, open_note
from habeas.tlog.keys import decode_vkey
from habeas.tlog.note import split

#: Neither names a witness: a `KeyName` has no colon.
_ACTING, _READING = "quorum:acting", "quorum:reading"


class CircleError(HabeasError):
    """A circle that nobody may act under."""

    code = "circle"
    remedy = "Do not use it; ask the trustees that you know which circle is in force."


class CircleUnsafeError(CircleError):
    """Quorums under which k - 1 dishonest members could show two views of the log."""

    code = "circle-unsafe"


class CircleSignatureError(CircleError):
    """A circle that is not signed by all who must sign it."""

    code = "circle-signatures"


class Circle(Document):
    """Who takes part: all keys, quorums and limits. `verify_safe` judges its quorums."""

    LIMIT = 40_960  # so that its entry stays within 49,152 bytes

    v: Literal[2] = 2
    kind: Literal["circle"] = "circle"
    number: Annotated[int, Field(ge=1, le=1_000_000)]
    #: Digest of the circle before; only number 1 has none.
    previous: Hex32 | None = None
    k: Count
    q: Count
    r: Count
    trustees: Annotated[tuple[Identity, ...], Field(min_length=2, max_length=MAX_TRUSTEES)]
    witnesses: Annotated[tuple[FurtherWitness, ...], Field(max_length=MAX_TRUSTEES)]
    custodian: Custodian
    log: Log
    #: Where closed hours of recordings go; without one, they go to the log of everything else.
    hours: Log | None = None
    offices: Annotated[tuple[Office, ...], Field(max_length=32)]
    recorders: Annotated[tuple[RecorderKey, ...], Field(max_length=256)]
    quotas: Quotas
    delays: Delays

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.previous is None) != (self.number == 1):
            raise ValueError("each circle but the first names the one before")
        keys = [decode_vkey(vkey) for vkey in self._vkeys()]
        origins = [each.origin for each in self.logs]
        for named in (
            self.witness_names(),
            [each.office for each in self.offices],
            [each.camera for each in self.recorders],
            # One key has one use, whatever name it goes by; and since the id of a key is
            # short enough to be met on purpose, no two have a name in common either.
            [public for _, _, public in keys],
            [*(name for name, _, _ in keys if name not in origins), *origins],
        ):
            if len(set(named)) != len(named):
                raise ValueError("a name or a key stands twice")
        for log in self.logs:
            if any(decode_vkey(vkey)[0] != log.origin for vkey in log.vkeys):
                raise ValueError("a key of a log is not named by its origin")
        for trustee in self.trustees:
            if decode_vkey(trustee.statement_vkey)[0] != f"{trustee.name}/statements":
                raise ValueError("a statement key is not named by its trustee")
        return self

    def _vkeys(self) -> list[str]:
        return [
            *(vkey for log in self.logs for vkey in log.vkeys),
            *(each.statement_vkey for each in self.trustees),
            *self.witness_keys(),
            self.custodian.vkey,
            *(each.root_vkey for each in self.offices),
            *sorted({each.vkey for each in self.recorders}),
        ]

    @property
    def logs(self) -> tuple[Log, ...]:
        """Its logs: that of everything, and that of closed hours, where there is one."""
        return (self.log,) if self.hours is None else (self.log, self.hours)

    @property
    def hours_log(self) -> Log:
        """The log that closed hours belong on."""
        return self.hours or self.log

    def witness_names(self) -> list[str]:
        """The names of all n that cosign: trustees, then further witnesses."""
        return [*(each.name for each in self.trustees), *(each.name for each in self.witnesses)]

    def witness_keys(self) -> list[str]:
        """Their verifier keys, in the same order."""
        return [
            *(each.witness_vkey for each in self.trustees),
            *(each.vkey for each in self.witnesses),
        ]

    def trustee(self, name: str) -> Identity | None:
        """The trustee of that name."""
        return next((each for each in self.trustees if each.name == name), None)

    def office(self, name: str) -> Office | None:
        """The office of that name."""
        return next((each for each in self.offices if each.office == name), None)

    def acting_policy(self, log: Log | None = None) -> Policy:
        """Whoever acts asks for q of n cosignatures of *log*; by default that of everything."""
        return Policy.parse(self.policy_text(_ACTING, self.q, log))

    def reading_policy(self, log: Log | None = None) -> Policy:
        """Whoever reads asks for r of n cosignatures of *log*; by default that of everything."""
        return Policy.parse(self.policy_text(_READING, self.r, log))

    def policy_text(self, group: str, quorum: int, log: Log | None = None) -> str:
        """A C2SP tlog-policy: the log's keys, and *quorum* of the n witnesses as *group*."""
        log = log or self.log
        lines = [f"log {vkey} {log.url}" for vkey in log.vkeys]
        lines += [f"witness {each.name} {each.witness_vkey} {each.url}" for each in self.trustees]
        lines += [f"witness {each.name} {each.vkey} {each.url}" for each in self.witnesses]
        names = " ".join(self.witness_names())
        lines += [f"group {group} {quorum} {names}", f"quorum {group}"]
        return "\n".join(lines) + "\n"


def verify_safe(circle: Circle) -> None:
    """Raise unless no k - 1 of its members can show two views of the log.

    With n trustees and further witnesses: 2 ≤ k ≤ trustees, k ≤ q ≤ n, k ≤ r ≤ n, and
    r + q ≥ n + k: an acting and a reading quorum share at least k members.

    Raises:
        CircleUnsafeError: they can, or a key in it is none.
    """
    k, q, r = circle.k, circle.q, circle.r
    n = len(circle.trustees) + len(circle.witnesses)
    if not (2 <= k <= len(circle.trustees) and k <= q <= n and k <= r <= n and r + q >= n + k):
        raise CircleUnsafeError(f"The circle's quorums are not safe: n {n}, k {k}, q {q}, r {r}.")
    try:
        for office in circle.offices:
            verify_public_key(unbase64(office.encryption_key))
    except KeyFormatError as error:
        raise CircleUnsafeError("The key of an office is none.") from error


def circle_of(note: str) -> Circle:
    """The circle that *note* (a signed note) is about; none of its signatures is looked at.

    Raises:
        MalformedError: it is no note of a circle.
    """
    try:
        text, _ = split(note)
        return Circle.decode(text.removesuffix("\n").encode())
    except (TlogError, UnicodeEncodeError) as error:
        raise MalformedError("This is no signed note of a circle.") from error


def signers_of(note: str, trustees: tuple[Identity, ...]) -> frozenset[str]:
    """Names of those of *trustees* whose statement key has signed *note*.

    Raises:
        CircleSignatureError: one of their signatures fails, or none has signed.
    """
    verifiers = [trustee.verifier() for trustee in trustees]
    try:
        verified = open_note(note, verifiers).verified
    except TlogError as error:
        raise CircleSignatureError(f"The circle's signatures do not hold: {error.cause}") from error
    signed = {(each.name, each.key_id) for each in verified}
    return frozenset(
        trustee.name
        for trustee, verifier in zip(trustees, verifiers, strict=True)
        if (verifier.name, verifier.key_id) in signed
    )


def verify_circle(note: str) -> Circle:
    """The circle of *note*: safe, and signed by all its own trustees.

    That makes it one that those trustees agreed on, and no more: compare its digest, or a
    trustee's key, with a pin.

    Raises:
        MalformedError: it is no note of a circle.
        CircleUnsafeError: its quorums are not safe.
        CircleSignatureError: one of its trustees has not signed.
    """
    circle = circle_of(note)
    verify_safe(circle)
    missing = {each.name for each in circle.trustees} - signers_of(note, circle.trustees)
    if missing:
        raise CircleSignatureError(f"The circle is not signed by {', '.join(sorted(missing))}.")
    return circle


def verify_terms(circle: Circle, terms: Terms) -> None:
    """Raise unless *terms* are made under *circle*: its digest, log, trustees, k and offices.

    Raises:
        MalformedError: they are made under another circle, or contradict it.
    """
    if terms.circle != circle.digest().hex():
        raise MalformedError("The promise is made under another circle.")
    named = [key.trustee for key in terms.trustees.keys]
    if named != [each.name for each in circle.trustees] or terms.trustees.k != circle.k:
        raise MalformedError("The promise names other trustees than its circle.")
    if terms.origin != circle.log.origin:
        raise MalformedError("The promise names another log than its circle.")
    if any(circle.office(name) is None for name in terms.recipients):
        raise MalformedError("The promise names an office that is not in its circle.")
