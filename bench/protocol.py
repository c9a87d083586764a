"""Processor time of the protocol's own work, beside the bare cryptography in it.

One photo is sealed to three trustees and opened by two of them, in one process, without
HTTP, databases and disks: documents, digests, proofs, rules, statements and signatures
against nothing but AES, HPKE and Shamir on the same bytes.
"""

from __future__ import annotations

import base64
import secrets
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from typing import Any, cast

from habeas.custody.reader import OneTimeKey, WrappedShare
from rich.console import Console
from rich.table import Table

from bench.journey import bare_cryptography
from habeas import protocol, tlog
from habeas.custody import Context, Order, _seal
from habeas.protocol import CUSTODIAN, Entry, Kind, Promise, Purpose, TrusteeIdentity, sealing
from habeas.protocol.client import Panel, read_statement, verify_acknowledgement
from habeas.trustee import Settings, rules

ORIGIN = "bench.test/habeas"
NAMES = ("one.test", "two.test", "three.test")
ROUNDS = 60
PHOTO = secrets.token_bytes(150_000)
LAST_DAY = date(2027, 5, 31)


@dataclass
class _Party:
    """One trustee's keys, without its service."""

    name: str
    seed: bytes
    statement: tlog.NoteSigner
    witness: tlog.CosignatureSigner

    @classmethod
    def make(cls, name: str) -> _Party:
        return cls(
            name,
            secrets.token_bytes(32),
            tlog.NoteSigner.generate(f"{name}/statements"),
            tlog.CosignatureSigner.generate(f"{name}/witness"),
        )

    def identity(self) -> TrusteeIdentity:
        return TrusteeIdentity(
            name=self.name,
            url="http://127.0.0.1:1",
            statement_vkey=self.statement.vkey,
            witness_vkey=self.witness.vkey,
        )

    def key(self) -> protocol.KeyStatement:
        public = base64.b64encode(sealing.public_key(self.seed)).decode()
        return protocol.KeyStatement(trustee=self.name, month="2027-05", public_key=public)

    def say(self, statement: Any) -> str:
        return self.statement.sign(statement.encode().decode() + "\n")


class _World:
    def __init__(self) -> None:
        self.parties = [_Party.make(name) for name in NAMES]
        self.log = tlog.NoteSigner.generate(ORIGIN)
        lines = [f"log {self.log.vkey}"]
        lines += [f"witness {each.name} {each.witness.vkey}" for each in self.parties]
        lines += [f"group all 2 {' '.join(NAMES)}", "quorum all"]
        self.policy = tlog.Policy.parse("\n".join(lines))
        self.now = datetime.now(UTC)
        self.context = Context(
            ledger=cast("Any", None), index=cast("Any", None), blobs=cast("Any", None),
            log=cast("Any", None), circle=cast("Panel", _Threshold()), origin=ORIGIN, policy="",
            portal="http://127.0.0.1:1", log_url="http://127.0.0.1:1",
        )  # fmt: skip
        self.settings = Settings(
            name=NAMES[0],
            url="http://127.0.0.1:1",
            log_url="http://127.0.0.1:1",
            origin=ORIGIN,
        )
        self.keys = [each.key() for each in self.parties]

    def proof(self, entries: list[bytes], index: int) -> str:
        """What the log answers; its work is not the protocol's here."""
        leaves = [tlog.leaf_hash(entry) for entry in entries]
        checkpoint = tlog.Checkpoint(ORIGIN, len(leaves), tlog.Frontier().extend(leaves).root())
        note = self.log.sign(checkpoint.text())
        for party in self.parties:
            note += party.witness.cosign(checkpoint.text(), int(self.now.timestamp())).line()
        return tlog.TlogProof(index, (leaves[1 - index],), note).format()


class _Threshold:
    k = 2


def _entry(kind: Kind, details: dict[str, Any], track_key: bytes, counter: int, **more: Any) -> Any:
    salt = secrets.token_bytes(32)
    entry = Entry(
        kind=kind,
        day=datetime.now(UTC).date().isoformat(),
        tag=protocol.tag(track_key, CUSTODIAN, counter),
        commit=protocol.commitment(salt, details),
        **more,
    )
    return entry, entry.encode(), salt


@dataclass
class _Sealed:
    document: bytes
    ciphertext: bytes
    deposits: list[bytes]
    track_key: bytes
    entry: bytes


def _seal_once(world: _World) -> _Sealed:
    order = Order(
        "hunting-licence", ("licensing-office",), (Purpose.DECIDE_APPLICATION,), LAST_DAY, "X"
    )
    track_key, secret = secrets.token_bytes(32), secrets.token_bytes(32)
    sealed, ciphertext, shares = _seal._encrypt(world.context, PHOTO, order, world.keys, secret)  # noqa: SLF001
    digest = sealed.digest()
    deposits, document = [], sealed.encode()
    for index, (key, share) in enumerate(zip(world.keys, shares, strict=True)):
        info = sealing.deposit_info(digest, bytes.fromhex(key.key_id()), index)
        deposits.append(sealing.seal_deposit(key.key(), info, sealing.Deposit(share, track_key)))
    for index, party in enumerate(world.parties):
        note = _acknowledge(party, document, index, deposits[index])
        verify_acknowledgement(note, party.identity(), sealed, index)
    details = protocol.SealedDetails(promise=digest.hex()).fields()
    _, entry, _ = _entry(Kind.SEALED, details, track_key, 0, service=order.service)
    return _Sealed(document, ciphertext, deposits, track_key, entry)


