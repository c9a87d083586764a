"""What four trustees and their log do in a second, over HTTP, and how long an opening takes.

Log and trustees run as processes of their own, as in production: every act is durable (one
fsync serves many), signed, and owed to the log, which publishes every tenth of a second under
three of four cosignatures. One trustee is asked by as many clients as fit; an opening is what an
officer waits for after the gesture; a history is what the holder of a receipt waits for, at a
short and at a long log that every trustee has followed to its end. Medians of several rounds.
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
from typing import Any

import httpx
from rich.console import Console

from habeas.protocol import Pins
from habeas.protocol.document import base64_of
from habeas.protocol.exchange import DepositBody
from habeas.protocol.opening import open_photo
from habeas.register.verifying import verify_photo
from habeas.tlog.server import open_storage
from habeas.trustee import Settings
from tests.world import Held, World

CLIENTS, PHOTOS, REQUESTS, DEPOSITS, OPENINGS = 16, 20, 1000, 600, 60
ROUNDS, HISTORIES = 3, 21
#: A second, at least.
GOALS = {"releases": 300, "deposits": 600}
#: Entries of the log at which a photo's history is verified; `HABEAS_BENCH_LOG` changes the last.
SIZES = (1_000, int(os.environ.get("HABEAS_BENCH_LOG", "1000000")))
_BATCH_SECONDS = 0.1
_OUT = Console()


class _Processes(World):
    """A world whose log and trustees are processes."""

    def __init__(self, folder: Path) -> None:
        many = {"office": 10**6, "officer": 10**6, "purpose": 10**6}
        quotas = {**many, "delay_after": 100, "delay_seconds": 60}
        # Tests ask the log more often than anybody else does.
        usual = {
            name: Settings.model_fields[name].default for name in ("poll_seconds", "retry_seconds")
        }
        super().__init__(folder, circle={"quotas": quotas}, **usual)
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
        with (self.folder / "processes.txt").open("ab") as said:
            self._running = [
                subprocess.Popen([sys.executable, "-m", *each], stderr=said) for each in commands
            ]
        deadline = time.monotonic() + 1800
        for each in self.circle.trustees:
            while not _acts(each.url):
                assert time.monotonic() < deadline, each.name
                time.sleep(0.1)

    def follow(self, size: int) -> None:
        """Wait until the log has signed, and every trustee has followed, so many entries."""
        deadline = time.monotonic() + 1800
        for each in self.circle.trustees:
            while self.size() < size or _health(each.url).get("view", 0) < size:
                assert time.monotonic() < deadline, each.name
                time.sleep(0.2)

    def processor_seconds(self) -> float:
        """Of the first trustee, user and system."""
        stat = Path(f"/proc/{self._running[1].pid}/stat").read_text()
        user, system = stat.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def end(self) -> None:
        """Stop them."""
        for process in self._running:
            process.terminate()
        for process in self._running:
            process.wait()


def _health(url: str) -> dict[str, Any]:
    try:
        state: dict[str, Any] = httpx.get(f"{url}/readyz", trust_env=False, timeout=10).json()
    except (httpx.HTTPError, ValueError):
        return {}
    return state


def _acts(url: str) -> bool:
    state = _health(url)
    return state.get("state") == "ok" and not state["faults"]


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


def _rate(what: str, path: str, world: _Processes, prepare: Callable[[World], list[bytes]]) -> None:
    rates: list[float] = []
    slowest: list[float] = []
    processor: list[float] = []
    for _ in range(ROUNDS):
        bodies = prepare(world)
        before, start = world.processor_seconds(), time.perf_counter()
        times = _fire(world.circle.trustees[0].url, path, bodies)
        rates.append(len(bodies) / (time.perf_counter() - start))
        processor.append((world.processor_seconds() - before) / len(bodies) * 1000)
        slowest.append(statistics.quantiles(times, n=20)[18] * 1000)
    rate, each = statistics.median(rates), statistics.median(processor)
    _OUT.print(
        f"{what:<26} {rate:5.0f} /s   p95 {statistics.median(slowest):5.1f} ms   "
        f"processor {each:4.2f} ms each   goal: at least {GOALS[what]}; "
        f"ratio {rate / GOALS[what]:.2f}",
        soft_wrap=True,
    )


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
        f"{'opening after the gesture':<26} {cut[9]:5.0f} ms   p95 {cut[18]:5.0f} ms   "
        f"goal: p95 at most {goal:.0f} ms",
        soft_wrap=True,
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
    return statistics.median(once() for _ in range(HISTORIES))


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


def _history_at(world: _Processes, held: Held, size: int) -> float:
    world.end()
    _fill(world.folder, size)
    world.serve()
    world.follow(size)
    found = _history(world, held)
    name = f"history at {world.size():,}"
    _OUT.print(f"{name:<26} {found * 1000:5.0f} ms   goal: under 1000 ms", soft_wrap=True)
    return found


def run() -> None:
    """Print releases and deposits a second, how long an opening takes, and a history."""
    with tempfile.TemporaryDirectory() as name:
        world = _Processes(Path(name))
        try:
            world.serve()
            held = world.seal()
            world.open(held)
            short = _history_at(world, held, SIZES[0])
            _rate("releases", "/v2/releases", world, _requests)
            _rate("deposits", "/v2/deposits", world, _deposits)
            _openings(world)
            long = _history_at(world, held, SIZES[1])
            _OUT.print(f"{'ratio of the histories':<26} {long / short:5.2f}   goal: at most 1.5")
        finally:
            world.end()
            world.close()
