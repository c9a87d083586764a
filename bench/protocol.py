"""Processor time of the protocol's own work, beside the bare cryptography and signatures in it.

One photo is sealed to four trustees and opened by two of them, in one process, without HTTP,
databases and disks: documents, digests, proofs, rules, statements and entries against nothing
but AES, HPKE, Shamir, Ed25519 and ECDSA, as often as the protocol cannot do without them.
"""

from __future__ import annotations

import hashlib
import secrets
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from rich.console import Console
from rich.table import Table

from habeas.protocol import Entry, Kind, Promise, Request, seal, sealing, verify_terms
from habeas.protocol.credential import Membership, Roster, membership, roster_of
from habeas.protocol.details import ReleasedDetails, SealedDetails
from habeas.protocol.document import base64_of
from habeas.protocol.entry import sign_entry
from habeas.protocol.opening import WrappedShare, open_photo
from habeas.protocol.statements import (
    Order,
    ReleasedStatement,
    read_acknowledgement,
    read_order,
    read_statement,
    sign_statement,
)
from habeas.trustee import Settings, officer_rules, rules
from habeas.trustee.facts import Facts, Shown
from habeas.trustee.officers import OfficeFacts
from habeas.trustee.photos import Place
from tests.unit.protocol.officers import OFFICERS
from tests.unit.protocol.world import (
    CUSTODIAN_KEY,
    DAY,
    OFFICE,
    REFERENCE,
    SERVICE,
    TIME,
    TRUSTEES,
    WISHES,
    Case,
    Log,
)

ROUNDS = 40
PHOTO = secrets.token_bytes(150_000)
_NOW = datetime.fromtimestamp(TIME, UTC)
_OFFICER = OFFICERS[0]
#: Of the log and three witnesses: what an acting quorum takes.
_PROOF = 4


@dataclass
class _Photo:
    """A sealed photo, as its parties have it."""

    case: Case
    log: Log
    entry: Entry


def _seal_once(case: Case, log: Log) -> _Photo:
    """The applicant's, custodian's and all trustees' parts of sealing."""
    case.secrets = seal.Secrets.draw(secrets.token_bytes)
    case.terms = seal.build_terms(case.circle, case.keys, WISHES, case.secrets)
    case.sealed = seal.seal(PHOTO, case.terms, case.keys, case.secrets, secrets.token_bytes)
    case.promise = case.sealed.promise
    case.digest = case.promise.digest().hex()
    seal.custodian_tags(case.secrets.track_key, WISHES.openings_max)
    order = sign_statement(CUSTODIAN_KEY, Order(promise=case.digest, day=DAY))
    document = case.promise.encode()
    notes = {}
    for index, party in enumerate(TRUSTEES):
        promise = Promise.decode(document)
        read_order(order, [CUSTODIAN_KEY.verifier], promise)
        verify_terms(case.circle, promise)
        key = bytes.fromhex(promise.trustees.keys[index].key)
        sealing.open_deposit(
            party.month_seed, sealing.deposit_info(promise.digest(), key, index),
            case.sealed.deposits[index], bytes.fromhex(promise.shares[index]),
        )  # fmt: skip
        notes[party.name] = case.acknowledgement(index)
        read_acknowledgement(notes[party.name], [party.statement.verifier], case.promise, index)
    salt = secrets.token_bytes(32)
    entry = sign_entry(
        CUSTODIAN_KEY, Kind.SEALED, DAY, SealedDetails(promise=case.digest), salt,
        tag=case.tag(0, 0), service=SERVICE,
    )  # fmt: skip
    log.append(entry)
    began = time.process_time()
    proof = log.proof(len(log.leaves) - 1)  # the log's work, and no part of the protocol's
    _elsewhere.append(time.process_time() - began)
    seal.assemble_receipt(
        case.promise, REFERENCE, case.secrets, case.note, entry, salt, proof, notes
    )
    return _Photo(case, log, entry)


#: Processor time of the log and its witnesses, which is taken off.
_elsewhere: list[float] = []


def _open_once(photo: _Photo, roster: Roster, shown: Membership) -> bytes:
    """The officer's, custodian's and two trustees' parts of opening."""
    case, log = photo.case, photo.log
    one_time = secrets.token_bytes(32)
    credential = _OFFICER.credential()
    request = case.request(
        credential.id, one_time_key=base64_of(sealing.public_key(one_time)),
        at=_NOW.strftime("%Y-%m-%dT%H:%M:%SZ"),
    )  # fmt: skip
    assertion = _OFFICER.assertion(request)
    salt = secrets.token_bytes(32)
    entry = case.requested(request, salt, _OFFICER.slot_key, append=False)
    log.append(entry)
    began = time.process_time()
    index = len(log.leaves) - 1
    proof = log.proof(index)
    _elsewhere.append(time.process_time() - began)
    content, document = entry.encode(), case.promise.encode()
    office = case.circle.offices[0]
    shares = []
    for number, party in enumerate(TRUSTEES[:2]):
        promise = Promise.decode(document)
        asked = Shown(
            digest=promise.digest(), content=content, entry=Entry.decode(content),
            request=Request.read(request.fields()), salt=salt, proof=proof, assertion=assertion,
            credential=credential, newest=shown, aged=shown,
        )  # fmt: skip
        settings = Settings(name=party.name, url="http://127.0.0.1:1")
        policy = case.circle.acting_policy()
        rules.prove(asked, promise, case.chain, policy.verify, _NOW, settings)
        facts = OfficeFacts(office, roster, forked=False, aged={1: roster}, suspended_by=0)
        officer_rules.prove_officer(asked, facts, case.circle.k)
        place = Place(index, asked.leaf, "requested", DAY, int(_NOW.timestamp()))
        state = Facts(
            now=_NOW, promise=promise, stream_key=case.custodian_stream_key(), passed=2,
            place=place, withdrawn=False, closed=False, same_day=0, slot_position=index,
            before={}, key_owner=None,
        )  # fmt: skip
        rules.decide(asked, state, case.circle.quotas, settings)
        shares.append(_release(case, number, asked))
    return open_photo(one_time, case.promise, content, shares, case.sealed.ciphertext).photo


