"""Protocol 2 with all keys and messages, against an attacker who is network, log and more.

Four trustees, two needed to open, three acknowledgements for a receipt. Two photos of one office;
the other office is the attacker's. What each honest party does is a rule of inference: whatever
inputs the attacker can make, it gets the outputs. All rules are applied until nothing new follows
(`World.close`), so every order and number of runs over these photos, offices and keys is in
it; freshness and counting are not (Promela has them).

A rule of the protocol is left out by its name in ``without``. Each stands, with its place in the
code, in docs/protocol/model/symbolic.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Literal

from tests.model.deduction import Knowledge, Term, digest, seal, sign, t

RULES = frozenset({
    "PINNED", "CHAIN", "INFO", "TRACK_HASH", "ORDER", "ENTRY_SIGNATURE", "COMMITMENT",
    "ANOTHER_PHOTO", "ENTRY_DIFFERS", "RECIPIENT", "PURPOSE", "OFFICER_UNKNOWN",
    "OFFICER_SIGNATURE", "TAG_FOREIGN", "SEALED_POINTER", "STREAM_KEYS", "CASE", "OFFICE_PAGE",
    "SECRET", "SIGNED_STATEMENT", "MONTH_KEY_ENDS", "X_WING",
})  # fmt: skip

TRUSTEES = (1, 2, 3, 4)
OFFICES = ("A", "B")
PURPOSES = ("decide", "copy")
PHOTOS = ("1", "2")
CUSTODIAN = "0"


@dataclass(frozen=True)
class Promise:
    """The terms of a photo: each field is bound by the promise's digest."""

    photo: str
    circle: str = "circle"
    office: str = "A"
    purpose: str = "decide"
    shares_of: str = ""
    track: Term = ""

    @property
    def term(self) -> Term:
        shares = t(*(digest(("share", self.shares_of, str(i))) for i in TRUSTEES))
        case = digest(t(f"case {self.photo}", f"salt {self.photo}"))
        return t(
            "promise", self.photo, self.circle, self.office, self.purpose, shares,
            digest(self.track), digest(f"secret {self.photo}"), case,
        )  # fmt: skip

    @property
    def digest(self) -> Term:
        return digest(self.term)


@dataclass(frozen=True)
class Request:
    """What an officer signs, and what a `requested` entry commits to."""

    promise: Term
    office: str
    purpose: str
    key: Term

    @property
    def term(self) -> Term:
        return t("request", self.promise, self.office, self.purpose, ("pk", self.key))


@dataclass(frozen=True)
class Entry:
    """A `requested` entry, as the public reads it."""

    tag: Term
    office: str
    purpose: str
    request: Request

    @property
    def term(self) -> Term:
        return t("requested", self.tag, self.office, self.purpose, digest(self.request.term))


@dataclass(frozen=True)
class Kept:
    """A share that a trustee has taken."""

    trustee: int
    promise: Promise
    track: Term


@dataclass(frozen=True)
class Released:
    """A share that a trustee has given."""

    kept: Kept
    request: Request
    entry: Entry
    credential: Term


