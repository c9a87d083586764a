"""How many releases one trustee handles in a second, over HTTP, beside the bare cryptography.

The trustee and its log run as processes of their own. Requests are put on the log first;
then as many clients as fit show them to the trustee. Every release is durable (one fsync
serves many), signed, and owed to the log.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from habeas.custody.reader import OneTimeKey

from habeas import protocol
from habeas.protocol import CUSTODIAN, Entry, Kind, Promise, TrusteeIdentity, sealing
from habeas.protocol.client import TrusteeClient
from habeas.tlog.client import LogClient
from habeas.tlog.server import init_log
from habeas.trustee import Settings, keyring

ORIGIN = "bench.test/habeas"
PHOTOS, REQUESTS, CLIENTS = 20, 1200, 16


def _port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def _start(folder: Path) -> tuple[list[subprocess.Popen[bytes]], TrusteeIdentity, str]:
    log_port, port = _port(), _port()
    vkey = init_log(folder / "log", ORIGIN, anybody=True)
    settings = Settings.model_validate(
        {
            "name": "trustee.test",
            "url": f"http://127.0.0.1:{port}",
            "log_url": f"http://127.0.0.1:{log_port}",
            "origin": ORIGIN,
            "quotas": {"office": 10**6, "officer": 10**6, "purpose": 10**6},
        }
    )
    (folder / "trustee").mkdir()
    keys = keyring.create(folder / "trustee", settings)
    settings.save(folder / "trustee")
    policy = f"log {vkey}\nwitness one {keys.witness.vkey} {settings.url}\nquorum one\n"
    for name in ("log", "trustee"):
        (folder / name / "policy.txt").write_text(policy)
    habeas = [sys.executable, "-m", "habeas.cli"]
    commands = [
        [*habeas, "log", "serve", "--data", str(folder / "log"), "--port", str(log_port)],
        [*habeas, "trustee", "serve", "--data", str(folder / "trustee"), "--port", str(port)],
    ]
    return [subprocess.Popen(each) for each in commands], keys.identity(settings), settings.log_url


def _wait(url: str) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            if httpx.get(url, trust_env=False).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        assert time.monotonic() < deadline, url
        time.sleep(0.05)


def _photo(client: TrusteeClient) -> tuple[Promise, bytes]:
    """A photo whose first share is at the trustee; the second is nobody's."""
    until = (datetime.now(UTC) + timedelta(days=30)).date()
    key = client.key(until.isoformat()[:7])
    shares = [secrets.token_bytes(32) + bytes([x]) for x in (1, 2)]
    keys = [
        {"trustee": name, "month": key.month, "key": key.key_id()}
        for name in (client.name, "another.test")
    ]
    sealed = Promise.read(
        {
            "v": 1, "suite": "habeas-1", "origin": ORIGIN, "seal_id": secrets.token_hex(16),
            "service": "bench", "recipients": ["office"], "purposes": ["decide-application"],
            "opens_until": until.isoformat(), "trustees": {"k": 2, "keys": keys},
            "withdraw_hash": "00" * 32, "sealed_by": "server",
            "photo": {"type": "image/jpeg", "size": 1, "sha256": "00" * 32},
            "shares": [hashlib.sha256(share).hexdigest() for share in shares],
            "key_commitment": "00" * 32,
        }
    )  # fmt: skip
    track_key = secrets.token_bytes(32)
    info = sealing.deposit_info(sealed.digest(), bytes.fromhex(key.key_id()), 0)
    deposit = sealing.seal_deposit(key.key(), info, sealing.Deposit(shares[0], track_key))
    client.deposit(sealed, 0, deposit)
    return sealed, track_key


