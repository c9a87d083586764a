"""Trustees, a log, an operator, an officer and a holder in one process, with their own clock.

The trustees are real: their databases, keys, rules and signatures. Between them and the log
there is no network: the operator decides what each of them is shown, and what is taken.
One trustee has turned: what it holds is everybody's, and its witness cosigns anything.
"""

from __future__ import annotations

import secrets
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from habeas import tlog
from habeas.foundation.errors import HabeasError
from habeas.protocol import (
    CUSTODIAN,
    Chain,
    Circle,
    Entry,
    Kind,
    Pins,
    Receipt,
    Request,
    sealing,
    sign_entry,
    stream,
)
from habeas.protocol.client import TrusteeClient, TrusteeUnreachableError
from habeas.protocol.details import SealedDetails
from habeas.protocol.document import base64_of
from habeas.protocol.panel import Panel
from habeas.protocol.seal import Sealed, Secrets, Wishes, assemble_receipt, build_terms, seal
from habeas.protocol.statements import Order, sign_statement
from habeas.register.verdicts import Verification
from habeas.register.verifying import verify_photo
from habeas.tlog import NoteSigner
from habeas.tlog.errors import LogUnavailableError, NotAdmittedError, TlogError
from habeas.trustee import Settings, Trustee, keyring
from habeas.trustee.releases import SignedRefusal
from tests.attacks.forger import node_of
from tests.world.officer import Office, Officer

ORIGIN = "log.test/habeas"
START = datetime(2027, 1, 15, 9, 0, tzinfo=UTC)
NAMES = [f"trustee-{number}.test" for number in range(1, 5)]
#: The one that keeps no rule.
TRAITOR = 3
HONEST = (0, 1, 2)
PHOTO = b"\xff\xd8\xff a picture \xff\xd9"
BRANCHES = ("public", "other")


class Branch:
    """One history of the log: what stands on it, and its newest checkpoint that counts."""

    def __init__(self, entries: Sequence[bytes] = ()) -> None:
        self.entries = list(entries)
        self.note = ""
        self.older: list[str] = []


class Shown:
    """The log as the operator shows it to one trustee or reader."""

    def __init__(self, log: OperatorsLog, who: str) -> None:
        self._log, self._who = log, who

    def close(self) -> None:
        """Nothing is open."""

    @property
    def _branch(self) -> Branch:
        return self._log.shown_to(self._who)

    def checkpoint(self) -> str:
        if not self._branch.note:
            raise LogUnavailableError("There is no checkpoint.")
        return self._branch.note

    def entries(self, begin: int, end: int) -> list[bytes]:
        return self._branch.entries[begin:end]

    def tile(self, tile: Any) -> bytes:
        nodes = node_of(self._branch.entries)
        first = tile.index * 256
        return b"".join(nodes(8 * tile.level, first + at) for at in range(tile.width))

    def append_many(self, entries: Sequence[bytes]) -> list[int]:
        log = self._log
        if log.refusing:
            raise NotAdmittedError("We are closed.", "Come back.", code="closed")
        if log.lying:
            return list(range(len(entries)))
        places = [log.write(self._branch, entry) for entry in entries]
        log.publish(self._branch)
        return places


