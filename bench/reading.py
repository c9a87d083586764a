"""Processor time of reading what is signed, and of sealing, beside the bare cryptography in it.

Every follower of the log reads every entry, so an entry is read for little more than its
signature costs. Four trustees, k = 2: the circle of the vectors.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from rich.console import Console
from rich.table import Table

from habeas.protocol import Chain, Entry, Purpose, Receipt, read_entry, seal, sealing, verify_circle
from habeas.protocol.receipt import verify_parts
from habeas.protocol.statements import KeyStatement

_VECTORS = Path(__file__).resolve().parents[1] / "vectors" / "protocol"
_ROUNDS, _CALLS = 5, 200
_PHOTO = secrets.token_bytes(150_000)


def _vectors(name: str) -> Any:
    return json.loads((_VECTORS / f"{name}.json").read_text())


def _cpu(act: Callable[[], Any], calls: int = _CALLS) -> float:
    """Microseconds of processor time for one call: the least of some rounds."""
    rounds = []
    for _ in range(_ROUNDS):
        start = time.process_time()
        for _ in range(calls):
            act()
        rounds.append((time.process_time() - start) / calls)
    return min(rounds) * 1e6


def _reading(table: Table) -> None:
    content = next(
        case["entry"].encode()
        for case in _vectors("entries")["good"]
        if case["name"] == "requested"
    )
    chain = Chain.start(_vectors("circle")["chain"][0]["note"], 0)
    assert isinstance(read_entry(content, chain), Entry)
    key = Ed25519PrivateKey.generate()
    public, signature = key.public_key(), key.sign(content)
    bare = _cpu(lambda: public.verify(signature, content))
    _row(table, "read an entry", _cpu(lambda: read_entry(content, chain)), bare, 1)
    _row(table, "  without its signature", _cpu(lambda: Entry.decode(content)), 0, 0)
    note = chain.newest.note
    _row(table, "verify a circle", _cpu(lambda: verify_circle(note)), bare, 4)
    receipt = Receipt.read(_vectors("receipt")["good"][0]["receipt"])
    # Circle, entry, acknowledgements, the log's signature and its cosignatures.
    _row(table, "verify a receipt", _cpu(lambda: verify_parts(receipt), 50), bare, 4 + 1 + 4 + 5)


def _row(table: Table, name: str, own: float, bare: float, times: int) -> None:
    ratio = f"{own / (bare * times):.2f}" if times else ""
    table.add_row(name, f"{own:.1f} µs", f"{bare * times:.1f} µs" if times else "", ratio)


def _sealing(table: Table) -> None:
    circle = Chain.start(_vectors("circle")["chain"][0]["note"], 0).newest.circle
    keys = [
        KeyStatement(trustee=trustee.name, month="2027-05", public_key=case["public_key"])
        for trustee, case in zip(circle.trustees, _vectors("keys")["trustee_keys"], strict=True)
    ]
    wishes = seal.Wishes(
        "hunting-licence", ("licensing-office",), (Purpose.DECIDE_APPLICATION,), "2027-05-31",
        6, 3, 30, "HL-2027-000001", "browser",
    )  # fmt: skip

    def own() -> None:
        drawn = seal.Secrets.draw(secrets.token_bytes)
        terms = seal.build_terms(circle, keys, wishes, drawn)
        seal.seal(_PHOTO, terms, keys, drawn, secrets.token_bytes)
        seal.custodian_tags(drawn.track_key, terms.openings_max)

    publics = [key.key() for key in keys]

    def bare() -> None:
        data_key, digest = secrets.token_bytes(32), bytes(32)
        sealing.encrypt(data_key, digest, _PHOTO)
        shares = sealing.split(data_key, 2, 4, secrets.token_bytes)
        for public, share in zip(publics, shares, strict=True):
            sealing.seal_deposit(public, digest, sealing.Deposit(share, bytes(32)))

    _row(table, "seal a photo", _cpu(own, 20), _cpu(bare, 20), 1)


def run() -> None:
    """Print processor time, and the ratio to the bare cryptography."""
    table = Table("processor time", "protocol", "bare cryptography", "ratio")
    _reading(table)
    _sealing(table)
    Console().print(table)