def _request(sealed: Promise, track_key: bytes, counter: int) -> dict[str, Any]:
    now = datetime.now(UTC)
    details = protocol.RequestDetails.read(
        {
            "v": 1, "seal_id": sealed.seal_id, "promise": sealed.digest().hex(),
            "office": "office", "officer": "officer", "purpose": "decide-application",
            "reason": "bench", "one_time_key": base64.b64encode(OneTimeKey().public).decode(),
            "at": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
    ).fields()  # fmt: skip
    salt = secrets.token_bytes(32)
    entry = Entry(
        kind=Kind.REQUESTED, service="bench", office="office",
        purpose=protocol.Purpose.DECIDE_APPLICATION, day=now.date().isoformat(),
        tag=protocol.tag(track_key, CUSTODIAN, counter), commit=protocol.commitment(salt, details),
    )  # fmt: skip
    return {
        "promise": sealed.digest().hex(), "entry": entry.encode().decode(),
        "details": details, "salt": salt.hex(),
    }  # fmt: skip


def _prepare(client: TrusteeClient, log: LogClient) -> list[bytes]:
    def chain(_: int) -> list[bytes]:
        sealed, track_key = _photo(client)
        details = protocol.SealedDetails(promise=sealed.digest().hex()).fields()
        entry = Entry(
            kind=Kind.SEALED, service="bench", day=datetime.now(UTC).date().isoformat(),
            tag=protocol.tag(track_key, CUSTODIAN, 0),
            commit=protocol.commitment(bytes(32), details),
        )  # fmt: skip
        log.append(entry.encode())
        bodies = []
        for counter in range(1, REQUESTS // PHOTOS + 1):
            body = _request(sealed, track_key, counter)
            body["proof"] = log.append(body["entry"].encode()).proof
            bodies.append(json.dumps(body).encode())
        return bodies

    with ThreadPoolExecutor(PHOTOS) as pool:
        chains = list(pool.map(chain, range(PHOTOS)))
    return [body for row in zip(*chains, strict=True) for body in row]


def _fire(url: str, bodies: list[bytes]) -> list[float]:
    """Show the requests, CLIENTS at once; gives the seconds that each took."""
    host = url.removeprefix("http://")

    def worker(mine: list[bytes]) -> list[float]:
        connection = http.client.HTTPConnection(host)
        times = []
        for body in mine:
            start = time.perf_counter()
            connection.request("POST", "/v1/releases", body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            content = answer.read()
            assert answer.status == 200, content
            times.append(time.perf_counter() - start)
        connection.close()
        return times

    with ThreadPoolExecutor(CLIENTS) as pool:
        parts = [bodies[number::CLIENTS] for number in range(CLIENTS)]
        return [seconds for times in pool.map(worker, parts) for seconds in times]


def _bare() -> float:
    """Unwraps and wraps per second: the cryptography that no release can do without."""
    seed = secrets.token_bytes(32)
    public, one_time = sealing.public_key(seed), OneTimeKey().public
    share = secrets.token_bytes(33)
    deposit = sealing.seal_deposit(public, b"info", sealing.Deposit(share, bytes(32)))
    share_hash = hashlib.sha256(share).digest()
    count, start = 0, time.perf_counter()
    while time.perf_counter() - start < 1.0:
        opened = sealing.open_deposit(seed, b"info", deposit, share_hash)
        sealing.seal_release(one_time, b"info", opened.share)
        count += 1
    return count / (time.perf_counter() - start)


def run() -> None:
    """Print releases per second, and how long one takes."""
    with tempfile.TemporaryDirectory() as name:
        processes, identity, log_url = _start(Path(name))
        try:
            _wait(f"{identity.url}/health")
            _wait(f"{log_url}/checkpoint")
            client, log = TrusteeClient(identity), LogClient(log_url)
            bodies = _prepare(client, log)
            start = time.perf_counter()
            times = _fire(identity.url, bodies)
            rate = len(bodies) / (time.perf_counter() - start)
            client.close()
            log.close()
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait()
    bare = _bare()
    quantiles = statistics.quantiles(times, n=20)
    print(f"releases, {len(bodies)} over HTTP with {CLIENTS} clients   {rate:8.0f} /s")
    print(f"bare unwrap and wrap, one core               {bare:8.0f} /s")
    print(f"ratio                                        {rate / bare:8.2f}")
    print(f"one release, p50                             {quantiles[9] * 1000:8.1f} ms")
    print(f"one release, p95                             {quantiles[18] * 1000:8.1f} ms")