class OperatorsLog:
    """The log's key in the hands of an operator that keeps no rule."""

    def __init__(self, society: Society) -> None:
        self._society = society
        self.signer = NoteSigner.generate(ORIGIN)
        self.branches = {"public": Branch()}
        #: Which branch each is shown; "public" unless told otherwise.
        self.views: dict[str, str] = {}
        self.refusing = self.lying = False

    def shown_to(self, who: str) -> Branch:
        return self.branches[self.views.get(who, "public")]

    def write(self, branch: Branch, entry: bytes) -> int:
        if entry not in branch.entries:
            branch.entries.append(entry)
        return branch.entries.index(entry)

    def fork(self, *names: str) -> None:
        """From now on those are shown another history."""
        if "other" not in self.branches:
            public = self.branches["public"]
            self.branches["other"] = other = Branch(public.entries)
            other.note, other.older = public.note, list(public.older)
        for name in names:
            self.views[name] = "other"

    def publish(self, branch: Branch) -> bool:
        """Ask the witnesses that are shown this branch; whether the checkpoint counts."""
        size = len(branch.entries)
        root = tlog.root_hash(size, node_of(branch.entries)) if size else tlog.tree.EMPTY_ROOT
        text = tlog.Checkpoint(ORIGIN, size, root).text()
        signed = self.signer.sign(text)
        now = int(self._society.now().timestamp())
        note = signed + self._society.keys[TRAITOR].witness.cosign(text, now).line()
        for index in HONEST:
            if self.shown_to(NAMES[index]) is branch:
                note += self._ask(index, branch, signed)
        try:
            self._society.circle.acting_policy().verify(note)
        except TlogError:
            return False
        if branch.note:
            branch.older.append(branch.note)
        branch.note = note
        return True

    def _ask(self, index: int, branch: Branch, signed: str) -> str:
        trustee = self._society.trustees[index]
        latest = trustee.witnessed(ORIGIN)
        old = int(latest.split("\n")[1]) if latest else 0
        if old > len(branch.entries):
            return ""
        path = tlog.consistency_path(old, len(branch.entries), node_of(branch.entries))
        lines = [f"old {old}", *(b64encode(each).decode() for each in path)]
        body = "\n".join(lines) + "\n\n" + signed
        try:
            answer = trustee.add_checkpoint(body.encode())
        except HabeasError:
            return ""
        return answer.body if answer.status == 200 else ""

    def proof(self, branch: Branch, index: int) -> str:
        """A proof under the branch's newest checkpoint that counts."""
        size = int(branch.note.split("\n")[1]) if branch.note else 0
        if index >= size:
            return ""
        path = tlog.inclusion_path(index, size, node_of(branch.entries[:size]))
        return tlog.TlogProof(index, tuple(path), branch.note).format()