def _release(case: Case, number: int, asked: Shown) -> WrappedShare:
    party, promise = TRUSTEES[number], case.promise
    key = bytes.fromhex(promise.trustees.keys[number].key)
    deposit = sealing.open_deposit(
        party.month_seed, sealing.deposit_info(asked.digest, key, number),
        case.sealed.deposits[number], bytes.fromhex(promise.shares[number]),
    )  # fmt: skip
    info = sealing.release_info(asked.digest, asked.leaf, number)
    release = sealing.seal_release(asked.request.public_key(), info, deposit.share)
    details = ReleasedDetails(promise=case.digest, request=asked.leaf.hex())
    sign_entry(
        party.statement, Kind.RELEASED, DAY, details, secrets.token_bytes(32), service=SERVICE,
        office=OFFICE, purpose="decide-application", tag=case.tag(number + 1, 0),
    )  # fmt: skip
    said = ReleasedStatement(
        trustee=party.name, promise=case.digest, request=asked.leaf.hex(), day=DAY
    )
    note = sign_statement(party.statement, said)
    read_statement(note, party.name, [party.statement.verifier], ReleasedStatement)
    return WrappedShare(party.name, number, release)


class _Bare:
    """The same photo with nothing but ciphers and signatures."""

    def __init__(self) -> None:
        self.seeds = [party.month_seed for party in TRUSTEES]
        self.keys = [sealing.public_key(seed) for seed in self.seeds]
        self.signer = Ed25519PrivateKey.generate()
        self.signed = self.signer.sign(bytes(200))
        self.officer = generate_private_key(SECP256R1())

    def _sign(self, count: int) -> None:
        for _ in range(count):
            self.signer.sign(bytes(200))

    def _verify(self, count: int) -> None:
        public = self.signer.public_key()
        for _ in range(count):
            public.verify(self.signed, bytes(200))

    def seal(self) -> None:
        """Encrypt, split, four deposits; order, acknowledgements, entry, and the receipt."""
        digest, self.data_key = bytes(32), secrets.token_bytes(32)
        self.ciphertext = sealing.encrypt(self.data_key, digest, PHOTO)
        self.shares = sealing.split(self.data_key, 2, 4, secrets.token_bytes)
        self.deposits = [
            sealing.seal_deposit(key, digest, sealing.Deposit(share, bytes(32)))
            for key, share in zip(self.keys, self.shares, strict=True)
        ]
        for seed, share, deposit in zip(self.seeds, self.shares, self.deposits, strict=True):
            sealing.open_deposit(seed, digest, deposit, hashlib.sha256(share).digest())
        self._sign(1 + 4 + 1)
        # The order four times; each acknowledgement when it comes and in the receipt; the
        # circle; the entry; its proof.
        self._verify(4 + 4 + 4 + 4 + 1 + _PROOF)

    def open(self) -> None:
        """One officer's signature, two releases, one decryption."""
        digest, one_time = bytes(32), secrets.token_bytes(32)
        public = sealing.public_key(one_time)
        opened = []
        signature = self.officer.sign(bytes(200), ECDSA(SHA256()))
        self._sign(1)
        for seed, share, deposit in list(zip(self.seeds, self.shares, self.deposits, strict=True))[
            :2
        ]:
            share_hash = hashlib.sha256(share).digest()
            inside = sealing.open_deposit(seed, digest, deposit, share_hash)
            release = sealing.seal_release(public, digest, inside.share)
            opened.append(sealing.open_release(one_time, digest, release, share_hash))
            self.officer.public_key().verify(signature, bytes(200), ECDSA(SHA256()))
            self._sign(2)
            self._verify(1 + _PROOF + 1)
        key = sealing.combine(opened)
        sealing.decrypt(key, sealing.key_commitment(key), digest, self.ciphertext)


def _cpu(act: Callable[[], Any]) -> tuple[float, Any]:
    _elsewhere.clear()
    start = time.process_time()
    result = act()
    return time.process_time() - start - sum(_elsewhere), result


def run() -> None:
    """Print processor time of sealing and opening, and the ratio to the bare cryptography."""
    bare = _Bare()
    credentials = [officer.credential() for officer in OFFICERS]
    roster = roster_of(OFFICE, credentials)
    shown = membership(roster, credentials, credentials[0])
    times: dict[str, list[float]] = {name: [] for name in ("seal", "open", "seal-", "open-")}
    for _ in range(ROUNDS):
        case, log = Case(), Log()
        taken, photo = _cpu(partial(_seal_once, case, log))
        times["seal"].append(taken)
        taken, opened = _cpu(partial(_open_once, photo, roster, shown))
        assert opened == PHOTO
        times["open"].append(taken)
        times["seal-"].append(_cpu(bare.seal)[0])
        times["open-"].append(_cpu(bare.open)[0])
    table = Table("processor time", "protocol", "bare cryptography", "ratio", "goal")
    for name in ("seal", "open"):
        own, least = (statistics.median(times[each]) * 1000 for each in (name, f"{name}-"))
        table.add_row(name, f"{own:.2f} ms", f"{least:.2f} ms", f"{own / least:.1f}", "at most 5")
    Console().print(table)
