"""What four trustees and their log do in a second, over HTTP, and how long an opening takes.

Log and trustees run as processes of their own, as in production: every act is durable (one
fsync serves many), signed, and owed to the log, which publishes every tenth of a second under
three of four cosignatures. One trustee is asked by as many clients as fit; an opening is what an
officer waits for after the gesture; a history is what the holder of a receipt waits for.
"""

from __future__ import annotations

import http.client
import json
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
from rich.console import Console

from habeas.protocol import Pins
from habeas.protocol.document import base64_of
from habeas.protocol.exchange import DepositBody
from habeas.protocol.opening import open_photo
from habeas.register.verifying import verify_photo
from habeas.tlog.server import open_storage
from tests.world import Held, World

CLIENTS, PHOTOS, REQUESTS, DEPOSITS, OPENINGS = 16, 20, 1000, 600, 60
#: Entries of the log at which a photo's history is verified; `HABEAS_BENCH_LOG` changes the last.
SIZES = (1_000, int(os.environ.get("HABEAS_BENCH_LOG", "1000000")))
_BATCH_SECONDS = 0.1
_OUT = Console()


class _Processes(World):
    """A world whose log and trustees are processes."""

    def __init__(self, folder: Path) -> None:
        many = {"office": 10**6, "officer": 10**6, "purpose": 10**6}
        quotas = {**many, "delay_after": 100, "delay_seconds": 60}
        super().__init__(folder, circle={"quotas": quotas})
        self._running: list[subprocess.Popen[bytes]] = []
        self.log_server.stop()
        for name in list(self.servers):
            self.stop(name)

    def serve(self) -> None:
        """Start them all, and wait until they act."""
        port = self.log_url.rpartition(":")[2]
        commands = [["habeas.tlog", "serve", "--data", str(self.folder / "log"), "--port", port]]
        for each in self.circle.trustees:
            where = ["--data", str(self.folder / each.name), "--port", each.url.rpartition(":")[2]]
            commands.append(["habeas.trustee", "serve", *where])
        self._running = [subprocess.Popen([sys.executable, "-m", *each]) for each in commands]
        deadline = time.monotonic() + 1800
        for each in self.circle.trustees:
            while not _acts(f"{each.url}/health"):
                assert time.monotonic() < deadline, each.name
                time.sleep(0.1)

    def end(self) -> None:
        """Stop them."""
        for process in self._running:
            process.terminate()
        for process in self._running:
            process.wait()


def _acts(url: str) -> bool:
    try:
        state = httpx.get(url, trust_env=False, timeout=10).json()
    except (httpx.HTTPError, ValueError):
        return False
    return state["state"] == "ok" and not state["problems"]