class Client(TrusteeClient):
    """A trustee, asked without a network."""

    def __init__(self, society: Society, index: int) -> None:
        super().__init__(society.circle.trustees[index])
        self._society, self._index = society, index

    def _call(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        assert method == "POST" or body is None
        trustee = self._society.trustees[self._index]
        if self._index == TRAITOR and self._society.silent:
            raise TrusteeUnreachableError("It does not answer.")
        if path != "/v2/stream-end":
            raise TrusteeUnreachableError("It is not asked for that here.")
        told, statement = trustee.stream_end(
            bytes.fromhex(body.promise), body.nonce, bytes.fromhex(body.mac)
        )
        return {
            "statement": statement, "checkpoint": told.checkpoint or "", "own": told.events,
            "custodian": told.custodian,
        }  # fmt: skip


@dataclass
class Photo:
    """A photo, what its holder has, and what is true of it."""

    sealed: Sealed
    secrets: Secrets
    reference: str
    acknowledged: dict[str, str]
    branch: str
    entry: bytes
    salt: bytes
    receipt: Receipt | None = None
    #: Whom the holder has told the secret.
    told: set[int] = field(default_factory=set)
    #: What honest trustees have given: the request's leaf hash, and who.
    released: list[tuple[bytes, int, Request]] = field(default_factory=list)
    #: Days of `closed` entries that the custodian has written.
    closed: datetime | None = None
    number: int = 1

    @property
    def digest(self) -> bytes:
        return self.sealed.promise.digest()


@dataclass
class Asked:
    """A request, and where it stands."""

    photo: Photo
    request: Request
    branch: str
    index: int
    body: dict[str, Any]


class Society:
    """See the module."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.offset = timedelta()
        #: How wrong the clock of one honest trustee is.
        self.skew = [timedelta()] * 4
        self.silent = False
        self.custodian = NoteSigner.generate("portal.test/custodian")
        self.office = Office.make("licensing-office")
        self.officer = Officer("licensing-office", "2027-01-15")
        self.office.officers.append(self.officer)
        #: Messages that the officer has really signed.
        self.signed: set[bytes] = set()
        self.keys: list[keyring.Keyring] = []
        settings = []
        for name in NAMES:
            (folder / name).mkdir()
            made = Settings(name=name, url="http://127.0.0.1:9")
            self.keys.append(keyring.create(folder / name, made))
            made.save(folder / name)
            settings.append(made)
        self.log = OperatorsLog(self)
        seats = [k.identity(s).fields() for k, s in zip(self.keys, settings, strict=True)]
        self.circle = Circle.read(
            {
                "v": 2, "kind": "circle", "number": 1, "k": 2, "q": 3, "r": 3, "trustees": seats,
                "witnesses": [],
                "custodian": {"name": "portal.test", "vkey": self.custodian.vkey,
                              "portal": "http://127.0.0.1:8000"},
                "log": {"origin": ORIGIN, "url": "http://127.0.0.1:9",
                        "vkeys": [self.log.signer.vkey]},
                "offices": [self.office.circle_entry()], "recorders": [],
                "quotas": {"office": 30, "officer": 20, "purpose": 40, "delay_after": 100,
                           "delay_seconds": 60},
                "delays": {"circle_seconds": 0, "roster_seconds": 0},
            }
        )  # fmt: skip
        text = self.circle.encode().decode() + "\n"
        lines = "".join(each.statement.signature(text).line() for each in self.keys)
        self.note = f"{text}\n{lines}"
        self.chain = Chain.start(self.note, 0)
        self.trustees: list[Trustee] = []
        for index, name in enumerate(NAMES):
            (folder / name / "circle.txt").write_text(self.note)
            self.trustees.append(self._open(index))
        self.put("public", self.office.roster("2027-01-15").encode())
        self.follow()

    def _open(self, index: int) -> Trustee:
        name = NAMES[index]
        return Trustee(
            self.folder / name, now=lambda: self.now() + self.skew[index],
            log=Shown(self.log, name),
        )  # fmt: skip

    def close(self) -> None:
        for trustee in self.trustees:
            trustee.close()

    def now(self) -> datetime:
        return START + self.offset

    def put(self, branch: str, *entries: bytes) -> int:
        """The operator writes on a branch; gives the index of the last entry."""
        if branch not in self.log.branches:
            branch = "public"
        at = self.log.branches[branch]
        index = [self.log.write(at, entry) for entry in entries][-1]
        self.log.publish(at)
        return index

    def follow(self) -> None:
        for trustee in self.trustees:
            trustee.follower.tail()

    def restart(self, index: int, meanwhile: Callable[[Path], None]) -> None:
        """Stop a trustee, do something to its folder, and start it."""
        self.trustees[index].close()
        meanwhile(self.folder / NAMES[index])
        self.trustees[index] = self._open(index)

    # Acts ---------------------------------------------------------------------------------

    def seal(self, branch: str, keepers: Sequence[int], **wishes: Any) -> Photo:
        """An honest applicant seals; the operator brings deposits to *keepers* alone."""
        until = (self.now() + timedelta(days=wishes.pop("days"))).date().isoformat()
        wish = Wishes(
            service="hunting-licence", recipients=("licensing-office",),
            purposes=("decide-application", "applicant-copy"), opens_until=until,
            reference=secrets.token_hex(4), sealed_by="server", **wishes,
        )  # fmt: skip
        drawn = Secrets.draw(secrets.token_bytes)
        keys = [_key(trustee, until[:7]) for trustee in self.trustees]
        sealed = seal(PHOTO, build_terms(self.circle, keys, wish, drawn), keys, drawn,
                      secrets.token_bytes)  # fmt: skip
        promise = sealed.promise
        order = Order(promise=promise.digest().hex(), day=self.now().date().isoformat())
        note = sign_statement(self.custodian, order)
        acknowledged = {}
        for index in keepers:
            try:
                acknowledged[NAMES[index]] = self.trustees[index].deposit(
                    promise, index, sealed.deposits[index], note
                )
            except HabeasError:
                continue
        salt = secrets.token_bytes(32)
        key = stream.stream_key(drawn.track_key, CUSTODIAN)
        entry = sign_entry(
            self.custodian, Kind.SEALED, self.now().date().isoformat(),
            SealedDetails(promise=promise.digest().hex()), salt, service=promise.service,
            tag=stream.tag(key, 0),
        ).encode()  # fmt: skip
        photo = Photo(sealed, drawn, wish.reference, acknowledged, branch, entry, salt)
        index = self.put(branch, entry)
        at = self.log.branches.get(branch, self.log.branches["public"])
        try:
            photo.receipt = assemble_receipt(
                promise, wish.reference, drawn, self.note, Entry.decode(entry), salt,
                self.log.proof(at, index), acknowledged,
            )  # fmt: skip
        except (HabeasError, ValueError):
            photo.receipt = None  # then it does not count as sealed, and the applicant is told
        return photo

    def ask(self, photo: Photo, branch: str, *, honestly: bool = True, **changed: Any) -> Asked:
        """A request on a branch: signed by the officer, or by a key that is not the officer's."""
        seed = secrets.token_bytes(32)
        moment = self.now()
        promise = photo.sealed.promise
        fields = {
            "v": 2, "kind": "request", "promise": photo.digest.hex(), "seal_id": promise.seal_id,
            "office": "licensing-office", "credential": self.officer.credential.id,
            "purpose": "decide-application", "reason": "To decide.",
            "one_time_key": base64_of(sealing.public_key(seed)), "number": photo.number,
            "nth": self.officer.nth(moment.date().isoformat()),
            "at": moment.strftime("%Y-%m-%dT%H:%M:%SZ"), **changed,
        }  # fmt: skip
        request = Request.read(fields)
        signer = self.officer
        if honestly:
            self.signed.add(request.message())
        else:
            signer = Officer("licensing-office", "2027-01-15")
            signer.credential = self.officer.credential
        salt = secrets.token_bytes(32)
        slot_key = bytes.fromhex(self.officer.credential.slot_key)
        entry = sign_entry(
            self.custodian, Kind.REQUESTED, request.day, request, salt, service=promise.service,
            office=request.office, purpose=request.purpose.value,
            tag=stream.tag(stream.stream_key(photo.secrets.track_key, CUSTODIAN), request.number),
            slot=stream.slot(slot_key, request.day, request.nth),
        )  # fmt: skip
        index = self.put(branch, entry.encode())
        photo.number = max(photo.number, min(request.number + 1, 100))
        body = {
            "promise": photo.digest.hex(), "entry": entry.encode().decode(),
            "request": request.fields(), "salt": salt.hex(), "proof": "",
            "assertion": signer.sign(request), "credential": self.officer.credential.fields(),
            "membership": {"newest": self.office.shows(self.officer, 1).fields()},
        }  # fmt: skip
        return Asked(photo, request, branch, index, body)

    def show(self, asked: Asked, index: int) -> bool:
        """Show a request to a trustee; whether it gave its share."""
        branch = self.log.branches.get(asked.branch, self.log.branches["public"])
        proof = self.log.proof(branch, asked.index)
        try:
            self.trustees[index].release({**asked.body, "proof": proof})
        except (SignedRefusal, HabeasError):
            return False
        leaf = tlog.leaf_hash(asked.body["entry"].encode())
        asked.photo.released.append((leaf, index, asked.request))
        return True

    def verify(self, photo: Photo) -> Verification:
        """What the holder is told, shown whatever the operator shows to readers."""
        assert photo.receipt is not None
        pins = Pins(circles=frozenset({self.circle.digest().hex()}))

        def connect(_chain: Chain, _digest: str) -> Panel:
            return Panel([Client(self, index) for index in range(4)])

        return verify_photo(
            photo.receipt, pins, Shown(self.log, "reader"), self.now(), secrets.token_bytes,
            connect,
        )  # fmt: skip


def _key(trustee: Trustee, month: str) -> Any:
    """A trustee's month key, as it announces it."""
    from habeas.protocol.statements import KeyStatement, read_statement

    name = trustee.settings.name
    verifier = trustee.identity().verifier()
    return read_statement(trustee.key(month), name, [verifier], KeyStatement)