@dataclass
class World:
    """One attacker, and what honest people happen to do.

    Args:
        without: rules that are left out.
        dishonest: trustees whose keys and shares are the attacker's.
        custodian: "dishonest", its key is the attacker's; "honest", it orders what applicants
            sealed, and logs nothing; "absent", for strangers.
        officer: whether the officer of office A has turned, with the office's private key.
        server: whether photos were sealed on the operator's server.
        cases: cases on the honest officer's screen, one after the other.
        withdrawn: photos whose holder has shown the secret to somebody.
        stolen: whether the attacker has all that the portal stores.
        later: what the attacker gets when all is over: backups of the trustees, or a quantum
            computer.
    """

    without: frozenset[str] = frozenset()
    dishonest: tuple[int, ...] = (4,)
    custodian: Literal["dishonest", "honest", "absent"] = "dishonest"
    officer: bool = False
    server: bool = False
    cases: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()
    stolen: bool = True
    later: Literal["", "backups", "quantum"] = ""
    kept: set[Kept] = field(default_factory=set)
    released: set[Released] = field(default_factory=set)
    signed: set[Request] = field(default_factory=set)
    meant: set[tuple[str, str]] = field(default_factory=set)
    erased: set[tuple[int, str]] = field(default_factory=set)
    wrote: set[Term] = field(default_factory=set)

    def __post_init__(self) -> None:
        assert self.without <= RULES, self.without - RULES
        self.knows = Knowledge(hybrid=self._rule("X_WING"))
        self.knows.quantum = self.later == "quantum"
        self.knows.learn(
            "z", *PURPOSES, *OFFICES, *PHOTOS, *map(str, TRUSTEES), CUSTODIAN, "circle", "fake",
            "promise", "request", "requested", "released", "refused", "deposit", "ack", "order",
            "roster", "pointer", "withdraw", "erased", "release", "next", "first",
            *(f"case {photo}" for photo in PHOTOS), ("pk", "custodian"), ("pk", "desk A"),
            *(("pk", f"{kind} {i}") for kind in ("month", "statement") for i in TRUSTEES),
            ("pk", "officer A"), ("pk", "root A"), "root B", "officer B",
        )  # fmt: skip
        for i in self.dishonest:
            self.knows.learn(f"month {i}", f"statement {i}")
        if self.custodian == "dishonest":
            self.knows.learn("custodian")
        if self.officer:
            self.knows.learn("officer A", "desk A")
        self.knows.learn(sign("root A", t("roster", "A", ("pk", "officer A"))))
        self._seal()
        self.close()

    def _rule(self, name: str) -> bool:
        return name not in self.without

    def close(self) -> World:
        """Apply every rule until nothing new follows."""
        while any([self._office(), self._deposits(), self._releases(), self._endings()]):
            pass
        return self

    # The applicants: on their own devices, under a pinned circle ---------------------------

    def promises(self) -> Iterator[Promise]:
        """Those that applicants made, and those that the attacker makes from them."""
        for photo in PHOTOS:
            true = Promise(photo, shares_of=f"key {photo}", track=f"track {photo}")
            yield true
            yield replace(true, office="B")
            yield replace(true, circle="fake")

    def _seal(self) -> None:
        for photo in PHOTOS:
            if self.server:
                self.knows.learn(f"key {photo}", f"track {photo}")
            circles = ["circle"] if self._rule("PINNED") else ["circle", "fake"]
            for circle in circles:
                self._seal_under(
                    Promise(photo, circle, shares_of=f"key {photo}", track=f"track {photo}")
                )
            if photo in self.withdrawn:
                self.knows.learn(f"secret {photo}")

    def _seal_under(self, promise: Promise) -> None:
        photo, key = promise.photo, promise.shares_of
        if self.custodian == "honest":
            self.knows.learn(sign("custodian", t("order", promise.digest)))
        sent: list[Term] = [("enc", key, promise.digest, f"photo {photo}"), promise.term]
        for i in TRUSTEES:
            month = f"month {i}" if promise.circle == "circle" else "z"
            if self.later == "backups" and not self._rule("MONTH_KEY_ENDS"):
                self.knows.learn(f"month {i}")
            deposit = t(("share", key, str(i)), promise.track)
            sent.append(seal(month, self._deposit_info(promise, i), deposit))
        stream: Term = ("stream", promise.track, CUSTODIAN)
        sent.append(("tag", stream, "first"))
        told = stream if self._rule("STREAM_KEYS") else promise.track
        pointer = t(promise.term, told, f"case {photo}", f"salt {photo}")
        sealed = seal("desk A", t("pointer", promise.digest), pointer)
        sent.append(sealed if self._rule("SEALED_POINTER") else pointer)
        if self.stolen:
            self.knows.learn(*sent)

    def _deposit_info(self, promise: Promise, i: int) -> Term:
        return t("deposit", promise.digest, str(i)) if self._rule("INFO") else t("deposit", str(i))

    # Trustees ------------------------------------------------------------------------------

    def honest(self) -> list[int]:
        return [i for i in TRUSTEES if i not in self.dishonest]

    def _deposits(self) -> bool:
        new = False
        for i, promise in product(self.honest(), list(self.promises())):
            if promise.circle != "circle":
                continue
            if self._rule("ORDER") and not self.knows.has(
                sign("custodian", t("order", promise.digest))
            ):
                continue
            share: Term = ("share", promise.shares_of, str(i))
            for track in (promise.track, "z"):
                if track != promise.track and self._rule("TRACK_HASH"):
                    continue
                deposit = seal(f"month {i}", self._deposit_info(promise, i), t(share, track))
                kept = Kept(i, promise, track)
                # Without the digest in its info, a deposit of one promise is one of another.
                if kept not in self.kept and self.knows.has(deposit):
                    self.kept.add(kept)
                    self.knows.learn(sign(f"statement {i}", t("ack", promise.digest, str(i))))
                    new = True
        return new

    def _releases(self) -> bool:
        new = False
        for kept in list(self.kept):
            for request, credential in self._asked(kept):
                for entry in self._entries(kept, request):
                    given = Released(kept, request, entry, credential)
                    if given in self.released:
                        continue
                    self.released.add(given)
                    self._give(given)
                    new = True
        return new

    def _give(self, given: Released) -> None:
        i, promise = given.kept.trustee, given.kept.promise
        tag: Term = ("tag", ("stream", given.kept.track, str(i)), "first")
        said = t("released", tag, digest(given.request.term))
        self.wrote.add(said)
        share: Term = ("share", promise.shares_of, str(i))
        info = t("release", promise.digest, str(i))
        self.knows.learn(seal(given.request.key, info, share), sign(f"statement {i}", said))

    def _asked(self, kept: Kept) -> Iterator[tuple[Request, Term]]:
        """Requests that the rules on promise and officer let through."""
        promise = kept.promise
        others = {each.digest for each in self.promises() if each.circle == "circle"}
        digests = {promise.digest} if self._rule("ANOTHER_PHOTO") else others
        offices = [promise.office] if self._rule("RECIPIENT") else OFFICES
        purposes = [promise.purpose] if self._rule("PURPOSE") else PURPOSES
        keys = ["z", *(f"one-time {case}" for case in self.cases)]
        for about, office, purpose, key in product(digests, offices, purposes, keys):
            request = Request(about, office, purpose, key)
            for officer in ("officer A", "officer B", "z"):
                roster = sign(f"root {office}", t("roster", office, ("pk", officer)))
                if self._rule("OFFICER_UNKNOWN") and not self.knows.has(roster):
                    continue
                if not self._rule("OFFICER_SIGNATURE") or self.knows.has(
                    sign(officer, request.term)
                ):
                    yield request, officer

    def _entries(self, kept: Kept, request: Request) -> Iterator[Entry]:
        own: Term = ("tag", ("stream", kept.track, CUSTODIAN), "next")
        tags = [own] if self._rule("TAG_FOREIGN") else [own, "z"]
        differs = not self._rule("ENTRY_DIFFERS")
        offices = OFFICES if differs else [request.office]
        purposes = PURPOSES if differs else [request.purpose]
        committed = [request]
        if not self._rule("COMMITMENT"):
            another = "copy" if request.purpose == "decide" else "decide"
            committed.append(replace(request, purpose=another))
        for tag, office, purpose, named in product(tags, offices, purposes, committed):
            entry = Entry(tag, office, purpose, named)
            # A tag is made by who has the stream's key; officers and the office hand it out.
            if not self._rule("ENTRY_SIGNATURE") or self.knows.has(sign("custodian", entry.term)):
                yield entry

    def _endings(self) -> bool:
        before = len(self.erased)
        for kept in self.kept:
            order = sign("custodian", t("withdraw", kept.promise.digest))
            secret = self.knows.has(f"secret {kept.promise.photo}")
            if secret or (not self._rule("SECRET") and self.knows.has(order)):
                self.erased.add((kept.trustee, kept.promise.photo))
                self.knows.learn(
                    sign(f"statement {kept.trustee}", t("erased", kept.promise.digest))
                )
        return len(self.erased) != before

    # The office ----------------------------------------------------------------------------

    def _office(self) -> bool:
        """The honest officer opens the pointer that is shown for a case, and signs."""
        before = len(self.signed)
        for case, promise in product(self.cases, list(self.promises())):
            # Anybody can seal to the office. What is in a pointer is what was put there.
            of_case = promise.photo == case
            if promise.circle != "circle" or (self._rule("CASE") and not of_case):
                continue
            fields = (promise.digest, promise.office, "decide", f"one-time {case}")
            asked = {Request(*fields)} if promise.office == "A" else set()
            if not self._rule("OFFICE_PAGE"):
                asked.add(Request(promise.digest, "A", "decide", "z"))
            for request in asked:
                self.knows.learn(sign("officer A", request.term))
                stream: Term = ("stream", promise.track, CUSTODIAN)
                self.knows.learn(("tag", stream, "next"))
                if request.key != "z":
                    self.signed.add(request)
                    self.meant.add((case, promise.photo))
        return len(self.signed) != before

    # Readers -------------------------------------------------------------------------------

    def accepted(self) -> Iterator[Promise]:
        """Promises for which the attacker can show their holder a receipt that holds."""
        for promise in self.promises():
            honest = promise.circle == "circle"
            if self._rule("PINNED") and not honest:
                continue
            acks = [
                sign(f"statement {i}" if honest else "z", t("ack", promise.digest, str(i)))
                for i in TRUSTEES
            ]
            if sum(map(self.knows.has, acks)) >= 3:
                yield promise

    def read(self) -> Iterator[Term]:
        """Entries in honest trustees' streams that a holder would believe."""
        for photo, i in product(PHOTOS, self.honest()):
            tag: Term = ("tag", ("stream", f"track {photo}", str(i)), "first")
            requests = {digest(given.request.term) for given in self.released} | {"z"}
            for kind, about in product(("released", "refused"), requests):
                said = t(kind, tag, about)
                by_anybody = not self._rule("ENTRY_SIGNATURE")
                # Trustees know every tag of a photo: a dishonest one writes any.
                if by_anybody or self.knows.has(sign(f"statement {i}", said)):
                    yield said

    def confirmed(self) -> Iterator[tuple[int, str]]:
        """Erasures that an applicant would believe."""
        for photo, i in product(PHOTOS, self.honest()):
            promise = Promise(photo, shares_of=f"key {photo}", track=f"track {photo}")
            said = sign(f"statement {i}", t("erased", promise.digest))
            if not self._rule("SIGNED_STATEMENT") or self.knows.has(said):
                yield i, photo

    def next_circle(self) -> bool:
        """Whether a circle of the attacker's would follow the pinned one."""
        signers = sum(self.knows.has(sign(f"statement {i}", t("next", "fake"))) for i in TRUSTEES)
        return signers >= 2 or not self._rule("CHAIN")