def _fire(url: str, path: str, bodies: list[bytes]) -> list[float]:
    """Show the bodies, `CLIENTS` at once; gives the seconds that each took."""
    host = url.removeprefix("http://")

    def worker(mine: list[bytes]) -> list[float]:
        connection = http.client.HTTPConnection(host)
        times = []
        for body in mine:
            start = time.perf_counter()
            connection.request("POST", path, body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            content = answer.read()
            assert answer.status == 200, content
            times.append(time.perf_counter() - start)
        connection.close()
        return times

    with ThreadPoolExecutor(CLIENTS) as pool:
        parts = [bodies[number::CLIENTS] for number in range(CLIENTS)]
        return [seconds for times in pool.map(worker, parts) for seconds in times]


def _rate(what: str, url: str, path: str, bodies: list[bytes], goal: str) -> None:
    start = time.perf_counter()
    times = _fire(url, path, bodies)
    rate = len(bodies) / (time.perf_counter() - start)
    p95 = statistics.quantiles(times, n=20)[18] * 1000
    _OUT.print(f"{what:<34} {rate:7.0f} /s   p95 {p95:6.1f} ms   {goal}")


def _requests(world: World) -> list[bytes]:
    """Requests for some photos on the log, in an order in which each may be answered."""

    def of_one(_: int) -> list[bytes]:
        held = world.seal(openings_max=100, openings_a_day=100, only=(0, 1, 2, 3))
        return [json.dumps(world.request(held).body).encode() for _ in range(REQUESTS // PHOTOS)]

    with ThreadPoolExecutor(PHOTOS) as pool:
        chains = list(pool.map(of_one, range(PHOTOS)))
    return [body for row in zip(*chains, strict=True) for body in row]


def _deposits(world: World) -> list[bytes]:
    bodies = []
    for _ in range(DEPOSITS):
        held = world.prepare()
        body = DepositBody(
            promise=held.promise, index=0, deposit=base64_of(held.sealed.deposits[0]),
            order=world.order(held.promise),
        )  # fmt: skip
        bodies.append(json.dumps(body.fields()).encode())
    return bodies


def _opening(world: World, held: Held, pool: ThreadPoolExecutor) -> float:
    """Seconds from the officer's signature to the picture."""
    start = time.perf_counter()
    shown = world.request(held)
    shares = list(pool.map(lambda index: world.show(held, shown, index), (0, 1)))
    open_photo(shown.key.seed, held.promise, shown.entry, shares, held.sealed.ciphertext)
    return time.perf_counter() - start


def _openings(world: World) -> None:
    held = [world.seal(openings_max=100, openings_a_day=100) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        times = [_opening(world, held[number % 2], pool) for number in range(OPENINGS)]
    cut = [each * 1000 for each in statistics.quantiles(times, n=20)]
    goal = (_BATCH_SECONDS + 0.15) * 1000
    _OUT.print(
        f"{'opening, after the gesture':<34} p50 {cut[9]:5.0f} ms   p95 {cut[18]:6.0f} ms   "
        f"goal: p95 at most {goal:.0f} ms"
    )


def _history(world: World, held: Held) -> float:
    """Seconds for one photo's whole history, asked of all."""
    pins = Pins(circles=frozenset({world.circle.digest().hex()}))
    receipt = world.receipt(held)

    def once() -> float:
        start = time.perf_counter()
        found = verify_photo(receipt, pins, world.log, world.clock(), secrets.token_bytes)
        assert found.outcome == "complete", found
        assert found.openings == 1
        return time.perf_counter() - start

    _until_complete(once)
    return statistics.median(once() for _ in range(7))


def _until_complete(once: Callable[[], float]) -> None:
    """The first answers come before what is owed stands on the log."""
    for _ in range(100):
        try:
            once()
        except AssertionError:
            time.sleep(0.2)
        else:
            return


def _fill(folder: Path, size: int) -> None:
    """Make the log that long: with foreign entries, which every reader hashes and counts."""
    storage = open_storage(folder / "log")
    have = storage.tree.size
    for begin in range(have, size, 8192):
        entries = [b"entry %d" % number for number in range(begin, min(begin + 8192, size))]
        storage.restore(entries)
        storage.lay_out()
    storage.make_durable()
    storage.close()


def run() -> None:
    """Print releases and deposits a second, how long an opening takes, and a history."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        world = _Processes(folder)
        try:
            world.serve()
            url = world.circle.trustees[0].url
            bodies = _requests(world)
            _rate(f"releases, {len(bodies)}", url, "/v2/releases", bodies, "goal: at least 300")
            deposits = _deposits(world)
            _rate(f"deposits, {len(deposits)}", url, "/v2/deposits", deposits,
                  "goal: at least 600")  # fmt: skip
            _openings(world)
            held = world.seal()
            world.open(held)
            found = []
            for size in SIZES:
                world.end()
                _fill(folder, size)
                world.serve()
                found.append(_history(world, held))
                _OUT.print(
                    f"{'history at ' + format(world.size(), ',') + ' entries':<34} "
                    f"{found[-1] * 1000:5.0f} ms"
                )
            _OUT.print(
                f"{'ratio':<34} {found[-1] / found[0]:5.2f}   goal: at most 1.5, under a second"
            )
        finally:
            world.end()
            world.close()