def _acknowledge(party: _Party, document: bytes, index: int, deposit: bytes) -> str:
    """The trustee's part of sealing."""
    sealed = Promise.decode(document)
    key, digest = sealed.trustees.keys[index], sealed.digest()
    info = sealing.deposit_info(digest, bytes.fromhex(key.key), index)
    sealing.open_deposit(party.seed, info, deposit, bytes.fromhex(sealed.shares[index]))
    return party.say(
        protocol.Acknowledgement(
            trustee=party.name, promise=digest.hex(), index=index, key=key.key, day="2027-01-01"
        )
    )


def _ask(world: _World, held: _Sealed, one_time: bytes) -> Any:
    sealed = Promise.decode(held.document)
    details = protocol.RequestDetails.read(
        {
            "v": 1,
            "seal_id": sealed.seal_id,
            "promise": sealed.digest().hex(),
            "office": "licensing-office",
            "officer": "officer",
            "purpose": "decide-application",
            "reason": "Bench",
            "one_time_key": base64.b64encode(one_time).decode(),
            "at": world.now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
    ).fields()
    more = {"service": sealed.service, "office": "licensing-office"}
    return details, *_entry(
        Kind.REQUESTED, details, held.track_key, 1, purpose=Purpose.DECIDE_APPLICATION, **more
    )


def _release(
    world: _World, index: int, held: _Sealed, asked: tuple[Any, bytes, bytes], proof: str
) -> tuple[bytes, str]:
    """One trustee's part of opening: parse, all rules, unwrap, wrap, sign."""
    party, (details, content, salt) = world.parties[index], asked
    sealed = Promise.decode(held.document)
    digest = sealed.digest()
    request = rules.Request(
        digest, content, Entry.decode(content), protocol.RequestDetails.read(details), salt, proof
    )
    rules.prove(request, sealed, world.policy.verify, world.now, world.settings)
    facts = rules.Facts(
        now=world.now, sealed=sealed, track_key=held.track_key, next_counter=2,
        place=rules.Place(request.leaf, int(world.now.timestamp())), withdrawn=False,
        erased_elsewhere=0, key_owner=None, used={},
    )  # fmt: skip
    rules.decide(request, facts, world.settings)
    info = sealing.deposit_info(digest, bytes.fromhex(sealed.trustees.keys[index].key), index)
    share_hash = bytes.fromhex(sealed.shares[index])
    deposit = sealing.open_deposit(party.seed, info, held.deposits[index], share_hash)
    release = sealing.seal_release(
        request.details.public_key(),
        sealing.release_info(digest, request.leaf, index),
        deposit.share,
    )
    said = protocol.ReleasedStatement(
        trustee=party.name, promise=digest.hex(), request=request.leaf.hex(), day="2027-01-01"
    )
    return release, party.say(said)


def _cpu(act: Callable[[], Any]) -> tuple[float, Any]:
    start = time.process_time()
    result = act()
    return time.process_time() - start, result


def run() -> None:
    """Print processor time of sealing and opening, and the ratio to the bare cryptography."""
    world = _World()
    seeds = [party.seed for party in world.parties]
    seal, opening, bare_seal, bare_open = [], [], [], []
    for _ in range(ROUNDS):
        taken, held = _cpu(lambda: _seal_once(world))
        seal.append(taken)
        taken, (key, asked) = _cpu(partial(_asked, world, held))
        details, _, content, salt = asked
        proof = world.proof([held.entry, content], 1)
        rest, photo = _cpu(partial(_opened, world, key, held, (details, content, salt), proof))
        assert photo == PHOTO
        opening.append(taken + rest)
        before = time.process_time()
        middle: list[float] = []
        bare_cryptography(PHOTO, seeds, middle)
        bare_seal.append(middle[0] - before)
        bare_open.append(time.process_time() - middle[0])
    table = Table("processor time", "protocol", "bare cryptography", "ratio", "goal")
    for name, own, bare in [("seal", seal, bare_seal), ("open", opening, bare_open)]:
        a, b = statistics.median(own) * 1000, statistics.median(bare) * 1000
        table.add_row(name, f"{a:.2f} ms", f"{b:.2f} ms", f"{a / b:.1f}", "at most 5")
    Console().print(table)


def _asked(world: _World, held: _Sealed) -> Any:
    key = OneTimeKey()
    return key, _ask(world, held, key.public)


def _opened(
    world: _World, key: OneTimeKey, held: _Sealed, asked: tuple[Any, bytes, bytes], proof: str
) -> bytes:
    shares = []
    for index, party in enumerate(world.parties[:2]):
        release, note = _release(world, index, held, asked, proof)
        read_statement(note, party.identity(), protocol.ReleasedStatement)
        shares.append(WrappedShare(party.name, index, release))
    return key.open(held.document, asked[1], shares, held.ciphertext).photo
