"""Sealing over HTTP beside storing plainly, and the latency of sealing and opening.

The whole installation runs: portal, log, four trustees, desks. Both ways of storing go through
the same portal, in turn, so that they share whatever the machine does meanwhile.
"""

from __future__ import annotations

import hashlib
import io
import json
import secrets
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
from PIL import Image
from rich.console import Console
from rich.table import Table

from bench.whole import beside_plain
from habeas.cli._portal import PortalClient
from habeas.deploy import installation
from habeas.faces import assets
from habeas.protocol import Purpose, sealing

ROUNDS, SECONDS, CLIENTS = 3, 6.0, 16
LATENCIES = 40
FIELDS = {"full_name": "Anna Example", "date_of_birth": "1980-05-17", "address": "1 Lane"}


def _photo() -> bytes:
    """A phone's photo, scaled as the portal's page scales it: 1,600 pixels."""
    out = io.BytesIO()
    picture = Image.open(assets.path("astronaut.png")).convert("RGB").resize((1600, 1600))
    picture.save(out, "JPEG", quality=90)
    return out.getvalue()


def _rate(post: Callable[[httpx.Client], None]) -> float:
    """Applications in a second, with all clients busy."""
    until = time.perf_counter() + SECONDS

    def work(_: int) -> int:
        count = 0
        with httpx.Client(timeout=60, trust_env=False) as client:
            while time.perf_counter() < until:
                post(client)
                count += 1
        return count

    start = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        total = sum(pool.map(work, range(CLIENTS)))
    return total / (time.perf_counter() - start)


def bare_cryptography(
    photo: bytes, seeds: list[bytes], middle: list[float] | None = None
) -> tuple[float, float]:
    """Seconds of the bare cryptography of one sealing and one opening, 2 of 4.

    *middle*, where given, gets the processor time between the two.
    """
    keys = [sealing.public_key(seed) for seed in seeds]
    digest = bytes(32)
    start = time.perf_counter()
    data_key = secrets.token_bytes(32)
    ciphertext = sealing.encrypt(data_key, digest, photo)
    shares = sealing.split(data_key, 2, 4, secrets.token_bytes)
    deposits = [
        sealing.seal_deposit(key, digest, sealing.Deposit(share, bytes(32)))
        for key, share in zip(keys, shares, strict=True)
    ]
    sealed = time.perf_counter()
    if middle is not None:
        middle.append(time.process_time())
    one_time = secrets.token_bytes(32)
    public = sealing.public_key(one_time)
    opened = []
    for seed, deposit, share in zip(seeds[:2], deposits[:2], shares[:2], strict=True):
        share_hash = hashlib.sha256(share).digest()
        inside = sealing.open_deposit(seed, digest, deposit, share_hash)
        release = sealing.seal_release(public, digest, inside.share)
        opened.append(sealing.open_release(one_time, digest, release, share_hash))
    key = sealing.combine(opened)
    assert sealing.decrypt(key, sealing.key_commitment(key), digest, ciphertext) == photo
    return sealed - start, time.perf_counter() - sealed


def _quantiles(seconds: list[float]) -> str:
    cut = statistics.quantiles(seconds, n=20)
    return f"p50 {statistics.median(seconds) * 1000:6.1f} ms   p95 {cut[18] * 1000:6.1f} ms"


def run() -> None:
    """Print the ratio and the latencies."""
    photo = _photo()
    with beside_plain() as (place, _):
        _throughput(place, photo)
        _latency(place, photo)


def _throughput(place: installation.Installation, photo: bytes) -> None:
    form = {"service": "hunting-licence", "fields": json.dumps(FIELDS)}

    def post(path: str) -> Callable[[httpx.Client], None]:
        def one(client: httpx.Client) -> None:
            answer = client.post(place.portal_url + path, data=form, files={"photo": photo})
            assert answer.status_code == 201, answer.text

        return one

    ways = {"sealed": post("/api/applications"), "stored plainly": post("/plain")}
    for way in ways.values():
        with httpx.Client(timeout=60, trust_env=False) as client:
            way(client)  # starts the workers that check photos
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            rates[name].append(_rate(way))
    table = Table("applications over HTTP", "per second (median)", "of plain")
    plain = statistics.median(rates["stored plainly"])
    for name, each in rates.items():
        table.add_row(
            name, f"{statistics.median(each):.1f}", f"{statistics.median(each) / plain:.2f}"
        )
    Console(width=110).print(table)


def _latency(place: installation.Installation, photo: bytes) -> None:
    seeds = [secrets.token_bytes(32) for _ in range(4)]
    bare = [bare_cryptography(photo, seeds) for _ in range(LATENCIES)]
    seal, opening = [], []
    with PortalClient(place.portal_url) as applicant, place.officer() as officer:
        for _ in range(LATENCIES):
            start = time.perf_counter()
            reference = applicant.apply("hunting-licence", FIELDS, photo)["reference"]
            sealed = time.perf_counter()
            officer.open(reference, Purpose.DECIDE_APPLICATION, "Bench")
            opening.append(time.perf_counter() - sealed)
            seal.append(sealed - start)
    table = Table("one at a time, over HTTP", "with the service", "bare cryptography")
    table.add_row("seal (check included)", _quantiles(seal), _quantiles([b[0] for b in bare]))
    # The officer signs with a key in software: no gesture is waited for.
    table.add_row(
        "open (goal: p95 at most 250 ms)", _quantiles(opening), _quantiles([b[1] for b in bare])
    )
    Console(width=110).print(table)
    Console().print("The log's batch interval is 100 ms.")
